import { existsSync } from "node:fs";
import type { Placement } from "../../domain/configuration.ts";
import type { ClientProgram, DumpKeeping } from "../../domain/platform/dump-keeping.ts";
import { ProviderError } from "../../errors.ts";
import { addressOf } from "./address.ts";
import { providerError } from "./provider-error.ts";
import type { Server } from "./server.ts";
import { type Client, type Connections, close, connectionFor, opened } from "./session.ts";

/** A table that says by which operation its database was made: not every server has comments on databases. */
export const markTable = "tocsin_made_by";

/**
 * A session that lasts as long as the work does; what it throws is told in our words. Told to stop it waits for no
 * answer any more: a server that hangs would keep who stops it waiting too.
 */
export async function inLongSession<T>(
  connections: Connections,
  at: Placement,
  operation: string,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = await connectionFor(connections, at, operation);
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => {});
  try {
    const { server, ask } = await Promise.race([opened(connection, operation), stopped]);
    return await work({ server, ask: (sql, values) => Promise.race([ask(sql, values), stopped]) });
  } catch (error) {
    throw providerError(operation, error);
  } finally {
    close(connection);
  }
}

export function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** The names of a database's tables that hold rows. */
export async function tablesOf({ ask }: Client, database: string): Promise<readonly string[]> {
  const rows = await ask(
    `select table_name as name from information_schema.tables
     where table_schema = ? and table_type = 'BASE TABLE' and table_name <> ? order by data_length, table_name limit 5000`,
    [database, markTable],
  );
  return rows.map(({ name }) => String(name));
}

/** The rows of each table; one that takes too long, and those after the time is over, are left out. */
export async function countRows(
  client: Client,
  database: string,
  options: { readonly signal: AbortSignal; readonly seconds: number },
): Promise<Readonly<Record<string, number>>> {
  const end = performance.now() + options.seconds * 1000;
  const counted: Record<string, number> = {};
  for (const table of await tablesOf(client, database)) {
    const left = (end - performance.now()) / 1000;
    if (left < 0.1) break;
    options.signal.throwIfAborted();
    const limit =
      client.server.flavour === "mariadb"
        ? `max_statement_time = ${left.toFixed(1)}`
        : `max_execution_time = ${Math.ceil(left * 1000)}`;
    await client.ask(`set session ${limit}`);
    try {
      const [row] = await client.ask(`select count(*) as n from ${quoted(database)}.${quoted(table)}`);
      counted[table] = Number(row?.n);
    } catch (error) {
      const told = providerError("count rows", error);
      if (!(told instanceof ProviderError) || told.fault === "unreachable") throw error;
    }
  }
  await client.ask(
    `set session ${client.server.flavour === "mariadb" ? "max_statement_time" : "max_execution_time"} = 0`,
  );
  return counted;
}

/** How many triggers it has: they keep tables from being moved to another database. */
export async function triggersOf({ ask }: Client, database: string): Promise<number> {
  const [row] = await ask("select count(*) as n from information_schema.triggers where trigger_schema = ?", [database]);
  return Number(row?.n);
}

/**
 * What a database has beside its tables and triggers, by kind and name, with what it is made of, whatever the
 * database's own name; null where the bot's user may not see that.
 */
export async function besideTables({ ask }: Client, database: string): Promise<ReadonlyMap<string, string | null>> {
  const rows = await ask(
    `select concat('view ', table_name) as name, nullif(view_definition, '') as body,
       concat_ws('|', definer, security_type, check_option) as more
     from information_schema.views where table_schema = ?
     union all
     select concat(lower(r.routine_type), ' ', r.routine_name), r.routine_definition,
       concat_ws('|', r.definer, r.security_type, r.sql_mode, r.is_deterministic, r.sql_data_access,
         (select group_concat(concat_ws(' ', p.parameter_mode, p.parameter_name, p.dtd_identifier)
            order by p.ordinal_position) from information_schema.parameters p
          where p.specific_schema = r.routine_schema and p.specific_name = r.specific_name
            and p.routine_type = r.routine_type))
     from information_schema.routines r where r.routine_schema = ?
     union all
     select concat('event ', event_name), event_definition,
       concat_ws('|', definer, sql_mode, event_type, execute_at, interval_value, interval_field, starts, ends)
     from information_schema.events where event_schema = ?`,
    [database, database, database],
  );
  const own = `${quoted(database)}.`;
  return new Map(
    rows.map(({ name, body, more }) => [
      String(name),
      body === null ? null : `${String(body).replaceAll(own, "")}|${more}`,
    ]),
  );
}

