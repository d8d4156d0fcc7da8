import type { Json } from "../operation/operation.ts";
import type { AuditEntry } from "./entry.ts";
import { type ChainHead, chainHash, emptyChain } from "./seal.ts";

/** A sealed entry with the hash before it, so that it can be checked by itself. */
export interface AuditLine {
  readonly position: number;
  /** The hash of the position before. */
  readonly previous: string;
  readonly hash: string;
  readonly entry: AuditEntry;
}

/** What a file of the audit log is: a run of the chain without a gap, or entries that somebody chose. */
export type AuditFileKind = "complete" | "selected";

const format = "tocsin-audit/1";

/**
 * Entries as a file: a line that says what it is, then one line of JSON for each entry, in the chain's order. The same
 * entries and moment give the same bytes. `after` is the head before a complete run; null for chosen ones.
 */
export function auditFile(
  lines: readonly AuditLine[],
  about: { readonly kind: AuditFileKind; readonly after: ChainHead | null; readonly at: Date },
): string {
  const last = lines.at(-1);
  const head = {
    format,
    kind: about.kind,
    after: about.after && { position: about.after.position, hash: about.after.hash },
    to: last ? { position: last.position, hash: last.hash } : null,
    entries: lines.length,
    written: about.at.toISOString(),
  };
  return `${[JSON.stringify(head), ...lines.map(lineText)].join("\n")}\n`;
}

function lineText({ position, previous, hash, entry }: AuditLine): string {
  const { id, at, actor, action, subject, details } = entry;
  return JSON.stringify({ position, previous, hash, entry: { id, at, actor, action, subject, details } });
}

/** What a check of files of the audit log found. */
export interface FileReport {
  /** Entries that are what was sealed. */
  readonly verified: number;
  readonly from: number | null;
  readonly to: ChainHead | null;
  /** Positions between the first and the last that the files do not hold. */
  readonly leftOut: number;
  /** What is wrong with the first bad line, in words; null where nothing is. */
  readonly bad: string | null;
  readonly knownHead: "found" | "differs" | "missing" | null;
}

/** Checks files, in the order given, by their own hashes; `knownHead` is a head that was written down elsewhere. */
export function verifyFiles(
  files: readonly { readonly name: string; readonly text: string }[],
  knownHead: ChainHead | null = null,
): FileReport {
  let verified = 0;
  let leftOut = 0;
  let from: number | null = null;
  let to: ChainHead | null = null;
  let known: FileReport["knownHead"] = knownHead && "missing";
  const report = (bad: string | null): FileReport => ({ verified, from, to, leftOut, bad, knownHead: known });
  for (const { name, text } of files) {
    const [first = "", ...rest] = text.split("\n");
    const head = readHead(first);
    if (head === null) return report(`${name}: it is no file of the audit log.`);
    if (rest.at(-1) !== "") return report(`${name}: it ends in the middle of a line.`);
    const lines = rest.slice(0, -1);
    if (lines.length !== head.entries) {
      return report(`${name}: it holds ${lines.length} entries and says that it has ${head.entries}.`);
    }
    let before: ChainHead | null = head.kind === "complete" ? (head.after ?? emptyChain) : to;
    if (head.kind === "complete" && to !== null && before?.position === to.position && before.hash !== to.hash) {
      return report(`${name}: it does not follow what comes before it.`);
    }
    for (const [index, written] of lines.entries()) {
      const where = `${name}, line ${index + 2}`;
      const line = readLine(written);
      if (line === null) return report(`${where}: it cannot be read.`);
      const { position, previous, hash, entry } = line;
      if (to !== null && position <= to.position) return report(`${where}: position ${position} is out of order.`);
      const follows = before !== null && position === before.position + 1;
      if (follows && previous !== before?.hash) return report(`${where}: it does not follow the entry before it.`);
      if (!follows && head.kind === "complete")
        return report(`${where}: entries before position ${position} are gone.`);
      if (chainHash(previous, entry) !== hash) return report(`${where}: this entry is not what was sealed.`);
      // Readers differ in what they make of a key that stands there twice, and believe what nobody sealed.
      if (lineText(line) !== written) return report(`${where}: it is not written as it was sealed.`);
      if (to !== null) leftOut += position - to.position - 1;
      verified += 1;
      from ??= position;
      to = { position, hash };
      before = to;
      if (knownHead?.position === position) known = knownHead.hash === hash ? "found" : "differs";
    }
    const last = lines.length > 0 ? to : null;
    if (head.to?.hash !== last?.hash) return report(`${name}: its end is not the one that it names.`);
  }
  return report(null);
}

/** Whether everything in the files is as it was sealed. */
export function filesAreIntact({ bad, knownHead }: FileReport): boolean {
  return bad === null && (knownHead === null || knownHead === "found");
}

/** The report as lines for a terminal. */
export function fileReportLines(report: FileReport): readonly string[] {
  const { verified, from, to, leftOut, bad, knownHead } = report;
  const lines = [`${verified} ${verified === 1 ? "entry" : "entries"} verified.`];
  if (from !== null && to !== null) lines.push(`Positions ${from} to ${to.position}, head ${to.position}:${to.hash}`);
  if (leftOut > 0)
    lines.push(
      `${leftOut} between them ${leftOut === 1 ? "is" : "are"} not in the files: each entry fits its neighbours.`,
    );
  if (bad !== null) lines.push(`BROKEN: ${bad}`);
  if (knownHead === "missing") lines.push("BROKEN: the head you gave is not in the files.");
  if (knownHead === "differs") lines.push("BROKEN: the files do not pass through the head you gave.");
  return filesAreIntact(report) ? [...lines, "The files are intact."] : lines;
}

interface FileHead {
  readonly kind: AuditFileKind;
  readonly after: ChainHead | null;
  readonly to: ChainHead | null;
  readonly entries: number;
}

function readHead(text: string): FileHead | null {
  const value = parsed(text) as (Partial<FileHead> & { readonly format?: unknown }) | null;
  if (value?.format !== format || typeof value.entries !== "number") return null;
  if (value.kind !== "complete" && value.kind !== "selected") return null;
  return { kind: value.kind, after: value.after ?? null, to: value.to ?? null, entries: value.entries };
}

function readLine(text: string): AuditLine | null {
  const value = parsed(text) as { readonly [K in keyof AuditLine]?: unknown } | null;
  const entry = value?.entry as { readonly [K in keyof AuditEntry]?: unknown } | undefined;
  if (!value || !entry || typeof value.position !== "number") return null;
  if (typeof value.previous !== "string" || typeof value.hash !== "string") return null;
  const at = new Date(String(entry.at));
  if (Number.isNaN(at.getTime()) || typeof entry.id !== "number") return null;
  const { actor, action, subject } = entry;
  if (typeof actor !== "string" || typeof action !== "string" || typeof subject !== "string") return null;
  const details = (entry.details ?? null) as Json;
  const { position, previous, hash } = value;
  return { position, previous, hash, entry: { id: entry.id, at, actor, action, subject, details } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
