import type { Redis } from "ioredis";
import type { BeforeFlush, CachesWrite } from "../../domain/platform/caches.ts";
import { failure, infoOf, inRedis } from "./session.ts";

const sliceMilliseconds = 4000;
const batch = 500;

/** The write half for Redis; only the job that applies holds it. */
export function redisWrite(connections: ReadonlyMap<string, string>): CachesWrite {
  return {
    deleteSome: (at, pattern, { server, cursor }) =>
      inRedis(connections, at, { operation: "delete" }, async (redis) => {
        const run = (infoOf(await redis.info("server")).get("run_id") ?? "").slice(0, 12);
        if (run !== server) {
          const why =
            "Its server was started anew, or another one answers now: what is left was left alone. Ask again.";
          throw failure("delete", "refused", "ServerChanged", why);
        }
        return deleteSome(redis, pattern, cursor);
      }),
    beforeFlush: (at) => inRedis(connections, at, { operation: "flush" }, beforeFlush),
    flush: (at, since) =>
      inRedis(connections, at, { operation: "flush" }, async (redis) => {
        if (since !== null) {
          const now = await beforeFlush(redis);
          if (now.run !== since.run || now.flushes === null || since.flushes === null) return "unknown";
          if (now.flushes > since.flushes) return now.keys < since.keys || since.keys === 0 ? "was-emptied" : "unknown";
        }
        await redis.flushdb("ASYNC");
        return "emptied";
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

/** The server counts its flushes, of any of its databases. Source: redis.io/docs/latest/commands/info (commandstats) */
async function beforeFlush(redis: Redis): Promise<BeforeFlush> {
  const [server, stats, keys] = [
    infoOf(await redis.info("server")),
    infoOf(await redis.info("commandstats")),
    await redis.dbsize(),
  ];
  const calls = ["flushdb", "flushall"].map((name) =>
    Number(/calls=(\d+)/.exec(stats.get(`cmdstat_${name}`) ?? "")?.[1] ?? 0),
  );
  return {
    run: (server.get("run_id") ?? "").slice(0, 12),
    flushes: stats.size === 0 ? null : calls.reduce((sum, one) => sum + one, 0),
    keys,
  };
}

/**
 * SCAN then UNLINK, in batches, with a pause after each as long as the batch took: the server gives at most half of its
 * time. A cursor is the server's own and holds on any connection. What goes wrong in the middle is told by the next call,
 * so that what was deleted before it counts. Source: redis.io/docs/latest/commands/scan
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
    const keys: string[] = [];
    try {
      const [next, found] = await redis.scan(cursor, "MATCH", pattern, "COUNT", batch);
      keys.push(...found);
      // SCAN may name a key twice.
      const once = [...new Set(keys)];
      for (let at = 0; at < once.length; at += batch) deleted += await redis.unlink(...once.slice(at, at + batch));
      cursor = next;
    } catch (error) {
      if (deleted === 0) throw error;
      return { cursor, deleted };
    }
    if (keys.length > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(performance.now() - started)));
  } while (cursor !== "0" && performance.now() < end);
  return { cursor: cursor === "0" ? null : cursor, deleted };
}
