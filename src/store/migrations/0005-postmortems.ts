import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table postmortems (
      id text primary key,
      incident_id text not null unique,
      state text not null,
      owner_id text,
      due_at timestamptz,
      published_at timestamptz,
      edition integer not null,
      version integer not null
    )`.execute(db);
  await sql`
    create table postmortem_sections (
      postmortem_id text not null references postmortems (id),
      section text not null,
      revision integer not null,
      text text not null,
      author_id text not null,
      at timestamptz not null,
      primary key (postmortem_id, section, revision)
    )`.execute(db);
  await sql`
    create table slack_people (
      user_id text primary key,
      name text not null,
      seen_at timestamptz not null
    )`.execute(db);
}
