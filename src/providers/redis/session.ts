import type { Redis } from "ioredis";
import type { Placement } from "../../domain/configuration.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

const connectMilliseconds = 5000;
const commandMilliseconds = 5000;

/** Opens one connection, works on it and cuts it; all of it has a deadline. The library is loaded on first use. */
export async function inRedis<T>(
  connections: ReadonlyMap<string, string>,
  at: Placement,
  options: { readonly operation: string; readonly milliseconds?: number },
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const { operation, milliseconds = 25_000 } = options;
  const url = connections.get(at.at.connection ?? "");
  if (url === undefined)
    throw failure(operation, "not_found", "NoConnection", "The configuration names no address for it.");
  const { Redis } = await import("ioredis");
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectMilliseconds,
    commandTimeout: commandMilliseconds,
    connectionName: "tocsin",
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // It would ask for rights that a user for reading need not have.
    enableReadyCheck: false,
  });
  redis.on("error", () => {});
  let isLetIn = false;
  redis.once("connect", () => {
    isLetIn = true;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const seconds = Math.round(milliseconds / 1000);
    timer = setTimeout(
      () => reject(failure(operation, "timeout", "NoAnswer", `No answer within ${seconds} s.`)),
      milliseconds,
    );
  });
  try {
    const connected = redis.connect().catch((error: unknown) => {
      const told = redisError(operation, error);
      throw isLetIn && told instanceof ProviderError && told.code === "ConnectionLost" ? cutOff(operation) : told;
    });
    return await Promise.race([connected.then(() => work(redis)), late]);
  } catch (error) {
    throw redisError(operation, error);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** A full server says so as it closes the connection, which is mostly lost on the way: then nobody can be sure. */
function cutOff(operation: string): ProviderError {
  const message = "The server cut the connection off at once, as it does when all its connections are taken.";
  return failure(operation, "unreachable", "CutOff", message);
}

/** Only the code of what the server says is repeated: its words may hold data. Source: redis.io/docs/latest/develop/reference/protocol-spec (simple errors begin with a code) */
function redisError(operation: string, error: unknown): unknown {
  if (error instanceof ProviderError || !(error instanceof Error)) return error;
  const code = error.name === "ReplyError" ? (/^[A-Z]+/.exec(error.message)?.[0] ?? "ERR") : null;
  if (code === "ERR" && /max number of clients/.test(error.message))
    return failure(operation, "full", "MaxClients", "All its connections are taken, none is left for the bot.");
  if (code !== null) {
    const [fault, message] = replies[code] ?? ["refused", "What the server says of it stays with the server."];
    return failure(operation, fault, code, message);
  }
  const socket = "code" in error && typeof error.code === "string" ? error.code : null;
  if (/timed out|ETIMEDOUT/i.test(error.message))
    return failure(operation, "timeout", "NoAnswer", "The server did not answer in time.");
  if (socket !== null || /connect|closed|writeable/i.test(error.message)) {
    const why = socket === "ECONNREFUSED" ? "Nothing listens there." : "The connection was lost or could not be made.";
    return failure(operation, "unreachable", socket ?? "ConnectionLost", why);
  }
  return error;
}

const replies: Readonly<Record<string, readonly [ProviderFault, string]>> = {
  WRONGPASS: ["denied", "The password was not accepted."],
  NOAUTH: ["denied", "The server wants a password."],
  NOPERM: ["denied", "The bot's user lacks the right to do this."],
  READONLY: ["refused", "It is a replica and takes no changes."],
  LOADING: ["unreachable", "The server is still loading its data."],
  BUSY: ["refused", "A script keeps the server busy."],
  OOM: ["refused", "The server is out of memory."],
  MOVED: ["refused", "It is a cluster, which cannot be operated from here yet."],
};

export function failure(operation: string, fault: ProviderFault, code: string, message: string): ProviderError {
  return new ProviderError({ provider: "Redis", operation, fault, code, message });
}

/** INFO as a map. */
export function infoOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(":") && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
  );
}
