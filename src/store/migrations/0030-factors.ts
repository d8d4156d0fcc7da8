import { type Kysely, sql } from "kysely";

const statements = [
  `create table factors (
    id text primary key,
    user_id text not null,
    kind text not null,
    added_at timestamptz not null,
    used_at timestamptz,
    sealed text,
    last_step bigint,
    credential_id text,
    public_key text,
    counter bigint,
    transports jsonb,
    removed_at timestamptz,
    removed_by text,
    removed_why text
  )`,
  "create index factors_standing on factors (user_id) where removed_at is null",
  // One passkey is one person's; what was taken away may be set up again.
  "create unique index factors_credential on factors (credential_id) where removed_at is null",
  `create table factor_tries (
    user_id text primary key,
    wrong integer not null default 0,
    locked_until timestamptz
  )`,
  `create table factor_links (
    id text primary key,
    token_hash text not null unique,
    session_hash text unique,
    user_id text not null,
    decision jsonb,
    expires_at timestamptz not null,
    opened_at timestamptz,
    proved_at timestamptz,
    challenge text,
    sealed text,
    ended_at timestamptz
  )`,
  "create index factor_links_expired on factor_links (expires_at)",
];

/** Second factors of people, their wrong codes, and the links to the pages where they are set up and used. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
