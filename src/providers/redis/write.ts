import type { Redis } from "ioredis";
import type { CachesWrite } from "../../domain/platform/caches.ts";
import { failure, inRedis } from "./session.ts";

const sliceMilliseconds = 4000;
const batch = 500;

/** The write half for Redis; only the job that applies holds it. */
export function redisWrite(connections: ReadonlyMap<string, string>): CachesWrite {
  return {
    deleteSome: (at, pattern, cursor) =>
      inRedis(connections, at, { operation: "delete" }, (redis) => deleteSome(redis, pattern, cursor)),
    flush: (at) =>
      inRedis(connections, at, { operation: "flush" }, async (redis) => {
        await redis.flushdb("ASYNC");
      }),
    warmUp: async (_at, address) => {
      const answer = await fetch(address, { signal: AbortSignal.timeout(20_000), redirect: "manual" }).catch(
        () => null,
      );
      if (answer === null) throw failure("warm up", "unreachable", "NoAnswer", "The address could not be reached.");
      await answer.body?.cancel();
      if (!answer.ok)
        throw failure("warm up", "refused", `HTTP${answer.status}`, `The address answered ${answer.status}.`);
    },
  };
}

/**
 * SCAN then UNLINK, in batches, with a pause after each as long as the batch took: the server gives at most half of its
 * time. A cursor is the server's own and holds on any connection. Source: redis.io/docs/latest/commands/scan
 */
export async function deleteSome(
  redis: Redis,
  pattern: string,
  from: string | null,
  milliseconds = sliceMilliseconds,
): Promise<{ readonly cursor: string | null; readonly deleted: number }> {
  const end = performance.now() + milliseconds;
  let cursor = from ?? "0";
  let deleted = 0;
  do {
    const started = performance.now();
    const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", batch);
    cursor = next;
    // SCAN may name a key twice.
    const once = [...new Set(keys)];
    for (let at = 0; at < once.length; at += batch) deleted += await redis.unlink(...once.slice(at, at + batch));
    if (once.length > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(performance.now() - started)));
  } while (cursor !== "0" && performance.now() < end);
  return { cursor: cursor === "0" ? null : cursor, deleted };
}
