import { type Kysely, sql } from "kysely";

/**
 * A sequence instead of a counter row: a declaration that is still being recorded keeps no other one waiting. The
 * number of one that is rolled back is left out.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence incident_numbers as integer`.execute(db);
  await sql`select setval('incident_numbers', greatest(last, 1), last > 0) from incident_counter`.execute(db);
  await sql`drop table incident_counter`.execute(db);
}
