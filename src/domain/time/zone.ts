/** Wall-clock time in a named zone, from the runtime's own zone tables. */
export interface WallTime {
  readonly year: number;
  /** 1 is January. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  formats.set(timezone, made);
  return made;
}

/** Whether the runtime knows a zone of that name. */
export function isTimezone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What a clock on the wall there shows; UTC for a zone that is not known. */
export function partsInZone(at: Date, timezone: string): WallTime & { readonly weekday: number } {
  const zone = isTimezone(timezone) ? timezone : "UTC";
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const wall = {
    year: parts.get("year") ?? 0,
    month: parts.get("month") ?? 0,
    day: parts.get("day") ?? 0,
    hour: parts.get("hour") ?? 0,
    minute: parts.get("minute") ?? 0,
  };
  const weekday = new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay();
  return { ...wall, weekday: weekday === 0 ? 7 : weekday };
}

/**
 * The moments at which a clock on the wall there shows this: one; none in the hour that daylight saving skips; two,
 * earlier first, in the hour it repeats.
 */
export function momentInZone(wall: WallTime, timezone: string): readonly Date[] {
  const naive = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  // Offsets a day before and after cover both sides of any change.
  const offsets = new Set([-1, 1].map((days) => offsetMinutes(new Date(naive + days * 86_400_000), timezone)));
  return [...offsets]
    .map((offset) => new Date(naive - offset * 60_000))
    .filter((at) => {
      const shown = partsInZone(at, timezone);
      return shown.day === wall.day && shown.hour === wall.hour && shown.minute === wall.minute;
    })
    .sort((one, other) => one.getTime() - other.getTime());
}

/** How far the zone is ahead of UTC at a moment, in minutes. */
export function offsetMinutes(at: Date, timezone: string): number {
  const { year, month, day, hour, minute } = partsInZone(at, timezone);
  return Math.round(
    (Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at.getTime() / 60_000) * 60_000) / 60_000,
  );
}
