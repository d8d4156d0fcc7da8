const locale = "en-GB";

function shown(date: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, options).format(date);
}

/** The moment a message's ts names. */
export function dateOfTs(ts: string): Date {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function clockTime(date: Date): string {
  return shown(date, { hour: "2-digit", minute: "2-digit" });
}

export function fullTime(date: Date): string {
  return shown(date, { dateStyle: "full", timeStyle: "medium" });
}

export function dayKey(date: Date): string {
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** "Today", "Yesterday", or the day with its weekday. */
export function dayName(date: Date, now: Date): string {
  return relativeDay(date, now) ?? shown(date, { weekday: "long", day: "numeric", month: "long" });
}

function relativeDay(date: Date, now: Date): string | null {
  if (dayKey(date) === dayKey(now)) return "Today";
  if (dayKey(date) === dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return "Yesterday";
  if (dayKey(date) === dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1))) return "Tomorrow";
  return null;
}

/** "3 minutes ago", "in 2 hours". */
export function ago(date: Date, now: Date): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 10],
];

/**
 * Fills Slack's date tokens; unknown ones stay as they are. `_pretty` ones say today, yesterday or tomorrow.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function fillDateTokens(format: string, date: Date, now: Date): string {
  return format.replace(/\{([a-z_]+)\}/g, (whole, token: string) => dateToken(token, date, now) ?? whole);
}

function dateToken(token: string, date: Date, now: Date): string | null {
  const pretty = /^(date(?:_short|_long)?|day_divider)_pretty$/.exec(token);
  if (pretty !== null) {
    const day = relativeDay(date, now);
    return day?.toLowerCase() ?? dateToken((pretty[1] ?? "date").replace("day_divider", "date_long"), date, now);
  }
  switch (token) {
    case "date_num":
      return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
    case "date_slash":
      return shown(date, { day: "2-digit", month: "2-digit", year: "numeric" });
    case "date":
      return shown(date, { day: "numeric", month: "long", year: "numeric" });
    case "date_short":
      return shown(date, { day: "numeric", month: "short", year: "numeric" });
    case "date_long":
      return shown(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
    case "time":
      return clockTime(date);
    case "time_secs":
      return shown(date, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    case "ago":
      return ago(date, now);
    default:
      return null;
  }
}
