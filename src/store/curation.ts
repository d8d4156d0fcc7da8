import { type RawBuilder, sql } from "kysely";
import type { ActKind, CuratedEntry, CurationRecords, EntryFilter } from "../domain/timeline/curation.ts";
import type { RecordContext } from "./database.ts";
import { type EntryRow, fromRow } from "./timeline.ts";

interface CuratedRow extends EntryRow {
  readonly version: number;
  readonly merged_into: string | null;
  readonly is_curated: boolean;
  readonly is_erased: boolean;
}

/** Timelines as people put them right: pages of them, and every change with its author. */
export function curationRecords({ db, now, newId }: RecordContext): CurationRecords {
  return {
    page: async (filter, { after, before, from, limit }) => {
      const forwards = after !== undefined || from !== undefined;
      const wanted = [
        condition(filter),
        ...(after ? [sql`(at, id) > (${after.at}, ${after.id})`] : []),
        ...(before ? [sql`(at, id) < (${before.at}, ${before.id})`] : []),
        ...(from ? [sql`at >= ${from}`] : []),
      ];
      const order = forwards ? sql`at, id` : sql`at desc, id desc`;
      const { rows } = await sql<CuratedRow>`
        select * from timeline_entries where ${sql.join(wanted, sql` and `)} order by ${order} limit ${limit}`.execute(
        db,
      );
      const entries = rows.map(curated);
      return forwards ? entries : entries.toReversed();
    },
    count: async (filter, before) => {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from timeline_entries where ${condition(filter)}
        ${before ? sql`and (at, id) < (${before.at}, ${before.id})` : sql``}`.execute(db);
      return rows[0]?.count ?? 0;
    },
    lock: async (id) => {
      const { rows } = await sql<CuratedRow>`
        select * from timeline_entries where id = ${id} for no key update`.execute(db);
      return rows[0] ? curated(rows[0]) : null;
    },
    act: async ({ incidentId, byId, kind, undoes = null }) => {
      const id = newId();
      await sql`insert into timeline_acts (id, incident_id, at, by_id, kind, undoes)
        values (${id}, ${incidentId}, ${now}, ${byId}, ${kind}, ${undoes})`.execute(db);
      return id;
    },
    apply: async (actId, entry, changes, byId) => {
      await sql`
        insert into timeline_revisions (entry_id, changed_at, changed_by, at, text, hidden, act, merged_into, is_curated)
        select id, ${now}, ${byId}, at, text, hidden, ${actId}, merged_into, is_curated
        from timeline_entries where id = ${entry.id}`.execute(db);
      const after = { ...entry, ...changes };
      await sql`
        update timeline_entries set text = ${after.text}, at = ${after.at}, hidden = ${after.hidden},
          merged_into = ${after.mergedInto}, is_curated = ${after.isCurated}, version = version + 1
        where id = ${entry.id}`.execute(db);
    },
    inserted: async (actId, entry, byId) => {
      await sql`
        insert into timeline_revisions (entry_id, changed_at, changed_by, at, text, hidden, act)
        values (${entry.id}, ${now}, ${byId}, ${entry.at}, ${entry.text}, true, ${actId})`.execute(db);
    },
    lastAct: async (entryId) => {
      const { rows } = await sql<{ id: string; kind: ActKind; byId: string; at: Date }>`
        select act.id, act.kind, act.by_id as "byId", act.at
        from timeline_revisions revision join timeline_acts act on act.id = revision.act
        where revision.entry_id = ${entryId} and act.kind <> 'undo'
          and not exists (select from timeline_acts undo where undo.undoes = act.id)
        order by act.seq desc limit 1`.execute(db);
      return rows[0] ?? null;
    },
    before: async (actId) => {
      const { rows } = await sql<{
        entry_id: string;
        text: string;
        at: Date;
        hidden: boolean;
        merged_into: string | null;
        is_curated: boolean;
      }>`
        select entry_id, text, at, hidden, merged_into, is_curated from timeline_revisions
        where act = ${actId} order by seq`.execute(db);
      return rows.map((row) => ({
        entryId: row.entry_id,
        state: {
          text: row.text,
          at: row.at,
          hidden: row.hidden,
          mergedInto: row.merged_into,
          isCurated: row.is_curated,
        },
      }));
    },
  };
}

function condition(filter: EntryFilter): RawBuilder<unknown> {
  const { kinds } = filter;
  const wanted = [
    sql`incident_id = ${filter.incidentId} and not is_erased`,
    ...(filter.hidden ? [] : [sql`not hidden`]),
    ...(filter.actorId ? [sql`actor_id = ${filter.actorId}`] : []),
    ...(filter.text ? [sql`text ilike ${`%${filter.text.replace(/[\\%_]/g, "\\$&")}%`}`] : []),
    ...(kinds && "only" in kinds ? [sql`kind = any(${[...kinds.only]})`] : []),
    ...(kinds && "not" in kinds ? [sql`kind <> all(${[...kinds.not]})`] : []),
  ];
  return sql.join(wanted, sql` and `);
}

function curated(row: CuratedRow): CuratedEntry {
  return {
    ...fromRow(row),
    version: row.version,
    mergedInto: row.merged_into,
    isCurated: row.is_curated,
    isErased: row.is_erased,
  };
}
