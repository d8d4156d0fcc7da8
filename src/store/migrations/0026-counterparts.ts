import { type Kysely, sql } from "kysely";

const statements = [
  // Made ahead of its time and never written to; what follows holds tickets as well.
  "drop table action_item_tickets",
  `create table counterparts (
    service text not null,
    subject text not null,
    incident_id text not null references incidents (id) on delete cascade,
    state text not null,
    key text,
    url text,
    status text not null,
    seal text,
    asked_by text not null,
    asked_at timestamptz not null,
    attempted_at timestamptz,
    checked_at timestamptz,
    trouble text,
    primary key (service, subject)
  )`,
  "create index counterparts_subject on counterparts (subject)",
  "create index counterparts_open on counterparts (checked_at) where state = 'there' and status = 'open'",
];

/** What stands in web services for something of ours. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
