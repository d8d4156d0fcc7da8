import pg from "pg";
import type { Placement } from "../../domain/configuration.ts";
import type { DumpReadiness } from "../../domain/platform/dumps.ts";
import { ProviderError } from "../../errors.ts";
import { type Connections, clientFor, close, inSession, providerError } from "./session.ts";

/** What a server is, as far as dumping and restoring go. */
export interface DumpServer {
  /** 16.4 */
  readonly version: string;
  readonly major: number;
  readonly database: string;
  readonly bytes: number;
  readonly mayCreate: boolean;
  readonly risks: readonly string[];
}

export async function dumpServer(connections: Connections, at: Placement): Promise<DumpServer> {
  return inSession(connections, at, { operation: "look at the database" }, async (client) => {
    const { rows } = await client.query<{
      version: string;
      number: number;
      database: string;
      bytes: number;
      may: boolean;
      replica: boolean;
      slots: number;
    }>(
      `select split_part(current_setting('server_version'), ' ', 1) as version,
         current_setting('server_version_num')::int as number, current_database() as database,
         pg_database_size(current_database())::float8 as bytes,
         (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as may,
         pg_is_in_recovery() as replica,
         (select count(*)::int from pg_replication_slots where database = current_database()) as slots`,
    );
    const [row] = rows;
    if (!row) throw new Error("the server described nothing");
    const slots =
      row.slots > 0
        ? [`It has ${row.slots} logical replication ${row.slots === 1 ? "slot" : "slots"}; dumps hold none of those.`]
        : [];
    return {
      version: row.version,
      major: Math.floor(row.number / 10_000),
      database: row.database,
      bytes: row.bytes,
      mayCreate: row.may && !row.replica,
      risks: slots,
    };
  });
}

/** Why nothing can be restored on this server; empty where it can be. */
export function notRestorable(server: DumpServer): DumpReadiness["notRestorable"] {
  return server.mayCreate
    ? []
    : ["The bot's user may not make databases there (CREATEDB), so nothing can be restored on that server."];
}

/** Source: postgresql.org/docs/current/libpq-envars.html. The password is in the environment and never an argument. */
export function programEnvironment(
  connections: Connections,
  at: Placement,
  database: string,
): Readonly<Record<string, string>> {
  const url = new URL(addressOf(connections, at));
  const { searchParams } = url;
  const mode = searchParams.get("sslmode");
  const given = {
    PGHOST: searchParams.get("host") ?? url.hostname.replace(/^\[(.*)\]$/, "$1"),
    PGPORT: searchParams.get("port") ?? url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: database,
    // no-verify is a word of the driver's only.
    PGSSLMODE: mode === "no-verify" ? "require" : (mode ?? ""),
    PGSSLROOTCERT: searchParams.get("sslrootcert") ?? "",
    PGSSLCERT: searchParams.get("sslcert") ?? "",
    PGSSLKEY: searchParams.get("sslkey") ?? "",
    PGCONNECT_TIMEOUT: "10",
    PGAPPNAME: "tocsin backup",
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
}

function addressOf(connections: Connections, at: Placement): string {
  const url = connections.get(at.at.connection ?? "");
  if (url !== undefined) return url;
  throw new ProviderError({
    provider: "PostgreSQL",
    operation: "backup",
    fault: "not_found",
    code: "NoConnection",
    message: "The configuration names no address for it.",
  });
}

/** The same server with another database of it. */
export function inDatabase(connections: Connections, at: Placement, database: string): Connections {
  const url = new URL(addressOf(connections, at));
  url.pathname = `/${encodeURIComponent(database)}`;
  return new Map([[at.at.connection ?? "", url.href]]);
}

/** A session that lasts as long as the work does; what it throws is told in our words. */
export async function inLongSession<T>(
  connections: Connections,
  at: Placement,
  operation: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = clientFor(connections, at, operation, "tocsin backup");
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw providerError(operation, error);
  } finally {
    close(client);
  }
}

/** The rows of each table that a dump holds; one that takes too long, and those after the time is over, are left out. */
export async function countRows(
  client: pg.Client,
  options: { readonly signal: AbortSignal; readonly seconds: number },
): Promise<Readonly<Record<string, number>>> {
  const end = performance.now() + options.seconds * 1000;
  await client.query("set local row_security = off");
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by pg_relation_size(c.oid), 1 limit 5000`,
  );
  const counted: Record<string, number> = {};
  for (const { name } of tables) {
    const left = Math.floor(end - performance.now());
    if (left < 100) break;
    options.signal.throwIfAborted();
    await client.query(`savepoint counting; set local statement_timeout = ${left}`);
    try {
      const { rows } = await client.query<{ count: string | number }>(`select count(*) as count from ${name}`);
      counted[name] = Number(rows[0]?.count);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
    }
    await client.query("rollback to savepoint counting");
  }
  return counted;
}
