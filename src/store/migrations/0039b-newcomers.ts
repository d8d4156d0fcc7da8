import { type Kysely, sql } from "kysely";

const statements = [
  `create table newcomers (
    user_id text primary key,
    welcomed_by text not null,
    started_at timestamptz not null,
    shadow_until timestamptz not null,
    ended_at timestamptz
  )`,
];

export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
