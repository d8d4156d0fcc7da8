import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll } from "vitest";
import { freePort } from "../../src/sandbox/stores/server.ts";
import { until } from "./person.ts";

/**
 * A Redis server of this test file's own: the one TOCSIN_TEST_REDIS_URL names, else one started from an installed
 * redis-server on a free port. Null, said loudly, where there is neither; in CI that is a failure.
 */
export async function testRedis(): Promise<string | null> {
  const named = process.env.TOCSIN_TEST_REDIS_URL;
  if (named) return named;
  const folder = await mkdtemp(join(tmpdir(), "tocsin-redis-"));
  const port = await freePort();
  const child = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"],
    { stdio: "ignore" },
  );
  const missing = await new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(true));
    child.once("spawn", () => resolve(false));
  });
  if (missing) {
    await rm(folder, { recursive: true, force: true });
    if (process.env.CI) throw new Error("CI has no redis-server: apt-get install redis-server");
    process.stderr.write("SKIPPED: no redis-server. apt-get install redis-server, or set TOCSIN_TEST_REDIS_URL.\n");
    return null;
  }
  afterAll(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const url = `redis://127.0.0.1:${port}/0`;
  await until("redis-server to answer", async () => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on("error", () => {});
    try {
      await redis.connect();
      return (await redis.ping()) === "PONG";
    } catch {
      return false;
    } finally {
      redis.disconnect();
    }
  });
  return url;
}

/** A worker of a queue with a line of its own, which BullMQ leaves open where it was handed to it. */
export function startWorker(
  redis: Redis,
  queue: string,
  work: () => Promise<unknown>,
  options: { readonly lockDuration?: number } = {},
): { readonly close: (force?: boolean) => Promise<void> } {
  const line = redis.duplicate();
  const worker = new Worker(queue, work, { connection: line, ...options });
  return {
    close: async (force = false) => {
      await worker.close(force);
      line.disconnect();
    },
  };
}
