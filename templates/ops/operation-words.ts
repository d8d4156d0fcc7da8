import type { Change, OperationRecord, OperationState, Outcome } from "../../src/domain/operation/operation.ts";
import { inert } from "../kit.ts";

/** How an operation's state stands at the head of its card. */
export function headline(operation: Pick<OperationRecord, "state" | "outcome" | "facts">): string {
  // Its platform makes it later: what is verified is that it waits.
  if (operation.outcome === "verified" && operation.facts?.waitsUntil) return ":hourglass_flowing_sand: Scheduled";
  if (operation.state === "ended" && operation.outcome !== null) return outcomes[operation.outcome];
  return states[operation.state];
}

const states: Readonly<Record<OperationState, string>> = {
  requested: ":mag: Planning",
  planning: ":mag: Planning",
  planned: ":clipboard: Plan, waiting for confirmation",
  "awaiting-approval": ":raised_hand: Plan, waiting for approval",
  approved: ":hourglass_flowing_sand: Starting",
  applying: ":arrow_forward: Running",
  verifying: ":arrow_forward: Running",
  ended: ":checkered_flag: Over",
  refused: ":no_entry: Refused",
  expired: ":hourglass: Expired",
  stale: ":warning: Out of date",
};

const outcomes: Readonly<Record<Outcome, string>> = {
  verified: ":white_check_mark: Done and verified",
  "applied-then-reverted": ":leftwards_arrow_with_hook: Applied, then reverted",
  "applied-not-verified": ":grey_question: Applied, not verified",
  "failed-no-change": ":x: Failed, nothing was changed",
  "failed-partial": ":x: Failed after it began",
  cancelled: ":black_square_for_stop: Cancelled",
  "nothing-to-do": ":ok: Nothing to do",
};

/** What changes, as a line of a plan. */
export function changeLine({ label, from, to }: Change): string {
  return `• ${inert(label)}: *${inert(from)}* → *${inert(to)}*`;
}

/** Minutes and seconds between two moments: 01:12. */
export function elapsed(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Ten squares, filled as far as the share says. */
export function progressBar(share: number | null): string {
  if (share === null) return "";
  const filled = Math.round(Math.min(1, Math.max(0, share)) * 10);
  return `${"▓".repeat(filled)}${"░".repeat(10 - filled)}`;
}

/** Ids of 32 digits and whole ARNs say nothing to a reader of a card. */
export function shortened(text: string): string {
  return text.replaceAll(/\b([0-9a-f]{6})[0-9a-f]{26}\b/g, "$1…").replaceAll(/\barn:aws:\S*?\/([\w-]+)\/[\w-]+/g, "$1");
}
