import { type RawBuilder, sql } from "kysely";
import type { Viewer } from "../domain/incident/records.ts";
import {
  type IncidentQuery,
  type IncidentSearch,
  type Passage,
  sinceMoment,
  termsOf,
} from "../domain/incident/search.ts";
import type { RecordContext } from "./database.ts";
import { incidentRecords } from "./incidents.ts";
import { visibleIncident } from "./visible-incidents.ts";

/** As the indexes of migration 0015 have it; another expression would not be found in them. */
const words = {
  incident: sql`to_tsvector('english', left(n.title || ' ' || n.summary, 100000))`,
  entry: sql`to_tsvector('english', left(e.text, 100000))`,
  section: sql`to_tsvector('english', left(s.text, 100000))`,
};

/** Only the newest revision of a section counts. */
const newestSection = sql`not exists (select 1 from postmortem_sections later
  where later.postmortem_id = s.postmortem_id and later.section = s.section and later.revision > s.revision)`;

/** Looks over many incidents, always within what the viewer may see. */
export function incidentSearch(context: RecordContext): IncidentSearch {
  const { db } = context;
  const { byIds } = incidentRecords(context);
  return {
    page: async (query, viewer, { offset, limit }) => {
      const where = conditionsOf(query, viewer, context.now);
      const found = query.text
        ? sql<{ id: string }>`with ${hits(query.text)}
            select n.id from matched join incidents n on n.id = matched.incident_id
            where ${where} order by matched.place, n.number desc offset ${offset} limit ${limit + 1}`
        : sql<{ id: string }>`select n.id from incidents n
            where ${where} order by n.number desc offset ${offset} limit ${limit + 1}`;
      const ids = (await found.execute(db)).rows.map(({ id }) => id);
      return { incidents: await byIds(ids.slice(0, limit)), more: ids.length > limit };
    },
    canFind: async (text) => {
      const { rows } = await sql<{ usable: boolean }>`with ${terms(text)}
        select exists (select 1 from terms) as usable`.execute(db);
      return rows[0]?.usable ?? false;
    },
    passages: async (ids, text) => {
      if (ids.length === 0) return new Map();
      const list = sql.join(ids);
      const { rows } = await sql<{ id: string } & Passage>`with ${terms(text)},
        any_term as (select string_agg(q::text, ' | ')::tsquery as q from terms),
        found as (
          select e.incident_id as id, 'timeline' as place, left(e.text, 20000) as text, e.at as at
          from timeline_entries e, any_term
          where e.incident_id in (${list}) and not e.hidden and ${words.entry} @@ any_term.q
          union all
          select p.incident_id, 'post-mortem', left(s.text, 20000), s.at
          from postmortem_sections s join postmortems p on p.id = s.postmortem_id, any_term
          where p.incident_id in (${list}) and ${newestSection} and ${words.section} @@ any_term.q
        ),
        numbered as (select *, row_number() over (partition by id order by at) as n from found)
        select id, place, ts_headline('english', text, any_term.q,
          'MaxFragments=1, MinWords=8, MaxWords=24, StartSel=' || chr(2) || ', StopSel=' || chr(3)) as text
        from numbered, any_term where n <= 2 order by id, n`.execute(db);
      const passages = new Map<string, Passage[]>();
      for (const { id, place, text } of rows) passages.set(id, [...(passages.get(id) ?? []), { place, text }]);
      return passages;
    },
    similar: async ({ title, affected, exceptId }, viewer, limit) => {
      const { rows } = await sql<{ id: string }>`
        with asked as (
          select replace(plainto_tsquery('english', left(${title}, 500))::text, '&', '|')::tsquery as q
        ),
        seen as (
          select n.id, n.number, cardinality(array(select unnest(n.affected) intersect select unnest(${affected}::text[]))) as shared,
            ts_rank(${words.incident}, asked.q) as likeness
          from incidents n, asked
          where n.phase not in ('resolved', 'closed') and n.id is distinct from ${exceptId} and ${visibleIncident(viewer, "n")}
        )
        select id from seen where shared > 0 or likeness > 0
        order by shared + likeness * 10 desc, number desc limit ${limit}`.execute(db);
      return byIds(rows.map(({ id }) => id));
    },
  };
}

function conditionsOf(query: IncidentQuery, viewer: Viewer, now: Date): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [visibleIncident(viewer, "n")];
  if (query.state === "open") all.push(sql`n.phase not in ('resolved', 'closed')`);
  if (query.state === "resolved") all.push(sql`n.phase in ('resolved', 'closed')`);
  if (query.severity) all.push(sql`n.severity = ${query.severity}`);
  const { milestone = null, name = null } = query.status ?? {};
  if (milestone === "mitigated") all.push(sql`n.phase = 'mitigating' and n.mitigated_at is not null`);
  else if (milestone === "mitigating") all.push(sql`n.phase = 'mitigating' and n.mitigated_at is null`);
  else if (milestone) all.push(sql`n.phase = ${milestone}`);
  if (name) all.push(sql`n.status ->> 'name' = ${name}`);
  if (query.service) all.push(sql`n.affected @> array[${query.service}]::text[]`);
  if (query.since) all.push(sql`n.declared_at >= ${sinceMoment(query.since, now)}`);
  if (query.mine) {
    const userId = typeof viewer === "object" ? viewer.userId : null;
    const holder = JSON.stringify([{ userId }]);
    all.push(sql`(n.reporter_id = ${userId} or n.roles @> ${holder}::jsonb
      or n.id in (select incident_id from incident_members where user_id = ${userId}))`);
  }
  return sql`${sql.join(all, sql` and `)}`;
}

/** The terms of a search, less those that are in every text. */
function terms(text: string): RawBuilder<unknown> {
  const asked = termsOf(text);
  const texts = asked.map((term) => term.words);
  const phrases = asked.map((term) => term.phrase);
  return sql`terms as materialized (
    select i, q from (
      select i, case when phrase then phraseto_tsquery('english', t) else plainto_tsquery('english', t) end as q
      from unnest(${texts}::text[], ${phrases}::boolean[]) with ordinality as asked (t, phrase, i)
    ) read where numnode(q) > 0
  )`;
}

/** Incidents in which every term stands somewhere; `place` is 0 where one is in the title or summary. */
function hits(text: string): RawBuilder<unknown> {
  return sql`${terms(text)},
    hits as (
      select n.id as incident_id, terms.i, 0 as place from terms join incidents n on ${words.incident} @@ terms.q
      union all
      select e.incident_id, terms.i, 1 from terms
        join timeline_entries e on not e.hidden and ${words.entry} @@ terms.q
      union all
      select p.incident_id, terms.i, 1 from terms
        join postmortem_sections s on ${words.section} @@ terms.q
        join postmortems p on p.id = s.postmortem_id
        where ${newestSection}
    ),
    matched as (
      select incident_id, min(place) as place from hits group by incident_id
      having count(distinct i) = (select count(*) from terms)
    )`;
}
