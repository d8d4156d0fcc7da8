import { momentInZone, offsetMinutes, partsInZone } from "./zone.ts";

/** Days that come round: weekdays (1 is Monday, 7 Sunday), each of them or only the n-th of a month; -1 is the last. */
export interface DayRule {
  readonly weekdays: readonly number[];
  readonly nth: 1 | 2 | 3 | 4 | -1 | null;
}

/** A stretch of time: it holds from `from` on and no longer at `to`. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** A stretch of time once, or one on each day of a rule. */
export type Times =
  | ({ readonly kind: "once" } & Span)
  | {
      readonly kind: "every";
      readonly days: DayRule;
      /** Minutes after midnight on the clock there; a `to` that is not later than `from` is the next day's. */
      readonly fromMinute: number;
      readonly toMinute: number;
      /** IANA name. */
      readonly timezone: string;
    };

const weekdayNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const ordinals: Readonly<Record<string, NonNullable<DayRule["nth"]>>> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  last: -1,
};

/** How days may be written; shown where they could not be read. */
export const dayRuleForms = "day, weekday, weekend, Sunday, second Sunday, last Friday";

/** Days as people write them, in any case; null where it is none of the forms above. */
export function readDayRule(written: string): DayRule | null {
  const words = written.trim().toLowerCase().split(/\s+/);
  const nth = words.length === 2 ? ordinals[words[0] ?? ""] : undefined;
  if (words.length === 2 && nth === undefined) return null;
  const word = words.at(-1) ?? "";
  if (words.length > 2) return null;
  const at = weekdayNames.findIndex((name) => name === word || name.slice(0, 3) === word);
  if (at >= 0) return { weekdays: [at + 1], nth: nth ?? null };
  if (nth !== undefined) return null;
  if (word === "day" || word === "daily") return { weekdays: [1, 2, 3, 4, 5, 6, 7], nth: null };
  if (word === "weekday") return { weekdays: [1, 2, 3, 4, 5], nth: null };
  if (word === "weekend") return { weekdays: [6, 7], nth: null };
  return null;
}

/** The stretch that a moment lies in; null where it lies in none. */
export function spanAt(times: Times, at: Date): Span | null {
  if (times.kind === "once") return times.from <= at && at < times.to ? times : null;
  const today = dayIn(at, times.timezone);
  // One that crosses midnight began yesterday.
  for (const back of [0, -1]) {
    const span = spanOn(times, laterDay(today, back));
    if (span && span.from <= at && at < span.to) return span;
  }
  return null;
}

/** The first stretch that begins after a moment; null where none does. */
export function nextSpan(times: Times, after: Date): Span | null {
  if (times.kind === "once") return times.from > after ? times : null;
  const today = dayIn(after, times.timezone);
  // Every rule has a day in each month; two may be lost to the hour that daylight saving skips.
  for (let ahead = 0; ahead <= 100; ahead += 1) {
    const span = spanOn(times, laterDay(today, ahead));
    if (span && span.from > after) return span;
  }
  return null;
}

/** Whether a day of the calendar is one of the rule's. */
export function isOn(rule: DayRule, day: Day): boolean {
  const weekday = ((new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay() + 6) % 7) + 1;
  if (!rule.weekdays.includes(weekday)) return false;
  if (rule.nth === null) return true;
  if (rule.nth > 0) return Math.ceil(day.day / 7) === rule.nth;
  return laterDay(day, 7).month !== day.month;
}

/** A day of the calendar; 1 is January. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** So many days later, or with a negative number earlier. */
export function laterDay({ year, month, day }: Day, days: number): Day {
  const at = new Date(Date.UTC(year, month - 1, day + days));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

function dayIn(at: Date, timezone: string): Day {
  const { year, month, day } = partsInZone(at, timezone);
  return { year, month, day };
}

/**
 * The stretch that begins on a day. An hour that daylight saving repeats belongs to it both times; where it begins or
 * ends in one that is skipped, it does so when that hour is over. One that is skipped as a whole does not take place.
 */
function spanOn(times: Extract<Times, { readonly kind: "every" }>, day: Day): Span | null {
  if (!isOn(times.days, day)) return null;
  const last = times.toMinute > times.fromMinute ? day : laterDay(day, 1);
  const from = momentsOn(day, times.fromMinute, times.timezone)[0];
  const to = momentsOn(last, times.toMinute, times.timezone).at(-1);
  return from && to && from < to ? { from, to } : null;
}

/** The moments of a minute of a day: two in the hour that is repeated; for one that is skipped the end of the gap. */
export function momentsOn(day: Day, minute: number, timezone: string): readonly Date[] {
  const on = minute >= 1440 ? laterDay(day, 1) : day;
  const left = minute % 1440;
  const wall = { ...on, hour: Math.floor(left / 60), minute: left % 60 };
  const moments = momentInZone(wall, timezone);
  if (moments.length > 0) return moments;
  const naive = Date.UTC(on.year, on.month - 1, on.day, wall.hour, wall.minute);
  const after = offsetMinutes(new Date(naive + 86_400_000), timezone);
  let at = naive - after * 60_000;
  while (offsetMinutes(new Date(at), timezone) !== after) at += 60_000;
  return [new Date(at)];
}
