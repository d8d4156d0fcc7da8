import { type Kysely, sql } from "kysely";

const statements = [
  // What was said in incidents' channels, as it was said: rows are added, and never changed but to erase.
  `create table captures (
    seq bigint generated always as identity primary key,
    incident_id text not null references incidents (id),
    channel_id text not null,
    ts text not null,
    kind text not null,
    version text not null,
    actor_id text,
    text text,
    at timestamptz not null,
    via text not null,
    captured_at timestamptz not null,
    unique (channel_id, ts, kind, version)
  )`,
  // How each message reads now; the row is what a message and its deletion meet on, whichever comes first.
  `create table captured_messages (
    channel_id text not null,
    ts text not null,
    incident_id text not null references incidents (id),
    sent_at timestamptz not null,
    thread_ts text,
    author_id text,
    author_name text,
    text text,
    edited_ts numeric not null,
    seen_ts numeric not null,
    deleted_at timestamptz,
    primary key (channel_id, ts)
  )`,
  `create index captured_messages_incident on captured_messages (incident_id, sent_at, ts)`,
  `create index captured_messages_thread on captured_messages (channel_id, thread_ts) where thread_ts is not null`,
  `create table captured_files (
    channel_id text not null,
    ts text not null,
    file_id text not null,
    name text not null,
    mimetype text not null,
    size bigint not null,
    url text,
    state text not null,
    content bytea,
    primary key (channel_id, ts, file_id)
  )`,
  // Images are compressed already.
  `alter table captured_files alter column content set storage external`,
  `create index captured_files_file on captured_files (file_id)`,
  // How far each channel was compared with Slack, and what became of the channel itself.
  `create table incident_channels (
    incident_id text primary key references incidents (id),
    channel_id text not null,
    is_archived boolean not null default false,
    is_deleted boolean not null default false,
    bot_is_out boolean not null default false,
    wanted_for text,
    wanted_at timestamptz,
    stage text,
    until_ts text,
    above_ts text,
    cursor text,
    found jsonb,
    reconciled_at timestamptz,
    reconciled_for text,
    trouble text
  )`,
  `create index incident_channels_wanted on incident_channels (wanted_at) where wanted_for is not null`,
  `create table capture_threads (
    channel_id text not null,
    root_ts text not null,
    read_until text,
    primary key (channel_id, root_ts)
  )`,
  // A time for which the bot missed what was said, and what was fetched of it later.
  `create table capture_gaps (
    id text primary key,
    incident_id text not null references incidents (id),
    found_at timestamptz not null,
    found_for text not null,
    from_at timestamptz not null,
    to_at timestamptz not null,
    found jsonb not null
  )`,
  `create index capture_gaps_incident on capture_gaps (incident_id, from_at)`,
];

/** The log of what is said in incidents' channels, its files, and how far it was compared with Slack. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
