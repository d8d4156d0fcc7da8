import { type Kysely, sql } from "kysely";

const statements = [
  `create table alert_groups (
    id text primary key,
    source text not null,
    key text not null,
    level text not null,
    title text not null,
    service text,
    environment text,
    place jsonb not null,
    severity text,
    incident text not null,
    page jsonb not null,
    calm text,
    opened_at timestamptz not null,
    last_at timestamptz not null,
    ended_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by text,
    incident_id text references incidents (id),
    page_ids jsonb not null default '[]'
  )`,
  "create index alert_groups_newest on alert_groups (source, key, opened_at desc)",
  "create index alert_groups_firing on alert_groups (last_at) where ended_at is null",
  "create index alert_groups_incident on alert_groups (incident_id) where incident_id is not null",
  `create table alerts (
    id text primary key,
    group_id text not null references alert_groups (id),
    source text not null,
    fingerprint text not null,
    title text not null,
    text text not null,
    labels jsonb not null,
    link text,
    started_at timestamptz,
    first_at timestamptz not null,
    last_at timestamptz not null,
    count integer not null,
    told_at timestamptz,
    resolved_at timestamptz
  )`,
  // One alert of a sender fires once at a time.
  "create unique index alerts_firing on alerts (source, fingerprint) where resolved_at is null",
  "create index alerts_newest on alerts (source, fingerprint, first_at desc)",
  "create index alerts_group on alerts (group_id)",
  "alter table pages add column alert_id text references alert_groups (id)",
  "create index alert_groups_pages on alert_groups using gin (page_ids)",
];

/** What senders outside told of, and the messages it is told in. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
