import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Environment } from "./settings.ts";

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong in the configuration: where, which field, what, and what would be right. */
export interface Fault {
  readonly place: Place;
  readonly field: string;
  readonly text: string;
}

/** A YAML value that remembers where it was written. */
export type Located = ScalarValue | MapValue | ListValue;

export interface ScalarValue {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As it stands in the file, before ${NAME} was replaced: fit for messages. */
  readonly written: string;
}
export interface MapValue {
  readonly kind: "map";
  readonly place: Place;
  readonly entries: Map<string, MapEntry>;
}
export interface MapEntry {
  readonly keyPlace: Place;
  readonly value: Located;
}
export interface ListValue {
  readonly kind: "list";
  readonly place: Place;
  /** Each keeps the index it was written at, for messages. */
  readonly items: readonly { readonly index: number; readonly value: Located }[];
}

export interface LocatedFile {
  /** Null when there is nothing to go on with. */
  readonly tree: Located | null;
  readonly faults: readonly Fault[];
  /** False when the YAML itself is broken, so that looking further would only invent faults. */
  readonly wellFormed: boolean;
  /** Values that came from the environment. */
  readonly redactions: readonly string[];
}

/** Aliases that repeat aliases grow without bound; no configuration by hand comes near this many values. */
const mostValues = 50_000;

/** Reads one YAML file, replaces ${NAME} in its scalars (never in keys), and reports every fault with its place. */
export function readYaml(file: string, text: string, environment: Environment): LocatedFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const faults: Fault[] = [];
  const redactions = new Set<string>();
  let values = 0;

  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const placeOf = (node: { range?: readonly number[] | null } | null | undefined, otherwise: Place): Place =>
    node?.range?.[0] === undefined ? otherwise : placeAt(node.range[0]);

  for (const error of [...document.errors, ...document.warnings]) {
    const [first = ""] = error.message.split("\n");
    faults.push({ place: placeAt(error.pos[0]), field: "YAML", text: `${first}; put the line right.` });
  }
  const wellFormed = document.errors.length === 0;
  const start: Place = { file, line: 1, column: 1 };
  const tree = document.contents === null ? null : walk(document.contents, "", start, 0);
  return { tree, faults, wellFormed, redactions: [...redactions] };

  function walk(node: Node | null, field: string, above: Place, depth: number): Located {
    const place = placeOf(node, above);
    values++;
    if (values > mostValues || depth > 40) {
      if (values === mostValues + 1 || depth === 41)
        faults.push({ place, field, text: "is repeated or nested too often; write it out plainly." });
      return { kind: "scalar", place, value: null, written: "" };
    }
    if (isAlias(node)) {
      const target = node.resolve(document as Document);
      if (target) return walk(target, field, place, depth + 1);
      faults.push({ place, field, text: `*${node.source} stands for nothing; define &${node.source} above it.` });
    }
    if (isMap(node)) {
      const entries = new Map<string, MapEntry>();
      for (const pair of node.items) {
        const keyNode = pair.key as Node | null;
        const keyPlace = placeOf(keyNode, place);
        const key = isScalar(keyNode) && keyNode.value !== null ? String(keyNode.source ?? keyNode.value) : "";
        const inner = field === "" ? key : `${field}.${key}`;
        if (key === "") {
          faults.push({
            place: keyPlace,
            field: inner,
            text: "this is not a key; write a plain word before the colon.",
          });
          continue;
        }
        const earlier = entries.get(key);
        if (earlier) {
          const text = `is written twice, first on line ${earlier.keyPlace.line}; keep one of the two.`;
          faults.push({ place: keyPlace, field: inner, text });
          continue;
        }
        entries.set(key, { keyPlace, value: walk(pair.value as Node | null, inner, keyPlace, depth + 1) });
      }
      return { kind: "map", place, entries };
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => ({
        index,
        value: walk(item as Node | null, `${field}[${index}]`, place, depth + 1),
      }));
      return { kind: "list", place, items };
    }
    if (!isScalar(node)) return { kind: "scalar", place, value: null, written: "" };
    const { value } = node;
    if (typeof value === "string")
      return { kind: "scalar", place, value: replaceNames(value, field, place), written: JSON.stringify(value) };
    const simple = typeof value === "number" || typeof value === "boolean" ? value : null;
    return { kind: "scalar", place, value: simple, written: node.source ?? String(value) };
  }

  function replaceNames(text: string, field: string, place: Place): string {
    return text.replace(/\$\$\{|\$\{([^}]*)\}?/gu, (whole, name: string | undefined) => {
      if (name === undefined) return "${";
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !whole.endsWith("}")) {
        const right = `write \${NAME} with the name of an environment variable, or $\${ for the characters themselves.`;
        faults.push({ place, field, text: `${whole} is not understood; ${right}` });
        return whole;
      }
      const value = environment[name];
      if (value === undefined || value === "") {
        const text = `\${${name}} is not in the environment; set ${name} before starting.`;
        faults.push({ place, field, text });
        return whole;
      }
      redactions.add(value);
      return value;
    });
  }
}

