import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table pages add column unresolved_minutes integer").execute(db);
}
