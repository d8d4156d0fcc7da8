import { type Kysely, sql } from "kysely";

const statements = [
  // Drills are kept out of figures; a silent incident calls nobody; one that is not announced stays in its channel.
  `alter table incidents
    add column kind text not null default 'real',
    add column is_silent boolean not null default false,
    add column is_announced boolean not null default true,
    add column fields jsonb not null default '{}'`,
  // Each clock that ran out, once: the primary key is what keeps a notice from being given twice.
  `create table clock_breaches (
    incident_id text not null references incidents (id),
    clock text not null,
    due_at timestamptz not null,
    noticed_at timestamptz not null,
    primary key (incident_id, clock, due_at)
  )`,
  `create table watches (
    id text primary key,
    incident_id text not null references incidents (id),
    started_at timestamptz not null,
    until_at timestamptz not null,
    ended_at timestamptz,
    state text not null,
    reason text,
    looks integer not null,
    unknown_looks integer not null,
    looked_at timestamptz,
    readings jsonb not null
  )`,
  `create index watches_incident on watches (incident_id, started_at)`,
  `create unique index watches_running on watches (incident_id) where state = 'running'`,
];

/** Drills, incidents declared after the fact, clocks that ran out, and the watch after resolving. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
