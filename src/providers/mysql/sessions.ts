import { type Session, superusers } from "../../domain/platform/databases.ts";
import { withoutLiterals } from "../../domain/platform/without-literals.ts";
import { blockers } from "./locks.ts";
import type { Client, Row } from "./session.ts";

/** Put into statements of the bot's own that run for long, so that they are known again. */
export const mark = "/* tocsin";

/**
 * What names a session for ever: servers of this kind do not say when one began, but they number them without
 * repeating while they run. So it is the server's start, which this subtraction gives to the second each time, with
 * the user and the client's port. Needs PROCESS for the sessions of others, else the server answers 1227 for innodb_trx.
 */
function selectOf({ server }: Client): string {
  const figures = server.noFigures === null;
  const uptime = server.flavour === "mariadb" ? "information_schema.global_status" : "performance_schema.global_status";
  const number =
    server.flavour === "mariadb" ? "p.query_id" : figures ? "concat(h.thread_id, '.', e.event_id)" : "null";
  const program = figures
    ? `left join performance_schema.session_connect_attrs a on a.processlist_id = p.id and a.attr_name = 'program_name'`
    : "";
  const event =
    figures && server.flavour === "mysql"
      ? `left join performance_schema.threads h on h.processlist_id = p.id
         left join performance_schema.events_statements_current e on e.thread_id = h.thread_id and e.nesting_event_level = 0`
      : "";
  return `select p.id as id, p.user as user, p.host as host, coalesce(p.db, '') as db, p.command as command,
      greatest(0, coalesce(p.time, 0)) as seconds, coalesce(p.state, '') as state, left(p.info, 2000) as info,
      ${figures ? "a.attr_value" : "null"} as program, ${number} as statement_number, t.trx_state as trx_state,
      case when t.trx_id is null then null else greatest(0, timestampdiff(second, t.trx_started, now())) end as trx_seconds,
      (select unix_timestamp() - u.variable_value from ${uptime} u where u.variable_name = 'Uptime') as started,
      p.id = connection_id() as own
    from information_schema.processlist p
      left join information_schema.innodb_trx t on t.trx_mysql_thread_id = p.id ${program} ${event}`;
}

const oldestFirst = "order by coalesce(t.trx_started, now() - interval p.time second), p.id";

/** What works or holds something open, longest first; idle sessions are only counted elsewhere. */
export async function busySessions(client: Client, most: number): Promise<readonly Session[]> {
  const rows = await client.ask(
    `${selectOf(client)}
     where p.id <> connection_id() and (p.command <> 'Sleep' or t.trx_id is not null)
       and p.command not in ('Daemon', 'Binlog Dump', 'Binlog Dump GTID', 'Slave_IO', 'Slave_SQL', 'Slave_worker')
       and p.user not in ('system user', 'event_scheduler', 'unauthenticated user')
     ${oldestFirst} limit ${most}`,
  );
  return sessionsOf(client, rows);
}

/** Everybody who waits for a lock, and everybody they wait for; one whose holder is not known waits for nobody. */
export async function blockingSessions(client: Client): Promise<readonly Session[]> {
  const waits = await blockers(client);
  const ids = [...new Set([...waits].flatMap(([waiting, held]) => [waiting, ...held]))].map(Number);
  const rows = await client.ask(
    `${selectOf(client)}
     where (p.id in (${[0, ...ids].join(", ")}) or t.trx_state = 'LOCK WAIT' or p.state like 'Waiting for%lock'
            or p.state = 'Waiting for table flush') and p.user <> 'system user'
     ${oldestFirst} limit 200`,
  );
  return rows.map((row) => sessionOf(row, waits));
}

/** The session with this number as it is now. */
export async function sessionById(client: Client, id: string): Promise<Session | null> {
  if (!/^\d{1,19}$/.test(id)) return null;
  const [row] = await client.ask(`${selectOf(client)} where p.id = ?`, [id]);
  return row ? sessionOf(row, new Map()) : null;
}

async function sessionsOf(client: Client, rows: readonly Row[]): Promise<readonly Session[]> {
  const waits = await blockers(client);
  return rows.map((row) => sessionOf(row, waits));
}

function sessionOf(row: Row, waits: ReadonlyMap<string, ReadonlySet<string>>): Session {
  const { id, user, host } = { id: String(row.id), user: String(row.user), host: String(row.host ?? "") };
  const seconds = Number(row.seconds);
  const state = stateOf(row);
  return {
    id,
    since: `after ${new Date(Number(row.started) * 1000).toISOString().slice(0, 19)}Z as ${user} from ${host}`,
    statementSince: row.statement_number === null ? null : `number ${row.statement_number}`,
    user,
    application: String(row.program ?? host.replace(/:\d+$/, "")),
    database: String(row.db),
    state,
    seconds,
    transactionSeconds: row.trx_seconds === null ? null : Number(row.trx_seconds),
    waiting: waitingFor(row),
    blockedBy: [...(waits.get(id) ?? [])],
    statement: row.info === null ? "" : withoutLiterals(String(row.info), "mysql"),
    spared: whySpared(row),
  };
}

function stateOf(row: Row): Session["state"] {
  if (row.command === "Query" || row.command === "Execute") return "active";
  if (row.command !== "Sleep") return "other";
  return row.trx_seconds === null ? "idle" : "idle-in-transaction";
}

function waitingFor(row: Row): string | null {
  if (row.trx_state === "LOCK WAIT") return "a row lock";
  const state = String(row.state);
  return /^Waiting for (.*lock|table flush)$/.test(state) ? state.replace(/^Waiting for /, "a ") : null;
}

/** Accounts of the server's own and of those who host it. */
const serversOwn =
  /^(system user|event_scheduler|mysql\.\w+|mariadb\.sys|rdsadmin|rdsrepladmin|azure_superuser|cloudsql\w*)$/;

function whySpared(row: Row): string | null {
  const command = String(row.command);
  if (row.own || row.program === "tocsin" || String(row.info ?? "").includes(mark)) return "it is the bot's own";
  if (command.startsWith("Binlog Dump")) return "it feeds a replica";
  if (command === "Daemon" || command.startsWith("Slave_") || serversOwn.test(String(row.user))) {
    return `it is the server's own (${row.user})`;
  }
  if (row.user === "root") return superusers;
  return null;
}
