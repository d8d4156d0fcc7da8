import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("inquiries")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("asked_at", "timestamptz", (column) => column.notNull())
    .addColumn("asked_by", "text", (column) => column.notNull())
    .addColumn("place", "jsonb", (column) => column.notNull())
    .addColumn("incident_id", "text")
    .addColumn("question", "jsonb", (column) => column.notNull())
    .addColumn("looked_at", "timestamptz")
    .addColumn("found", "jsonb")
    .execute();
  await db.schema
    .createTable("figure_samples")
    .addColumn("environment", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("figure", "text", (column) => column.notNull())
    .addColumn("at", "timestamptz", (column) => column.notNull())
    .addColumn("value", "double precision", (column) => column.notNull())
    .addPrimaryKeyConstraint("figure_samples_key", ["environment", "name", "figure", "at"])
    .execute();
  // Looks of before cannot be repeated any more; a press on one is told so.
  await db.schema.dropTable("diagnoses").execute();
}
