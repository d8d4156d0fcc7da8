const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/**
 * A moment as people type it, in their zone: now, +2h, 18:00 (the next one), tomorrow 9:00, friday 18:00,
 * 2026-11-22 18:00; a day alone is its beginning. Null for anything else. A time that daylight saving skips is as much
 * later as the clock moves; of one that comes twice the first is meant.
 */
export function readMoment(words: string, timeZone: string, now: Date): Date | null {
  const text = words
    .trim()
    .toLowerCase()
    .replace(/\s+at\s+|\s+/g, " ")
    .replace(/^(in|on|at) /, "");
  if (text === "now") return now;
  const ahead = /^\+? ?(\d{1,3}) ?(m|min|minutes?|h|hours?|d|days?|w|weeks?)$/.exec(text);
  if (ahead) return new Date(now.getTime() + Number(ahead[1]) * (units[(ahead[2] ?? "").charAt(0)] ?? 0));
  const here = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  const today = here.toPlainDate();
  const [, day = "", clock = ""] = /^(.*?)[ t]?(\d{1,2}(?::\d{2})?(?: ?[ap]m)?)?$/.exec(text) ?? [];
  const time = clock === "" ? Temporal.PlainTime.from("00:00") : readClock(clock);
  if (time && day === "") {
    if (clock === "" || !/[:m]/.test(clock)) return null;
    const at = today.toZonedDateTime({ timeZone, plainTime: time });
    const next =
      at.epochMilliseconds > now.getTime() ? at : today.add({ days: 1 }).toZonedDateTime({ timeZone, plainTime: time });
    return new Date(next.epochMilliseconds);
  }
  const date = readDay(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : day, today);
  const plainTime = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Temporal.PlainTime.from("00:00") : time;
  return date && plainTime ? new Date(date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds) : null;
}

function readDay(word: string, today: Temporal.PlainDate): Temporal.PlainDate | null {
  if (word === "today") return today;
  if (word === "tomorrow") return today.add({ days: 1 });
  const weekday = word.length >= 3 ? weekdays.findIndex((name) => name.startsWith(word)) + 1 : 0;
  if (weekday > 0) return today.add({ days: (weekday - today.dayOfWeek + 7) % 7 || 7 });
  try {
    return /^\d{4}-\d{2}-\d{2}$/.test(word) ? Temporal.PlainDate.from(word, { overflow: "reject" }) : null;
  } catch {
    return null;
  }
}

function readClock(word: string): Temporal.PlainTime | null {
  const [, hours = "", minutes = "00", half] = /^(\d{1,2})(?::(\d{2}))? ?([ap]m)?$/.exec(word) ?? [];
  const hour = half ? (Number(hours) % 12) + (half === "pm" ? 12 : 0) : Number(hours);
  return hours === "" || hour > 23 || Number(minutes) > 59 || (half && Number(hours) > 12)
    ? null
    : Temporal.PlainTime.from({ hour, minute: Number(minutes) });
}
