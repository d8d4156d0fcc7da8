import { type Kysely, sql } from "kysely";

const statements = [
  `create table incident_followers (
    incident_id text not null references incidents (id),
    user_id text not null,
    since timestamptz not null,
    primary key (incident_id, user_id)
  )`,
  `create table security_flows (
    incident_id text primary key references incidents (id),
    begun_at timestamptz not null
  )`,
  `create table security_ticks (
    incident_id text not null references security_flows (incident_id),
    step text not null,
    user_id text not null,
    at timestamptz not null,
    primary key (incident_id, step)
  )`,
  // Cards of an incident are looked for when it becomes private.
  `create index slack_cards_place on slack_cards (place)`,
];

/** Who subscribed to an incident, and the checklists of security incidents. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
