import { type Kysely, sql } from "kysely";

const statements = [
  `create table hypotheses (
    id text primary key,
    incident_id text not null references incidents (id),
    number integer not null,
    text text not null,
    state text not null,
    reason text,
    by_id text not null,
    at timestamptz not null,
    decided_by text,
    decided_at timestamptz,
    version integer not null,
    unique (incident_id, number)
  )`,
  `create table hypothesis_evidence (
    hypothesis_id text not null references hypotheses (id),
    kind text not null,
    reference text not null,
    title text not null,
    by_id text not null,
    at timestamptz not null,
    primary key (hypothesis_id, kind, reference)
  )`,
  `create table decisions (
    id text primary key,
    incident_id text not null references incidents (id),
    text text not null,
    by_id text not null,
    at timestamptz not null
  )`,
  `create index decisions_incident on decisions (incident_id, at)`,
  // When a person last caught up with an incident.
  `create table incident_visits (
    incident_id text not null references incidents (id),
    user_id text not null,
    at timestamptz not null,
    primary key (incident_id, user_id)
  )`,
  `create index timeline_entries_recorded on timeline_entries (incident_id, recorded_at)`,
];

/** What people believed and decided during an incident, and when they last caught up. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
