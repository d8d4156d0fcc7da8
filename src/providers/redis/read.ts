import type { Redis } from "ioredis";
import type { CacheKey, CacheSight, CacheStats, CachesRead, Matched } from "../../domain/platform/caches.ts";
import { keyShape } from "../../domain/platform/key-shape.ts";
import { infoOf, inRedis } from "./session.ts";

/** Fewer reads than these while it is watched are anybody's, this bot's own among them, and no rate of what the cache is for. */
const fewReads = 300;
/** How long counters are watched: rates since the server began say nothing of now. */
const watchSeconds = 3;
const countMilliseconds = 18_000;
const keysLookedAt = 5000;

/** The read half for Redis; it never uses KEYS or MONITOR, and never reads a value. */
export function redisRead(connections: ReadonlyMap<string, string>): CachesRead {
  return {
    look: (at, view, key) =>
      inRedis(connections, at, { operation: `look at ${view}` }, async (redis): Promise<CacheSight> => {
        const info = infoOf(await redis.info("server"));
        const engine = `Redis ${info.get("valkey_version") ?? info.get("redis_version") ?? ""}`.trim();
        if (view === "stats") return { engine, view, stats: await stats(redis) };
        if (view === "slowlog") return { engine, view, entries: await slowlog(redis) };
        if (view === "bigkeys") return { engine, view, ...(await bigKeys(redis)) };
        return { engine, view, key: key === null ? null : await keyOf(redis, key) };
      }),
    match: (at, pattern) => inRedis(connections, at, { operation: "count" }, (redis) => match(redis, pattern)),
    identity: (at) =>
      inRedis(connections, at, { operation: "identity" }, async (redis) => {
        const info = infoOf(await redis.info());
        return {
          run: (info.get("run_id") ?? "").slice(0, 12),
          database: redis.options.db ?? 0,
          keys: await redis.dbsize(),
          cluster: info.get("cluster_enabled") === "1",
        };
      }),
  };
}

async function stats(redis: Redis): Promise<CacheStats> {
  const before = infoOf(await redis.info());
  await new Promise((resolve) => setTimeout(resolve, watchSeconds * 1000));
  const after = infoOf(await redis.info());
  const grown = (name: string) => Number(after.get(name) ?? 0) - Number(before.get(name) ?? 0);
  const reads = grown("keyspace_hits") + grown("keyspace_misses");
  const [, expires = "0"] = /expires=(\d+)/.exec(after.get(`db${redis.options.db ?? 0}`) ?? "") ?? [];
  const limit = Number(after.get("maxmemory") ?? 0);
  const fragmentation = Number(after.get("mem_fragmentation_ratio"));
  return {
    keys: await redis.dbsize(),
    expiring: Number(expires),
    usedBytes: Number(after.get("used_memory") ?? 0),
    limitBytes: limit > 0 ? limit : null,
    policy: after.get("maxmemory_policy") ?? "not known",
    fragmentation: Number.isFinite(fragmentation) && fragmentation > 0 ? fragmentation : null,
    hitRate: reads >= fewReads ? grown("keyspace_hits") / reads : null,
    evictedPerSecond: grown("evicted_keys") / watchSeconds,
    commandsPerSecond: Math.max(0, grown("total_commands_processed") - 2) / watchSeconds,
    watchedSeconds: watchSeconds,
    clients: Number(after.get("connected_clients") ?? 0),
    blockedClients: Number(after.get("blocked_clients") ?? 0),
    upSeconds: Number(after.get("uptime_in_seconds") ?? 0),
  };
}

async function slowlog(redis: Redis): Promise<Extract<CacheSight, { view: "slowlog" }>["entries"]> {
  const rows = (await redis.slowlog("GET", 30)) as readonly (readonly [number, number, number, readonly string[]])[];
  const [seconds] = await redis.time();
  return rows.map(([, at, microseconds, words]) => {
    const command = /^[A-Za-z|]{1,30}$/.test(words[0] ?? "") ? (words[0] ?? "").toUpperCase() : "a command";
    const count = words.length - 1;
    return {
      secondsAgo: Math.max(0, Number(seconds) - at),
      milliseconds: Math.round(microseconds / 100) / 10,
      // Arguments are keys and values.
      command: `${command} with ${count} ${count === 1 ? "argument" : "arguments"}`,
    };
  });
}

async function bigKeys(
  redis: Redis,
): Promise<Pick<Extract<CacheSight, { view: "bigkeys" }>, "looked" | "total" | "keys">> {
  const total = await redis.dbsize();
  const found: { key: string; type: string; bytes: number }[] = [];
  const end = performance.now() + countMilliseconds / 2;
  let [cursor, looked] = ["0", 0];
  do {
    const [next, keys] = await redis.scan(cursor, "COUNT", 200);
    cursor = next;
    const answers = await redis
      .pipeline(
        keys.flatMap((key) => [
          ["memory", "usage", key, "samples", "5"] as [string, ...string[]],
          ["type", key] as [string, ...string[]],
        ]),
      )
      .exec();
    keys.forEach((key, index) => {
      const bytes = Number(answers?.[index * 2]?.[1] ?? 0);
      found.push({ key, bytes, type: String(answers?.[index * 2 + 1]?.[1] ?? "") });
    });
    looked += keys.length;
    found.sort((left, right) => right.bytes - left.bytes);
    found.length = Math.min(found.length, 20);
    await new Promise((resolve) => setTimeout(resolve, 2));
  } while (cursor !== "0" && looked < keysLookedAt && performance.now() < end);
  return { looked, total, keys: found.map((one) => ({ ...one, key: keyShape(one.key) })) };
}

const sizes: Readonly<Record<string, "llen" | "hlen" | "scard" | "zcard" | "strlen" | "xlen">> = {
  list: "llen",
  hash: "hlen",
  set: "scard",
  zset: "zcard",
  string: "strlen",
  stream: "xlen",
};

async function keyOf(redis: Redis, key: string): Promise<CacheKey | null> {
  const type = await redis.type(key);
  if (type === "none") return null;
  const size = sizes[type];
  const ttl = await redis.pttl(key);
  return {
    type,
    bytes: await redis.memory("USAGE", key),
    ttlSeconds: ttl < 0 ? null : Math.round(ttl / 1000),
    elements: size === undefined ? null : await redis[size](key),
  };
}

async function match(redis: Redis, pattern: string): Promise<Matched> {
  const shapes = new Set<string>();
  const looked: string[] = [];
  const end = performance.now() + countMilliseconds;
  let [cursor, count] = ["0", 0];
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", 1000);
    cursor = next;
    count += keys.length;
    for (const key of keys) {
      if (shapes.size < 20) shapes.add(keyShape(key));
      if (looked.length < 200) looked.push(key);
    }
  } while (cursor !== "0" && performance.now() < end);
  const answers = (await redis.pipeline(looked.map((key) => ["pttl", key] as [string, string])).exec()) ?? [];
  const ttls = answers.map((answer) => Number(answer[1]));
  return {
    count,
    complete: cursor === "0",
    sample: [...shapes],
    lifetimes: {
      forever: ttls.filter((ttl) => ttl < 0).length,
      hour: ttls.filter((ttl) => ttl >= 0 && ttl <= 3_600_000).length,
      later: ttls.filter((ttl) => ttl > 3_600_000).length,
    },
  };
}
