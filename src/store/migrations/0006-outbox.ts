import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table outbox (
      id text primary key,
      seq bigint generated always as identity,
      lane smallint not null,
      kind text not null,
      intent jsonb not null,
      key text not null,
      once text unique,
      incident_id text,
      waits_for text,
      state text not null,
      due_at timestamptz not null,
      in_doubt boolean not null,
      attempts integer not null,
      attempted_at timestamptz,
      created_at timestamptz not null,
      settled_at timestamptz,
      scratch jsonb,
      error text
    )`.execute(db);
  await sql`create index outbox_open on outbox (key, lane, seq) where state in ('due', 'sending')`.execute(db);
  await sql`create index outbox_due on outbox (lane, seq) where state = 'due'`.execute(db);
  await sql`create index outbox_incident on outbox (incident_id) where state <> 'sent'`.execute(db);
  await sql`create index outbox_sent on outbox (settled_at) where state = 'sent'`.execute(db);
  await sql`
    create table slack_cards (
      view text not null,
      subject text not null,
      place text not null,
      channel_id text not null,
      ts text not null,
      primary key (view, subject, place)
    )`.execute(db);
}
