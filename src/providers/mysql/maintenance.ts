import type { Connection } from "mysql2";
import type { Placement } from "../../domain/configuration.ts";
import {
  isMaintained,
  type Maintenance,
  type MaintenanceProgress,
  type Relation,
} from "../../domain/platform/databases.ts";
import { ProviderError } from "../../errors.ts";
import { providerError } from "./provider-error.ts";
import { type Client, type Connections, close, connectionFor, opened, type Row } from "./session.ts";
import { mark } from "./sessions.ts";
import { orNothing, systemSchemas, withFreshFigures } from "./views.ts";

/** How the runs that this process started ended; one that is not here was started by another or has been forgotten. */
export type Runs = Map<string, { readonly error: ProviderError | null } | "running">;

const part = "(?:`([^`]{1,64})`|([A-Za-z0-9_$\\u0080-\\uffff]{1,64}))";
const relationName = new RegExp(`^${part}(?:\\.${part})?$`, "u");
const plain = /^[A-Za-z_][A-Za-z0-9_]*$/;

const runsKept = 200;
/** How long a start is waited for, so that what is refused at once is told at once. */
const startMilliseconds = 1500;

/** A table by the name people write: orders, shop.orders, `odd name`. */
export async function relationByName(client: Client, name: string): Promise<Relation | null> {
  const found = await tableByName(client, name);
  if (found === null) return null;
  const { schema, table } = { schema: String(found.owner), table: String(found.name) };
  const catalog = client.server.flavour === "mariadb" ? "innodb_sys_tables" : "innodb_tables";
  const [inner] = await client.ask(`select table_id as id from information_schema.${catalog} where name = ?`, [
    `${schema}/${table}`,
  ]);
  const [stats] = await orNothing(
    client.ask(
      "select cast(last_update as char) as at from mysql.innodb_table_stats where database_name = ? and table_name = ?",
      [schema, table],
    ),
    [1142, 1143],
  );
  return {
    name: `${written(schema)}.${written(table)}`,
    kind: "table",
    bytes: Number(found.bytes ?? 0),
    rows: found.row_count === null ? null : Number(found.row_count),
    deadRows: null,
    file: String(inner?.id ?? found.created ?? ""),
    analyzed: stats ? String(stats.at) : null,
    vacuumed: null,
    invalid: [],
    rebuildsOnline: found.engine === "InnoDB",
  };
}

async function tableByName(client: Client, name: string): Promise<Row | null> {
  const parts = relationName.exec(name);
  if (parts === null) return null;
  const [first = "", second] = [parts[1] ?? parts[2], parts[3] ?? parts[4]];
  await withFreshFigures(client);
  const [row] = await client.ask(
    `select t.table_schema as owner, t.table_name as name, t.engine as engine, t.table_rows as row_count,
       t.data_length + t.index_length as bytes, cast(t.create_time as char) as created
     from information_schema.tables t
     where t.table_schema = ? and t.table_name = ? and t.table_type = 'BASE TABLE' and t.table_schema not in ${systemSchemas}
     limit 1`,
    second === undefined ? [client.server.database, first] : [first, second],
  );
  return row ?? null;
}

