import type { Selectable } from "kysely";
import type { Hold, HoldRecords } from "../domain/guard/hold.ts";
import type { Place } from "../domain/intent.ts";
import type { RecordContext } from "./database.ts";

interface HoldsTable {
  id: string;
  kind: Hold["kind"];
  environment: string | null;
  target: string | null;
  by_id: string;
  reason: string;
  since: Date;
  until: Date;
  incident_id: string | null;
  place: string;
  noticed_for: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  end_reason: string | null;
}

export function holdRecords(context: RecordContext): HoldRecords {
  const db = context.db.withTables<{ holds: HoldsTable }>();
  return {
    insert: async (hold) => {
      const row = await db
        .insertInto("holds")
        .values({
          id: hold.id,
          kind: hold.kind,
          environment: hold.scope.environment,
          target: hold.scope.target,
          by_id: hold.byId,
          reason: hold.reason,
          since: hold.since,
          until: hold.until,
          incident_id: hold.incidentId,
          place: JSON.stringify(hold.place),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    update: async (id, changes) => {
      const row = await db
        .updateTable("holds")
        .set({
          ...(changes.until === undefined ? {} : { until: changes.until }),
          ...(changes.reason === undefined ? {} : { reason: changes.reason }),
          ...(changes.noticedFor === undefined ? {} : { noticed_for: changes.noticedFor }),
          ...(changes.endedAt === undefined ? {} : { ended_at: changes.endedAt }),
          ...(changes.endedBy === undefined ? {} : { ended_by: changes.endedBy }),
          ...(changes.endReason === undefined ? {} : { end_reason: changes.endReason }),
        })
        .where("id", "=", id)
        .where("ended_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    byId: async (id) => {
      const row = await db.selectFrom("holds").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    standing: async () => {
      const rows = await db.selectFrom("holds").selectAll().where("ended_at", "is", null).orderBy("since").execute();
      return rows.map(fromRow);
    },
  };
}

function fromRow(row: Selectable<HoldsTable>): Hold {
  return {
    id: row.id,
    kind: row.kind,
    scope: { environment: row.environment, target: row.target },
    byId: row.by_id,
    reason: row.reason,
    since: row.since,
    until: row.until,
    incidentId: row.incident_id,
    place: row.place as unknown as Place,
    noticedFor: row.noticed_for,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
    endReason: row.end_reason,
  };
}
