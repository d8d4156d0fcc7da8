import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table postmortems add column template text not null default 'default'`.execute(db);
  await sql`
    create table postmortem_drafts (
      postmortem_id text not null references postmortems (id),
      section text not null,
      user_id text not null,
      text text not null,
      after integer not null,
      typed_ts numeric not null,
      at timestamptz not null,
      primary key (postmortem_id, section, user_id)
    )`.execute(db);
  await sql`
    create table postmortem_assignments (
      postmortem_id text not null references postmortems (id),
      section text not null,
      owner_id text not null,
      due_on text,
      primary key (postmortem_id, section)
    )`.execute(db);
  await sql`
    create table postmortem_reviews (
      postmortem_id text not null references postmortems (id),
      reviewer_id text not null,
      state text not null,
      comment text not null,
      text_seal text,
      at timestamptz not null,
      primary key (postmortem_id, reviewer_id)
    )`.execute(db);
  await sql`
    create table outbox_files (
      view text not null,
      subject text not null,
      place text not null,
      files jsonb not null,
      primary key (view, subject, place)
    )`.execute(db);
}
