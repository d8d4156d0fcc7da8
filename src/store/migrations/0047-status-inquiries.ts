import type { Kysely } from "kysely";

/** Looks at services and deployments are inquiries like any other. Those of before cannot be repeated; a press on one is told so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable("status_looks").execute();
}
