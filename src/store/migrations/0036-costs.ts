import { type Kysely, sql } from "kysely";

const statements = [
  // What was read last: reading it again costs money.
  `create table cost_sights (
    environment text primary key,
    at timestamptz not null,
    sight jsonb not null
  )`,
  // Each reason is told once a day.
  `create table costs_told (
    environment text not null,
    day date not null,
    reason text not null,
    primary key (environment, day, reason)
  )`,
];

export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
