import type { Place } from "../domain/intent.ts";
import type { ReportQuestion, ReportRecords, ReportSeen } from "../domain/report/report.ts";
import type { RecordContext } from "./database.ts";

interface ReportsTable {
  id: string;
  asked_at: Date;
  asked_by: string | null;
  place: string;
  question: string;
  made_at: Date | null;
  seen: string | null;
}

export function reportRecords(context: RecordContext): ReportRecords {
  const db = context.db.withTables<{ reports: ReportsTable }>();
  return {
    insert: async (report) => {
      await db
        .insertInto("reports")
        .values({
          id: report.id,
          asked_at: report.askedAt,
          asked_by: report.askedBy,
          place: JSON.stringify(report.place),
          question: JSON.stringify(report.question),
        })
        .execute();
    },
    byId: async (id) => {
      const row = await db.selectFrom("reports").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) return null;
      return {
        id: row.id,
        askedAt: row.asked_at,
        askedBy: row.asked_by,
        place: row.place as unknown as Place,
        question: row.question as unknown as ReportQuestion,
        found:
          row.made_at === null || row.seen === null
            ? null
            : { at: row.made_at, seen: withDates(row.seen) as unknown as ReportSeen },
      };
    },
    found: async (id, { at, seen }) => {
      await db
        .updateTable("reports")
        .set({ made_at: at, seen: JSON.stringify(seen) })
        .where("id", "=", id)
        .execute();
    },
  };
}

/** As JSON gives it back moments are text: what is called `at`, `from`, `until` or ends in At becomes a moment again. */
export function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      /^(at|from|until)$|At$/.test(key) && isMoment(inner) ? new Date(inner) : withDates(inner),
    ]),
  );
}

function isMoment(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value);
}
