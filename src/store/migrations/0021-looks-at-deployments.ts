import type { Kysely } from "kysely";

/** A look may be about the deployments of services instead of how they are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("status_looks")
    .addColumn("about", "text", (column) => column.notNull().defaultTo("status"))
    .execute();
}
