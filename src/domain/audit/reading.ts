import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { isOneOf, notOneOf } from "../access/principal.ts";
import { sinceMoment } from "../incident/search.ts";
import type { App } from "../ports.ts";
import type { AuditEntry } from "./entry.ts";
import type { AuditLine } from "./file.ts";
import { canonicalEntry } from "./seal.ts";

/** Which entries somebody wants; null for any. Times as people typed them. */
export interface AuditQuery {
  readonly since: string | null;
  readonly until: string | null;
  /** Slack user id of who did it. */
  readonly person: string | null;
  /** INC-42, op-7F3K, backend or production/backend. */
  readonly target: string | null;
  /** operation.approved, or a noun alone for all of it: operation. */
  readonly action: string | null;
}

/** The same with moments, as the store takes it. */
export interface AuditFilter {
  readonly since: Date | null;
  readonly until: Date | null;
  readonly person: string | null;
  readonly target: string | null;
  readonly action: string | null;
}

export interface AuditLogRecords {
  /** Sealed entries that fit, oldest first: the newest `limit` of them. */
  readonly find: (filter: AuditFilter, limit: number) => Promise<readonly AuditLine[]>;
  /** The run of sealed entries that follows a position. */
  readonly after: (position: number, limit: number) => Promise<readonly AuditLine[]>;
  /** Names, ids and channels of private incidents that a person may not know of, and of the operations asked for in them. */
  readonly wordsKeptFrom: (userId: string) => Promise<readonly string[]>;
}

/** Refuses who may not read the audit log. */
export function mustRead(app: App, caller: Caller): void {
  const { readers } = app.config.audit;
  if (isOneOf(caller, readers)) return;
  throw notOneOf(caller, readers, {
    before: "The audit log is for",
    next: "Ask one of them, or have `audit.readers` of the configuration changed.",
  });
}

/** What was typed, as moments; throws a Refusal where it is no time, or none lies between. */
export function filterOf(query: AuditQuery, now: Date): AuditFilter {
  const since = query.since === null ? null : sinceMoment(query.since, now);
  const until = query.until === null ? null : sinceMoment(query.until, now);
  if (since !== null && until !== null && since >= until) {
    throw new Refusal("bad_argument", "`--until` lies before `--since`.", "Such as `--since 30d --until 7d`.");
  }
  const { person, target, action } = query;
  return { since, until, person, target, action };
}

/** Of these the lines that a person may see: nothing of private incidents that they may not know of. */
export async function visibleLines<T extends { readonly entry: AuditEntry }>(
  app: App,
  lines: readonly T[],
  userId: string,
): Promise<readonly T[]> {
  const words = await app.auditLog.wordsKeptFrom(userId);
  if (words.length === 0) return lines;
  const escaped = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const any = new RegExp(`(?<![\\w-])(?:${escaped.join("|")})(?![\\w-])`, "i");
  return lines.filter(({ entry }) => !any.test(canonicalEntry(entry)));
}
