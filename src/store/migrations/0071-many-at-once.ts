import { type Kysely, sql } from "kysely";

const statements = [
  // The check locks the incident's row for each entry, and those who write on one incident at once then wait for the
  // list of all who hold that lock: a third of what an entry costs. Incidents are never deleted, and who adds an entry
  // has read its incident in the same transaction.
  `alter table timeline_entries drop constraint timeline_entries_incident_id_fkey`,
  // Most entries have no message.
  `drop index timeline_entries_message`,
  `create unique index timeline_entries_message on timeline_entries (channel_id, ts) where ts is not null`,
  // One incident's entries are few enough to look through for those that were recorded since.
  `drop index timeline_entries_recorded`,
  // What outbox_open finds as well.
  `drop index outbox_due`,
  // Whether anything of a place is being sent was looked for among all that waits for that place.
  `create index outbox_sending on outbox (key) where state = 'sending'`,
  // The same for what a message that was sent makes good.
  `create index outbox_failed on outbox (incident_id, key) where state = 'failed'`,
];

export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
