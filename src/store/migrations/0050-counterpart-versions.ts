import { type Kysely, sql } from "kysely";

/** What was there after something of ours was written, so that what people change there is seen. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table counterparts add column version text").execute(db);
}
