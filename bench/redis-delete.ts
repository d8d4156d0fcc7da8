import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { redisProvider } from "../src/providers/redis/redis.ts";

const keys = 1_000_000;

/**
 * Deletes a million keys the bot's way and the way it is done by hand (redis-cli --scan | xargs redis-cli unlink), while
 * another client asks every 2 ms: how long each takes, and what it adds to that client's p99.
 */
export async function redisDelete(): Promise<void> {
  if (spawnSync("redis-server", ["--version"]).status !== 0) {
    process.stdout.write("redis-delete: no redis-server here; apt-get install redis-server\n");
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "tocsin-bench-"));
  const port = await freePort();
  const server = spawn("redis-server", ["--port", String(port), "--dir", folder, "--save", ""], { stdio: "ignore" });
  const url = `redis://127.0.0.1:${port}/0`;
  const redis = new Redis(url);
  // The server takes a moment to listen.
  redis.on("error", () => {});
  try {
    const quiet = await ask(url, new Promise((resolve) => setTimeout(resolve, 3000)));
    await fill(redis);
    const bot = await ask(url, byBot(url));
    await fill(redis);
    const hand = await ask(url, byHand(port));
    const line = (name: string, one: Asked) =>
      `  ${name.padEnd(28)} ${(one.milliseconds / 1000).toFixed(1).padStart(6)} s   p99 ${one.p99.toFixed(2).padStart(7)} ms (+${(one.p99 - quiet.p99).toFixed(2)})   worst ${one.worst.toFixed(1)} ms`;
    process.stdout.write(
      `${[
        `redis-delete: ${keys} keys of ${2 * keys}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"})`,
        `  quiet                                   p99 ${quiet.p99.toFixed(2).padStart(7)} ms`,
        line("SCAN + UNLINK, paced", bot),
        line("redis-cli --scan | unlink", hand),
        `  time ${(bot.milliseconds / hand.milliseconds).toFixed(2)} x, added p99 ${((bot.p99 - quiet.p99) / Math.max(0.01, hand.p99 - quiet.p99)).toFixed(2)} x`,
      ].join("\n")}\n`,
    );
  } finally {
    redis.disconnect();
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(redis: Redis): Promise<void> {
  await redis.flushall();
  for (let start = 0; start < keys; start += 10_000) {
    const pipeline = redis.pipeline();
    for (let at = start; at < start + 10_000; at += 1) {
      pipeline.set(`user:${at}:profile`, "x".repeat(64));
      pipeline.set(`page:${at}`, "x".repeat(64));
    }
    await pipeline.exec();
  }
}

async function byBot(url: string): Promise<void> {
  const at = { environment: "bench", provider: "redis", at: { connection: "bench/redis" } };
  const caches = redisProvider(new Map([["bench/redis", url]])).caches;
  const server = (await caches?.read.identity(at))?.run ?? "";
  let cursor: string | null = null;
  let deleted = 0;
  do {
    const slice: { cursor: string | null; deleted: number } | undefined = await caches?.write.deleteSome(at, "user:*", {
      server,
      cursor,
    });
    cursor = slice?.cursor ?? null;
    deleted += slice?.deleted ?? 0;
  } while (cursor !== null);
  if (deleted !== keys) throw new Error(`${deleted} keys were deleted, not ${keys}`);
}

async function byHand(port: number): Promise<void> {
  const cli = spawn(
    "sh",
    ["-c", `redis-cli -p ${port} --scan --pattern 'user:*' | xargs -n 500 redis-cli -p ${port} unlink > /dev/null`],
    { stdio: "ignore" },
  );
  const code = await new Promise((resolve) => cli.once("exit", resolve));
  if (code !== 0) throw new Error(`redis-cli ended with ${code}`);
}

interface Asked {
  readonly milliseconds: number;
  readonly p99: number;
  readonly worst: number;
}

/** Asks every 2 ms while the work goes on. */
async function ask(url: string, work: Promise<unknown>): Promise<Asked> {
  const client = new Redis(url);
  client.on("error", () => {});
  const times: number[] = [];
  const started = performance.now();
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  while (!over) {
    const sent = performance.now();
    await client.get("page:1");
    times.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await done;
  client.disconnect();
  const sorted = times.toSorted((left, right) => left - right);
  return {
    milliseconds: performance.now() - started,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    worst: sorted.at(-1) ?? 0,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
