import type { Reading } from "../domain/health/health.ts";
import type { Watch, WatchRecords } from "../domain/incident/watch-records.ts";
import type { RecordContext } from "./database.ts";

interface WatchTable {
  id: string;
  incident_id: string;
  started_at: Date;
  until_at: Date;
  ended_at: Date | null;
  state: Watch["state"];
  reason: string | null;
  looks: number;
  unknown_looks: number;
  looked_at: Date | null;
  readings: readonly (Omit<Reading, "at"> & { readonly at: string })[];
}

/** Watches after resolving, each with the readings of its newest look. */
export function watchRecords(context: RecordContext): WatchRecords {
  const db = context.db.withTables<{ watches: WatchTable }>();
  return {
    insert: async (watch) => {
      await db.insertInto("watches").values(toRow(watch)).execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("watches").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    lock: async (id) => {
      const row = await db.selectFrom("watches").selectAll().where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    latest: async (incidentId) => {
      const row = await db
        .selectFrom("watches")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .orderBy("started_at", "desc")
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    update: async (watch, changes) => {
      const changed: Watch = { ...watch, ...changes };
      const { id, ...row } = toRow(changed);
      await db.updateTable("watches").set(row).where("id", "=", id).execute();
      return changed;
    },
  };
}

function toRow(watch: Watch): WatchTable {
  return {
    id: watch.id,
    incident_id: watch.incidentId,
    started_at: watch.startedAt,
    until_at: watch.untilAt,
    ended_at: watch.endedAt,
    state: watch.state,
    reason: watch.reason,
    looks: watch.looks,
    unknown_looks: watch.unknownLooks,
    looked_at: watch.lookedAt,
    // The driver would write an array as a PostgreSQL array; jsonb wants text.
    readings: JSON.stringify(watch.readings) as never,
  };
}

function fromRow(row: WatchTable): Watch {
  return {
    id: row.id,
    incidentId: row.incident_id,
    startedAt: row.started_at,
    untilAt: row.until_at,
    endedAt: row.ended_at,
    state: row.state,
    reason: row.reason,
    looks: row.looks,
    unknownLooks: row.unknown_looks,
    lookedAt: row.looked_at,
    readings: row.readings.map((reading) => ({ ...reading, at: new Date(reading.at) })),
  };
}
