import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { OperationName } from "./config/catalog-words.ts";
import { completeConfiguration } from "./config/complete.ts";
import { secretsOf } from "./config/connections.ts";
import { type Fault, find, type Located, type LocatedFile, type MapEntry, readYaml, shown } from "./config/located.ts";
import { notUsedYet } from "./config/not-used-yet.ts";
import { readOwnTemplates } from "./config/postmortem.ts";
import { checkReferences } from "./config/references.ts";
import type { Environment } from "./config/settings.ts";
import { checkShape } from "./config/shape.ts";
import { readAnnouncements } from "./config/telling.ts";
import type { Configuration } from "./domain/configuration.ts";
import { ConfigurationError } from "./errors.ts";

export interface Loaded {
  readonly configuration: Configuration;
  /** The files it was read from; empty when there is none and the built-in defaults hold. */
  readonly files: readonly string[];
  /** Values that came from the environment and must never be printed. */
  readonly redactions: readonly string[];
  /** Sections that are written and that this version does not act on yet. */
  readonly notUsedYet: readonly string[];
}

export interface LoadOptions {
  readonly environment: Environment;
  /** What the policy may name; null leaves its actions unchecked. */
  readonly operations: readonly OperationName[] | null;
}

/**
 * Reads the configuration file, or every .yaml and .yml file of a folder, as one. Throws ConfigurationError with all
 * faults at once, each "file:line:column field: what is wrong; what would be right". Where nobody named a path and
 * nothing lies there, the built-in defaults hold and `files` is empty.
 */
export async function loadConfiguration(
  place: { readonly path: string; readonly named: boolean },
  options: LoadOptions,
): Promise<Loaded> {
  const files = await listFiles(place.path, place.named);
  const texts = await Promise.all(files.map(async (name) => ({ name, text: await readFile(name, "utf8") })));
  return parseConfiguration(texts, options);
}

async function listFiles(path: string, named: boolean): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw unreadable(path, error);
    if (!named) return [];
    throw new ConfigurationError([`${path}: there is no such file or folder; put TOCSIN_CONFIG right, or unset it.`]);
  }
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith(".")).sort();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new ConfigurationError([`${path}: the folder holds no .yaml file; put one there.`]);
}

function unreadable(path: string, error: unknown): ConfigurationError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigurationError([`${path}: cannot be read (${reason}); check who may read it.`]);
}

/** The same for texts that are already at hand; reads nothing but the post-mortem templates they name. */
export function parseConfiguration(
  texts: readonly { readonly name: string; readonly text: string }[],
  options: LoadOptions,
): Loaded {
  const files = texts.map(({ name, text }) => readYaml(name, text, options.environment));
  const merged = merge(files);
  const faults = [...files.flatMap((file) => file.faults), ...merged.faults];
  // Broken YAML is read with guesses; looking at the guesses would only invent faults.
  if (files.some((file) => !file.wellFormed)) throw failure(faults);

  const shaped = checkShape(merged.tree);
  // A value that could not be read has its fault already; what the schema thinks of it adds nothing.
  const unread = new Set(faults.map((fault) => fault.field));
  faults.push(...shaped.faults.filter((fault) => !unread.has(fault.field)));
  for (const misfit of checkReferences(shaped.written, { operations: options.operations })) {
    const { node, place, keyPlace, field } = find(shaped.tree, misfit.path);
    // What is set aside because of a fault leaves a gap; the gap is not a fault of its own.
    if (unread.has(field)) continue;
    if (faults.some((fault) => fault.field.startsWith(`${field}.`) || fault.field.startsWith(`${field}[`))) continue;
    const subject = node?.kind === "scalar" && !misfit.key ? `${shown(node)} ` : "";
    faults.push({ place: misfit.key ? keyPlace : place, field, text: `${subject}${misfit.text}` });
  }
  const own = readOwnTemplates(
    shaped.written.postmortem,
    (name) => find(shaped.tree, ["postmortem", "templates", name]).place,
  );
  faults.push(...own.faults);
  const announced = readAnnouncements(
    shaped.written.announcements,
    find(shaped.tree, ["announcements", "folder"]).place,
  );
  faults.push(...announced.faults);
  if (faults.length > 0) throw failure(faults);
  const configuration = completeConfiguration(shaped.written, options.operations ?? [], own.templates, announced.texts);
  const addresses = [...configuration.connections.values()].flatMap(secretsOf);
  return {
    configuration,
    files: texts.map(({ name }) => name),
    redactions: [...new Set([...files.flatMap((file) => file.redactions), ...addresses])].filter(isWorthHiding),
    notUsedYet: notUsedYet(shaped.written),
  };
}

/** Values this short are no secrets, and hiding them would blacken half of every log line. */
function isWorthHiding(value: string): boolean {
  return value.length >= 4;
}

function failure(faults: readonly Fault[]): ConfigurationError {
  const inOrder = [...faults].sort(
    (a, b) =>
      a.place.file.localeCompare(b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column,
  );
  const lines = inOrder.map(
    ({ place, field, text }) => `${place.file}:${place.line}:${place.column} ${field}: ${text}`,
  );
  return new ConfigurationError([...new Set(lines)]);
}

/** Puts the files together: maps key by key down to one entry of a section; nothing may be written in two of them. */
function merge(files: readonly LocatedFile[]): { readonly tree: Located; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const sections = new Map<string, MapEntry>();
  const place = files[0]?.tree?.place ?? { file: "the configuration", line: 1, column: 1 };
  const refuse = (field: string, first: MapEntry, second: MapEntry) => {
    const { file, line } = first.keyPlace;
    faults.push({ place: second.keyPlace, field, text: `is also in ${file}, line ${line}; keep one of the two.` });
  };
  for (const { tree } of files) {
    if (tree === null) continue;
    if (tree.kind !== "map") {
      const text = "the file must be a map; begin with a section such as services:.";
      faults.push({ place: tree.place, field: "the file", text });
      continue;
    }
    for (const [name, section] of tree.entries) {
      const earlier = sections.get(name);
      if (!earlier) sections.set(name, section);
      else if (earlier.value.kind !== "map" || section.value.kind !== "map") refuse(name, earlier, section);
      else {
        const entries = new Map(earlier.value.entries);
        for (const [key, entry] of section.value.entries) {
          const before = entries.get(key);
          if (before) refuse(`${name}.${key}`, before, entry);
          else entries.set(key, entry);
        }
        sections.set(name, { ...earlier, value: { ...earlier.value, entries } });
      }
    }
  }
  return { tree: { kind: "map", place, entries: sections }, faults };
}
