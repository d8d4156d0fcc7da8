import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("diagnoses")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("asked_at", "timestamptz", (column) => column.notNull())
    .addColumn("asked_by", "text", (column) => column.notNull())
    .addColumn("place", "jsonb", (column) => column.notNull())
    .addColumn("environment", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("looked_at", "timestamptz")
    .addColumn("found", "jsonb")
    .execute();
}
