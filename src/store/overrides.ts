import type { Override, OverrideRecords } from "../domain/oncall/team.ts";
import type { RecordContext } from "./database.ts";

interface OverridesTable {
  readonly id: string;
  readonly team: string;
  readonly level: string;
  readonly user_id: string;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly created_by: string;
  readonly created_at: Date;
  readonly swap_id: string | null;
}

export function overrideRecords(context: RecordContext): OverrideRecords {
  const db = context.db.withTables<{ oncall_overrides: OverridesTable }>();
  return {
    add: async (override) => {
      await db
        .insertInto("oncall_overrides")
        .values({
          id: override.id,
          team: override.team,
          level: override.level,
          user_id: override.userId,
          from_at: override.from,
          until_at: override.until,
          created_by: override.createdBy,
          created_at: override.createdAt,
          swap_id: override.swapId,
        })
        .execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("oncall_overrides").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    between: async (team, from, until) => {
      const rows = await db
        .selectFrom("oncall_overrides")
        .selectAll()
        .where("team", "=", team)
        .where("until_at", ">", from)
        .where("from_at", "<", until)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map(fromRow);
    },
    remove: async (id) => {
      const rows = await db
        .deleteFrom("oncall_overrides")
        .where((where) => where.or([where("id", "=", id), where("swap_id", "=", id)]))
        .returningAll()
        .execute();
      const swap = rows.find((row) => row.swap_id !== null && row.swap_id !== id)?.swap_id;
      const other = swap
        ? await db.deleteFrom("oncall_overrides").where("swap_id", "=", swap).returningAll().execute()
        : [];
      return [...rows, ...other].map(fromRow);
    },
  };
}

function fromRow(row: OverridesTable): Override {
  return {
    id: row.id,
    team: row.team,
    level: row.level,
    userId: row.user_id,
    from: row.from_at,
    until: row.until_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
    swapId: row.swap_id,
  };
}
