import { type Kysely, sql } from "kysely";

const statements = [
  // One row that hands out numbers without gaps.
  `create table change_counter (last integer not null)`,
  `insert into change_counter values (0)`,
  `create table changes (
    id text primary key,
    number integer not null unique,
    state text not null,
    version integer not null,
    facts jsonb not null
  )`,
  `create index changes_open on changes (number desc) where state not in ('closed', 'cancelled')`,
];

export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
