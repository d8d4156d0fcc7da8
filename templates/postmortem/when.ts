/** Moments in one zone, as the document says once at its top. */
export interface When {
  /** 2026-11-22 02:03 */
  readonly stamp: (at: Date) => string;
  /** 2026-11-22 */
  readonly day: (at: Date) => string;
  /** 02:03 */
  readonly time: (at: Date) => string;
  readonly zone: string;
}

/** Makes the words for moments in an IANA zone such as Europe/Berlin. */
export function whenIn(zone: string): When {
  // The Swedish form is ISO's: 2026-11-22 02:03.
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const stamp = (at: Date) => format.format(at);
  return { zone, stamp, day: (at) => stamp(at).slice(0, 10), time: (at) => stamp(at).slice(11, 16) };
}
