import { type Kysely, sql } from "kysely";

/** Counting what a sender told lately reads no more than that. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index alert_groups_lately on alert_groups (source, opened_at)`.execute(db);
}
