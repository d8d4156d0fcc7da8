import type { ArmingRecords } from "../domain/arming.ts";
import type { RecordContext } from "./database.ts";

/** When clocks of what comes round were set for. */
export function armingRecords(context: RecordContext): ArmingRecords {
  const db = context.db.withTables<{ armings: { name: string; at: Date } }>();
  return {
    of: async (name) => {
      const row = await db.selectFrom("armings").select("at").where("name", "=", name).executeTakeFirst();
      return row?.at ?? null;
    },
    set: async (name, at) => {
      await db
        .insertInto("armings")
        .values({ name, at })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ at }))
        .execute();
    },
  };
}
