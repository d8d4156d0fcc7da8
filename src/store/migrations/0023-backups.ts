import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("backups")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("environment", "text", (column) => column.notNull())
    .addColumn("target_name", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("place", "text", (column) => column.notNull())
    .addColumn("format", "text")
    .addColumn("bytes", "bigint")
    .addColumn("sha256", "text")
    .addColumn("taken_at", "timestamptz", (column) => column.notNull())
    .addColumn("requester_id", "text", (column) => column.notNull())
    .addColumn("incident_id", "text")
    .addColumn("proved_at", "timestamptz")
    .addColumn("proof", "text")
    .execute();
  await db.schema
    .createIndex("backups_by_target")
    .on("backups")
    .columns(["environment", "target_name", "taken_at"])
    .execute();
  await db.schema
    .createTable("restores")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("environment", "text", (column) => column.notNull())
    .addColumn("target_name", "text", (column) => column.notNull())
    .addColumn("how", "text", (column) => column.notNull())
    .addColumn("restored_from", "text", (column) => column.notNull())
    .addColumn("restored_to", "text", (column) => column.notNull())
    .addColumn("ended_at", "timestamptz", (column) => column.notNull())
    .addColumn("seconds", "float8", (column) => column.notNull())
    .addColumn("data_age_seconds", "float8")
    .addColumn("good", "boolean", (column) => column.notNull())
    .addColumn("detail", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("restores_by_target")
    .on("restores")
    .columns(["environment", "target_name", "ended_at"])
    .execute();
}
