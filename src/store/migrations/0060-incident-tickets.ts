import { type Kysely, sql } from "kysely";

/** Tickets that no incident was made of yet, and what they were opened for. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table counterparts alter column incident_id drop not null`.execute(db);
  await sql`create table ticket_requests (id text primary key, facts jsonb not null)`.execute(db);
}
