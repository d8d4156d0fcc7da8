import { CloudError } from "./cloud-error.ts";

/** What a caller sent: the body of a JSON request, or the form of a Query request as a tree. */
export type Input = Readonly<Record<string, unknown>>;

const wrongType = (value: unknown, wanted: string) =>
  new CloudError("SerializationException", `${describe(value)} can not be converted to ${wanted}`);

function describe(value: unknown): string {
  if (typeof value === "string") return "STRING_VALUE";
  if (typeof value === "number") return "NUMBER_VALUE";
  if (typeof value === "boolean") return value ? "TRUE_VALUE" : "FALSE_VALUE";
  return Array.isArray(value) ? "START_ARRAY" : "START_OBJECT";
}

export function text(input: Input, field: string): string | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(value, "a String");
  return value;
}

export function flag(input: Input, field: string): boolean | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw wrongType(value, "a Boolean");
  return value;
}

export function list(input: Input, field: string): readonly string[] | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(value, "a List");
  for (const item of value) if (typeof item !== "string") throw wrongType(item, "a String");
  return value as readonly string[];
}

export function record(input: Input, field: string): Input | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType(value, "an Object");
  return value as Input;
}

/** A whole number; `refuse` makes the API's own error for one that is not whole or not within the bounds. */
export function integer(
  input: Input,
  field: string,
  bounds: { readonly low: number; readonly high: number },
  refuse: (sentence: string) => CloudError,
): number | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw wrongType(value, "an Integer");
  if (!Number.isInteger(value)) throw refuse(`${field} must be a whole number.`);
  if (value < bounds.low || value > bounds.high) {
    throw refuse(`${field} must be between ${bounds.low} and ${bounds.high}.`);
  }
  return value;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/** One page; the token is opaque to callers and one that was not given out is refused. */
export function page<Item>(
  all: readonly Item[],
  size: number,
  token: string | undefined,
  refuse: (sentence: string) => CloudError,
): Page<Item> {
  const start = token === undefined ? 0 : Number(/^page-(\d+)$/.exec(fromBase64(token))?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw refuse("Invalid token");
  const items = all.slice(start, start + size);
  const rest = start + size < all.length;
  return rest ? { items, nextToken: Buffer.from(`page-${start + size}`).toString("base64url") } : { items };
}

const fromBase64 = (token: string) => Buffer.from(token, "base64url").toString("utf8");
