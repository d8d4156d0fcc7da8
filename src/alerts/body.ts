/** What a body from outside holds: nothing about it is sure. */
export type Loose = Readonly<Record<string, unknown>>;

/** A map, empty where it is none. */
export function record(value: unknown): Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

/** A list, empty where it is none; at most as many as anybody sends at once. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, mostAtOnce) : [];
}

/** Alerts of one post beyond this many are left out. */
export const mostAtOnce = 500;

/** A text that is not empty; a number as its digits. */
export function word(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** A moment as ISO text or milliseconds since 1970; null for anything else, and for year 1, which stands for none. */
export function moment(value: unknown): Date | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  const at = new Date(typeof value === "string" ? value.replace(/([+-]\d{2})(\d{2})$/, "$1:$2") : value);
  const year = at.getUTCFullYear();
  return Number.isNaN(year) || year < 2000 || year > 2100 ? null : at;
}

/** A map of texts; what is none is left out. */
export function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record(value)).flatMap(([name, one]) => {
      const text = typeof one === "boolean" ? String(one) : word(one);
      return text === null ? [] : [[name, text]];
    }),
  );
}

/** A map without what is null. */
export function known(labels: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
