import { CloudError } from "./cloud-error.ts";
import { type Input, text } from "./input.ts";

/** Fields of a Query form, where everything is text. */
export const malformed = (sentence: string) => new CloudError("MalformedInput", sentence);

export function formFlag(input: Input, field: string): boolean | undefined {
  const value = text(input, field)?.toLowerCase();
  if (value === undefined || value === "") return undefined;
  if (value !== "true" && value !== "false") throw malformed(`Invalid boolean value: ${value}`);
  return value === "true";
}

export function formNumber(input: Input, field: string): number | undefined {
  const value = text(input, field);
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) throw malformed(`Invalid number value: ${value}`);
  return number;
}

/** A time as the client writes it, in milliseconds since 1970. */
export function formTime(input: Input, field: string): number | undefined {
  const value = text(input, field);
  if (value === undefined || value === "") return undefined;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw malformed(`Invalid date-time value: ${value}`);
  return time;
}

export function required(input: Input, field: string): string {
  const value = text(input, field);
  if (value === undefined || value === "") {
    throw new CloudError("InvalidParameterValue", `The parameter ${field} must be provided and must not be blank.`);
  }
  return value;
}

/** A list of structures or texts; an empty one arrives as "" or not at all. */
export function formList(input: Input, field: string): readonly unknown[] {
  const value = input[field];
  return Array.isArray(value) ? value : [];
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export function formTags(input: Input, field = "Tags"): Tag[] {
  return formList(input, field).map((one) => ({
    Key: required(one as Input, "Key"),
    Value: text(one as Input, "Value") ?? "",
  }));
}

/** Adds tags, replacing those of the same key. */
export const mergedTags = (before: readonly Tag[], added: readonly Tag[]): Tag[] => [
  ...before.filter((one) => !added.some((other) => other.Key === one.Key)),
  ...added,
];

/** Values a `Filters` argument asks for under a name; undefined when it does not. */
export function filterValues(input: Input, known: readonly string[]): (name: string) => readonly string[] | undefined {
  const filters = formList(input, "Filters") as readonly Input[];
  for (const filter of filters) {
    const name = required(filter, "Name");
    if (!known.includes(name)) throw new CloudError("InvalidParameterValue", `Unrecognized filter name: ${name}`);
  }
  return (name) => {
    const filter = filters.find((one) => one.Name === name);
    return filter ? (formList(filter, "Values") as readonly string[]) : undefined;
  };
}

/** One page as Query services cut it: `MaxRecords` of 20 to 100, or where the call says so to more, and a `Marker`. */
export function formPage<Item>(
  input: Input,
  all: readonly Item[],
  most = 100,
): { readonly items: readonly Item[]; readonly Marker?: string } {
  const size = formNumber(input, "MaxRecords") ?? 100;
  if (!Number.isInteger(size) || size < 20 || size > most) {
    const range = `Must be between 20 and ${most}`;
    throw new CloudError("InvalidParameterValue", `Invalid value ${size} for MaxRecords. ${range}`);
  }
  const marker = text(input, "Marker");
  const start = marker
    ? Number(/^from-(\d+)$/.exec(Buffer.from(marker, "base64url").toString())?.[1] ?? Number.NaN)
    : 0;
  if (Number.isNaN(start))
    throw new CloudError("InvalidParameterValue", "The request token in the Marker parameter is invalid.");
  const items = all.slice(start, start + size);
  if (start + size >= all.length) return { items };
  return { items, Marker: Buffer.from(`from-${start + size}`).toString("base64url") };
}
