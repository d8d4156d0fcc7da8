import { type Kysely, sql } from "kysely";

const statements = [
  "create index alert_groups_past on alert_groups (last_at) where incident_id is null",
  "create index alerts_past on alerts (resolved_at) where resolved_at is not null",
  "create index pages_alert on pages (alert_id) where alert_id is not null",
];

/** Alerts that are long over are found, and taken away, without reading the others. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