/** The plain value of a tree, for the schema. */
export function plainValue(tree: Located): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map((item) => plainValue(item.value));
  return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
}

/** A scalar for a message, as it stands in the file. */
export function shown(scalar: ScalarValue): string {
  return scalar.written.length > 80 ? `${scalar.written.slice(0, 79)}…` : scalar.written;
}

export interface Found {
  /** Null when the path leads to something that is not written. */
  readonly node: Located | null;
  /** The value's own place for scalars, its key's for maps and lists, the nearest one above where it is not written. */
  readonly place: Place;
  /** Where the last key of the path is, or the nearest above. */
  readonly keyPlace: Place;
  /** The path as it stands in messages: policy[0].allow. */
  readonly field: string;
}

/** Follows a path from the top. */
export function find(tree: Located, path: readonly PropertyKey[]): Found {
  let node: Located | null = tree;
  let place = tree.place;
  let keyPlace = tree.place;
  let field = "";
  for (const part of path) {
    const next: MapEntry | null = node && step(node, part);
    if (node?.kind === "list" || typeof part === "number") field = `${field}[${originalIndex(node, Number(part))}]`;
    else field = field === "" ? String(part) : `${field}.${String(part)}`;
    node = next?.value ?? null;
    if (!next) continue;
    keyPlace = next.keyPlace;
    place = next.value.kind === "scalar" && next.value.written !== "" ? next.value.place : next.keyPlace;
  }
  return { node, place, keyPlace, field };
}

function step(node: Located, part: PropertyKey): MapEntry | null {
  if (node.kind === "map") return node.entries.get(String(part)) ?? null;
  const item = node.kind === "list" ? node.items[Number(part)] : undefined;
  return item ? { keyPlace: item.value.place, value: item.value } : null;
}

function originalIndex(node: Located | null, position: number): number {
  return (node?.kind === "list" ? node.items[position]?.index : undefined) ?? position;
}

/** The tree without what stands at a path; an empty path leaves an empty map. */
export function without(tree: Located, path: readonly PropertyKey[]): Located {
  const [part, ...rest] = path;
  if (part === undefined) return { kind: "map", place: tree.place, entries: new Map() };
  if (tree.kind === "map") {
    const entries = new Map(tree.entries);
    const entry = entries.get(String(part));
    if (entry && rest.length > 0) entries.set(String(part), { ...entry, value: without(entry.value, rest) });
    else entries.delete(String(part));
    return { ...tree, entries };
  }
  if (tree.kind === "list") {
    const items = tree.items.flatMap((item, position) => {
      if (position !== Number(part)) return [item];
      return rest.length > 0 ? [{ ...item, value: without(item.value, rest) }] : [];
    });
    return { ...tree, items };
  }
  return tree;
}
