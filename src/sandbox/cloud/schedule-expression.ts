/** When a scheduled action comes round. Source: docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html */
export type Schedule =
  | { readonly kind: "at"; readonly at: number }
  | { readonly kind: "rate"; readonly every: number }
  | { readonly kind: "cron"; readonly fields: CronFields; readonly timezone: string };

interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: readonly string[] | null;
  readonly months: ReadonlySet<number>;
  readonly weekdays: readonly string[] | null;
  readonly years: ReadonlySet<number> | null;
}

const minute = 60_000;
const units: Readonly<Record<string, number>> = { minute, hour: 60 * minute, day: 24 * 60 * minute };
const monthNames = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
/** Sunday is 1. */
const dayNames = "SUN MON TUE WED THU FRI SAT".split(" ");
/** How far ahead is looked for the next time: what does not come in five years never comes here. */
const daysAhead = 5 * 366;

/** Reads `at(…)`, `rate(…)` or `cron(…)`; null where it is none of them. */
export function readSchedule(written: string, timezone: string): Schedule | null {
  const at = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)\)$/.exec(written)?.[1];
  if (at !== undefined) {
    const [day = "", clock = ""] = at.split("T");
    const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
    const moment = momentIn(timezone, day, hours, minutes);
    return Number.isNaN(moment) ? null : { kind: "at", at: moment + seconds * 1000 };
  }
  const [, count, unit = "", several] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(written) ?? [];
  if (count !== undefined) {
    if (Number(count) < 1 || (Number(count) === 1) !== (several === "")) return null;
    return { kind: "rate", every: Number(count) * (units[unit] ?? minute) };
  }
  const fields = /^cron\((.+)\)$/.exec(written)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) return null;
  const [minutes = "", hours = "", days = "", months = "", weekdays = "", years = ""] = fields;
  // One of both days must be left open, and only one of them may be `?`.
  if ((days === "?") === (weekdays === "?")) return null;
  const read: CronFields = {
    minutes: numbers(minutes, 0, 59, []),
    hours: numbers(hours, 0, 23, []),
    months: numbers(months, 1, 12, monthNames),
    days: days === "?" ? null : days.split(","),
    weekdays: weekdays === "?" ? null : weekdays.toUpperCase().split(","),
    years: years === "*" ? null : numbers(years, 1970, 2199, []),
  };
  const sets = [read.minutes, read.hours, read.months, ...(read.years ? [read.years] : [])];
  if (sets.some((one) => one.size === 0)) return null;
  if (read.days?.some((one) => one !== "L" && !/^\d+W$/.test(one) && numbers(one, 1, 31, []).size === 0)) return null;
  const isDay = (one: string) => /^[1-7]L$|^[1-7]#[1-5]$/.test(one) || numbers(one, 1, 7, dayNames).size > 0;
  if (read.weekdays?.some((one) => one !== "L" && !isDay(one))) return null;
  return { kind: "cron", fields: read, timezone };
}

/** The first time after a moment; null where it never comes again. `from` is where a rate counts from. */
export function nextTime(schedule: Schedule, after: number, from: number): number | null {
  if (schedule.kind === "at") return schedule.at > after ? schedule.at : null;
  if (schedule.kind === "rate") {
    return from + Math.max(1, Math.floor((after - from) / schedule.every) + 1) * schedule.every;
  }
  const { fields, timezone } = schedule;
  const first = dayIn(timezone, after);
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const day = new Date(Date.parse(`${first}T00:00:00Z`) + ahead * 24 * 60 * minute);
    if (!matchesDay(fields, day)) continue;
    for (const hour of [...fields.hours].sort((one, other) => one - other)) {
      for (const one of [...fields.minutes].sort((left, right) => left - right)) {
        const moment = momentIn(timezone, day.toISOString().slice(0, 10), hour, one);
        if (moment > after) return moment;
      }
    }
  }
  return null;
}

function matchesDay({ years, months, days, weekdays }: CronFields, date: Date): boolean {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  if (years !== null && !years.has(year)) return false;
  if (!months.has(month)) return false;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const weekday = date.getUTCDay() + 1;
  if (days !== null) {
    return days.some((one) => {
      if (one === "L") return day === last;
      const nearest = /^(\d+)W$/.exec(one)?.[1];
      if (nearest !== undefined) return day === workingDay(year, month, Number(nearest), last);
      return numbers(one, 1, 31, []).has(day);
    });
  }
  return (weekdays ?? []).some((one) => {
    const [, number, nth] = /^(\d)(?:#(\d))?L?$/.exec(one) ?? [];
    if (one === "L") return weekday === 7;
    if (one.endsWith("L")) return weekday === Number(number) && day + 7 > last;
    if (nth !== undefined) return weekday === Number(number) && Math.ceil(day / 7) === Number(nth);
    return numbers(one, 1, 7, dayNames).has(weekday);
  });
}

/** The weekday nearest to a day, within its month. */
function workingDay(year: number, month: number, day: number, last: number): number {
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < last ? day + 1 : day - 2;
  return day;
}

/** What a field holds: numbers or names, lists, ranges and steps; empty where it cannot be read. */
function numbers(field: string, low: number, high: number, names: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  const value = (word: string) => {
    const named = names.indexOf(word.toUpperCase());
    return named >= 0 ? named + low : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const part of field.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const [first = "", last] = range.split("-");
    const from = range === "*" ? low : value(first);
    const open = range === "*" || (part.includes("/") && last === undefined);
    const to = open ? high : value(last ?? first);
    if (!(from >= low && to <= high && from <= to && Number(step) >= 1)) return new Set();
    for (let one = from; one <= to; one += Number(step)) found.add(one);
  }
  return found;
}

function dayIn(timezone: string, moment: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: timezone, dateStyle: "short" }).format(moment);
}

/** The moment at which clocks there show that time; one that is skipped in spring comes as much later. */
function momentIn(timezone: string, day: string, hours: number, minutes: number): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + (hours * 60 + minutes) * minute;
  const first = wall - offsetAt(timezone, wall);
  return wall - offsetAt(timezone, first);
}

function offsetAt(timezone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(moment);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "0";
  const shown = Date.parse(
    `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}Z`,
  );
  return shown - Math.floor(moment / 1000) * 1000;
}
