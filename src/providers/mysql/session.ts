import type { Connection } from "mysql2";
import type { Placement } from "../../domain/configuration.ts";
import { ProviderError } from "../../errors.ts";
import { addressOf } from "./address.ts";
import { providerError } from "./provider-error.ts";
import { type Server, serverOf } from "./server.ts";

/** Addresses of servers by the name that placements give. */
export type Connections = ReadonlyMap<string, string>;

export interface SessionOptions {
  /** What is being done, for errors. */
  readonly operation: string;
  readonly write?: boolean;
  /** How long all of it may take where that is not the usual. */
  readonly milliseconds?: number;
}

/** One session: asks with values that never become text of the statement, and what the server is. */
export interface Client {
  readonly server: Server;
  readonly ask: Ask;
}

export type Row = Readonly<Record<string, string | number | null>>;
export type Ask = (sql: string, values?: readonly (string | number)[]) => Promise<readonly Row[]>;

const connectMilliseconds = 5000;
const wholeMilliseconds = 8000;

/**
 * Opens one session, works in it and closes it. Reading happens in a read-only transaction with short limits; the
 * whole of it has a deadline, after which the connection is cut whatever the server does.
 */
export async function inSession<T>(
  connections: Connections,
  at: Placement,
  options: SessionOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = await connectionFor(connections, at, options.operation);
  let timer: NodeJS.Timeout | undefined;
  const whole = options.milliseconds ?? wholeMilliseconds;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeout(options.operation, whole)), whole);
  });
  try {
    return await Promise.race([run(connection, options, work), late]);
  } catch (error) {
    throw providerError(options.operation, error);
  } finally {
    clearTimeout(timer);
    close(connection);
  }
}

async function run<T>(
  connection: Connection,
  options: SessionOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await opened(connection, options.operation);
  const { flavour } = client.server;
  const limit = flavour === "mariadb" ? "max_statement_time = 5" : "max_execution_time = 5000";
  await client.ask(`set session ${limit}, lock_wait_timeout = 1`);
  if (options.write) return work(client);
  await client.ask("set session transaction read only");
  await client.ask("start transaction read only");
  return work(client);
}

/** Connects and learns what the server is. Its sql_mode is emptied, so that statements mean the same on every server. */
export async function opened(connection: Connection, operation: string): Promise<Client> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  const ask = askOn(connection);
  await ask("set session sql_mode = ''");
  const server = await serverOf(ask);
  if (server.flavour === "tidb") throw notTidb(operation);
  return { server, ask };
}

/** Values go to the server beside the statement, which is prepared there. */
function askOn(connection: Connection): Ask {
  return (sql, values) =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, rows: unknown) =>
        error ? reject(error) : resolve(Array.isArray(rows) ? (rows as Row[]) : []);
      if (values === undefined) connection.query(sql, done);
      else connection.execute(sql, [...values], done);
    });
}

/** A connection that is not opened yet; its errors are told by whoever waits on it. */
export async function connectionFor(connections: Connections, at: Placement, operation: string): Promise<Connection> {
  const url = connections.get(at.at.connection ?? "");
  if (url === undefined) {
    throw new ProviderError({
      provider: "MySQL",
      operation,
      fault: "not_found",
      code: "NoConnection",
      message: "The configuration names no address for it.",
    });
  }
  const address = addressOf(url, operation);
  const { createConnection } = await import("mysql2");
  const connection = createConnection({
    ...address,
    connectTimeout: connectMilliseconds,
    multipleStatements: false,
    dateStrings: true,
    supportBigNumbers: true,
    enableKeepAlive: true,
    connectAttributes: { program_name: "tocsin" },
  });
  // A connection cut while nobody waits on it must not end the process.
  connection.on("error", () => {});
  return connection;
}

/** Closes politely, and cuts what does not go. */
export function close(connection: Connection): void {
  const cut = setTimeout(() => connection.destroy(), 500);
  cut.unref();
  try {
    connection.end(() => clearTimeout(cut));
  } catch {
    connection.destroy();
  }
}

function timeout(operation: string, milliseconds: number): ProviderError {
  return new ProviderError({
    provider: "MySQL",
    operation,
    fault: "timeout",
    code: "NoAnswer",
    message: `No answer within ${Math.round(milliseconds / 1000)} s.`,
  });
}

function notTidb(operation: string): ProviderError {
  return new ProviderError({
    provider: "MySQL",
    operation,
    fault: "refused",
    code: "NotKnown",
    message: "It is a TiDB: only MySQL and MariaDB are read here.",
  });
}
