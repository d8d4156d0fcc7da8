import { z } from "zod";
import { type Fault, find, type Located, plainValue, shown, without } from "./located.ts";
import { nearest } from "./nearest.ts";
import { configurationSchema, type Written } from "./schema.ts";

export interface Shaped {
  readonly written: Written;
  /** What `written` was read from: the tree without the parts that have faults. */
  readonly tree: Located;
  readonly faults: readonly Fault[];
}

/**
 * Holds a tree against the schema. What is wrong becomes faults and is then set aside piece by piece, so that the
 * rest can still be looked through for references that lead nowhere: one run tells everything.
 */
export function checkShape(whole: Located): Shaped {
  let tree = whole;
  let parsed = configurationSchema.safeParse(plainValue(tree));
  const faults = parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOf(issue, whole));
  while (!parsed.success) {
    const issue = parsed.error.issues[0];
    if (!issue) throw parsed.error;
    tree = setAside(tree, issue);
    parsed = configurationSchema.safeParse(plainValue(tree));
  }
  return { written: parsed.data, tree, faults };
}

function setAside(tree: Located, whole: z.core.$ZodIssue): Located {
  const [issue = whole] = meantIssues(whole);
  if (issue.code === "unrecognized_keys")
    return issue.keys.reduce<Located>((rest, key) => without(rest, [...issue.path, key]), tree);
  // What is missing cannot be taken away; what it is missing from can.
  let path = issue.path;
  while (path.length > 0 && find(tree, path).node === null) path = path.slice(0, -1);
  return without(tree, path);
}

/**
 * What may be written in two ways, such as a list or a map, is held against both: where it has the form of one of
 * them, what is wrong with it there is what people want to hear.
 */
function meantIssues(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code !== "invalid_type"),
  );
  if (!meant) return [issue];
  return meant.flatMap((inner) => meantIssues({ ...inner, path: [...issue.path, ...inner.path] }));
}

function faultsOf(whole: z.core.$ZodIssue, tree: Located): readonly Fault[] {
  return meantIssues(whole).flatMap((issue) => faultsOfOne(issue, tree));
}

function faultsOfOne(issue: z.core.$ZodIssue, tree: Located): readonly Fault[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const way = meant ? `did you mean ${meant}?` : `known here: ${known.join(", ")}.`;
      const { field, keyPlace } = find(tree, [...issue.path, key]);
      return { place: keyPlace, field, text: `is not a known key; ${way}` };
    });
  }
  const { node, place, keyPlace, field } = find(tree, issue.path);
  if (issue.code === "invalid_key") {
    const message = issue.issues[0]?.message ?? issue.message;
    return [{ place: keyPlace, field, text: `this name cannot be used; ${message}.` }];
  }
  return [{ place, field: field || "the file", text: `${whatIsWrong(node)}; ${issue.message}.` }];
}

function whatIsWrong(node: Located | null): string {
  if (node === null) return "is missing";
  if (node.kind === "map") return node.entries.size === 0 ? "is empty" : "cannot be a map";
  if (node.kind === "list") return node.items.length === 0 ? "is empty" : "cannot be a list";
  if (node.written === "" || node.written === '""') return "is empty";
  return `cannot be ${shown(node)}`;
}

/** The keys the schema knows at a path; none where it takes any. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = configurationSchema;
  for (const part of path) {
    schema = formFor(unwrapped(schema), part);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(part)];
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else return [];
  }
  const last = formFor(unwrapped(schema), "");
  return last instanceof z.ZodObject ? Object.keys(last.shape) : [];
}

/** Of two forms the one that has such parts: a map has named ones, a list numbered ones. */
function formFor(schema: unknown, part: PropertyKey): unknown {
  if (!(schema instanceof z.ZodUnion)) return schema;
  const forms = schema.options.map(unwrapped);
  return (
    forms.find((form) => (typeof part === "number" ? form instanceof z.ZodArray : form instanceof z.ZodObject)) ??
    schema
  );
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrapped(schema.unwrap());
  return schema;
}
