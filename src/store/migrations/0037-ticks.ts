import { type Kysely, sql } from "kysely";

const statements = [
  `create table ticks (
    list text not null,
    item text not null,
    by_id text not null,
    at timestamptz not null,
    primary key (list, item)
  )`,
];

export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
