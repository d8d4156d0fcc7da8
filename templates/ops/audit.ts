import type { ArchivedRange } from "../../src/domain/audit/archive.ts";
import type { AuditLine } from "../../src/domain/audit/file.ts";
import { auditFile } from "../../src/domain/audit/file.ts";
import { type AuditQuery, filterOf, visibleLines } from "../../src/domain/audit/reading.ts";
import { type AuditReport, auditReportLines, isIntact } from "../../src/domain/audit/report.ts";
import type { ArchiveSettings } from "../../src/domain/audit/settings.ts";
import { context, cut, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";

/** More is not written into one file. */
export const mostExported = 5000;

export interface AuditExportSubject {
  readonly userId: string;
  readonly query: AuditQuery;
}

/** What was asked for, in words: "since 30d, by @ana". */
export function queryInWords({ since, until, person: by, target, action }: AuditQuery): string {
  const words = [
    since === null ? null : `since ${inert(since)}`,
    until === null ? null : `until ${inert(until)}`,
    by === null ? null : `by ${actor(by)}`,
    target === null ? null : `on ${inert(target)}`,
    action === null ? null : `${inert(action)} only`,
  ].filter((word) => word !== null);
  return words.length === 0 ? "everything" : words.join(", ");
}

/** The newest entries, newest first. */
export function auditList(
  lines: readonly AuditLine[],
  query: AuditQuery,
  archive: { readonly settings: ArchiveSettings | null; readonly newest: ArchivedRange | null },
): Reply {
  const about = queryInWords(query);
  const kept = archiveLine(archive.settings, archive.newest);
  if (lines.length === 0) {
    return reply(`Nothing in the audit log fits: ${about}.`, [
      section(`Nothing in the audit log fits: ${about}.`),
      context("An entry is there a second after what it tells of. Try a longer time, or fewer filters.", kept),
    ]);
  }
  const rows = lines.map(
    ({ entry: { at, actor: by, action, subject } }) =>
      `${moment(at)} ${actor(by)} \`${inert(action)}\` ${cut(inert(subject), 120)}`,
  );
  return reply(`Audit log, ${about}: the newest ${lines.length}`, [
    section(`*Audit log*, ${about}: the newest ${lines.length}`),
    section(rows.join("\n")),
    context(
      "`/ops audit export` sends more of it as a file, `/ops audit verify` checks it. What belongs to private incidents that you are not in is left out.",
      kept,
    ),
  ]);
}

/** What a check of the whole log found. */
export function auditVerified(lines: readonly string[], intact: boolean): Reply {
  const [head, ...rest] = intact ? lines.toReversed() : ["The audit log is NOT as it was sealed.", ...lines];
  const text = [`${intact ? "" : ":rotating_light: "}*${inert(head ?? "")}*`, ...rest.map((line) => inert(line))];
  return reply(inert(head ?? ""), [
    section(cut(text.join("\n"), 2900)),
    ...(intact
      ? []
      : [context("Tell whoever is responsible for security, and keep the database and its backups as they are.")]),
  ]);
}

/** Tells operators that the archive did not take a run. */
export function archiveTrouble(why: string): Reply {
  const text = `The audit log could not be exported: ${inert(why)}`;
  return reply(cut(text, 2900), [
    section(cut(text, 2900)),
    context(
      "Nothing is lost: it is tried again every half hour, from where it stopped. `/ops audit` says how it stands.",
    ),
  ]);
}

/** How the archive stands, in one line. */
function archiveLine(settings: ArchiveSettings | null, newest: ArchivedRange | null): string {
  if (settings === null) return "It is kept in the database only: `audit.export` of the configuration says where else.";
  const bucket = inert(settings.bucket);
  if (newest === null) return `Nothing of it was exported to ${bucket} yet.`;
  if (newest.confirmedAt === null) {
    const why = newest.trouble === null ? "is under way" : `does not succeed: ${cut(inert(newest.trouble), 300)}`;
    return `The export of positions ${newest.from} to ${newest.to} to ${bucket} ${why}`;
  }
  return `Exported to ${bucket} up to position ${newest.to}, ${moment(newest.confirmedAt)}; kept there until ${moment(newest.retainUntil, "{date}")}.`;
}

/** The entries as a file for one person: what that person may see when it is written. Subject: an AuditExportSubject. */
export const auditExportView: View = async (app, subject) => {
  const { userId, query } = JSON.parse(subject) as AuditExportSubject;
  const found = await app.auditLog.find(filterOf(query, app.now), mostExported + 1);
  const lines = await visibleLines(app, found.slice(-mostExported), userId);
  const name = `audit-${app.now.toISOString().slice(0, 10)}.jsonl`;
  const content = auditFile(lines, { kind: "selected", after: null, at: app.now });
  const comment = [
    `${lines.length} ${lines.length === 1 ? "entry" : "entries"} of the audit log, ${queryInWords(query)}.`,
    found.length > mostExported ? `Only the newest ${mostExported}; narrow it for the rest.` : null,
    "What belongs to private incidents that you are not in is left out. `npm run audit:verify -- <file>` checks it.",
  ];
  return { files: [{ name, title: name, content }], comment: comment.filter((line) => line !== null).join(" ") };
};

/** Subject: an AuditReport's lines, and whether they are good news. */
export const auditVerifiedView: View = async (_app, subject) => {
  const { lines, intact } = JSON.parse(subject) as { readonly lines: readonly string[]; readonly intact: boolean };
  return { reply: auditVerified(lines, intact) };
};

/** The subject for a report. */
export function verifiedSubject(report: AuditReport): string {
  return JSON.stringify({ lines: auditReportLines(report), intact: isIntact(report) });
}

function actor(userId: string): string {
  return /^[UW][A-Z0-9]+$/.test(userId) ? person(userId) : inert(userId);
}
