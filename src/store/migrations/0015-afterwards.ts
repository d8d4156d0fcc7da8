import { type Kysely, sql } from "kysely";

// Longer texts are searched by their beginning: PostgreSQL makes no index entry of more than a megabyte.
const statements = [
  `create table incident_links (
    from_id text not null references incidents (id),
    to_id text not null references incidents (id),
    kind text not null,
    by_id text not null,
    at timestamptz not null,
    primary key (from_id, to_id)
  )`,
  `create index incident_links_to on incident_links (to_id)`,
  // An incident goes on in one other at most.
  `create unique index incident_links_gone on incident_links (from_id) where kind <> 'related'`,
  `create index incidents_severity on incidents (severity, number)`,
  `create index incidents_declared on incidents (declared_at)`,
  `create index incidents_affected on incidents using gin (affected)`,
  `create index incident_members_user on incident_members (user_id, incident_id)`,
  `create index incidents_words on incidents
    using gin (to_tsvector('english', left(title || ' ' || summary, 100000)))`,
  `create index timeline_entries_words on timeline_entries
    using gin (to_tsvector('english', left(text, 100000))) where not hidden`,
  `create index postmortem_sections_words on postmortem_sections
    using gin (to_tsvector('english', left(text, 100000)))`,
  `alter table action_items add column snoozed_until timestamptz`,
  `create index action_items_due on action_items (due_on) where done_at is null`,
  `create table action_item_tickets (
    item_id text primary key references action_items (id) on delete cascade,
    tracker text not null,
    state text not null,
    key text,
    url text,
    asked_by text not null,
    checked_at timestamptz,
    trouble text
  )`,
  // When an ended incident's channel is put away; null while somebody wants to keep it.
  `create table channel_archiving (
    incident_id text primary key references incidents (id),
    archive_at timestamptz,
    noticed_at timestamptz,
    kept_by text,
    archived_at timestamptz
  )`,
];

/** What comes after an incident: links, search, action items followed up, channels put away. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
