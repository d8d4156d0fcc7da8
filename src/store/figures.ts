import { type RawBuilder, sql } from "kysely";
import type { FigureRecords, FigureScope, Spread } from "../domain/incident/figures.ts";
import type { Viewer } from "../domain/incident/records.ts";
import type { RecordContext } from "./database.ts";
import { visibleIncident } from "./visible-incidents.ts";

type SpanName = "acknowledge" | "mitigate" | "resolve";

type TimesRow = { readonly count: number; readonly open: number } & {
  readonly [figure in `${SpanName}_${"n" | "median" | "p90"}`]: number | null;
};

/** Figures over many incidents, counted by the database; a second's work at most for a hundred thousand. */
export function figureRecords({ db, now }: RecordContext): FigureRecords {
  return {
    of: async (scope, { viewer, intervals, today, parts }) => {
      const counted = countedIncidents(scope, viewer);
      const times = await sql<TimesRow>`with ${counted}
        select count(*)::int as count, (count(*) filter (where phase not in ('resolved', 'closed')))::int as open,
          ${spreadOf("acknowledge", sql`acknowledged_at - detected_at`)},
          ${spreadOf("mitigate", sql`mitigated_at - started_at`)},
          ${spreadOf("resolve", sql`resolved_at - started_at`)}
        from counted`.execute(db);
      const severities = await sql<{ name: string; count: number }>`with ${counted}
        select severity as name, count(*)::int as count from counted group by 1 order by 2 desc, 1`.execute(db);
      const services = await sql<{ name: string; count: number }>`with ${counted}
        select name, count(*)::int as count from counted, unnest(affected) as name group by 1 order by 2 desc, 1 limit 20`.execute(
        db,
      );
      const part = Math.max(1, (scope.until.getTime() - scope.since.getTime()) / parts);
      const over = await sql<{ part: number; count: number }>`with ${counted}
        select least(${parts - 1}, floor(extract(epoch from declared_at - ${scope.since}) * 1000 / ${part}))::int as part,
          count(*)::int as count
        from counted group by 1`.execute(db);
      const updates = await sql<{ due: number; on_time: number }>`with ${counted},
        intervals as (
          select * from unnest(${intervals.map(({ severity }) => severity)}::text[],
            ${intervals.map(({ minutes }) => minutes)}::int[]) as i (severity, minutes)
        ),
        said as (
          select e.incident_id, e.at, i.minutes from timeline_entries e
          join counted on counted.id = e.incident_id join intervals i on i.severity = counted.severity
          where e.kind in ('declared', 'update', 'phase', 'severity') and e.at <= coalesce(counted.resolved_at, ${now})
          union all
          -- While it is open the next update is due as well, once its time has come.
          select counted.id, ${now}, i.minutes from counted join intervals i on i.severity = counted.severity
          where counted.phase not in ('resolved', 'closed') and counted.next_update_at < ${now}
        ),
        gaps as (
          select minutes, at - lag(at) over (partition by incident_id order by at) as gap from said
        )
        select count(gap)::int as due, (count(*) filter (where gap <= minutes * interval '1 minute'))::int as on_time
        from gaps`.execute(db);
      const actions = await sql<{ open: number; overdue: number; done: number }>`
        select (count(*) filter (where a.done_at is null))::int as open,
          (count(*) filter (where a.done_at is null and a.due_on < ${today}))::int as overdue,
          (count(*) filter (where a.done_at >= ${scope.since} and a.done_at < ${scope.until}))::int as done
        from action_items a join incidents n on n.id = a.incident_id
        where n.kind = 'real' and ${visibleIncident(viewer, "n")} and ${narrowed(scope)}
          and (a.done_at is null or a.done_at >= ${scope.since})`.execute(db);
      const row = times.rows[0];
      const said = updates.rows[0];
      return {
        count: row?.count ?? 0,
        open: row?.open ?? 0,
        bySeverity: severities.rows,
        byService: services.rows,
        acknowledge: spreadIn(row, "acknowledge"),
        mitigate: spreadIn(row, "mitigate"),
        resolve: spreadIn(row, "resolve"),
        updates: { due: said?.due ?? 0, onTime: said?.on_time ?? 0 },
        actions: actions.rows[0] ?? { open: 0, overdue: 0, done: 0 },
        over: Array.from({ length: parts }, (_, index) => ({
          from: new Date(scope.since.getTime() + index * part),
          count: over.rows.find((one) => one.part === index)?.count ?? 0,
        })),
      };
    },
  };
}

/** One incident is counted once: what was merged or declared twice counts where it went on. */
function countedIncidents(scope: FigureScope, viewer: Viewer): RawBuilder<unknown> {
  return sql`counted as (
    select n.* from incidents n
    where n.declared_at >= ${scope.since} and n.declared_at < ${scope.until} and n.kind = 'real'
      and not exists (select 1 from incident_links l where l.from_id = n.id and l.kind <> 'related')
      and ${visibleIncident(viewer, "n")} and ${narrowed(scope)}
  )`;
}

function narrowed({ service, severity }: FigureScope): RawBuilder<unknown> {
  return sql`${service === null ? sql`true` : sql`n.affected @> array[${service}]::text[]`}
    and ${severity === null ? sql`true` : sql`n.severity = ${severity}`}`;
}

function spreadOf(name: SpanName, span: RawBuilder<unknown>): RawBuilder<unknown> {
  const minutes = sql`greatest(0, extract(epoch from ${span}) / 60)`;
  return sql`count(${span})::int as ${sql.ref(`${name}_n`)},
    (percentile_cont(0.5) within group (order by ${minutes}) filter (where ${span} is not null))::float8 as ${sql.ref(`${name}_median`)},
    (percentile_cont(0.9) within group (order by ${minutes}) filter (where ${span} is not null))::float8 as ${sql.ref(`${name}_p90`)}`;
}

function spreadIn(row: TimesRow | undefined, name: SpanName): Spread | null {
  const [count, median, p90] = [row?.[`${name}_n`], row?.[`${name}_median`], row?.[`${name}_p90`]];
  return count && typeof median === "number" && typeof p90 === "number" ? { count, median, p90 } : null;
}
