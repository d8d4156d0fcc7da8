import { type Kysely, sql } from "kysely";

const statements = [
  `create table turns (
    id text primary key,
    task text not null,
    due_at timestamptz not null,
    state text not null,
    ended_at timestamptz,
    by_id text,
    note text,
    operation_id text,
    unseen integer not null
  )`,
  // A clock that ran out while the bot was away is known by this.
  "create table armings (name text primary key, at timestamptz not null)",
  "create index turns_by_task on turns (task, due_at desc)",
  "create index turns_open on turns (due_at) where state = 'open'",
];

/** The times that maintenance came round, and what became of them. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
