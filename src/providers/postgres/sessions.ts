import type pg from "pg";
import { type Session, superusers } from "../../domain/platform/databases.ts";
import { withoutLiterals } from "../../domain/platform/without-literals.ts";

/**
 * Sessions of clients. The moments are text in UTC with microseconds, so that they survive being stored and are
 * compared to the last digit. Who may not see a session's text gets a fixed word instead.
 */
const columns = `
  a.pid, to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as since,
  to_char(a.query_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as statement_since,
  coalesce(a.usename, '') as usename, coalesce(a.application_name, '') as application, coalesce(a.datname, '') as datname,
  coalesce(a.state, '') as state, a.wait_event_type, a.wait_event, left(a.query, 2000) as query,
  greatest(0, extract(epoch from clock_timestamp() -
    case when a.state = 'active' then coalesce(a.query_start, a.xact_start) else a.state_change end))::float8 as seconds,
  extract(epoch from clock_timestamp() - a.xact_start)::float8 as transaction_seconds,
  pg_blocking_pids(a.pid) as blocked_by, a.backend_type,
  coalesce(r.rolsuper, false) as superuser, a.pid = pg_backend_pid() or a.application_name like 'tocsin%' as ours`;

const source = "from pg_stat_activity a left join pg_roles r on r.oid = a.usesysid";

interface Row {
  readonly pid: number;
  readonly since: string | null;
  readonly statement_since: string | null;
  readonly usename: string;
  readonly application: string;
  readonly datname: string;
  readonly state: string;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly query: string | null;
  readonly seconds: number | null;
  readonly transaction_seconds: number | null;
  readonly blocked_by: readonly number[];
  readonly backend_type: string | null;
  readonly superuser: boolean;
  readonly ours: boolean;
}

/** What works or holds something open, longest first; idle sessions are only counted elsewhere. */
export async function busySessions(client: pg.Client, most: number): Promise<readonly Session[]> {
  return sessions(
    client,
    `where a.backend_type = 'client backend' and a.pid <> pg_backend_pid() and coalesce(a.state, '') <> 'idle'
     order by coalesce(a.xact_start, a.query_start) asc nulls last limit ${most}`,
  );
}

/** Everybody who waits for a lock, and everybody they wait for. */
export async function blockingSessions(client: pg.Client): Promise<readonly Session[]> {
  return sessions(
    client,
    `where a.pid in (
       with waiting as (select pid, pg_blocking_pids(pid) as by from pg_stat_activity where wait_event_type = 'Lock')
       select pid from waiting where cardinality(by) > 0 union select unnest(by) from waiting)
     order by coalesce(a.xact_start, a.query_start) asc nulls last limit 200`,
  );
}

export async function sessionById(client: pg.Client, id: string): Promise<Session | null> {
  if (!/^\d{1,9}$/.test(id)) return null;
  const [found] = await sessions(client, "where a.pid = $1", [Number(id)]);
  return found ?? null;
}

async function sessions(client: pg.Client, rest: string, values: readonly unknown[] = []): Promise<readonly Session[]> {
  const { rows } = await client.query<Row>(`select ${columns} ${source} ${rest}`, [...values]);
  return rows.map(sessionOf);
}

const states: Readonly<Record<string, Session["state"]>> = {
  active: "active",
  idle: "idle",
  "idle in transaction": "idle-in-transaction",
  "idle in transaction (aborted)": "idle-in-transaction",
};

function sessionOf(row: Row): Session {
  const isHidden = row.query === "<insufficient privilege>";
  return {
    id: String(row.pid),
    since: row.since ?? "",
    statementSince: row.statement_since,
    user: row.usename,
    application: row.application,
    database: row.datname,
    state: states[row.state] ?? "other",
    seconds: Math.round(row.seconds ?? 0),
    transactionSeconds: row.transaction_seconds === null ? null : Math.round(row.transaction_seconds),
    waiting: row.wait_event_type === null ? null : `${row.wait_event_type}/${row.wait_event ?? ""}`,
    blockedBy: [...new Set(row.blocked_by)].map(String),
    statement: isHidden || row.query === null ? null : withoutLiterals(row.query, "postgres"),
    spared: whySpared(row),
  };
}

function whySpared(row: Row): string | null {
  if (row.ours) return "it is the bot's own";
  if (row.backend_type === "walsender") return "it feeds a replica";
  if (row.backend_type !== "client backend") return `it is the server's own (${row.backend_type ?? "unknown"})`;
  if (row.superuser) return superusers;
  return null;
}
