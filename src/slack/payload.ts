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
  return holdsZeroByte(value) ? stripped(value) : value;
}

function holdsZeroByte(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  if (typeof value !== "object" || value === null) return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(holdsZeroByte);
}

function stripped<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll("\0", "") as T;
  if (Array.isArray(value)) return value.map(stripped) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stripped(inner)])) as T;
}
