import { type Kysely, sql } from "kysely";

/** The picture that goes with a diagnosis; apart from what was found, which is read each time its card is drawn. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table inquiries add column picture jsonb").execute(db);
}
