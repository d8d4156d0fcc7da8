import type { Kysely } from "kysely";
import { sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("leases")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("operation_id", "text", (column) => column.notNull().unique())
    .addColumn("environment", "text", (column) => column.notNull())
    .addColumn("target_name", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("started_at", "timestamptz", (column) => column.notNull())
    .addColumn("until_at", "timestamptz")
    .addColumn("facts", "jsonb", (column) => column.notNull())
    .execute();
  await sql`create index leases_open on leases (environment, target_name) where state <> 'over'`.execute(db);
}
