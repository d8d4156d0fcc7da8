import type { Kysely } from "kysely";

/** The user group that a handle of the configuration stood for when it was first seen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("group_bindings")
    .addColumn("handle", "text", (column) => column.primaryKey())
    .addColumn("group_id", "text", (column) => column.notNull())
    .addColumn("bound_at", "timestamptz", (column) => column.notNull())
    .addColumn("other_id", "text")
    .execute();
}
