const week = 7 * 24 * 60;
/** The epoch began on a Thursday. */
const firstSunday = 3 * 24 * 60;

/**
 * How long it is to the next time that it is this weekday (0 is Sunday) and hour in UTC, as a story is moved on: stories
 * begin at any hour of any day.
 */
export function untilWeekday(now: number, weekday: number, hour: number): string {
  const there = firstSunday + weekday * 24 * 60 + hour * 60;
  return `${(((there - Math.floor(now / 60_000)) % week) + week) % week}m`;
}
