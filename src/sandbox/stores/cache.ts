import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort, startServer } from "./server.ts";
import type { Trouble } from "./trouble.ts";

/** The replication group of the cloud that this Redis stands for. */
const group = "waooaw-redis-production";
const pages = "catalog:page:";
const mostMegabytes = 6;

export interface CacheStore {
  readonly url: string;
  /** Fills it where it is empty. */
  readonly begin: () => Promise<readonly Trouble[]>;
  readonly stop: () => Promise<void>;
}

/** A Redis with an application's keys in it, where one is installed; else null. */
export async function startCache(dataDirectory: string): Promise<CacheStore | null> {
  const server = await startRedis(join(dataDirectory, "redis"));
  if (!server) return null;
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  client.on("error", () => {});
  return {
    url: server.url,
    begin: async () => {
      await fill(client);
      return [evicting(client)];
    },
    stop: async () => {
      client.disconnect();
      await server.stop();
    },
  };
}

/** A Redis of its own in that folder. */
export async function startRedis(folder: string) {
  const port = await freePort();
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const server = await startServer("redis-server", folder, [...where, "--save", "60 1", "--appendonly", "no"]);
  return server && { url: `redis://127.0.0.1:${port}/0`, stop: server.stop };
}

async function fill(client: Redis): Promise<void> {
  if ((await client.dbsize()) > 0) return;
  const pipeline = client.pipeline();
  for (let index = 0; index < 400; index += 1) pipeline.set(`session:${index}`, `user ${index}`, "EX", 86_400);
  for (let index = 0; index < 50; index += 1)
    pipeline.hset(`customer:${index}`, { name: `customer ${index}`, city: "x" });
  pipeline.zadd("ranking", ...Array.from({ length: 2000 }, (_, index) => [index, `customer ${index}`]).flat());
  await pipeline.exec();
}

/** Something writes pages that nobody reads again, until the memory is full; deleting them ends it. */
function evicting(client: Redis): Trouble {
  return {
    fault: "cache-evicting",
    target: group,
    begin: async (over) => {
      await client.config("SET", "maxmemory", `${mostMegabytes}mb`);
      await client.config("SET", "maxmemory-policy", "allkeys-lru");
      let written = 0;
      let most = 0;
      const write = async (): Promise<void> => {
        const keys = await client.dbsize();
        // Evicting takes them a few at a time; half of them at once were deleted by somebody.
        if (keys < most / 2) return over();
        most = Math.max(most, keys);
        const pipeline = client.pipeline();
        for (let index = 0; index < 100; index += 1) pipeline.set(`${pages}${written++}`, "x".repeat(4096));
        await pipeline.exec();
      };
      const writing = setInterval(() => void write().catch(() => {}), 250);
      return async () => {
        clearInterval(writing);
        await client.config("SET", "maxmemory", "0");
        await client.config("SET", "maxmemory-policy", "noeviction");
        for await (const keys of client.scanStream({ match: `${pages}*`, count: 1000 })) {
          if ((keys as string[]).length > 0) await client.unlink(keys as string[]);
        }
      };
    },
  };
}
