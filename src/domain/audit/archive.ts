import { createHash } from "node:crypto";
import { addDays } from "date-fns/addDays";
import { addMinutes } from "date-fns/addMinutes";
import { ProviderError } from "../../errors.ts";
import { providerTroubleInWords } from "../operation/trouble.ts";
import type { App } from "../ports.ts";
import { type AuditLine, auditFile } from "./file.ts";
import type { ChainHead } from "./seal.ts";
import type { ArchiveMode, ArchiveSettings } from "./settings.ts";

/** A run of the chain as one object of the archive. Written down before it is written, and confirmed once it is there. */
export interface ArchivedRange {
  readonly from: number;
  readonly to: number;
  readonly key: string;
  /** The moment it was begun; part of the object's bytes. */
  readonly begunAt: Date;
  readonly retainUntil: Date;
  readonly mode: ArchiveMode;
  readonly confirmedAt: Date | null;
  /** Which version of the object it is; null until it is confirmed. */
  readonly version: string | null;
  /** Why it could not be written the last time. */
  readonly trouble: string | null;
}

export interface ArchiveRecords {
  /** The newest range, whether confirmed or not. */
  readonly newest: () => Promise<ArchivedRange | null>;
  readonly begin: (range: ArchivedRange) => Promise<void>;
  readonly confirm: (from: number, at: Date, version: string | null) => Promise<void>;
  readonly fail: (from: number, trouble: string) => Promise<void>;
}

/** An object as it is to be, and afterwards as it is. */
export interface ArchiveObject {
  readonly key: string;
  readonly bytes: Buffer;
  /** SHA-256, in base64 as the platform takes it. */
  readonly sha256: string;
  readonly mode: ArchiveMode;
  readonly retainUntil: Date;
}

export interface ArchivedObject {
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly mode: string | null;
  readonly retainUntil: Date | null;
  readonly version: string | null;
}

/** A place where objects cannot be changed or deleted before their time. */
export interface AuditArchive {
  /** Answers what it is; throws ProviderError, with the way out, where it cannot keep objects. */
  readonly check: () => Promise<string>;
  /** Writes an object unless one of that name is there, and answers what is there. Throws ProviderError. */
  readonly write: (object: ArchiveObject) => Promise<ArchivedObject>;
}

/** How many entries one object holds at most. */
export const mostInRange = 2000;
const retryMinutes = 30;

/** The next run to write: one that was begun and not confirmed, else what was sealed since. Null where there is nothing. */
export async function nextRange(
  app: App,
  settings: ArchiveSettings,
): Promise<{ readonly range: ArchivedRange; readonly object: ArchiveObject; readonly more: boolean } | null> {
  const newest = await app.archive.newest();
  const isOpen = newest !== null && newest.confirmedAt === null;
  const after = isOpen ? newest.from - 1 : (newest?.to ?? 0);
  const found = await app.auditLog.after(after, mostInRange + 1);
  const lines = found.filter(({ position }) => !isOpen || position <= newest.to).slice(0, mostInRange);
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return null;
  const range: ArchivedRange = isOpen ? newest : begun(app, settings, first, last);
  if (!isOpen) await app.archive.begin(range);
  return { range, object: objectOf(range, lines), more: found.length > lines.length };
}

function begun(app: App, settings: ArchiveSettings, first: AuditLine, last: AuditLine): ArchivedRange {
  const number = (position: number) => String(position).padStart(10, "0");
  const day = app.now.toISOString().slice(0, 10).replaceAll("-", "/");
  const folder = settings.prefix === "" ? "" : `${settings.prefix}/`;
  return {
    from: first.position,
    to: last.position,
    key: `${folder}${day}/${number(first.position)}-${number(last.position)}.jsonl`,
    begunAt: app.now,
    retainUntil: addDays(app.now, settings.retentionDays),
    mode: settings.mode,
    confirmedAt: null,
    version: null,
    trouble: null,
  };
}

/** The same range gives the same bytes, however often it is tried. */
function objectOf(range: ArchivedRange, lines: readonly AuditLine[]): ArchiveObject {
  const after: ChainHead = { position: range.from - 1, hash: lines[0]?.previous ?? "" };
  const bytes = Buffer.from(auditFile(lines, { kind: "complete", after, at: range.begunAt }));
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  return { key: range.key, bytes, sha256, mode: range.mode, retainUntil: range.retainUntil };
}

/** What is wrong with an object that is there, in words; null where it is what was written. */
export function archiveFault(wanted: ArchiveObject, found: ArchivedObject): string | null {
  if (found.sha256 !== wanted.sha256 || found.bytes !== wanted.bytes.length) {
    return `${wanted.key} is there with another content; look who wrote it, and set another prefix`;
  }
  if (found.mode?.toLowerCase() !== wanted.mode) {
    return `${wanted.key} is kept in the mode ${found.mode ?? "none"} and not in ${wanted.mode}`;
  }
  // The platform keeps whole seconds.
  if (found.retainUntil === null || found.retainUntil.getTime() < wanted.retainUntil.getTime() - 1000) {
    return `${wanted.key} is kept until ${found.retainUntil?.toISOString() ?? "no time"} only`;
  }
  return null;
}

/** The object is there as it should be: the next run follows, at once where there is more. */
export async function recordArchived(
  app: App,
  settings: ArchiveSettings,
  range: ArchivedRange,
  { version, more }: { readonly version: string | null; readonly more: boolean },
): Promise<void> {
  await app.archive.confirm(range.from, app.now, version);
  await app.audit.add({
    actor: "tocsin",
    action: "audit.archived",
    subject: range.key,
    details: { from: range.from, to: range.to, until: range.retainUntil.toISOString(), mode: range.mode },
  });
  await armArchive(app, more ? app.now : addMinutes(app.now, settings.everyMinutes));
}

/** It could not be written: it is tried again, and told once a day. */
export async function recordArchiveTrouble(
  app: App,
  range: ArchivedRange,
  error: ProviderError | string,
): Promise<void> {
  const trouble = error instanceof ProviderError ? providerTroubleInWords(error) : error;
  await app.archive.fail(range.from, trouble);
  const place = { configured: app.config.channels.operations ? "operations" : "incidents" } as const;
  const once = `audit-archive:${app.now.toISOString().slice(0, 10)}`;
  await app.outbox.add({ kind: "message", view: "audit.archive-trouble", subject: trouble, place, once }, "normal");
  await armArchive(app, addMinutes(app.now, retryMinutes));
}

/** Has the next run written at a moment. */
export async function armArchive(app: App, at: Date): Promise<void> {
  await app.jobs.add("archive-audit", {}, { key: "archive", after: at });
}

/** At each start: what was begun goes on, else the next run comes when it is due. */
export async function armArchiveAtStart(app: App): Promise<void> {
  const settings = app.config.audit.archive;
  if (settings === null) return;
  const newest = await app.archive.newest();
  await armArchive(app, newest?.confirmedAt ? addMinutes(newest.confirmedAt, settings.everyMinutes) : app.now);
}
