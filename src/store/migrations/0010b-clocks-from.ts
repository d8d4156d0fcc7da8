import { type Kysely, sql } from "kysely";

/** From when an incident's clocks are counted, where that is not its declaration: a new severity, or taken up again. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table incidents add column clocks_from timestamptz").execute(db);
}
