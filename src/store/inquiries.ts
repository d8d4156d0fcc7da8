import type { Selectable } from "kysely";
import type { Picture } from "../domain/health/picture.ts";
import type { Inquiry, InquiryKind, InquiryRecords } from "../domain/inquiry/inquiry.ts";
import type { Place } from "../domain/intent.ts";
import type { RecordContext } from "./database.ts";
import { fromDatedJson, toDatedJson } from "./dated-json.ts";

interface InquiriesTable {
  id: string;
  kind: InquiryKind;
  asked_at: Date;
  asked_by: string;
  place: string;
  incident_id: string | null;
  question: string;
  looked_at: Date | null;
  found: string | null;
  picture: string | null;
}

const columns = ["id", "asked_at", "asked_by", "place", "incident_id", "question", "looked_at", "found"] as const;

function fromRow<K extends InquiryKind>(
  kind: K,
  row: Pick<Selectable<InquiriesTable>, (typeof columns)[number]>,
): Inquiry<K> {
  const found = row.looked_at === null ? null : { ...(fromDatedJson(row.found) as object), at: row.looked_at };
  return {
    id: row.id,
    kind,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    place: row.place as unknown as Place,
    incidentId: row.incident_id,
    question: fromDatedJson(row.question) as Inquiry<K>["question"],
    found: found as Inquiry<K>["found"],
  };
}

export function inquiryRecords(context: RecordContext): InquiryRecords {
  const db = context.db.withTables<{ inquiries: InquiriesTable }>();
  return {
    insert: async (inquiry) => {
      await db
        .insertInto("inquiries")
        .values({
          id: inquiry.id,
          kind: inquiry.kind,
          asked_at: inquiry.askedAt,
          asked_by: inquiry.askedBy,
          place: JSON.stringify(inquiry.place),
          incident_id: inquiry.incidentId,
          question: toDatedJson(inquiry.question),
        })
        .execute();
    },
    byId: async <K extends InquiryKind>(kind: K, id: string) => {
      const row = await db
        .selectFrom("inquiries")
        .select(columns)
        .where("id", "=", id)
        .where("kind", "=", kind)
        .executeTakeFirst();
      return row ? fromRow(kind, row) : null;
    },
    ofIncident: async <K extends InquiryKind>(kind: K, incidentId: string) => {
      const rows = await db
        .selectFrom("inquiries")
        .select(columns)
        .where("incident_id", "=", incidentId)
        .where("kind", "=", kind)
        .orderBy("asked_at", "desc")
        .orderBy("id", "desc")
        .limit(100)
        .execute();
      return rows.map((row) => fromRow(kind, row));
    },
    found: async (id, { at, ...found }) => {
      await db
        .updateTable("inquiries")
        .set({ looked_at: at, found: toDatedJson(found) })
        .where("id", "=", id)
        .execute();
    },
    keepPicture: async (id, picture) => {
      await db
        .updateTable("inquiries")
        .set({ picture: JSON.stringify(picture) })
        .where("id", "=", id)
        .execute();
    },
    picture: async (id) => {
      const row = await db.selectFrom("inquiries").select("picture").where("id", "=", id).executeTakeFirst();
      return (row?.picture ?? null) as unknown as Picture | null;
    },
    ask: async (id, question) => {
      await db
        .updateTable("inquiries")
        .set({ question: toDatedJson(question) })
        .where("id", "=", id)
        .execute();
    },
  };
}
