import type { Handoff, HandoffRecords } from "../domain/incident/handoff.ts";
import type { RecordContext } from "./database.ts";

interface HandoffsTable {
  readonly id: string;
  readonly incident_id: string;
  readonly role: string;
  readonly from_user: string | null;
  readonly to_user: string;
  readonly requested_by: string;
  readonly state: Handoff["state"];
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

export function handoffRecords(context: RecordContext): HandoffRecords {
  const db = context.db.withTables<{ handoffs: HandoffsTable }>();
  return {
    insert: async (handoff) => {
      await db
        .insertInto("handoffs")
        .values({
          id: handoff.id,
          incident_id: handoff.incidentId,
          role: handoff.role,
          from_user: handoff.fromUser,
          to_user: handoff.toUser,
          requested_by: handoff.requestedBy,
          state: handoff.state,
          created_at: handoff.createdAt,
          ended_at: handoff.endedAt,
        })
        .execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("handoffs").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    lock: async (id) => {
      const row = await db.selectFrom("handoffs").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    waiting: async (incidentId, role) => {
      const row = await db
        .selectFrom("handoffs")
        .selectAll()
        .where("incident_id", "=", incidentId)
        .where("role", "=", role)
        .where("state", "=", "waiting")
        .executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    end: async (id, state, at) => {
      await db.updateTable("handoffs").set({ state, ended_at: at }).where("id", "=", id).execute();
    },
  };
}

function fromRow(row: HandoffsTable): Handoff {
  return {
    id: row.id,
    incidentId: row.incident_id,
    role: row.role,
    fromUser: row.from_user,
    toUser: row.to_user,
    requestedBy: row.requested_by,
    state: row.state,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
