import pg from "pg";
import type { Placement } from "../../domain/configuration.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

/** Addresses of servers by the name that placements give. */
export type Connections = ReadonlyMap<string, string>;

export interface SessionOptions {
  /** What is being done, for errors. */
  readonly operation: string;
  readonly write?: boolean;
  /** Shown in the server's own list of sessions. */
  readonly name?: string;
  /** How long all of it may take. */
  readonly milliseconds?: number;
}

const connectMilliseconds = 5000;
const defaultMilliseconds = 8000;

/**
 * Opens one session, works in it and closes it. Reading happens in a read-only transaction with short limits; the
 * whole of it has a deadline, after which the connection is cut whatever the server does.
 */
export async function inSession<T>(
  connections: Connections,
  at: Placement,
  options: SessionOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = clientFor(connections, at, options.operation, options.name ?? "tocsin");
  const milliseconds = options.milliseconds ?? defaultMilliseconds;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeout(options.operation, milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([run(client, options, work), late]);
  } catch (error) {
    throw providerError(options.operation, error);
  } finally {
    clearTimeout(timer);
    close(client);
  }
}

async function run<T>(client: pg.Client, options: SessionOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  await client.connect();
  if (options.write) return work(client);
  await client.query("begin read only; set local statement_timeout = '5s'; set local lock_timeout = '1s'");
  return work(client);
}

/** A connection that is not opened yet; its errors are told by whoever waits on it. */
export function clientFor(connections: Connections, at: Placement, operation: string, name: string): pg.Client {
  const url = connections.get(at.at.connection ?? "");
  if (url === undefined) {
    throw new ProviderError({
      provider: "PostgreSQL",
      operation,
      fault: "not_found",
      code: "NoConnection",
      message: "The configuration names no address for it.",
    });
  }
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: connectMilliseconds,
    keepAlive: true,
  });
  // A connection cut while nobody waits on it must not end the process.
  client.on("error", () => {});
  return client;
}

/** Closes politely, and cuts what does not go. */
export function close(client: pg.Client): void {
  const { stream } = client.connection as unknown as { readonly stream: { destroy: () => void } };
  const cut = setTimeout(() => stream.destroy(), 500);
  cut.unref();
  client.end().then(
    () => clearTimeout(cut),
    () => stream.destroy(),
  );
}

function timeout(operation: string, milliseconds: number): ProviderError {
  return new ProviderError({
    provider: "PostgreSQL",
    operation,
    fault: "timeout",
    code: "NoAnswer",
    message: `No answer within ${Math.round(milliseconds / 1000)} s.`,
  });
}

/** What a server says in words may hold data, so that only its code is repeated, with words of our own. */
export function providerError(operation: string, error: unknown): unknown {
  if (error instanceof ProviderError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  if (code === null && !/connect|terminated|timeout/i.test(error.message)) return error;
  const late = code === null && /timeout/i.test(error.message);
  const { fault, message } = late ? tooLate : (meanings[code ?? ""] ?? byClass(code));
  return new ProviderError({
    provider: "PostgreSQL",
    operation,
    fault,
    code: code ?? (late ? "NoAnswer" : "ConnectionLost"),
    message,
  });
}

interface Meaning {
  readonly fault: ProviderFault;
  readonly message: string;
}

/** Source: postgresql.org/docs/current/errcodes-appendix.html, and Node's own codes of sockets. */
const meanings: Readonly<Record<string, Meaning>> = {
  "28P01": { fault: "denied", message: "The password was not accepted." },
  "28000": { fault: "denied", message: "The server does not let this user in from here." },
  "42501": { fault: "denied", message: "The bot's user lacks the right to do this." },
  "3D000": { fault: "not_found", message: "There is no such database." },
  "42P01": { fault: "not_found", message: "There is no such table." },
  "53300": { fault: "full", message: "All its connections are taken, none is left for the bot." },
  "57P03": { fault: "unreachable", message: "The server is starting or shutting down." },
  "57014": { fault: "timeout", message: "The statement took too long and was cancelled." },
  "55P03": { fault: "refused", message: "Something else holds the lock." },
  "57P01": { fault: "unreachable", message: "The server ended the connection." },
  "25006": { fault: "refused", message: "The server takes no changes: it is read-only or a replica." },
  ECONNREFUSED: { fault: "unreachable", message: "Nothing listens there." },
  ENOTFOUND: { fault: "unreachable", message: "The host is not known." },
  ECONNRESET: { fault: "unreachable", message: "The connection was cut." },
  EPIPE: { fault: "unreachable", message: "The connection was cut." },
  ETIMEDOUT: { fault: "timeout", message: "The server could not be reached in time." },
};

/** The driver's own word for a server that takes the connection and says nothing. */
const tooLate: Meaning = { fault: "timeout", message: "The server did not answer in time." };

function byClass(code: string | null): Meaning {
  if (code === null || code.startsWith("08")) return { fault: "unreachable", message: "The connection was lost." };
  if (code.startsWith("28")) return { fault: "denied", message: "The server does not let the bot in." };
  if (code.startsWith("E")) return { fault: "unreachable", message: "The server could not be reached." };
  return { fault: "refused", message: "What the server says of it stays in its own log." };
}
