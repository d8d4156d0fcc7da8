import { type Kysely, sql } from "kysely";

const statements = [
  // Whether somebody may hold a role or be on call, as Slack last said; null until they were looked up.
  `alter table slack_people add column kind text, add column email text`,
  // Who the e-mail addresses and groups of the configuration stood for when they were last looked up.
  `create table people_references (
    reference text primary key,
    user_ids text[] not null,
    looked_at timestamptz not null
  )`,
  `create table oncall_overrides (
    id text primary key,
    team text not null,
    level text not null,
    user_id text not null,
    from_at timestamptz not null,
    until_at timestamptz not null,
    created_by text not null,
    created_at timestamptz not null,
    swap_id text
  )`,
  `create index oncall_overrides_team on oncall_overrides (team, until_at)`,
  // Shifts as PagerDuty last told them, for the levels it fills.
  `create table oncall_outside (
    team text not null,
    level text not null,
    reference text not null,
    from_at timestamptz not null,
    until_at timestamptz not null,
    primary key (team, level, from_at)
  )`,
  `create table pages (
    id text primary key,
    incident_id text references incidents (id),
    team text,
    person_id text,
    message text not null,
    requested_by text,
    state text not null,
    step integer not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    outside text,
    version integer not null
  )`,
  `create index pages_incident on pages (incident_id) where state = 'open'`,
  `create table page_calls (
    page_id text not null references pages (id),
    user_id text not null,
    step integer not null,
    at timestamptz not null,
    primary key (page_id, user_id, step)
  )`,
  `create table handoffs (
    id text primary key,
    incident_id text not null references incidents (id),
    role text not null,
    from_user text,
    to_user text not null,
    requested_by text not null,
    state text not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    reason text
  )`,
  `create unique index handoffs_waiting on handoffs (incident_id, role) where state = 'waiting'`,
];

/** Who people are, who is on call, who was paged, and roles that are being handed over. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
