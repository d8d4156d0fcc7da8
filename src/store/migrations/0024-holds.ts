import { type Kysely, sql } from "kysely";

const statements = [
  `create table holds (
    id text primary key,
    kind text not null,
    environment text,
    target text,
    by_id text not null,
    reason text not null,
    since timestamptz not null,
    until timestamptz not null,
    incident_id text references incidents (id),
    place jsonb not null,
    noticed_for timestamptz,
    ended_at timestamptz,
    ended_by text,
    end_reason text
  )`,
  // One of a kind stands on a scope at a time.
  `create unique index holds_standing on holds (kind, coalesce(environment, ''), coalesce(target, ''))
    where ended_at is null`,
  // The few whose glass was broken; asked for as it is written here.
  `create index operations_unreviewed on operations (requested_at)
    where facts -> 'breakGlass' -> 'reviewed' = 'null'::jsonb`,
];

/** Locks and freezes that people lay on targets and environments. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
