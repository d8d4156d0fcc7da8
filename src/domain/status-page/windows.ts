import { addDays } from "date-fns/addDays";
import type { Configuration } from "../configuration.ts";
import type { App } from "../ports.ts";
import { nextSpan, type Span, spanAt, type Times } from "../time/recurrence.ts";
import type { PublicMaintenance } from "./page.ts";

/** Windows are announced so far ahead. */
export const announcedDays = 7;

/** The windows of maintenance the configuration announces: those that are open, and those of the days to come. */
export function announcedWindows(
  { statusPage, windows }: Pick<Configuration, "statusPage" | "windows">,
  now: Date,
): readonly PublicMaintenance[] {
  return (statusPage?.windows ?? []).flatMap(({ window, title, text, components }) =>
    windows
      .filter(({ name }) => name === window)
      .flatMap(({ times }) => spansFrom(times, now))
      .map(({ from, to }) => ({
        id: `${window}@${from.toISOString()}`,
        title,
        text,
        components,
        startsAt: from,
        endsAt: to,
        isConfigured: true as const,
      })),
  );
}

/** Everything announced that is not over, by hand and by the configuration, by its beginning. */
export async function announcedMaintenance(app: App): Promise<readonly PublicMaintenance[]> {
  const all = [...(await app.publicPage.maintenance(app.now)), ...announcedWindows(app.config, app.now)];
  return all.toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
}

function spansFrom(times: Times, now: Date): readonly Span[] {
  const last = addDays(now, announcedDays);
  const open = spanAt(times, now);
  const spans: Span[] = open ? [open] : [];
  for (let next = nextSpan(times, now); next && next.from <= last; next = nextSpan(times, next.from)) spans.push(next);
  return spans;
}
