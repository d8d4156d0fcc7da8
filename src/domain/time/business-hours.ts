import { addDays } from "date-fns/addDays";
import { momentInZone, partsInZone } from "./zone.ts";

/** When people are at work, for clocks that run only then. */
export interface BusinessHours {
  /** 1 is Monday, 7 Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** IANA name. */
  readonly timezone: string;
}

/** The moment that many minutes of working time later. */
export function addBusinessMinutes(from: Date, minutes: number, hours: BusinessHours): Date {
  let left = minutes * 60_000;
  // A week has at least one working day, so a year of weeks is far more than any clock.
  for (let day = 0; day < 366; day += 1) {
    const { opens, closes } = workingDay(addDays(from, day), hours);
    if (!opens || !closes) continue;
    const begin = Math.max(opens.getTime(), from.getTime());
    const room = closes.getTime() - begin;
    if (room <= 0) continue;
    if (left <= room) return new Date(begin + left);
    left -= room;
  }
  return addDays(from, 366);
}

function workingDay(at: Date, hours: BusinessHours): { readonly opens: Date | null; readonly closes: Date | null } {
  const { year, month, day, weekday } = partsInZone(at, hours.timezone);
  if (!hours.days.includes(weekday)) return { opens: null, closes: null };
  const moment = (minute: number): Date | null =>
    // An hour that daylight saving skips begins when it is over.
    momentInZone({ year, month, day, hour: Math.floor(minute / 60), minute: minute % 60 }, hours.timezone)[0] ??
    momentInZone({ year, month, day, hour: Math.floor(minute / 60) + 1, minute: minute % 60 }, hours.timezone)[0] ??
    null;
  return { opens: moment(hours.fromMinute), closes: moment(hours.toMinute) };
}
