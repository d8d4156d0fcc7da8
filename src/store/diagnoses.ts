import type { DiagnosisRecords, Found } from "../domain/health/diagnosis.ts";
import type { Place } from "../domain/intent.ts";
import type { RecordContext } from "./database.ts";

interface DiagnosesTable {
  id: string;
  asked_at: Date;
  asked_by: string;
  place: string;
  environment: string;
  name: string;
  looked_at: Date | null;
  found: string | null;
}

export function diagnosisRecords(context: RecordContext): DiagnosisRecords {
  const db = context.db.withTables<{ diagnoses: DiagnosesTable }>();
  return {
    insert: async (diagnosis) => {
      await db
        .insertInto("diagnoses")
        .values({
          id: diagnosis.id,
          asked_at: diagnosis.askedAt,
          asked_by: diagnosis.askedBy,
          place: JSON.stringify(diagnosis.place),
          environment: diagnosis.service.environment,
          name: diagnosis.service.name,
        })
        .execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("diagnoses").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) return null;
      return {
        id: row.id,
        askedAt: row.asked_at,
        askedBy: row.asked_by,
        place: row.place as unknown as Place,
        service: { name: row.name, environment: row.environment },
        found:
          row.looked_at === null || row.found === null
            ? null
            : { ...(row.found as unknown as Omit<Found, "at">), at: row.looked_at },
      };
    },
    found: async (id, { at, ...found }) => {
      await db
        .updateTable("diagnoses")
        .set({ looked_at: at, found: JSON.stringify(found) })
        .where("id", "=", id)
        .execute();
    },
  };
}
