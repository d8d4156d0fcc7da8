import { sql } from "kysely";
import { lanes, type OutboxRows, type Sending, type Upload } from "../domain/outbox.ts";
import type { RecordContext } from "./database.ts";

export type OutboxTables = {
  readonly outbox: {
    readonly id: string;
    readonly seq: number;
    readonly lane: number;
    readonly kind: string;
    readonly intent: string;
    readonly key: string;
    readonly once: string | null;
    readonly incident_id: string | null;
    readonly waits_for: string | null;
    readonly state: string;
    readonly due_at: Date;
    readonly in_doubt: boolean;
    readonly attempts: number;
    readonly attempted_at: Date | null;
    readonly created_at: Date;
    readonly settled_at: Date | null;
    readonly scratch: string | null;
    readonly error: string | null;
  };
  readonly slack_cards: {
    readonly view: string;
    readonly subject: string;
    readonly place: string;
    readonly channel_id: string;
    readonly ts: string;
  };
  readonly outbox_files: {
    readonly view: string;
    readonly subject: string;
    readonly place: string;
    readonly files: Upload;
  };
};

/** Sent rows are kept this long, for looking into what was said when. */
const keptMilliseconds = 7 * 24 * 3_600_000;

/** After so many attempts that failed a message no longer holds up the ones after it. */
const patience = 3;

/** Whether `other` has been tried in vain so often, and waits, that later messages of its place may go first. */
function overtaken(now: Date) {
  return sql`(other.attempts >= ${patience} and other.due_at > ${now} and coalesce(other.error, 'ratelimited') <> 'ratelimited')`;
}

