import { type Kysely, sql } from "kysely";

const statements = [
  `alter table timeline_entries
    add column version integer not null default 1,
    add column merged_into text references timeline_entries (id),
    add column is_curated boolean not null default false,
    add column is_erased boolean not null default false`,
  `create index timeline_entries_merged on timeline_entries (merged_into) where merged_into is not null`,
  `alter table timeline_revisions
    add column seq bigint generated always as identity,
    add column act text,
    add column merged_into text,
    add column is_curated boolean not null default false`,
  `create index timeline_revisions_act on timeline_revisions (act) where act is not null`,
  // What people did to a timeline, one row for each; undoing is a row of its own.
  `create table timeline_acts (
    seq bigint generated always as identity,
    id text primary key,
    incident_id text not null references incidents (id),
    at timestamptz not null,
    by_id text not null,
    kind text not null,
    undoes text unique references timeline_acts (id)
  )`,
];

/** Timelines put right by people: merged, moved, inserted, and undone. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
