import type { LockRecords } from "../domain/operation/records.ts";
import type { RecordContext } from "./database.ts";

interface LocksTable {
  target: string;
  operation_id: string;
  taken_at: Date;
}

export function lockRecords(context: RecordContext): LockRecords {
  const db = context.db.withTables<{ locks: LocksTable }>();
  const holder = async (target: string): Promise<string | null> => {
    const row = await db.selectFrom("locks").select("operation_id").where("target", "=", target).executeTakeFirst();
    return row?.operation_id ?? null;
  };
  return {
    take: async (target, operationId) => {
      // Updating the row to itself makes a concurrent taker wait for us and then see who holds it.
      const row = await db
        .insertInto("locks")
        .values({ target, operation_id: operationId, taken_at: context.now })
        .onConflict((conflict) => conflict.column("target").doUpdateSet({ target }))
        .returning("operation_id")
        .executeTakeFirstOrThrow();
      return row.operation_id === operationId ? { taken: true } : { taken: false, operationId: row.operation_id };
    },
    release: async (target, operationId) => {
      await db.deleteFrom("locks").where("target", "=", target).where("operation_id", "=", operationId).execute();
    },
    holder,
  };
}
