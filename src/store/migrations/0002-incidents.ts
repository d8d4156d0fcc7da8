import { type Kysely, sql } from "kysely";

const statements = [
  // One row that hands out numbers without gaps: a rolled-back declaration gives its number back.
  `create table incident_counter (one boolean primary key default true check (one), last integer not null)`,
  `insert into incident_counter (last) values (0)`,
  `create table incidents (
    id text primary key,
    number integer not null unique,
    title text not null,
    summary text not null,
    severity text not null,
    phase text not null,
    affected text[] not null,
    is_private boolean not null,
    reporter_id text not null,
    source jsonb not null,
    roles jsonb not null,
    started_at timestamptz not null,
    detected_at timestamptz not null,
    declared_at timestamptz not null,
    acknowledged_at timestamptz,
    mitigated_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    channel_id text unique,
    channel_name text,
    last_update text,
    next_update_at timestamptz,
    version integer not null
  )`,
  `create index incidents_open on incidents (number) where phase not in ('resolved', 'closed')`,
  `create table incident_members (
    incident_id text not null references incidents (id),
    user_id text not null,
    since timestamptz not null,
    primary key (incident_id, user_id)
  )`,
  `create table timeline_entries (
    id text primary key,
    incident_id text not null references incidents (id),
    at timestamptz not null,
    recorded_at timestamptz not null,
    kind text not null,
    actor_id text,
    text text not null,
    channel_id text,
    ts text,
    thread_ts text,
    permalink text,
    through text,
    edited_ts text,
    operation_id text,
    hidden boolean not null default false
  )`,
  `create index timeline_entries_incident on timeline_entries (incident_id, at, id)`,
  `create unique index timeline_entries_message on timeline_entries (channel_id, ts)`,
  // What an entry said before it was changed, and who changed it (null: it followed its message).
  `create table timeline_revisions (
    entry_id text not null references timeline_entries (id),
    changed_at timestamptz not null,
    changed_by text,
    at timestamptz not null,
    text text not null,
    hidden boolean not null
  )`,
  `create index timeline_revisions_entry on timeline_revisions (entry_id, changed_at)`,
  `create table marks (
    channel_id text not null,
    ts text not null,
    name text not null,
    user_id text not null,
    is_on boolean not null,
    event_ts numeric not null,
    primary key (channel_id, ts, name, user_id)
  )`,
  `create table action_items (
    id text primary key,
    incident_id text not null references incidents (id),
    title text not null,
    owner_id text,
    due_on text,
    done_at timestamptz,
    created_by text not null,
    created_at timestamptz not null,
    channel_id text,
    ts text,
    permalink text,
    version integer not null
  )`,
  `create index action_items_incident on action_items (incident_id)`,
  `create index action_items_owner on action_items (owner_id) where done_at is null`,
  `create unique index action_items_message on action_items (channel_id, ts)`,
];

/** Incidents, their people, timelines, reactions and action items. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
