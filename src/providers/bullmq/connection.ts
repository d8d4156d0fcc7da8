import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Placement } from "../../domain/configuration.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

export interface Opened {
  readonly redis: Redis;
  /** What the keys of a queue begin with. */
  readonly key: (queue: string, part: string) => string;
  /** A queue as its own library operates it; it writes nothing by being opened. */
  readonly queue: (name: string) => Queue;
}

const milliseconds = 25_000;

/** Opens one connection to the Redis that the queues live in, works on it and closes it. Libraries are loaded on first use. */
export async function inQueues<T>(
  connections: ReadonlyMap<string, string>,
  at: Placement,
  operation: string,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const url = connections.get(at.at.connection ?? "");
  if (url === undefined)
    throw failure(operation, "not_found", "NoConnection", "The configuration names no address for it.");
  const [{ Redis }, bullmq] = await Promise.all([import("ioredis"), import("bullmq")]);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5000,
    commandTimeout: 10_000,
    connectionName: "tocsin",
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  redis.on("error", () => {});
  const prefix = at.at.prefix ?? "bull";
  const queues: Queue[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `No answer within ${milliseconds / 1000} s.`;
    timer = setTimeout(() => reject(failure(operation, "timeout", "NoAnswer", message)), milliseconds);
  });
  const opened: Opened = {
    redis,
    key: (queue, part) => `${prefix}:${queue}:${part}`,
    queue: (name) => {
      const queue = new bullmq.Queue(name, {
        connection: redis,
        prefix,
        skipMetasUpdate: true,
        skipVersionCheck: true,
      });
      queue.on("error", () => {});
      queues.push(queue);
      return queue;
    },
  };
  try {
    return await Promise.race([redis.connect().then(() => work(opened)), late]);
  } catch (error) {
    throw queueError(operation, error);
  } finally {
    clearTimeout(timer);
    for (const queue of queues) void queue.close().catch(() => {});
    redis.disconnect();
  }
}

/** Neither the server's nor the library's words are repeated: they may hold a job's data. */
function queueError(operation: string, error: unknown): unknown {
  if (error instanceof ProviderError || !(error instanceof Error)) return error;
  if (error.name === "ReplyError") {
    const code = /^[A-Z]+/.exec(error.message)?.[0] ?? "ERR";
    const denied = ["WRONGPASS", "NOAUTH", "NOPERM"].includes(code);
    return failure(operation, denied ? "denied" : "refused", code, "Its Redis refused it.");
  }
  if (/timed out|ETIMEDOUT/i.test(error.message))
    return failure(operation, "timeout", "NoAnswer", "Its Redis did not answer in time.");
  if ("code" in error || /connect|closed|writeable/i.test(error.message)) {
    return failure(
      operation,
      "unreachable",
      "code" in error ? String(error.code) : "ConnectionLost",
      "Its Redis could not be reached.",
    );
  }
  return error;
}

export function failure(operation: string, fault: ProviderFault, code: string, message: string): ProviderError {
  return new ProviderError({ provider: "BullMQ", operation, fault, code, message });
}
