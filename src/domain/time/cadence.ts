import { type Day, type DayRule, isOn, laterDay, momentsOn, readDayRule } from "./recurrence.ts";
import { partsInZone } from "./zone.ts";

/** Days on which something comes round: by weekday, by the month, or every so many days. */
export type Cadence =
  | { readonly kind: "days"; readonly rule: DayRule }
  /** On a day of every month, or of every third or twelfth beginning with January; 1 to 28. */
  | { readonly kind: "months"; readonly every: 1 | 3 | 12; readonly day: number }
  /** Counted from a day of its own, or from Monday, 1 January 2024. */
  | { readonly kind: "interval"; readonly days: number; readonly from: Day };

/** When something comes round: its days, and the time on the clock there. */
export interface Rhythm {
  readonly cadence: Cadence;
  /** Minutes after midnight. */
  readonly minute: number;
  /** IANA name. */
  readonly timezone: string;
}

/** How days that come round may be written; shown where they could not be read. */
export const cadenceForms = "day, weekday, week, Sunday, second Sunday, month, month on 15, quarter, year, 90 days";

const counted = { year: 2024, month: 1, day: 1 };
const months = { month: 1, monthly: 1, quarter: 3, quarterly: 3, year: 12, yearly: 12 } as const;

/** Days as people write them, in any case; null where it is none of the forms above. */
export function readCadence(written: string, from: Day = counted): Cadence | null {
  const word = written.trim().toLowerCase().replaceAll(/\s+/g, " ");
  if (word === "week" || word === "weekly") return { kind: "days", rule: { weekdays: [1], nth: null } };
  const [, span = "", day = "1"] =
    /^(month|monthly|quarter|quarterly|year|yearly)(?: on (?:the )?(\d{1,2})(?:st|nd|rd|th)?)?$/.exec(word) ?? [];
  if (span in months) {
    const on = Number(day);
    return on >= 1 && on <= 28 ? { kind: "months", every: months[span as keyof typeof months], day: on } : null;
  }
  const [, many = ""] = /^(\d{1,3}) ?d(?:ays?)?$/.exec(word) ?? [];
  if (many !== "") return Number(many) > 0 ? { kind: "interval", days: Number(many), from } : null;
  const rule = readDayRule(written);
  return rule && { kind: "days", rule };
}

/** Whether a day of the calendar is one of them. */
export function comesRoundOn(cadence: Cadence, day: Day): boolean {
  if (cadence.kind === "days") return isOn(cadence.rule, day);
  if (cadence.kind === "months") return day.day === cadence.day && (day.month - 1) % cadence.every === 0;
  const past = (dayNumber(day) - dayNumber(cadence.from)) / cadence.days;
  return past >= 0 && Number.isInteger(past);
}

/** The first moment after another at which it comes round; null where it does not within two years. */
export function nextTime(rhythm: Rhythm, after: Date): Date | null {
  return search(rhythm, after, 1, (at) => at > after);
}

/** The last moment up to another, that one included, at which it came round; null where it did not within two years. */
export function lastTime(rhythm: Rhythm, until: Date): Date | null {
  return search(rhythm, until, -1, (at) => at <= until);
}

/** The moment at which the clock there says that time on a day, yyyy-MM-dd. */
export function timeOn({ minute, timezone }: Rhythm, day: string): Date | null {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return momentsOn({ year, month, day: date }, minute, timezone)[0] ?? null;
}

const farthest = 800;

function search(rhythm: Rhythm, from: Date, step: 1 | -1, fits: (at: Date) => boolean): Date | null {
  const { year, month, day } = partsInZone(from, rhythm.timezone);
  // A day to spare: the clocks there may be on another one.
  for (let away = -1; away <= farthest; away += 1) {
    const on = laterDay({ year, month, day }, away * step);
    if (!comesRoundOn(rhythm.cadence, on)) continue;
    const [at] = momentsOn(on, rhythm.minute, rhythm.timezone);
    if (at && fits(at)) return at;
  }
  return null;
}

function dayNumber({ year, month, day }: Day): number {
  return Math.round(Date.UTC(year, month - 1, day) / 86_400_000);
}
