import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("reports")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("asked_at", "timestamptz", (column) => column.notNull())
    .addColumn("asked_by", "text")
    .addColumn("place", "jsonb", (column) => column.notNull())
    .addColumn("question", "jsonb", (column) => column.notNull())
    .addColumn("made_at", "timestamptz")
    .addColumn("seen", "jsonb")
    .execute();
}
