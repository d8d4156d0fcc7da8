import type { Place } from "../domain/intent.ts";
import type { StoreLook, StoreLookRecords, StoreQuestion, StoreSight } from "../domain/operation/store-look.ts";
import type { RecordContext } from "./database.ts";

interface StoreLooksTable {
  id: string;
  asked_at: Date;
  asked_by: string;
  place: string;
  environment: string;
  name: string;
  question: string;
  looked_at: Date | null;
  trouble: string | null;
  seen: string | null;
}

export function storeLookRecords(context: RecordContext): StoreLookRecords {
  const db = context.db.withTables<{ store_looks: StoreLooksTable }>();
  return {
    insert: async (look) => {
      await db
        .insertInto("store_looks")
        .values({
          id: look.id,
          asked_at: look.askedAt,
          asked_by: look.askedBy,
          place: JSON.stringify(look.place),
          environment: look.target.environment,
          name: look.target.name,
          question: JSON.stringify(look.question),
        })
        .execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("store_looks").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) return null;
      return {
        id: row.id,
        askedAt: row.asked_at,
        askedBy: row.asked_by,
        place: row.place as unknown as Place,
        target: { environment: row.environment, name: row.name },
        question: row.question as unknown as StoreQuestion,
        found:
          row.looked_at === null
            ? null
            : { at: row.looked_at, trouble: row.trouble, seen: row.seen as unknown as StoreSight | null },
      };
    },
    found: async (id, found: NonNullable<StoreLook["found"]>) => {
      await db
        .updateTable("store_looks")
        .set({
          looked_at: found.at,
          trouble: found.trouble,
          seen: found.seen === null ? null : JSON.stringify(found.seen),
        })
        .where("id", "=", id)
        .execute();
    },
  };
}
