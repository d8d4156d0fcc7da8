import { addDays } from "date-fns/addDays";
import { Refusal } from "../../errors.ts";
import { isTimezone, momentInZone, offsetMinutes, partsInZone } from "./zone.ts";

/** How a time in the past may be typed; shown where one could not be read. */
export const momentForms = "Write it like 2h, 14:05, yesterday 23:10, 2026-11-21 14:05, or 14:05 UTC.";

export interface TypedMoment {
  readonly now: Date;
  /** The person's own zone, IANA name. */
  readonly timezone: string;
  /** The input of a form a refusal belongs to. */
  readonly field?: string;
}

const unitMinutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080 };

/**
 * A time in the past as people type it: so long ago, or a time of day in their own zone, or one with its zone said.
 * A time without a day is the last such time. Refuses what is no time, lies ahead, falls into the hour that daylight
 * saving skips, or means two moments in the hour it repeats.
 */
export function readMoment(typed: string, facts: TypedMoment): Date {
  const text = typed.trim().toLowerCase().replace(/\s+/g, " ");
  const at = ago(text, facts.now) ?? onTheClock(text, facts);
  if (!at) throw refuse(facts, `I cannot read “${typed.trim().slice(0, 40)}” as a time.`, momentForms);
  if (at > facts.now) throw ahead(facts, at);
  return at;
}

/** Refuses a moment that lies ahead; a minute of difference between two clocks is none. */
export function requirePast(at: Date, now: Date, field: string | null = null): void {
  if (at.getTime() - now.getTime() > 60_000)
    throw new Refusal("bad_argument", "That time is still to come.", null, field);
}

/** A moment as everybody can place it: 14:05 UTC, with the day where it is another one than today. */
export function inUtc(at: Date, now: Date): string {
  const [date = "", time = ""] = at.toISOString().split("T");
  return now.toISOString().startsWith(date) ? `${time.slice(0, 5)} UTC` : `${date} ${time.slice(0, 5)} UTC`;
}

function ago(text: string, now: Date): Date | null {
  if (text === "now" || text === "just now") return now;
  const span = /^((?:\d{1,5} ?(?:minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w),? ?(?:and )?)+)(?:ago)?$/.exec(
    text,
  )?.[1];
  if (!span) return null;
  const minutes = [...span.matchAll(/(\d+) ?([mhdw])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitMinutes[unit ?? ""] ?? 0),
    0,
  );
  return new Date(now.getTime() - minutes * 60_000);
}

const clock =
  /^(?:(today|yesterday|\d{4}-\d{2}-\d{2})[ t,]*)?(?:at )?(\d{1,2})(?::(\d{2}))?(?::\d{2}(?:\.\d+)?)? ?(?:(am|pm)\b)? ?(z|utc|gmt|[+-]\d{1,2}(?::?\d{2})?|[a-z]+\/[a-z_/+-]+)?$/;

function onTheClock(text: string, facts: TypedMoment): Date | null {
  const [, dayWord, hourText, minuteText, half, zoneWord] = clock.exec(text) ?? [];
  // A lone number is no time of day.
  if (hourText === undefined || (minuteText === undefined && !half)) return null;
  const hour = hourOf(Number(hourText), half);
  const minute = Number(minuteText ?? "0");
  if (hour === null || minute > 59) return null;
  const zone = zoneOf(zoneWord, facts.timezone);
  if (zone === null) return null;
  const day = dayOf(dayWord, facts.now, zone);
  if (day === null) return null;
  const moments = momentsOf({ ...day, hour, minute }, zone);
  const past = moments.filter((at) => at <= facts.now);
  if (moments.length === 0) throw skipped(facts, text);
  if (past.length > 1) throw repeated(facts, text, past);
  if (past[0]) return past[0];
  const first = moments[0] ?? facts.now;
  // Just after midnight 23:50 is yesterday's; at noon 14:05 is a slip.
  if (dayWord || first.getTime() - facts.now.getTime() < 12 * 3_600_000) throw ahead(facts, first);
  const before = momentsOf({ ...partsOf(addDays(first, -1), zone), hour, minute }, zone);
  if (before.length === 0) throw skipped(facts, text);
  if (before.length > 1) throw repeated(facts, text, before);
  return before[0] ?? null;
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (!half) return hour <= 23 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === "pm" ? 12 : 0);
}

/** Minutes ahead of UTC, or a zone's name. */
type Zone = number | string;

function zoneOf(word: string | undefined, own: string): Zone | null {
  if (word === undefined) return isTimezone(own) ? own : "UTC";
  if (word === "z" || word === "utc" || word === "gmt") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(word) ?? [];
  if (sign) {
    const offset = Number(hours) * 60 + Number(minutes ?? "0");
    return offset <= 14 * 60 ? (sign === "-" ? -offset : offset) : null;
  }
  return isTimezone(word) ? word : null;
}

function partsOf(at: Date, zone: Zone) {
  return typeof zone === "string" ? partsInZone(at, zone) : partsInZone(new Date(at.getTime() + zone * 60_000), "UTC");
}

function momentsOf(wall: Parameters<typeof momentInZone>[0], zone: Zone): readonly Date[] {
  if (typeof zone === "string") return momentInZone(wall, zone);
  return momentInZone(wall, "UTC").map((at) => new Date(at.getTime() - zone * 60_000));
}

function dayOf(
  word: string | undefined,
  now: Date,
  zone: Zone,
): { readonly year: number; readonly month: number; readonly day: number } | null {
  if (word === undefined || word === "today") return partsOf(now, zone);
  if (word === "yesterday") {
    const today = partsOf(now, zone);
    const noon = new Date(Date.UTC(today.year, today.month - 1, today.day - 1));
    return partsInZone(noon, "UTC");
  }
  const [year = 0, month = 0, day = 0] = word.split("-").map(Number);
  const meant = new Date(Date.UTC(year, month - 1, day));
  return meant.getUTCMonth() === month - 1 && meant.getUTCDate() === day ? { year, month, day } : null;
}

function refuse(facts: TypedMoment, sentence: string, next: string | null): Refusal {
  return new Refusal("bad_argument", sentence, next, facts.field ?? null);
}

function ahead(facts: TypedMoment, at: Date): Refusal {
  return refuse(
    facts,
    `That time is still to come (${inUtc(at, facts.now)}).`,
    "Name one in the past; say the day where another is meant, such as yesterday 14:05.",
  );
}

function skipped(facts: TypedMoment, text: string): Refusal {
  return refuse(
    facts,
    `There was no ${text} in ${facts.timezone}: the clocks went forward over it.`,
    "Write it in UTC, such as 01:30 UTC.",
  );
}

function repeated(facts: TypedMoment, text: string, moments: readonly Date[]): Refusal {
  const choices = moments.map((at) => `${inUtc(at, facts.now)} (${offsetWords(offsetMinutes(at, facts.timezone))})`);
  return refuse(
    facts,
    `In ${facts.timezone} it was ${text} twice, when the clocks went back.`,
    `Say which: ${choices.join(" or ")}.`,
  );
}

function offsetWords(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
