import { type Generated, sql } from "kysely";
import type { MessageSource, TimelineEntry, TimelineKind } from "../domain/timeline/entry.ts";
import type { TimelineRecords } from "../domain/timeline/records.ts";
import { insertion, type RecordContext, write } from "./database.ts";
import { eraseEntry } from "./erase-entry.ts";

export interface EntryRow {
  readonly id: string;
  readonly incident_id: string;
  readonly at: Date;
  readonly recorded_at: Date;
  readonly kind: TimelineKind;
  readonly actor_id: string | null;
  readonly text: string;
  readonly channel_id: string | null;
  readonly ts: string | null;
  readonly thread_ts: string | null;
  readonly permalink: string | null;
  readonly through: MessageSource["through"] | null;
  readonly edited_ts: string | null;
  readonly operation_id: string | null;
  readonly hidden: boolean;
}

type Tables = {
  readonly timeline_entries: EntryRow & {
    readonly version: Generated<number>;
    readonly merged_into: string | null;
    readonly is_curated: Generated<boolean>;
    readonly is_erased: Generated<boolean>;
  };
  readonly timeline_revisions: {
    readonly entry_id: string;
    readonly changed_at: Date;
    readonly changed_by: string | null;
    readonly at: Date;
    readonly text: string;
    readonly hidden: boolean;
    readonly act?: string | null;
    readonly merged_into?: string | null;
    readonly is_curated?: boolean;
  };
};

/** Timelines; what an entry said before a change is kept. */
export function timelineRecords(context: RecordContext): TimelineRecords {
  const db = context.db.withTables<Tables>();
  return {
    add: async (entry) => {
      const source = entry.source ?? null;
      const row: EntryRow = {
        id: context.newId(),
        incident_id: entry.incidentId,
        at: entry.at,
        recorded_at: context.now,
        kind: entry.kind,
        actor_id: entry.actorId,
        text: entry.text,
        channel_id: source?.channelId ?? null,
        ts: source?.ts ?? null,
        thread_ts: source?.threadTs ?? null,
        permalink: source?.permalink ?? null,
        through: source?.through ?? null,
        edited_ts: source?.editedTs ?? null,
        operation_id: entry.operationId ?? null,
        hidden: false,
      };
      await write(context, insertion("timeline_entries", { ...row }));
      return fromRow(row);
    },
    list: async (incidentId, options = {}) => {
      let query = db.selectFrom("timeline_entries").selectAll().where("incident_id", "=", incidentId);
      if (!options.hidden) query = query.where("hidden", "=", false);
      if (options.before) query = query.where("at", "<", options.before);
      if (options.limit === undefined) return (await query.orderBy("at").orderBy("id").execute()).map(fromRow);
      // A limit means the newest so many, still shown oldest first.
      const rows = await query.orderBy("at", "desc").orderBy("id", "desc").limit(options.limit).execute();
      return rows.reverse().map(fromRow);
    },
    byId: async (id) => {
      const row = await db.selectFrom("timeline_entries").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    bySource: async (channelId, ts) => {
      const row = await db
        .selectFrom("timeline_entries")
        .selectAll()
        .where("channel_id", "=", channelId)
        .where("ts", "=", ts)
        .executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    erase: (id) => eraseEntry(context, id),
    change: async (id, changes, by) => {
      const row = await db
        .selectFrom("timeline_entries")
        .selectAll()
        .where("id", "=", id)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (!row) return;
      const editIsOlder = changes.editedTs !== undefined && Number(row.edited_ts ?? 0) >= Number(changes.editedTs);
      const changed = {
        text: editIsOlder || (changes.editedTs !== undefined && row.is_curated) ? row.text : (changes.text ?? row.text),
        edited_ts: editIsOlder ? row.edited_ts : (changes.editedTs ?? row.edited_ts),
        at: changes.at ?? row.at,
        hidden: changes.hidden ?? row.hidden,
      };
      if (row.is_erased) return;
      if (changed.text === row.text && changed.at.getTime() === row.at.getTime() && changed.hidden === row.hidden) {
        if (changed.edited_ts === row.edited_ts) return;
      } else {
        await db
          .insertInto("timeline_revisions")
          .values({
            entry_id: id,
            changed_at: context.now,
            changed_by: by,
            at: row.at,
            text: row.text,
            hidden: row.hidden,
            merged_into: row.merged_into,
            is_curated: row.is_curated,
          })
          .execute();
      }
      await db
        .updateTable("timeline_entries")
        .set({ ...changed, version: sql`version + 1` })
        .where("id", "=", id)
        .execute();
    },
  };
}

/** The entry a row stands for. */
export function fromRow(row: EntryRow): TimelineEntry {
  return {
    id: row.id,
    incidentId: row.incident_id,
    at: row.at,
    recordedAt: row.recorded_at,
    kind: row.kind,
    actorId: row.actor_id,
    text: row.text,
    source:
      row.channel_id && row.ts && row.through
        ? {
            channelId: row.channel_id,
            ts: row.ts,
            threadTs: row.thread_ts,
            permalink: row.permalink,
            through: row.through,
            editedTs: row.edited_ts,
          }
        : null,
    operationId: row.operation_id,
    hidden: row.hidden,
  };
}