/** What the drainer does with rows: takes those whose turn it is, and records how each ended. */
export function outboxDraining(context: RecordContext): Omit<OutboxRows, "addPin"> {
  const db = context.db.withTables<OutboxTables>();
  return {
    claim: async (limit) => {
      // The first row of each key only, however many are behind it; single rows as values, so that no plan scans a table.
      const { rows } = await sql<OutboxTables["outbox"]>`
        with recursive keys as (
          (select key from outbox where state in ('due', 'sending') order by key limit 1)
          union all
          select next.key from keys, lateral (
            select key from outbox where state in ('due', 'sending') and key > keys.key order by key limit 1) next
        ), heads as materialized (
          select head.* from keys, lateral (
            select id, key, lane, seq, kind, incident_id, waits_for, due_at from outbox other
            where other.key = keys.key and other.state = 'due'
              and not (other.kind in ('message', 'files') and ${overtaken(context.now)})
            order by other.lane, other.seq limit 1) head
          where head.due_at <= ${context.now}
        ), ready as materialized (
          select heads.id from heads
          where (select 1 from outbox under where under.key = heads.key and under.state = 'sending' limit 1) is null
            and (heads.kind not in ('archive', 'retire-channel') or not exists (
              select from outbox before
              where before.incident_id = heads.incident_id and before.seq < heads.seq and before.state in ('due', 'sending')
                and (heads.kind = 'archive' or before.intent ->> 'view' = 'incident.withdrawn')
                and not (before.attempts >= ${patience} and before.due_at > ${context.now})))
            and (heads.waits_for is null
              or (select channel_id from incidents where incidents.id = heads.waits_for) is not null)
          order by heads.lane, heads.seq
        ), turn as (
          select due.id from ready, lateral (select id from outbox
            where outbox.id = ready.id and outbox.state = 'due' and outbox.due_at <= ${context.now}
            for update skip locked) due limit ${limit})
        update outbox set state = 'sending', attempts = attempts + 1, attempted_at = coalesce(attempted_at, ${context.now})
        where id in (select id from turn)
        returning *`.execute(db);
      return rows
        .toSorted((a, b) => a.lane - b.lane || a.seq - b.seq)
        .map((row) => ({
          id: row.id,
          lane: lanes[row.lane] ?? "normal",
          intent: row.intent as unknown as Sending,
          incidentId: row.incident_id,
          inDoubt: row.in_doubt,
          attempts: row.attempts,
          attemptedAt: row.attempted_at ?? context.now,
          createdAt: row.created_at,
          scratch: (row.scratch as unknown as Record<string, unknown> | null) ?? {},
        }));
    },
    note: async (id, scratch) => {
      await db
        .updateTable("outbox")
        .set({ scratch: JSON.stringify(scratch) })
        .where("id", "=", id)
        .execute();
    },
    sent: async (row) => {
      const { rows } = await sql<{ mended: boolean }>`
        with done as (
          update outbox set state = 'sent', settled_at = ${context.now}, in_doubt = false, error = null
          -- Taken for lost by another process and not tried again yet: that it was sent is good news all the same.
          where id = ${row.id} and attempts = ${row.attempts} and state in ('sending', 'due')
          returning incident_id, key, seq
        ), mended as (
          update outbox earlier set state = 'sent' from done
          where earlier.incident_id = done.incident_id and earlier.key = done.key and earlier.seq < done.seq
            and earlier.state = 'failed' and earlier.kind not in ('message', 'files')
          returning earlier.id)
        select exists (select from mended) as mended from done`.execute(db);
      const [settled] = rows;
      if (!settled) return "overtaken";
      return settled.mended ? "mended" : "settled";
    },
    reached: async (incidentId, userIds) => {
      if (userIds.length === 0) return false;
      const left = sql`(coalesce(scratch -> 'userIds', '[]') - ${[...userIds]}::text[])`;
      const mended = await sql`
        update outbox set scratch = jsonb_build_object('userIds', ${left}),
          state = case when ${left} = '[]' then 'sent' else state end
        where incident_id = ${incidentId} and kind = 'invite' and state = 'failed'
          and scratch -> 'userIds' ?| ${[...userIds]}::text[]`.execute(db);
      return (mended.numAffectedRows ?? 0n) > 0n;
    },
    again: async (row, dueAt, why) => {
      const settled = await db
        .updateTable("outbox")
        .set((column) => ({
          state: "due",
          due_at: dueAt,
          in_doubt: why.inDoubt,
          ...(why.asked ? { error: why.error } : { attempts: sql<number>`${column.ref("attempts")} - 1` }),
        }))
        .where("id", "=", row.id)
        .where("attempts", "=", row.attempts)
        .where("state", "=", sql.lit("sending"))
        .returning("id")
        .execute();
      return settled.length > 0;
    },
    failed: async (row, error, userIds) => {
      const settled = await db
        .updateTable("outbox")
        .set({
          state: "failed",
          settled_at: context.now,
          error,
          ...(userIds ? { scratch: JSON.stringify({ userIds }) } : {}),
        })
        .where("id", "=", row.id)
        .where("attempts", "=", row.attempts)
        .where("state", "=", sql.lit("sending"))
        .returning("id")
        .execute();
      return settled.length > 0;
    },
    sending: async () => {
      const rows = await db.selectFrom("outbox").select("id").where("state", "=", sql.lit("sending")).execute();
      return rows.map((row) => row.id);
    },
    recover: async (ids, dueAt) => {
      if (ids.length === 0) return;
      await db
        .updateTable("outbox")
        .set({ state: "due", in_doubt: true, due_at: dueAt })
        .where("state", "=", sql.lit("sending"))
        .where("id", "in", [...ids])
        .execute();
    },
    card: async (view, subject, place) => {
      const row = await db
        .selectFrom("slack_cards")
        .select(["channel_id", "ts"])
        .where("view", "=", view)
        .where("subject", "=", subject)
        .where("place", "=", place)
        .executeTakeFirst();
      return row ? { channelId: row.channel_id, ts: row.ts } : null;
    },
    uploaded: async (view, subject, place) => {
      const row = await db
        .selectFrom("outbox_files")
        .select("files")
        .where("view", "=", view)
        .where("subject", "=", subject)
        .where("place", "=", place)
        .executeTakeFirst();
      return row?.files ?? null;
    },
    keepUpload: async (view, subject, place, upload) => {
      await sql`
        insert into outbox_files (view, subject, place, files)
        values (${view}, ${subject}, ${place}, ${JSON.stringify(upload)}::jsonb)
        on conflict (view, subject, place) do update set files = excluded.files`.execute(db);
    },
    keepCard: async (view, subject, place, at) => {
      await db
        .insertInto("slack_cards")
        .values({ view, subject, place, channel_id: at.channelId, ts: at.ts })
        .onConflict((conflict) =>
          conflict.columns(["view", "subject", "place"]).doUpdateSet({ channel_id: at.channelId, ts: at.ts }),
        )
        .execute();
    },
    forgetCard: async (view, subject, place) => {
      await db
        .deleteFrom("slack_cards")
        .where("view", "=", view)
        .where("subject", "=", subject)
        .where("place", "=", place)
        .execute();
    },
    prune: async () => {
      await sql`
        delete from outbox where id in (
          select id from outbox where state = 'sent' and settled_at < ${new Date(context.now.getTime() - keptMilliseconds)} limit 1000)`.execute(
        db,
      );
    },
    waiting: async () => {
      const rows = await db
        .selectFrom("outbox")
        .select((row) => ["lane", row.fn.countAll<number>().as("waiting"), row.fn.min("created_at").as("oldest")])
        .where("state", "=", sql.lit("due"))
        .groupBy("lane")
        .execute();
      return rows.map((row) => ({ lane: lanes[row.lane] ?? "normal", waiting: row.waiting, oldest: row.oldest }));
    },
  };
}
