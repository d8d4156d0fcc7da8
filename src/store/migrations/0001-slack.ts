import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table slack_intake (
      key text primary key,
      kind text not null,
      answer jsonb,
      received_at timestamptz not null
    )`.execute(db);
  await sql`create index slack_intake_received on slack_intake (received_at)`.execute(db);
}
