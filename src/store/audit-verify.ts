import { sql } from "kysely";
import type { AuditReport } from "../domain/audit/report.ts";
import { type ChainHead, emptyChain, type Seal, type SealedEntry, verifyRun } from "../domain/audit/seal.ts";
import type { Json } from "../domain/operation/operation.ts";
import type { Database } from "./database.ts";

const runSize = 1000;

interface SealedRow {
  readonly position: number;
  readonly entry_id: number;
  readonly hash: string;
  readonly id: number | null;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Json;
}

/**
 * Holds the whole audit log against its seals, in one consistent look that stops nobody from writing. `knownHead` is
 * a head that was written down elsewhere: only it can tell that the newest entries were cut off with their seals.
 */
export async function verifyAudit(
  db: Database,
  options: { readonly knownHead?: ChainHead | null } = {},
): Promise<AuditReport> {
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (trx) => {
      // The pool's limit is for people who wait for Slack; here nobody does, and a log can be years long.
      await sql`set local statement_timeout = '10min'`.execute(trx);
      const known = options.knownHead ?? null;
      let head: ChainHead = emptyChain;
      let knownHead: AuditReport["knownHead"] = known ? "missing" : null;
      for (;;) {
        const run = await sealedRun(trx, head.position);
        const checked = verifyRun(head, run);
        const passed = run.find(({ seal }) => seal.position === known?.position);
        if (passed) knownHead = passed.seal.hash === known?.hash ? "found" : "differs";
        head = checked.head;
        if (checked.bad || run.length < runSize) {
          const bad = checked.bad ?? (await putInBetween(trx));
          return {
            verified: head.position,
            head: await newestSeal(trx),
            unsealed: await unsealed(trx),
            bad,
            knownHead,
          };
        }
      }
    });
}

/** The newest seal, for writing down elsewhere; null while nothing is sealed. */
export async function auditHead(db: Database): Promise<ChainHead | null> {
  return newestSeal(db);
}

async function sealedRun(db: Database, after: number): Promise<readonly SealedEntry[]> {
  const { rows } = await sql<SealedRow>`
    select s.position, s.entry_id, s.hash, a.id, a.at, a.actor, a.action, a.subject, a.details
    from audit_seal s left join audit a on a.id = s.entry_id
    where s.position > ${after} order by s.position limit ${runSize}`.execute(db);
  return rows.map(({ position, entry_id, hash, id, at, actor, action, subject, details }) => ({
    seal: { position, entryId: entry_id, hash },
    entry: id === null ? null : { id, at, actor, action, subject, details },
  }));
}

async function newestSeal(db: Database): Promise<Seal | null> {
  const { rows } = await sql<Seal>`
    select position, entry_id as "entryId", hash from audit_seal order by position desc limit 1`.execute(db);
  return rows[0] ?? null;
}

async function unsealed(db: Database): Promise<AuditReport["unsealed"]> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*) as count, min(a.at) as oldest from audit a
    where not exists (select from audit_seal s where s.entry_id = a.id)`.execute(db);
  return rows[0] ?? { count: 0, oldest: null };
}

/**
 * An entry without a seal whose transaction is older than the newest sealed one's: the sealer never passes one by, so
 * it was put there later. Says nothing where the newest sealed one came with a restored dump.
 */
async function putInBetween(db: Database): Promise<AuditReport["bad"]> {
  const { rows } = await sql<{ id: number; position: number }>`
    with head as (
      select a.transaction, a.id from audit_seal s join audit a on a.id = s.entry_id order by s.position desc limit 1)
    select a.id, (
      select count(*) + 1 from audit_seal s join audit b on b.id = s.entry_id
      where (b.transaction, b.id) < (a.transaction, a.id)) as position
    from audit a, head
    where (a.transaction, a.id) < (head.transaction, head.id)
      and head.transaction < pg_snapshot_xmax(pg_current_snapshot())
      and not exists (select from audit_seal s where s.entry_id = a.id)
    order by a.transaction, a.id limit 1`.execute(db);
  const [found] = rows;
  return found ? { position: found.position, entryId: found.id, kind: "inserted" } : null;
}
