import { entry, type Schema, type Surface } from "./facts.ts";
import type { Report } from "./problem.ts";
import { checkElementRules } from "./rules.ts";

export interface Walk {
  readonly surface: Surface;
  readonly report: Report;
}

type Plain = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const union = "failed to match all allowed schemas";

/** Checks one value against one node of the facts and reports every problem below it. */
export function checkValue(schema: Schema, value: unknown, pointer: string, walk: Walk): void {
  if (value === null && schema.nullable) return;
  if (schema.ref) {
    checkReference(schema, value, pointer, walk);
    return;
  }
  if (schema.const !== undefined) {
    if (value !== schema.const) walk.report(pointer, `unsupported type: ${String(value)}`);
    return;
  }
  switch (schema.type) {
    case "string":
      checkString(schema, value, pointer, walk.report);
      return;
    case "integer":
    case "number":
      checkNumber(schema, value, pointer, walk.report);
      return;
    case "boolean":
      if (typeof value !== "boolean") walk.report(pointer, "must provide a boolean");
      return;
    case "array":
      checkArray(schema, value, pointer, walk);
      return;
    case "anyOf":
      checkUnion(schema.of ?? [], value, pointer, walk);
      return;
    default:
      checkObject(schema, value, pointer, walk);
      return;
  }
}

function checkReference(node: Schema, value: unknown, pointer: string, walk: Walk): void {
  const ref = node.ref ?? "";
  let target = entry(ref);
  if (target.anyOf) {
    const of = target.anyOf.map(
      (name): Schema => ({ type: "ref", ref: name, ...(node.text ? { text: node.text } : {}) }),
    );
    if (ref !== "objects.text") {
      checkUnion(of, value, pointer, walk);
      return;
    }
    // Slack names the union first and then the reason; seen for text objects (facts, errorFormat.order).
    const reasons: Parameters<Report>[] = [];
    checkUnion(of, value, pointer, { ...walk, report: (...problem) => reasons.push(problem) });
    if (reasons.length > 0) walk.report(pointer, union);
    for (const reason of reasons) walk.report(...reason);
    return;
  }
  if (node.variant) target = { ...target, ...target.variants?.[node.variant] };
  if (node.text) target = withTextLimits(target, node.text);
  if (node.allow) target = { ...target, fields: only(target.fields ?? {}, node.allow) };
  if (node.inlineTypeOptional) target = { ...target, required: target.required?.filter((key) => key !== "type") ?? [] };
  if (target.surfaces && ref.startsWith("elements.") && !target.surfaces.includes(walk.surface)) {
    walk.report(`${pointer}/type`, `unsupported type: ${ref.slice("elements.".length)}`);
    return;
  }
  checkObject(target, value, pointer, walk);
  if (isObject(value) && ref.startsWith("elements.")) checkElementRules(value, pointer, walk.report);
}

function withTextLimits(target: Schema, limits: NonNullable<Schema["text"]>): Schema {
  return { ...target, fields: { ...target.fields, text: { ...target.fields?.text, ...limits } } };
}

function only(fields: Readonly<Record<string, Schema>>, names: readonly string[]): Record<string, Schema> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

function checkUnion(of: readonly Schema[], value: unknown, pointer: string, walk: Walk): void {
  const named = of.filter((option) => option.ref);
  if (named.length < of.length) {
    const fits = of.some((option) => {
      let good = true;
      checkValue(option, value, pointer, { ...walk, report: () => (good = false) });
      return good;
    });
    if (!fits) walk.report(pointer, union);
    return;
  }
  if (!isObject(value)) {
    walk.report(pointer, "must provide an object");
    return;
  }
  if (value.type === undefined) {
    walk.report(pointer, "missing required field: type", "missing_field");
    return;
  }
  const chosen = named.find((option) => entry(option.ref ?? "").fields?.type?.const === value.type);
  if (!chosen) {
    walk.report(`${pointer}/type`, `unsupported type: ${String(value.type)}`);
    return;
  }
  checkValue(chosen, value, pointer, walk);
}

