import type { Turn, TurnRecords } from "../domain/upkeep/turns.ts";
import type { RecordContext } from "./database.ts";

interface TurnsTable {
  id: string;
  task: string;
  due_at: Date;
  state: Turn["state"];
  ended_at: Date | null;
  by_id: string | null;
  note: string | null;
  operation_id: string | null;
  unseen: number;
}

const mostOpen = 500;

/** The times that maintenance came round. */
export function turnRecords(context: RecordContext): TurnRecords {
  const db = context.db.withTables<{ turns: TurnsTable }>();
  return {
    insert: async (turn) => {
      const rows = await db
        .insertInto("turns")
        .values({
          id: turn.id,
          task: turn.task,
          due_at: turn.dueAt,
          state: turn.state,
          ended_at: turn.endedAt,
          by_id: turn.byId,
          note: turn.note,
          operation_id: turn.operationId,
          unseen: turn.unseen,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .execute();
      return rows.length > 0;
    },
    byId: async (id) => {
      const row = await db.selectFrom("turns").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? turnOf(row) : null;
    },
    update: async (id, { state, endedAt, byId, note, operationId, unseen }) => {
      const changes = {
        ...(state === undefined ? {} : { state }),
        ...(endedAt === undefined ? {} : { ended_at: endedAt }),
        ...(byId === undefined ? {} : { by_id: byId }),
        ...(note === undefined ? {} : { note }),
        ...(operationId === undefined ? {} : { operation_id: operationId }),
        ...(unseen === undefined ? {} : { unseen }),
      };
      await db.updateTable("turns").set(changes).where("id", "=", id).execute();
    },
    open: async () => {
      const rows = await db
        .selectFrom("turns")
        .selectAll()
        .where("state", "=", "open")
        .orderBy("due_at")
        .limit(mostOpen)
        .execute();
      return rows.map(turnOf);
    },
    of: async (task, limit) => {
      const rows = await db
        .selectFrom("turns")
        .selectAll()
        .where("task", "=", task)
        .orderBy("due_at", "desc")
        .limit(limit)
        .execute();
      return rows.map(turnOf);
    },
  };
}

function turnOf(row: TurnsTable): Turn {
  return {
    id: row.id,
    task: row.task,
    dueAt: row.due_at,
    state: row.state,
    endedAt: row.ended_at,
    byId: row.by_id,
    note: row.note,
    operationId: row.operation_id,
    unseen: row.unseen,
  };
}
