import { sql } from "kysely";
import type { Lane, MissingPiece, Outbox } from "../domain/intent.ts";
import { lanes, type OutboxRows, placeKey, type Sending } from "../domain/outbox.ts";
import { insertion, type RecordContext, write } from "./database.ts";
import { type OutboxTables, outboxDraining } from "./outbox-draining.ts";

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

/** Slack's words for a channel that takes nothing from the bot as it stands. */
const refusedByChannel = ["not_in_channel", "channel_not_found", "is_archived"];

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
    await write(
      context,
      coalesced.has(intent.kind)
        ? unlessWaiting(row).compile(db)
        : insertion("outbox", row, row.once === null ? "" : "on conflict (once) do nothing"),
    );
    if (wake) context.afterCommit?.(wake);
  };

  return {
    ...outboxDraining(context),
    add: (intent, lane = "normal") => insert(intent, lane, incidentOf(intent)),
    addPin: (channel, ts, incidentId) => insert({ kind: "pin", channel, ts }, "normal", incidentId),

    missing: async (incidentId) => {
      const rows = await db
        .selectFrom("outbox")
        .select(["kind", "intent", "state", "error", "scratch"])
        .where("incident_id", "=", incidentId)
        .where((where) =>
          where.or([
            where("state", "=", sql.lit("failed")),
            where.and([where("state", "=", sql.lit("due")), where("error", "is not", null)]),
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
    sendRefused: async (incidentId) => {
      // Of several that would write the same thing the newest does; messages only share their line.
      await sql`
        update outbox set in_doubt = false, error = null, attempts = 0,
          state = case when kind in ('message', 'files') or seq = (
            select max(same.seq) from outbox same
            where same.incident_id = ${incidentId} and same.key = outbox.key and same.state = 'failed'
              and same.error = any(${refusedByChannel}))
            then 'due' else 'sent' end,
          due_at = ${context.now}
        where incident_id = ${incidentId} and state = 'failed' and error = any(${refusedByChannel})`.execute(db);
      if (wake) context.afterCommit?.(wake);
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
  };
}

function pieceOf(intent: Sending): string {
  if (intent.kind === "card" && "named" in intent.place) return "told";
  if (intent.kind === "card") return intent.view === "incident.announcement" ? "announcement" : "card";
  return intent.kind;
}