function checkObject(schema: Schema, value: unknown, pointer: string, walk: Walk): void {
  if (!isObject(value)) {
    walk.report(pointer, "must provide an object");
    return;
  }
  if (schema.discriminator && schema.variants) {
    const variant = schema.variants[String(value[schema.discriminator])];
    if (!variant) {
      walk.report(`${pointer}/${schema.discriminator}`, `unsupported type: ${String(value[schema.discriminator])}`);
      return;
    }
    checkObject(variant, value, pointer, walk);
    return;
  }
  if (!schema.fields) return;
  for (const key of schema.required ?? []) {
    if (value[key] === undefined) walk.report(pointer, `missing required field: ${key}`, "missing_field");
  }
  for (const group of schema.requireOneOf ?? []) {
    if (group.every((key) => value[key] === undefined)) {
      const names = group.map((key) => `\`${key}\``).join(" or ");
      walk.report(pointer, schema.requireOneOfMessage ?? `must define either ${names}`, "missing_field");
    }
  }
  for (const group of schema.mutuallyExclusive ?? []) {
    const given = group.filter((key) => value[key] !== undefined);
    if (given.length > 1)
      walk.report(pointer, `must define only one of ${given.map((key) => `\`${key}\``).join(", ")}`);
  }
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    if (field) checkValue(field, inner, `${pointer}/${escapePointer(key)}`, walk);
    else walk.report(pointer, `invalid additional property: ${key}`, "additional_property");
  }
}

/** RFC 6901: "~" and "/" inside a key. */
function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function checkArray(schema: Schema, value: unknown, pointer: string, walk: Walk): void {
  if (!Array.isArray(value)) {
    walk.report(pointer, "must provide an array");
    return;
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    walk.report(pointer, `no more than ${schema.maxItems} items allowed`);
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    walk.report(pointer, `must provide at least ${schema.minItems} items`);
  }
  if (schema.unique && new Set(value).size < value.length) walk.report(pointer, "must provide unique items");
  const { items } = schema;
  if (items && Object.keys(items).length > 0) {
    value.forEach((item, index) => {
      checkValue(items, item, `${pointer}/${index}`, walk);
    });
  }
}

function checkString(schema: Schema, value: unknown, pointer: string, report: Report): void {
  if (typeof value !== "string") {
    report(pointer, "must provide a string");
    return;
  }
  if (schema.enum && !schema.enum.includes(value)) {
    report(pointer, "must be a valid enum value");
    return;
  }
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength) {
    report(pointer, `must be more than ${schema.minLength - 1} characters`);
    return;
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    report(pointer, `must be less than ${schema.maxLength + 1} characters`);
    return;
  }
  if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) {
    report(pointer, "failed to match schema");
    return;
  }
  if (schema.format === "url" && !isWebAddress(value, schema.httpsOnly ?? false)) report(pointer, "invalid url");
}

export function isWebAddress(value: string, httpsOnly: boolean): boolean {
  const url = URL.parse(value);
  return url !== null && (url.protocol === "https:" || (!httpsOnly && url.protocol === "http:"));
}

function checkNumber(schema: Schema, value: unknown, pointer: string, report: Report): void {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    report(pointer, "must provide a number");
    return;
  }
  if (schema.type === "integer" && !Number.isInteger(value)) {
    report(pointer, "must provide an integer");
    return;
  }
  if (schema.enum && !schema.enum.includes(value)) {
    report(pointer, "must be a valid enum value");
    return;
  }
  if (schema.min !== undefined && value < schema.min) report(pointer, `must be more than ${schema.min - 1}`);
  if (schema.max !== undefined && value > schema.max) report(pointer, `must be less than ${schema.max + 1}`);
  if (schema.exclusiveMin !== undefined && value <= schema.exclusiveMin) {
    report(pointer, `must be more than ${schema.exclusiveMin}`);
  }
}
