import type { Span } from "./recurrence.ts";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const minute = 60_000;
const week = 7 * 24 * 60 * minute;

/**
 * The next time that a platform's weekly window begins after a moment; null where it is not written so. Windows are
 * in UTC, as sun:02:30-sun:03:00. Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
 */
export function nextWeeklyWindow(written: string, after: Date): Span | null {
  const parts = /^(\w{3}):(\d\d):(\d\d)-(\w{3}):(\d\d):(\d\d)$/.exec(written.toLowerCase());
  if (!parts) return null;
  const [begins, ends] = [inWeek(parts.slice(1, 4)), inWeek(parts.slice(4, 7))];
  if (begins === null || ends === null) return null;
  const sunday = Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate() - after.getUTCDay());
  const from = sunday + begins + (sunday + begins > after.getTime() ? 0 : week);
  return { from: new Date(from), to: new Date(from + ((ends - begins + week) % week)) };
}

function inWeek([day = "", hour, at]: readonly string[]): number | null {
  const weekday = days.indexOf(day);
  return weekday === -1 ? null : (weekday * 24 * 60 + Number(hour) * 60 + Number(at)) * minute;
}

/** A window as people read it: Sunday 2026-11-29 02:30 to 03:00 UTC. */
export function windowInWords({ from, to }: Span): string {
  const weekday = from.toLocaleDateString("en-GB", { weekday: "long", timeZone: "UTC" });
  const [begins, ends] = [from.toISOString(), to.toISOString()];
  return `${weekday} ${begins.slice(0, 10)} ${begins.slice(11, 16)} to ${ends.slice(11, 16)} UTC`;
}