function written(name: string): string {
  return plain.test(name) ? name : quoted(name);
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function markOf(token: string): string {
  if (!/^[\w-]{1,80}$/.test(token)) throw new Error("A run of maintenance is named by letters and digits");
  return `${mark} ${token} */`;
}

/**
 * Starts maintenance in a session of its own, which lives as long as it takes: the server does not notice when who
 * asked is gone. LOCAL keeps replicas from repeating it. Statements of this kind take no parameters, so the name is
 * the server's own spelling of a table that it found.
 */
export async function startMaintenance(
  connections: Connections,
  at: Placement,
  runs: Runs,
  work: Maintenance,
): Promise<void> {
  if (runs.get(work.token) === "running") return;
  const operation = work.verb;
  const marked = markOf(work.token);
  const connection = await connectionFor(connections, at, operation);
  try {
    const client = await opened(connection, operation);
    if (await runOf(client, marked)) return close(connection);
    const table = await tableByName(client, work.relation);
    if (!table) throw failed(operation, "not_found", "1146", "There is no such table any more.");
    const statement = statementFor(work.verb, table, marked);
    // Told a second time because the answer to the first was lost, and done by now.
    const relation = await relationByName(client, work.relation);
    if (relation !== null && isMaintained(work.verb, work.before, relation)) return close(connection);
    const noLimit = client.server.flavour === "mariadb" ? "max_statement_time = 0, " : "";
    await client.ask(`set session ${noLimit}lock_wait_timeout = 10`);
    runs.set(work.token, "running");
    forgetOldest(runs);
    const done = runToItsEnd(connection, client, runs, work, statement);
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, startMilliseconds))]);
  } catch (error) {
    close(connection);
    throw providerError(operation, error);
  }
  const run = runs.get(work.token);
  if (run !== undefined && run !== "running" && run.error) throw run.error;
}

async function runToItsEnd(
  connection: Connection,
  client: Client,
  runs: Runs,
  work: Maintenance,
  sql: string,
): Promise<void> {
  try {
    // Such statements succeed as statements also when they fail: what became of it stands in their rows.
    const rows = await client.ask(sql);
    const isBad = rows.some((row) => /^(error|warning)$/i.test(String(row.Msg_type)));
    const error = isBad
      ? failed(work.verb, "refused", "MaintenanceError", "The server could not do it; why stands in its own log.")
      : null;
    runs.set(work.token, { error });
  } catch (error) {
    const told = providerError(work.verb, error);
    const lost = failed(work.verb, "unreachable", "ConnectionLost", "The connection was lost.");
    runs.set(work.token, { error: told instanceof ProviderError ? told : lost });
  } finally {
    close(connection);
  }
}

function statementFor(verb: Maintenance["verb"], table: Row, marked: string): string {
  const name = `${quoted(String(table.owner))}.${quoted(String(table.name))}`;
  if (verb === "analyze" || verb === "optimize") return `${verb} ${marked} local table ${name}`;
  throw failed(verb, "refused", "NotKnown", `MySQL knows no ${verb}.`);
}

async function runOf(client: Client, marked: string): Promise<Row | null> {
  const progress = client.server.flavour === "mariadb" ? "p.progress" : "null";
  const [row] = await client.ask(
    `select coalesce(p.state, '') as state, ${progress} as done from information_schema.processlist p
     where p.id <> connection_id() and locate(?, p.info) > 0 limit 1`,
    [marked],
  );
  return row ?? null;
}

/** Where a run stands: by the server's list of sessions while it runs, by what this process remembers after. */
export async function maintenanceProgress(client: Client, runs: Runs, token: string): Promise<MaintenanceProgress> {
  const row = await runOf(client, markOf(token));
  if (row) {
    const share = Number(row.done) > 0 ? Number(row.done) / 100 : null;
    const text = `${String(row.state).toLowerCase() || "working"}${share === null ? "" : `, ${Math.round(share * 100)} %`}`;
    return { state: "running", text, share };
  }
  const run = runs.get(token);
  if (run === undefined || run === "running") return { state: "gone", text: "no longer running", share: null };
  if (run.error === null) return { state: "done", text: "the server says it is done", share: 1 };
  return { state: "failed", text: `${run.error.message} (${run.error.code})`, share: null };
}

function forgetOldest(runs: Runs): void {
  for (const [token, run] of runs) {
    if (runs.size <= runsKept) return;
    if (run !== "running") runs.delete(token);
  }
}

function failed(operation: string, fault: ProviderError["fault"], code: string, message: string): ProviderError {
  return new ProviderError({ provider: "MySQL", operation, fault, code, message });
}
