import { type Kysely, sql } from "kysely";

const statements = [
  `create table release_watches (
    id text primary key,
    service text not null,
    environment text not null,
    state text not null,
    facts jsonb not null
  )`,
  // One at a time for each service.
  `create unique index release_watches_running on release_watches (service, environment) where state = 'running'`,
  `create table deployments_seen (
    service text not null,
    environment text not null,
    deployment text not null,
    primary key (service, environment)
  )`,
];

/** Deployments that are watched. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
