import type { Newcomer, NewcomerRecords } from "../domain/newcomer/newcomer.ts";
import type { RecordContext } from "./database.ts";

interface NewcomersTable {
  user_id: string;
  welcomed_by: string;
  started_at: Date;
  shadow_until: Date;
  ended_at: Date | null;
}

/** People who are new. */
export function newcomerRecords(context: RecordContext): NewcomerRecords {
  const db = context.db.withTables<{ newcomers: NewcomersTable }>();
  return {
    keep: async (one) => {
      const row = {
        welcomed_by: one.welcomedBy,
        started_at: one.startedAt,
        shadow_until: one.shadowUntil,
        ended_at: one.endedAt,
      };
      await db
        .insertInto("newcomers")
        .values({ user_id: one.userId, ...row })
        .onConflict((conflict) => conflict.column("user_id").doUpdateSet(row))
        .execute();
    },
    of: async (userId) => {
      const row = await db.selectFrom("newcomers").selectAll().where("user_id", "=", userId).executeTakeFirst();
      return row ? newcomerOf(row) : null;
    },
    shadowing: async (at) => {
      const rows = await db.selectFrom("newcomers").selectAll().where("shadow_until", ">", at).execute();
      return rows.map(newcomerOf);
    },
    list: async () => {
      const rows = await db.selectFrom("newcomers").selectAll().orderBy("started_at", "desc").limit(50).execute();
      return rows.map(newcomerOf);
    },
  };
}

function newcomerOf(row: NewcomersTable): Newcomer {
  return {
    userId: row.user_id,
    welcomedBy: row.welcomed_by,
    startedAt: row.started_at,
    shadowUntil: row.shadow_until,
    endedAt: row.ended_at,
  };
}
