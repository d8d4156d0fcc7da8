import type { CheckResult } from "../platform.ts";
import type { BadEntry, Seal } from "./seal.ts";

/** What a check of the whole audit log found. */
export interface AuditReport {
  /** How many entries the chain holds and fits, from its beginning. */
  readonly verified: number;
  /** The newest seal; null while nothing was sealed yet. */
  readonly head: Seal | null;
  /** Entries that wait for their seal; normally sealed within a second. */
  readonly unsealed: { readonly count: number; readonly oldest: Date | null };
  readonly bad: BadEntry | null;
  /** Whether the head that was written down elsewhere is in the chain; null when none was given. */
  readonly knownHead: "found" | "differs" | "missing" | null;
}

/** Whether everything is as it was sealed. An unsealed tail is no harm by itself. */
export function isIntact(report: AuditReport): boolean {
  return report.bad === null && (report.knownHead === null || report.knownHead === "found");
}

/** The report as lines for a terminal. */
export function auditReportLines(report: AuditReport): readonly string[] {
  const { head, unsealed, bad } = report;
  const lines = [`${report.verified} ${report.verified === 1 ? "entry" : "entries"} verified.`];
  if (head) lines.push(`Head: ${headText(head)}`);
  if (unsealed.count > 0)
    lines.push(`Not sealed yet: ${unsealed.count}, the oldest of ${unsealed.oldest?.toISOString() ?? "unknown time"}.`);
  if (bad) {
    const name = bad.entryId === null ? "" : ` (entry ${bad.entryId})`;
    lines.push(`BROKEN at position ${bad.position}${name}: ${harm[bad.kind]}`);
  }
  if (report.knownHead === "missing") lines.push("BROKEN: the chain is shorter than the head you gave.");
  if (report.knownHead === "differs") lines.push("BROKEN: the chain does not pass through the head you gave.");
  return isIntact(report) ? [...lines, "The audit log is intact."] : lines;
}

const harm: Readonly<Record<BadEntry["kind"], string>> = {
  changed: "this entry is not what was sealed.",
  removed: "this entry was removed.",
  reordered: "this entry stands where another one was sealed.",
  inserted: "this entry was put in afterwards.",
};

/** A head as people write it down and give it back: 42:9f86d0…. */
export function headText(head: Pick<Seal, "position" | "hash">): string {
  return `${head.position}:${head.hash}`;
}

/** Reads a head that was written down; null where it is none. */
export function parseHead(text: string): Pick<Seal, "position" | "hash"> | null {
  const match = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text.trim().toLowerCase());
  return match?.[1] && match[2] ? { position: Number(match[1]), hash: match[2] } : null;
}

/** For doctor: whether the chain fits and the sealer keeps up, at a moment. */
export function auditResults(report: AuditReport, now: Date): readonly CheckResult[] {
  const { bad, unsealed, head } = report;
  const waiting = unsealed.oldest ? Math.round((now.getTime() - unsealed.oldest.getTime()) / 1000) : 0;
  const chain: CheckResult = bad
    ? {
        what: "Audit log",
        ok: false,
        found: `broken at position ${bad.position}: ${harm[bad.kind]}`,
        fix: "Run npm run audit:verify, and find out who had access to the database; a backup holds the entry as it was.",
      }
    : {
        what: "Audit log",
        ok: true,
        found: head ? `${report.verified} sealed entries, head ${headText(head)}` : "nothing sealed yet",
        fix: null,
      };
  if (waiting <= sealedWithinSeconds) return [chain];
  const found = `${unsealed.count} not sealed, the oldest for ${waiting} s`;
  const fix =
    "Start the bot, which seals them; if it runs, look for a transaction that stays open: select pid, xact_start, query from pg_stat_activity where backend_xid is not null order by xact_start.";
  return [chain, { what: "Sealing", ok: false, found, fix }];
}

/** Sealing takes a second; what waits this long is waiting for something else. */
const sealedWithinSeconds = 30;
