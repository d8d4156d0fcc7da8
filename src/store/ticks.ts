import type { TickRecords } from "../domain/checklist/checklist.ts";
import type { RecordContext } from "./database.ts";

interface TicksTable {
  list: string;
  item: string;
  by_id: string;
  at: Date;
}

/** What people ticked on lists: of reviews, maintenance, deployments, newcomers. */
export function tickRecords(context: RecordContext): TickRecords {
  const db = context.db.withTables<{ ticks: TicksTable }>();
  return {
    of: async (list) => {
      const rows = await db.selectFrom("ticks").selectAll().where("list", "=", list).execute();
      return rows.map(({ item, by_id, at }) => ({ item, byId: by_id, at }));
    },
    set: async (list, item, tick) => {
      if (tick === null) {
        await db.deleteFrom("ticks").where("list", "=", list).where("item", "=", item).execute();
        return;
      }
      await db
        .insertInto("ticks")
        .values({ list, item, by_id: tick.byId, at: tick.at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}
