import { type Kysely, sql } from "kysely";

const statements = [
  `create table public_incidents (
    incident_id text primary key references incidents (id),
    title text not null,
    components text[] not null,
    impact text not null,
    begun_at timestamptz not null,
    resolved_at timestamptz
  )`,
  `create index public_incidents_open on public_incidents (begun_at) where resolved_at is null`,
  `create index public_incidents_resolved on public_incidents (resolved_at)`,
  `create table public_updates (
    id text primary key,
    incident_id text not null references public_incidents (incident_id),
    status text not null,
    text text not null,
    at timestamptz not null
  )`,
  `create index public_updates_incident on public_updates (incident_id, at)`,
  `create table public_maintenance (
    id text primary key,
    title text not null,
    text text not null,
    components text[] not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null
  )`,
  `create index public_maintenance_ends on public_maintenance (ends_at)`,
];

/** What was written for the public: kept apart from incidents, so that nothing internal can get in by accident. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
