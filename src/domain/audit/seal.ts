import { createHash } from "node:crypto";
import type { Json } from "../operation/operation.ts";
import type { AuditEntry } from "./entry.ts";

/** One link of the chain: position 1 is the first, and every hash holds all entries up to it. */
export interface Seal {
  readonly position: number;
  readonly entryId: number;
  /** Lower-case hexadecimal SHA-256. */
  readonly hash: string;
}

/** Where a chain begins, or where a part of it was checked up to. */
export type ChainHead = Pick<Seal, "position" | "hash">;

export const emptyChain: ChainHead = { position: 0, hash: "0".repeat(64) };

/** The hash that seals an entry: SHA-256 over the hash before it, a line break, and the entry's canonical JSON. */
export function chainHash(previous: string, entry: AuditEntry): string {
  return createHash("sha256")
    .update(`${previous}\n${canonicalEntry(entry)}`)
    .digest("hex");
}

/** An entry as one text that is the same whatever order its keys came in. */
export function canonicalEntry(entry: AuditEntry): string {
  const { id, at, actor, action, subject, details } = entry;
  return canonicalJson({ id, at: at.toISOString(), actor, action, subject, details });
}

function canonicalJson(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Seals entries in the order given, on top of a head. */
export function sealEntries(head: ChainHead, entries: readonly AuditEntry[]): readonly Seal[] {
  let { position, hash } = head;
  return entries.map((entry) => {
    position++;
    hash = chainHash(hash, entry);
    return { position, entryId: entry.id, hash };
  });
}

/** The first thing that is not as it was sealed. */
export interface BadEntry {
  readonly position: number;
  readonly entryId: number | null;
  readonly kind: "changed" | "removed" | "reordered" | "inserted";
}

/** A seal with the entry it names; null where there is none any more. */
export interface SealedEntry {
  readonly seal: Seal;
  readonly entry: AuditEntry | null;
}

/**
 * Checks a run of seals, by position, that follows a head. Answers the new head, or the first bad entry; what kind of
 * harm it is follows from which of the neighbours fits instead, and is `changed` where none does.
 */
export function verifyRun(
  head: ChainHead,
  run: readonly SealedEntry[],
): { readonly head: ChainHead; readonly bad: BadEntry | null } {
  let { position, hash } = head;
  for (const [index, { seal, entry }] of run.entries()) {
    const expected = position + 1;
    if (seal.position !== expected)
      return { head: { position, hash }, bad: { position: expected, entryId: null, kind: "removed" } };
    if (!entry)
      return { head: { position, hash }, bad: { position: expected, entryId: seal.entryId, kind: "removed" } };
    const found = chainHash(hash, entry);
    if (found !== seal.hash) {
      const kind = kindOfHarm(hash, seal, run.slice(index + 1));
      return { head: { position, hash }, bad: { position: expected, entryId: entry.id, kind } };
    }
    position = expected;
    hash = found;
  }
  return { head: { position, hash }, bad: null };
}

function kindOfHarm(before: string, seal: Seal, following: readonly SealedEntry[]): BadEntry["kind"] {
  for (const next of following) {
    if (!next.entry) continue;
    const hash = chainHash(before, next.entry);
    if (hash === seal.hash) return "reordered";
    if (hash === next.seal.hash) return "inserted";
  }
  return "changed";
}
