import { type Kysely, sql } from "kysely";

/** App Home asks for what somebody is to write. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index postmortems_owed on postmortems (owner_id) where state = 'draft'`.execute(db);
}
