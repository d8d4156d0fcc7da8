import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // A position begins one range only: nothing is written to the archive twice.
  await db.schema
    .createTable("audit_archive")
    .addColumn("position_from", "bigint", (column) => column.primaryKey())
    .addColumn("position_to", "bigint", (column) => column.notNull().unique())
    .addColumn("key", "text", (column) => column.notNull().unique())
    .addColumn("begun_at", "timestamptz(3)", (column) => column.notNull())
    .addColumn("retain_until", "timestamptz(3)", (column) => column.notNull())
    .addColumn("mode", "text", (column) => column.notNull())
    .addColumn("confirmed_at", "timestamptz(3)")
    .addColumn("version", "text")
    .addColumn("trouble", "text")
    .execute();
}
