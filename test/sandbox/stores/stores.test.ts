import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SandboxStores, startStores } from "../../../src/sandbox/stores/stores.ts";
import { startPrivatePostgres } from "../../../src/store/private-postgres.ts";
import { until } from "../../support/person.ts";

/** Faults as the cloud keeps them. */
function switches() {
  const on = new Set<string>();
  const listeners = new Set<() => void>();
  const change = (work: () => void) => {
    work();
    for (const listener of listeners) listener();
  };
  return {
    isOn: (fault: string, target: string) => on.has(`${fault} ${target}`),
    on: (fault: string, target: string) => change(() => on.add(`${fault} ${target}`)),
    off: (fault: string, target: string) => change(() => on.delete(`${fault} ${target}`)),
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const folder = await mkdtemp(join(tmpdir(), "tocsin-stores-"));
const faults = switches();
const said: string[] = [];
// A server of its own, for all of its connections are taken.
const server = await startPrivatePostgres({
  dataDir: join(folder, "server"),
  log: () => {},
  fsync: false,
  extraSettings: {
    shared_preload_libraries: "pg_stat_statements",
    max_connections: "40",
    superuser_reserved_connections: "12",
  },
});
const options = {
  postgresUrl: server.connectionString,
  dataDirectory: folder,
  faults,
  say: (line: string) => void said.push(line),
};
let stores: SandboxStores;
let database: pg.Client;

beforeAll(async () => {
  // Started twice: what was made the first time is used again.
  const first = await startStores(options);
  await first.begin();
  await first.stop();
  stores = await startStores(options);
  await stores.begin();
  database = new pg.Client({ connectionString: stores.database });
  await database.connect();
});

afterAll(async () => {
  await database.end();
  await stores.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  expect(said).toEqual([]);
});

async function one(text: string): Promise<unknown> {
  return Object.values((await database.query(text)).rows[0] ?? {})[0];
}

const rds = "waooaw-postgres-production";

test("[S1] the sandbox has a real database with an application's sessions, made once", async () => {
  expect(await one("select count(*)::int from orders")).toBe(20_000);
  const { rows } = await database.query(
    "select application_name as name from pg_stat_activity where usename = 'waooaw_app' order by 1",
  );
  expect(rows.map(({ name }) => name)).toEqual(["agent", "backend", "backend"]);
});

describe("[S2] a fault of the cloud is trouble in the store", () => {
  test("a lock chain: two sessions wait for one, and terminating that one ends the fault", async () => {
    const blocked = "select count(*)::int from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0";
    faults.on("lock-chain", rds);
    await until("two to wait", async () => (await one(blocked)) === 2);
    const holder = await one("select pid from pg_stat_activity where state = 'idle in transaction'");
    await database.query("select pg_terminate_backend($1)", [holder]);
    await until("the fault to be over", () => !faults.isOn("lock-chain", rds));
    await until("nobody to wait", async () => (await one(blocked)) === 0);
    expect(await one("select state from orders where id = 1")).toBe("sent");
  });

  test("a slow query: cancelling it ends the fault, and switching the fault off ends the query", async () => {
    const running = "select pid from pg_stat_activity where query ~ '^select count.*pg_sleep' and state = 'active'";
    for (const end of [
      async (pid: unknown) => void (await database.query("select pg_cancel_backend($1)", [pid])),
      async () => faults.off("slow-query", rds),
    ]) {
      faults.on("slow-query", rds);
      await until("it to run", async () => (await one(running)) !== undefined);
      await end(await one(running));
      await until("the fault to be over", () => !faults.isOn("slow-query", rds));
      await until("it to have ended", async () => (await one(running)) === undefined);
    }
  });

  test("an exhausted pool: its sessions go when what holds them is started anew", async () => {
    const idle = "select count(*)::int from pg_stat_activity where state = 'idle in transaction'";
    faults.on("pool-exhausted", rds);
    const application = stores.database.replace("//tocsin@", "//waooaw_app@");
    await until("the application to be refused", async () => {
      const client = new pg.Client({ connectionString: application });
      const refusal = await client.connect().then(
        () => "",
        (error: Error) => error.message,
      );
      await client.end();
      return /remaining connection slots are reserved/.test(refusal);
    });
    expect(Number(await one(idle))).toBeGreaterThan(15);
    faults.off("pool-exhausted", rds);
    await until("them to be gone", async () => (await one(idle)) === 0);
  });

  test("an evicting cache: deleting what fills it ends the fault, and its limit is gone", async () => {
    if (stores.cache === null) return expect(process.env.CI).toBeUndefined();
    const redis = new Redis(stores.cache);
    const evicted = async () => Number(/evicted_keys:(\d+)/.exec(await redis.info("stats"))?.[1]);
    faults.on("cache-evicting", "waooaw-redis-production");
    await until("keys to be dropped", async () => (await evicted()) > 100);
    const keys = await redis.keys("catalog:page:*");
    await redis.unlink(...keys);
    await until("the fault to be over", () => !faults.isOn("cache-evicting", "waooaw-redis-production"));
    await until(
      "the limit to be gone",
      async () => (await redis.config("GET", "maxmemory")).toString() === "maxmemory,0",
    );
    redis.disconnect();
  });

  test("a queue's backlog: no worker is there while the fault is on, and they work it off afterwards", async () => {
    const store = stores.beside.find(({ kind }) => kind === "queue");
    if (!store) return expect(process.env.CI).toBeUndefined();
    const { hostname: host, port } = new URL(store.url);
    const queue = new Queue("emails", { connection: { host, port: Number(port) } });
    await until("a worker to be there", async () => (await queue.getWorkersCount()) === 1);
    faults.on("queue-backlog", "emails");
    await until("jobs to pile up", async () => (await queue.getWaitingCount()) > 50);
    expect(await queue.getWorkersCount()).toBe(0);
    faults.off("queue-backlog", "emails");
    await until("them to be worked off", async () => (await queue.getWaitingCount()) < 5);
    await queue.close();
  });
});

test("[S1] where MariaDB is installed there is a warehouse, some seconds after the rest", async () => {
  const store = stores.beside.find(({ provider }) => provider === "mysql");
  if (!store) return expect(process.env.CI).toBeUndefined();
  let rows: unknown;
  await until("it to answer", async () => {
    try {
      const connection = await createConnection(store.url);
      [rows] = await connection.query("select count(*) as sales from sales");
      await connection.end();
      return true;
    } catch {
      return false;
    }
  });
  expect(rows).toEqual([{ sales: 2000 }]);
});
