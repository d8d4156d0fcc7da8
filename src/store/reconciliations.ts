import { sql } from "kysely";
import type { Found, ReconcileReason, Reconciliation, ReconciliationRecords } from "../domain/capture/records.ts";
import type { RecordContext } from "./database.ts";

const nothing: Found = { messages: 0, edits: 0, deletions: 0, reactions: 0, firstTs: null, lastTs: null };

/** How far incidents' channels were compared with Slack. */
export function reconciliationRecords({ db, now, newId }: RecordContext): ReconciliationRecords {
  return {
    want: async (incident, reason, untilTs) => {
      await sql`
        insert into incident_channels as known
          (incident_id, channel_id, wanted_for, wanted_at, stage, until_ts, above_ts, cursor, found)
        values (${incident.id}, ${incident.channelId}, ${reason}, ${now}, 'history', ${untilTs}, ${untilTs}, null, null)
        on conflict (incident_id) do update set channel_id = excluded.channel_id, wanted_for = excluded.wanted_for,
          wanted_at = coalesce(known.wanted_at, excluded.wanted_at), stage = 'history', until_ts = excluded.until_ts,
          above_ts = excluded.above_ts, cursor = null,
          found = case when known.wanted_for is not null then known.found end`.execute(db);
    },
    watched: async () => {
      const { rows } = await sql<{ id: string; channelId: string }>`
        select id, channel_id as "channelId" from incidents
        where channel_id is not null and phase <> 'closed' order by number desc limit 500`.execute(db);
      return rows;
    },
    next: async () => {
      const { rows } = await sql<{
        incident_id: string;
        channel_id: string;
        wanted_for: ReconcileReason;
        stage: Reconciliation["stage"];
        until_ts: string;
        above_ts: string;
        cursor: string | null;
        found: Found | null;
      }>`
        select incident_id, channel_id, wanted_for, stage, until_ts, above_ts, cursor, found from incident_channels
        where wanted_for is not null order by wanted_at, incident_id limit 1`.execute(db);
      const [row] = rows;
      return row
        ? {
            incidentId: row.incident_id,
            channelId: row.channel_id,
            reason: row.wanted_for,
            stage: row.stage,
            untilTs: row.until_ts,
            aboveTs: row.above_ts,
            cursor: row.cursor,
            found: row.found ?? nothing,
          }
        : null;
    },
    advance: async (one, changes) => {
      const set = [
        ...(changes.stage === undefined ? [] : [sql`stage = ${changes.stage}`]),
        ...(changes.aboveTs === undefined ? [] : [sql`above_ts = ${changes.aboveTs}`]),
        ...(changes.cursor === undefined ? [] : [sql`cursor = ${changes.cursor}`]),
        ...(changes.found === undefined ? [] : [sql`found = ${JSON.stringify(changes.found)}::jsonb`]),
      ];
      if (set.length === 0) return;
      await sql`update incident_channels set ${sql.join(set)}
        where incident_id = ${one.incidentId} and until_ts = ${one.untilTs}`.execute(db);
    },
    end: async (one, trouble) => {
      const { found } = one;
      if (found.firstTs !== null && found.lastTs !== null) {
        await sql`
          insert into capture_gaps (id, incident_id, found_at, found_for, from_at, to_at, found)
          values (${newId()}, ${one.incidentId}, ${now}, ${one.reason},
            to_timestamp(${found.firstTs}::numeric), to_timestamp(${found.lastTs}::numeric),
            ${JSON.stringify(found)}::jsonb)`.execute(db);
      }
      await sql`
        update incident_channels set wanted_for = null, wanted_at = null, stage = null, cursor = null, found = null,
          trouble = ${trouble}, reconciled_at = case when ${trouble}::text is null then ${now}::timestamptz else reconciled_at end,
          reconciled_for = case when ${trouble}::text is null then ${one.reason} else reconciled_for end
        where incident_id = ${one.incidentId} and until_ts = ${one.untilTs}`.execute(db);
    },
    thread: async (channelId, rootTs) => {
      await sql`insert into capture_threads (channel_id, root_ts) values (${channelId}, ${rootTs})
        on conflict do nothing`.execute(db);
    },
    nextThread: async (channelId, untilTs) => {
      await sql`insert into capture_threads (channel_id, root_ts)
        select distinct channel_id, thread_ts from captured_messages
        where channel_id = ${channelId} and thread_ts is not null on conflict do nothing`.execute(db);
      const { rows } = await sql<{ root_ts: string }>`
        select root_ts from capture_threads
        where channel_id = ${channelId} and coalesce(read_until, '') <> ${untilTs} order by root_ts desc limit 1`.execute(
        db,
      );
      return rows[0]?.root_ts ?? null;
    },
    threadRead: async (channelId, rootTs, untilTs) => {
      await sql`update capture_threads set read_until = ${untilTs}
        where channel_id = ${channelId} and root_ts = ${rootTs}`.execute(db);
    },
    condition: async (incidentId) => {
      const { rows } = await sql<{ is_archived: boolean; is_deleted: boolean; bot_is_out: boolean }>`
        select is_archived, is_deleted, bot_is_out from incident_channels where incident_id = ${incidentId}`.execute(
        db,
      );
      const [row] = rows;
      return {
        isArchived: row?.is_archived ?? false,
        isDeleted: row?.is_deleted ?? false,
        botIsOut: row?.bot_is_out ?? false,
      };
    },
    setCondition: async (incident, changes) => {
      const { isArchived = null, isDeleted = null, botIsOut = null } = changes;
      await sql`
        insert into incident_channels as known (incident_id, channel_id, is_archived, is_deleted, bot_is_out)
        values (${incident.id}, ${incident.channelId ?? ""}, coalesce(${isArchived}::boolean, false),
          coalesce(${isDeleted}::boolean, false), coalesce(${botIsOut}::boolean, false))
        on conflict (incident_id) do update set
          is_archived = coalesce(${isArchived}::boolean, known.is_archived),
          is_deleted = coalesce(${isDeleted}::boolean, known.is_deleted),
          bot_is_out = coalesce(${botIsOut}::boolean, known.bot_is_out)`.execute(db);
    },
  };
}
