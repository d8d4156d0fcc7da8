import { type DumpFile, dumpEndings } from "../../domain/platform/dumps.ts";

/** What lies beside a dump, by its name. */
export const manifestName = (name: string) => `${name}.json`;

/** The description as it is written. */
export function manifestText(file: DumpFile): string {
  return `${JSON.stringify({ tocsin: 1, ...file }, null, 2)}\n`;
}

/** Reads a description; null where it is none of ours, or not of the file it lies beside. */
export function readManifest(text: string, name: string): DumpFile | null {
  let found: Partial<DumpFile> & { readonly tocsin?: unknown };
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return null;
  }
  const strings = ["name", "of", "database", "at", "endedAt", "engine", "program", "operation"] as const;
  const isWhole =
    found !== null &&
    typeof found === "object" &&
    found.tocsin === 1 &&
    strings.every((key) => typeof found[key] === "string") &&
    manifestName(found.name ?? "") === name &&
    typeof found.bytes === "number" &&
    /^[0-9a-f]{64}$/.test(found.sha256 ?? "") &&
    Object.hasOwn(dumpEndings, found.format ?? "") &&
    !Number.isNaN(Date.parse(found.at ?? "")) &&
    typeof found.rows === "object" &&
    found.rows !== null;
  if (!isWhole) return null;
  const { tocsin: _, ...file } = found;
  return file as DumpFile;
}

/** Whether a name is one that dumps of a target have; what it ends with is checked by whoever asks. */
export function isNameOf(of: string, name: string): boolean {
  return name.startsWith(`${of.replaceAll(/[^\w]+/g, "-")}-`);
}
