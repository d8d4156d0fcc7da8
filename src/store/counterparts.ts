import type { Selectable } from "kysely";
import type { Counterpart, CounterpartRecords } from "../domain/counterpart/counterpart.ts";
import type { RecordContext } from "./database.ts";

interface CounterpartTable {
  readonly service: Counterpart["service"];
  readonly subject: string;
  readonly incident_id: string | null;
  readonly state: Counterpart["state"];
  readonly key: string | null;
  readonly url: string | null;
  readonly status: Counterpart["status"];
  readonly seal: string | null;
  readonly version: string | null;
  readonly asked_by: string;
  readonly asked_at: Date;
  readonly attempted_at: Date | null;
  readonly checked_at: Date | null;
  readonly trouble: string | null;
}

/** What stands in web services for something of ours. */
export function counterpartRecords(context: RecordContext): CounterpartRecords {
  const db = context.db.withTables<{ readonly counterparts: CounterpartTable }>();
  const one = (service: Counterpart["service"], subject: string) =>
    db.selectFrom("counterparts").selectAll().where("service", "=", service).where("subject", "=", subject);
  return {
    find: async (service, subject) => {
      const row = await one(service, subject).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    lock: async (service, subject) => {
      const row = await one(service, subject).forUpdate().executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    ofSubjects: async (subjects) => {
      if (subjects.length === 0) return [];
      const rows = await db
        .selectFrom("counterparts")
        .selectAll()
        .where("subject", "in", [...subjects])
        .orderBy("asked_at")
        .orderBy("service")
        .execute();
      return rows.map(fromRow);
    },
    put: async (counterpart) => {
      const row = toRow(counterpart);
      await db
        .insertInto("counterparts")
        .values(row)
        .onConflict((conflict) => conflict.columns(["service", "subject"]).doUpdateSet(row))
        .execute();
    },
    open: async (services, limit) => {
      if (services.length === 0) return [];
      const rows = await db
        .selectFrom("counterparts")
        .selectAll()
        .where("state", "=", "there")
        .where("status", "=", "open")
        .where("service", "in", [...services])
        .orderBy("checked_at", (order) => order.asc().nullsFirst())
        .limit(limit)
        .execute();
      return rows.map(fromRow);
    },
  };
}

function toRow(counterpart: Counterpart): CounterpartTable {
  return {
    service: counterpart.service,
    subject: counterpart.subject,
    incident_id: counterpart.incidentId,
    state: counterpart.state,
    key: counterpart.key,
    url: counterpart.url,
    status: counterpart.status,
    seal: counterpart.seal,
    version: counterpart.version,
    asked_by: counterpart.askedBy,
    asked_at: counterpart.askedAt,
    attempted_at: counterpart.attemptedAt,
    checked_at: counterpart.checkedAt,
    trouble: counterpart.trouble,
  };
}

function fromRow(row: Selectable<CounterpartTable>): Counterpart {
  return {
    service: row.service,
    subject: row.subject,
    incidentId: row.incident_id,
    state: row.state,
    key: row.key,
    url: row.url,
    status: row.status,
    seal: row.seal,
    version: row.version,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    attemptedAt: row.attempted_at,
    checkedAt: row.checked_at,
    trouble: row.trouble,
  };
}
