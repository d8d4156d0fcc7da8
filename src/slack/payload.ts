/** Readers for what comes from Slack: it is data, never trusted to have a shape. */
export type Payload = Readonly<Record<string, unknown>>;

export function record(value: unknown): Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : {};
}

export function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The same without zero bytes, which nobody types and PostgreSQL cannot hold. */
export function withoutZeroBytes<T>(value: T): T {
  if (typeof value === "string") return (value.includes("\0") ? value.replaceAll("\0", "") : value) as T;
  if (Array.isArray(value)) return value.map(withoutZeroBytes) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutZeroBytes(inner)])) as T;
}
