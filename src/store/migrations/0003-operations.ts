import type { Kysely } from "kysely";
import { sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("operations")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("code", "text", (column) => column.notNull().unique())
    .addColumn("environment", "text", (column) => column.notNull())
    .addColumn("target_name", "text", (column) => column.notNull())
    .addColumn("requester_id", "text", (column) => column.notNull())
    .addColumn("incident_id", "text")
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("requested_at", "timestamptz", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("facts", "jsonb", (column) => column.notNull())
    .execute();
  await sql`create index operations_by_target on operations (environment, target_name, requested_at desc)`.execute(db);
  await sql`create index operations_by_incident on operations (incident_id, requested_at desc) where incident_id is not null`.execute(
    db,
  );
  await sql`create index operations_by_time on operations (requested_at desc)`.execute(db);
  await db.schema
    .createTable("locks")
    .addColumn("target", "text", (column) => column.primaryKey())
    .addColumn("operation_id", "text", (column) => column.notNull())
    .addColumn("taken_at", "timestamptz", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("status_looks")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("asked_at", "timestamptz", (column) => column.notNull())
    .addColumn("asked_by", "text", (column) => column.notNull())
    .addColumn("place", "jsonb", (column) => column.notNull())
    .addColumn("service", "text")
    .addColumn("environment", "text")
    .addColumn("looked_at", "timestamptz")
    .addColumn("found", "jsonb")
    .execute();
}
