import type { ClockRecords } from "../domain/incident/clocks.ts";
import type { RecordContext } from "./database.ts";

interface ClockBreachTable {
  incident_id: string;
  clock: string;
  due_at: Date;
  noticed_at: Date;
}

/** Clocks that ran out, each once. */
export function clockRecords(context: RecordContext): ClockRecords {
  const db = context.db.withTables<{ clock_breaches: ClockBreachTable }>();
  return {
    ranOut: async (incidentId, clock, dueAt) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("clock_breaches")
        .values({ incident_id: incidentId, clock, due_at: dueAt, noticed_at: context.now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
  };
}