/** A client program of the server's own kind, not older than it: MySQL's and MariaDB's read each other's dumps badly. */
export function mysqlProgram(keeping: DumpKeeping, kind: "dump" | "client", server: Server): Promise<ClientProgram> {
  const isMaria = server.flavour === "mariadb";
  const major = majorOf(server);
  const names =
    kind === "dump"
      ? isMaria
        ? ["mariadb-dump", "mysqldump"]
        : ["mysqldump"]
      : isMaria
        ? ["mariadb", "mysql"]
        : ["mysql"];
  return keeping.find({
    names,
    folders: ["/opt/homebrew/opt/mysql-client/bin", "/opt/homebrew/opt/mariadb/bin", "/usr/local/mysql/bin"],
    accept: (version) => {
      const name = version.split(/\s/)[0]?.split("/").at(-1) ?? names[0];
      const maria = /(?:Distrib|from) (\d+)([\d.]*)-MariaDB/.exec(version);
      // Before 8.0 a program's own version stands before that of what it came with.
      const mysql = /Distrib (\d+)(\.[\d.]+)/.exec(version) ?? /Ver (\d+)(\.[\d.]+)/.exec(version);
      const found = isMaria ? maria : maria ? null : mysql;
      if (!found || Number(found[1]) < major) return null;
      return `${name} ${found[1]}${found[2]}`;
    },
    what: `${names[0]} of ${isMaria ? "MariaDB" : "MySQL"} ${major} or newer`,
    install: `Install ${isMaria ? "mariadb-client" : "mysql-client"}, or name its folder in \`backups.programs\`.`,
  });
}

function majorOf(server: Server): number {
  return Number(/(\d+)\./.exec(server.engine)?.[1] ?? 0);
}

/** Where the machine keeps those it trusts to sign certificates: MySQL's programs look nowhere by themselves. */
function authorities(): string {
  const places = [
    ...[process.env.NODE_EXTRA_CA_CERTS, process.env.SSL_CERT_FILE],
    ...["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"],
  ];
  return places.find((path) => path !== undefined && path !== "" && existsSync(path)) ?? "/etc/ssl/cert.pem";
}

/** What a client program connects with: the password is in the environment and never an argument. */
export function programLogin(
  connections: Connections,
  at: Placement,
  server: Server,
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const url = connections.get(at.at.connection ?? "") ?? "";
  const { host, port, user, password } = addressOf(url, "backup");
  const mode = new URL(url).searchParams.get("ssl-mode")?.toLowerCase() ?? "disabled";
  const ssl =
    server.flavour === "mysql"
      ? [
          `--ssl-mode=${mode.toUpperCase()}`,
          ...(mode === "disabled" && majorOf(server) >= 8 ? ["--get-server-public-key"] : []),
          ...(mode.startsWith("verify") ? [`--ssl-ca=${authorities()}`] : []),
        ]
      : mode === "disabled"
        ? ["--skip-ssl"]
        : ["--ssl", ...(mode === "required" ? ["--skip-ssl-verify-server-cert"] : ["--ssl-verify-server-cert"])];
  return {
    // Files of the machine's own settings may hold another user, or a command.
    args: [
      "--no-defaults",
      "--protocol=tcp",
      `--host=${host ?? ""}`,
      `--port=${port ?? 3306}`,
      `--user=${user ?? ""}`,
      ...ssl,
    ],
    env: password ? { MYSQL_PWD: password } : {},
  };
}
