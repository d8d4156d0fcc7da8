import { type RawBuilder, sql, type Transaction } from "kysely";
import type { AuditEntry } from "../domain/audit/entry.ts";
import { emptyChain, sealEntries } from "../domain/audit/seal.ts";
import type { AuditTables } from "./audit.ts";
import type { Database } from "./database.ts";

/** How many entries one round seals at most; more rounds follow at once. */
const roundSize = 500;

/** Any number, the same in every process that shares the database. */
const sealerLock = 7_305_112;

export interface SealRound {
  readonly sealed: number;
  /** Whether more is left: now, as the round was full, or perhaps soon, as somebody else seals or a transaction is open. */
  readonly more: "now" | "soon" | null;
}

/**
 * Seals what was committed since the last round. One process at a time, whoever holds the lock; the others leave it
 * at that. Entries are taken in the order of their transactions' numbers, and only those that no open transaction
 * can still come before: what is visible later always belongs behind what is sealed.
 */
export async function sealAudit(db: Database, now: Date): Promise<SealRound> {
  return db
    .withTables<AuditTables>()
    .transaction()
    .execute(async (trx) => {
      const lock = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${sealerLock}) as taken`.execute(trx);
      if (!lock.rows[0]?.taken) return { sealed: 0, more: "soon" };
      const head = await newestSeal(trx);
      const from = await restoredFrom(trx);
      const restored = from ? await entriesWhere(trx, sql`a.transaction >= ${from}::xid8`, roundSize) : [];
      const entries = [...restored, ...(await entriesWhere(trx, followsHead(head), roundSize - restored.length))];
      if (entries.length > 0) {
        const seals = sealEntries(head ?? emptyChain, entries);
        // One text however many there are: a list of values is another statement for each length.
        await sql`
          insert into audit_seal (position, entry_id, hash, sealed_at)
          select position, entry_id, hash, ${now} from unnest(
            ${seals.map(({ position }) => position)}::bigint[], ${seals.map(({ entryId }) => entryId)}::bigint[],
            ${seals.map(({ hash }) => hash)}::text[]) as seal (position, entry_id, hash)`.execute(trx);
      }
      if (entries.length === roundSize) return { sealed: entries.length, more: "now" };
      return { sealed: entries.length, more: (await somethingIsOpen(trx)) ? "soon" : null };
    });
}

interface Head {
  readonly position: number;
  readonly hash: string;
  readonly id: number;
  /** Null where numbers of transactions say nothing: the entry was removed, or came with a restored dump. */
  readonly transaction: string | null;
}

async function newestSeal(trx: Transaction<AuditTables>): Promise<Head | null> {
  const { rows } = await sql<Head>`
    select s.position, s.hash, s.entry_id as id,
      case when a.transaction < pg_snapshot_xmax(pg_current_snapshot()) then a.transaction end as transaction
    from audit_seal s left join audit a on a.id = s.entry_id
    order by s.position desc limit 1`.execute(trx);
  return rows[0] ?? null;
}

async function entriesWhere(
  trx: Transaction<AuditTables>,
  condition: RawBuilder<boolean>,
  limit: number,
): Promise<readonly AuditEntry[]> {
  const { rows } = await sql<AuditEntry>`
    select id, at, actor, action, subject, details from audit a
    where ${condition} and ${hasNoSeal}
    order by transaction, id limit ${limit}`.execute(trx);
  return rows;
}

// Also what a restored dump has sealed lies among the numbers of this server's transactions.
const hasNoSeal = sql<boolean>`not exists (select from audit_seal s where s.entry_id = a.id)`;

/** Behind the head, and no transaction that could still write an entry is older. */
function followsHead(head: Head | null): RawBuilder<boolean> {
  const finished = sql<boolean>`a.transaction < pg_snapshot_xmin(pg_current_snapshot())`;
  if (!head) return finished;
  if (head.transaction === null) return sql<boolean>`${finished} and a.id > ${head.id}`;
  return sql<boolean>`${finished} and (a.transaction, a.id) > (${head.transaction}::xid8, ${head.id}::bigint)`;
}

/**
 * A visible entry whose transaction this server has yet to begin came with a dump of another one, and is long
 * finished. What the other server had not sealed lies above what it had: answers from where, null without such ones.
 */
async function restoredFrom(trx: Transaction<AuditTables>): Promise<string | null> {
  const { rows } = await sql<{ from: string }>`
    select coalesce(
      (
        select b.transaction from audit b
        where b.transaction >= pg_snapshot_xmax(pg_current_snapshot())
          and exists (select from audit_seal s where s.entry_id = b.id)
        order by b.transaction desc, b.id desc limit 1),
      pg_snapshot_xmax(pg_current_snapshot())) as from
    where exists (select from audit a where a.transaction >= pg_snapshot_xmax(pg_current_snapshot()))`.execute(trx);
  return rows[0]?.from ?? null;
}

/** Whether an entry can be seen whose turn has not come, because an older transaction is still open. */
async function somethingIsOpen(trx: Transaction<AuditTables>): Promise<boolean> {
  const { rows } = await sql<{ open: boolean }>`
    select exists (
      select from audit a
      where a.transaction >= pg_snapshot_xmin(pg_current_snapshot())
        and a.transaction < pg_snapshot_xmax(pg_current_snapshot())
        and ${hasNoSeal}) as open`.execute(trx);
  return rows[0]?.open ?? false;
}
