import { sql } from "kysely";
import type { Lane, MissingPiece, Outbox } from "../domain/intent.ts";
import { lanes, type OutboxRows, placeKey, type Sending, type Upload } from "../domain/outbox.ts";
import { type RecordContext, write } from "./database.ts";

type OutboxTables = {
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

/** The channel that wakes the drainer. */
export const outboxChannel = "tocsin_outbox";

/** Intents with the same key are carried out one after another; a card that waits is not queued twice. */
function keyOf(intent: Sending, id: string): string {
  switch (intent.kind) {
    case "card":
    case "canvas":
      return `${intent.kind}:${intent.view}:${intent.subject}:${placeKey(intent.place)}`;
    case "message":
    case "files":
      return `say:${placeKey(intent.place)}`;
    case "home":
      return `home:${intent.userId}`;
    case "group":
      return `group:${intent.team}`;
    case "bookmark":
    case "topic":
    case "channel":
    case "archive":
      return `${intent.kind}:${intent.incident}`;
    default:
      return `${intent.kind}:${id}`;
  }
}

const coalesced = new Set(["card", "canvas", "home", "topic", "group"]);

function incidentOf(intent: Sending): string | null {
  if ("incident" in intent) return intent.incident;
  if ("place" in intent && "incident" in intent.place) return intent.place.incident;
  // The subject of a card about one thing of an incident is the incident's id, a colon, and that thing's.
  if ("view" in intent && intent.view.startsWith("incident.") && intent.kind === "card") {
    return intent.subject.split(":")[0] ?? null;
  }
  return null;
}

/** Whose channel must exist first; null when nothing has to. */
function waitsFor(intent: Sending): string | null {
  if (intent.kind === "channel" || intent.kind === "retire-channel") return null;
  if ("incident" in intent) return intent.incident;
  return "place" in intent && "incident" in intent.place ? intent.place.incident : null;
}

/** Sent rows are kept this long, for looking into what was said when. */
const keptMilliseconds = 7 * 24 * 3_600_000;

/** After so many attempts that failed a message no longer holds up the ones after it. */
const patience = 3;

/** Whether `other` has been tried in vain so often, and waits, that later messages of its place may go first. */
function overtaken(now: Date) {
  return sql`(other.attempts >= ${patience} and other.due_at > ${now} and coalesce(other.error, 'ratelimited') <> 'ratelimited')`;
}

type NewRow = Readonly<Record<string, unknown>> & { readonly key: string; readonly lane: number };

const columnsOf = (row: NewRow) => sql.join(Object.keys(row).map((column) => sql.ref(column)));
const valuesOf = (row: NewRow) => sql.join(Object.values(row).map((value) => sql.val(value)));

/**
 * Adds the row unless one of its key waits already, which is hastened instead. The update locks that row until the
 * transaction commits, so that the drainer cannot draw it in between from older facts.
 */
function unlessWaiting(row: NewRow) {
  return sql`
    with waiting as (
      update outbox set lane = least(lane, ${row.lane})
      where key = ${row.key} and state = 'due' and not in_doubt returning id)
    insert into outbox (${columnsOf(row)}) select ${valuesOf(row)}
    where not exists (select from waiting)`;
}

/**
 * The outbox of one transaction; `wake` tells the drainer once it is committed. A NOTIFY inside the transaction would
 * make all commits wait for one another, each for its own write to disk: it costs most of the throughput.
 */
export function outboxRecords(context: RecordContext, wake?: () => void): Outbox & OutboxRows {
  const db = context.db.withTables<OutboxTables>();

  const insert = async (intent: Sending, lane: Lane, incidentId: string | null): Promise<void> => {
    const id = context.newId();
    const row = {
      id,
      lane: lanes.indexOf(lane),
      kind: intent.kind,
      intent: JSON.stringify(intent),
      key: keyOf(intent, id),
      once: "once" in intent ? intent.once : null,
      incident_id: incidentId,
      waits_for: waitsFor(intent),
      state: "due",
      due_at: context.now,
      in_doubt: false,
      attempts: 0,
      created_at: context.now,
    };
    const added = coalesced.has(intent.kind)
      ? unlessWaiting(row)
      : sql`insert into outbox (${columnsOf(row)}) values (${valuesOf(row)}) on conflict (once) do nothing`;
    await write(context, { compile: () => added.compile(db) });
    if (wake) context.afterCommit?.(wake);
  };

  return {
    add: (intent, lane = "normal") => insert(intent, lane, incidentOf(intent)),
    addPin: (channel, ts, incidentId) => insert({ kind: "pin", channel, ts }, "normal", incidentId),

    missing: async (incidentId) => {
      const rows = await db
        .selectFrom("outbox")
        .select(["kind", "intent", "state", "error", "scratch"])
        .where("incident_id", "=", incidentId)
        .where((where) =>
          where.or([
            where("state", "=", "failed"),
            where.and([where("state", "=", "due"), where("error", "is not", null)]),
          ]),
        )
        .orderBy("seq")
        .execute();
      return rows.map((row): MissingPiece => {
        const intent = row.intent as unknown as Sending;
        const scratch = row.scratch as unknown as { readonly userIds?: readonly string[] } | null;
        return {
          piece: pieceOf(intent),
          state: row.state === "failed" ? "failed" : "waiting",
          reason: row.error,
          userIds: scratch?.userIds ?? (intent.kind === "invite" ? intent.userIds : []),
          ...("place" in intent && "named" in intent.place ? { where: intent.place.named } : {}),
        };
      });
    },
    withdraw: async (incidentId) => {
      // The place becomes the channel itself, and the subject names the one message, so that each is edited where it is.
      const { rows } = await sql<{ subject: string; channel: string }>`
        update slack_cards set view = 'incident.withdrawn', subject = ${incidentId} || ':' || ts, place = 'channel:' || channel_id
        where view <> 'incident.withdrawn'
          and (place = ${placeKey({ incident: incidentId })}
            or ((subject = ${incidentId} or starts_with(subject, ${`${incidentId}:`})) and starts_with(view, 'incident.')))
        returning subject, channel_id as channel`.execute(db);
      for (const { subject, channel } of rows) {
        await insert({ kind: "card", view: "incident.withdrawn", subject, place: { channel } }, "declare", incidentId);
      }
    },
    documents: async (view, subject) => {
      const row = await db
        .selectFrom("outbox_files")
        .select("files")
        .where("view", "=", view)
        .where("subject", "=", subject)
        .executeTakeFirst();
      return row?.files.files ?? [];
    },
    posted: async (view, subject) => {
      const row = await db
        .selectFrom("slack_cards")
        .select(["channel_id", "ts"])
        .where("view", "=", view)
        .where("subject", "=", subject)
        .executeTakeFirst();
      return row ? { channelId: row.channel_id, ts: row.ts } : null;
    },

    claim: async (limit) => {
      // Looks at the first row of each key only: one key with thousands of rows behind it costs no more than one with one.
      const { rows } = await sql<OutboxTables["outbox"]>`
        with recursive keys as (
          (select key from outbox where state in ('due', 'sending') order by key limit 1)
          union all
          select next.key from keys, lateral (
            select key from outbox where state in ('due', 'sending') and key > keys.key order by key limit 1) next
        ), heads as (
          select head.id from keys, lateral (
            select id from outbox other
            where other.key = keys.key and other.state = 'due'
              and not (other.kind in ('message', 'files') and ${overtaken(context.now)})
            order by other.lane, other.seq limit 1) head
          where not exists (select from outbox under where under.key = keys.key and under.state = 'sending')
        ), turn as (
          select due.id from outbox due join heads on heads.id = due.id
          where due.state = 'due' and due.due_at <= ${context.now}
            and (due.kind not in ('archive', 'retire-channel') or not exists (
              select from outbox before
              where before.incident_id = due.incident_id and before.seq < due.seq and before.state in ('due', 'sending')
                and (due.kind = 'archive' or before.intent ->> 'view' = 'incident.withdrawn')
                and not (before.attempts >= ${patience} and before.due_at > ${context.now})))
            and (due.waits_for is null or exists (
              select from incidents where incidents.id = due.waits_for and incidents.channel_id is not null))
          order by due.lane, due.seq
          limit ${limit}
          for update of due skip locked)
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
        .where("state", "=", "sending")
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
        .where("state", "=", "sending")
        .returning("id")
        .execute();
      return settled.length > 0;
    },
    sending: async () => {
      const rows = await db.selectFrom("outbox").select("id").where("state", "=", "sending").execute();
      return rows.map((row) => row.id);
    },
    recover: async (ids, dueAt) => {
      if (ids.length === 0) return;
      await db
        .updateTable("outbox")
        .set({ state: "due", in_doubt: true, due_at: dueAt })
        .where("state", "=", "sending")
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
        .where("state", "=", "due")
        .groupBy("lane")
        .execute();
      return rows.map((row) => ({ lane: lanes[row.lane] ?? "normal", waiting: row.waiting, oldest: row.oldest }));
    },
  };
}

function pieceOf(intent: Sending): string {
  if (intent.kind === "card" && "named" in intent.place) return "told";
  if (intent.kind === "card") return intent.view === "incident.announcement" ? "announcement" : "card";
  return intent.kind;
}
