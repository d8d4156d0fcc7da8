import { addDays } from "date-fns/addDays";
import type { TrackerId } from "./ticket/tracker.ts";
import { momentInZone, partsInZone } from "./time/zone.ts";

/** What happens by the calendar after an incident: reminders, reviews, channels put away. */
export interface FollowUpSettings {
  /** Time of the day at which people are told, such as 09:00, and whose wall clock is meant. */
  readonly at: { readonly hour: number; readonly minute: number };
  readonly timeZone: string;
  /** The owner of an action item is reminded so many days before it is due; null for not before. */
  readonly remindBeforeDays: number | null;
  /** And every so many days once it is overdue. */
  readonly remindEveryDays: number;
  /** So many days overdue it is told more widely than to its owner; null for never. */
  readonly widenAfterDays: number | null;
  /** 1 is Monday; null for no weekly review. */
  readonly weeklyReview: number | null;
  /** Day of the month, 1 to 28; null for no monthly review. */
  readonly monthlyReview: number | null;
  /** A channel's name or id; null for where incidents are announced. */
  readonly reviewChannel: string | null;
  /** The channel of an incident that ended so many days ago is archived; null for never. */
  readonly archiveAfterDays: number | null;
  /** Where open action items are handed to when a post-mortem is published; null for nowhere. */
  readonly tracker: TrackerId | null;
}

/** The day it is on the wall there, yyyy-MM-dd. */
export function dayAt(at: Date, settings: Pick<FollowUpSettings, "timeZone">): string {
  const { year, month, day } = partsInZone(at, settings.timeZone);
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** The moment people are told things on that day; where the clocks skip that minute, at noon. */
export function tellingMoment(day: string, settings: Pick<FollowUpSettings, "at" | "timeZone">): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const on = { year, month, day: date };
  const [first] = momentInZone({ ...on, ...settings.at }, settings.timeZone);
  if (first) return first;
  const [noon] = momentInZone({ ...on, hour: 12, minute: 0 }, settings.timeZone);
  return noon ?? new Date(Date.UTC(year, month - 1, date, 12));
}

/** The day so many days later. */
export function laterDay(day: string, days: number): string {
  return addDays(new Date(`${day}T00:00:00Z`), days)
    .toISOString()
    .slice(0, 10);
}

/** Whole days from one day to another; below zero when the other came before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
