const day = 24 * 60 * 60 * 1000;
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** When a weekly window such as sun:02:30-sun:03:00, in UTC, begins next after a moment. */
export function nextWindow(window: string, after: number): number {
  const [, name = "sun", hour = "0", minute = "0"] = /^(\w{3}):(\d\d):(\d\d)-/.exec(window) ?? [];
  const today = Math.floor(after / day) * day + (Number(hour) * 60 + Number(minute)) * 60_000;
  const begins = today + ((days.indexOf(name) - new Date(after).getUTCDay() + 7) % 7) * day;
  return begins > after ? begins : begins + 7 * day;
}
