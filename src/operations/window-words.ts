import type { Json, Plan, Sighting } from "../domain/operation/operation.ts";
import type { When } from "../domain/platform/sizes.ts";
import { nextWeeklyWindow, windowInWords } from "../domain/time/weekly-window.ts";
import { Refusal } from "../errors.ts";

/** When a change was asked, and whether it is to be made at once or in the platform's window. */
export interface Timing {
  readonly when: When;
  /** ISO 8601. */
  readonly asked: string;
}

/** Reads when it was asked for; throws a Refusal where that is not said. */
export function parseTiming(input: Json): Timing {
  const given = input as { readonly when?: Json; readonly asked?: Json } | null;
  if (typeof given?.asked === "string" && !Number.isNaN(Date.parse(given.asked))) {
    return { when: given.when === "now" ? "now" : "window", asked: given.asked };
  }
  throw new Refusal("bad_argument", "It is not known when it was asked.", "Ask for it with `/ops resize`.");
}

/** When the platform makes a change, in words: its next window after a moment, or at once. */
export function whenInWords(when: When, window: string | null, after: Date): string {
  if (when === "now") return "at once";
  const next = window === null ? null : nextWeeklyWindow(window, after);
  return next === null ? "in its next maintenance window" : `in its maintenance window, ${windowInWords(next)}`;
}

/** Says when, as a line of a plan: at once may be asked for. */
export function timingObserved({ when, asked }: Timing, window: string | null, command: string): string {
  return when === "now"
    ? "It begins right after the last click."
    : `It is done ${whenInWords(when, window, new Date(asked))}; \`${command} --now\` does it at once.`;
}

/** What a look says while the change waits for the window: as asked for now, to be looked at again when that is over. */
export function waiting(
  what: string,
  window: string | null,
  since: Date,
): Pick<Sighting, "verdict" | "progress" | "share" | "reason" | "final" | "againAt"> {
  const next = window === null ? null : nextWeeklyWindow(window, since);
  return {
    verdict: "as-asked",
    progress: `scheduled: ${what} ${whenInWords("window", window, since)}`,
    share: null,
    reason: null,
    final: true,
    ...(next === null ? {} : { againAt: next.to.toISOString() }),
  };
}

/** A change and what it was before that waits, as a plan shows it. */
export function sizeChange(label: string, from: string, pending: string | null, to: string): Plan["changes"][number] {
  return { label, from: pending === null ? from : `${from} (${pending} scheduled)`, to };
}
