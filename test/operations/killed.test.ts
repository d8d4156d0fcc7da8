import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Service } from "../../src/domain/configuration.ts";
import type { OperationRecord, Target } from "../../src/domain/operation/operation.ts";
import type { Provider } from "../../src/domain/platform.ts";
import { bullmqProvider } from "../../src/providers/bullmq/bullmq.ts";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { elasticacheProvider } from "../../src/providers/elasticache/elasticache.ts";
import { postgresProvider } from "../../src/providers/postgres/postgres.ts";
import { rdsProvider } from "../../src/providers/rds/rds.ts";
import { redisProvider } from "../../src/providers/redis/redis.ts";
import { secretsProvider } from "../../src/providers/secrets/secrets.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";
import type { EcsState } from "../../src/sandbox/cloud/ecs/state.ts";
import type { SecretsState } from "../../src/sandbox/cloud/secrets/secrets.ts";
import { sampleConfiguration } from "../slack/sample.ts";
import { busyDatabase } from "../support/busy-database.ts";
import type { Bench } from "../support/killable.ts";
import { killedEverywhere, said, unless, verified, type World } from "../support/killed-everywhere.ts";
import { until } from "../support/person.ts";
import { testRedis } from "../support/redis.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const work of cleanUp.splice(0)) await work();
});

const redisUrl = await testRedis();
const redis = new Redis(redisUrl ?? "redis://127.0.0.1:1", { lazyConnect: true, maxRetriesPerRequest: null });
afterAll(() => redis.disconnect());
const connections = (url: string): ReadonlyMap<string, string> => new Map([["main", url]]);

function targetOf(kind: Target["kind"], provider: string, at: Readonly<Record<string, string>>): Target {
  const placement = { environment: "production", provider, at: { connection: "main", ...at } };
  return { kind, name: "main", environment: "production", production: true, placement };
}

async function emptyRedis(): Promise<void> {
  await redis.flushall();
  await redis.config("RESETSTAT");
}

async function flushes(): Promise<number> {
  return Number(/cmdstat_flushdb:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1] ?? 0);
}

async function deletingKeys(): Promise<World> {
  await emptyRedis();
  const pipeline = redis.pipeline();
  for (let index = 0; index < 2000; index += 1) pipeline.set(`user:${index}:profile`, "x");
  for (let index = 0; index < 20; index += 1) pipeline.set(`page:${index}`, "x");
  await pipeline.exec();
  return {
    bench: {
      providers: () => [redisProvider(connections(redisUrl ?? ""))],
      target: targetOf("cache", "redis", {}),
      operation: "delete-keys",
      input: { pattern: "user:*" },
    },
    flaws: async (record, deaths) => [
      ...verified(record),
      ...unless((await redis.dbsize()) === 20, `${await redis.dbsize()} keys are left`),
      ...unless(
        deaths === 0
          ? said(record).includes("deleted: 2000 keys")
          : /deleted: (at least \d+|2000) keys/.test(said(record)),
        `it says ${said(record)}`,
      ),
    ],
  };
}

async function flushing(): Promise<World> {
  await emptyRedis();
  await redis.mset(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`page:${index}`, "x"])));
  return {
    bench: {
      providers: () => [redisProvider(connections(redisUrl ?? ""))],
      target: targetOf("cache", "redis", { flush: "true" }),
      operation: "flush-cache",
      input: null,
    },
    meanwhile: async () => void (await redis.set("written:since", "x")),
    flaws: async (record) => [
      ...verified(record),
      ...unless((await flushes()) === 1, `it was emptied ${await flushes()} times`),
    ],
  };
}

function queueOf(name: string): Queue {
  const queue = new Queue(name, { connection: redis });
  cleanUp.push(() => queue.close());
  return queue;
}

async function retrying(): Promise<World> {
  await emptyRedis();
  const queue = queueOf("emails");
  const tried = new Map<string, number>();
  const work = async (): Promise<void> => {
    const own = redis.duplicate();
    const worker = new Worker(
      "emails",
      async (job) => {
        tried.set(job.id ?? "", (tried.get(job.id ?? "") ?? 0) + 1);
        throw new Error("still broken");
      },
      { connection: own },
    );
    await until("the jobs to fail", async () => (await queue.getWaitingCount()) + (await queue.getActiveCount()) === 0);
    await worker.close();
    own.disconnect();
  };
  await queue.addBulk(Array.from({ length: 55 }, () => ({ name: "welcome", data: {} })));
  await work();
  return {
    bench: {
      providers: () => [bullmqProvider(connections(redisUrl ?? ""))],
      target: targetOf("queue", "bullmq", { queues: "emails" }),
      operation: "retry-failed",
      input: { most: 1000 },
    },
    // What was put back fails again while nobody counts: it must not be put back once more.
    meanwhile: work,
    flaws: async (record, deaths) => {
      await work();
      const wrong = [...tried].filter(([, times]) => times !== 2);
      const says = deaths === 0 ? /retried: 55 of 55/ : /retried: (at least \d+|55) of 55/;
      return [
        ...verified(record),
        ...unless(tried.size === 55 && wrong.length === 0, `tried: ${JSON.stringify(wrong)}`),
        ...unless(says.test(said(record)), `it says ${said(record)}`),
      ];
    },
  };
}

async function cleaning(): Promise<World> {
  await emptyRedis();
  const queue = queueOf("emails");
  const hourAgo = Date.now() - 3_600_000;
  await queue.addBulk(Array.from({ length: 1200 }, () => ({ name: "old", data: {}, opts: { timestamp: hourAgo } })));
  // Old enough a moment after the plan was made, and not part of it.
  const almost = Date.now() - 3_599_000 + 60_000;
  await queue.addBulk(Array.from({ length: 30 }, () => ({ name: "young", data: {}, opts: { timestamp: almost } })));
  return {
    bench: {
      providers: () => [bullmqProvider(connections(redisUrl ?? ""))],
      target: targetOf("queue", "bullmq", { queues: "emails" }),
      operation: "clean-queue",
      input: { state: "wait", olderSeconds: 3540 },
    },
    meanwhile: () => new Promise((resolve) => setTimeout(resolve, 1100)),
    flaws: async (record, deaths) => {
      const left = await queue.getWaiting();
      const says = deaths === 0 ? /removed: 1200 of 1200/ : /removed: (at least \d+|1200) of 1200/;
      return [
        ...verified(record),
        ...unless(left.length === 30 && left.every(({ name }) => name === "young"), `${left.length} jobs are left`),
        ...unless(says.test(said(record)), `it says ${said(record)}`),
      ];
    },
  };
}

async function inDatabase() {
  const database = await busyDatabase();
  cleanUp.push(() => database.drop());
  const providers = (): readonly Provider[] => [postgresProvider(connections(database.url))];
  return { database, providers, target: targetOf("database", "postgres", {}) };
}

async function terminating(): Promise<World> {
  const { database, providers, target } = await inDatabase();
  const [session, other] = [await database.session("report"), await database.session("checkout")];
  await session.run("begin; select 1");
  await other.run("begin; select 1");
  return {
    bench: { providers, target, operation: "terminate-session", input: { session: { id: String(session.pid) } } },
    flaws: async (record) => {
      const rows = await database.query<{ pid: number }>("select pid from pg_stat_activity where pid = any($1)", [
        [session.pid, other.pid],
      ]);
      return [
        ...verified(record),
        ...unless(rows.map(({ pid }) => pid).join() === String(other.pid), `there are ${JSON.stringify(rows)}`),
      ];
    },
  };
}

async function reindexing(): Promise<World> {
  const { database, providers, target } = await inDatabase();
  await database.query("create table orders (id int primary key, note text)");
  await database.query("insert into orders select n, repeat('x', 50) from generate_series(1, 5000) n");
  const file = async () =>
    (await database.query<{ file: string }>("select pg_relation_filenode('orders_pkey') as file"))[0]?.file;
  const began = await file();
  let built: string | undefined;
  return {
    bench: { providers, target, operation: "reindex-relation", input: { relation: "orders" } },
    meanwhile: async () => {
      await until("the server to be done", async () => {
        const rows = await database.query(
          "select 1 from pg_stat_activity where query ilike 'reindex%' and state = 'active'",
        );
        return rows.length === 0;
      });
      built = await file();
    },
    flaws: async (record) => {
      const now = await file();
      const invalid = await database.query("select 1 from pg_index where not indisvalid");
      return [
        ...verified(record),
        ...unless(now !== began, "it was not built anew"),
        ...unless(built === undefined || built === began || built === now, "it was built twice"),
        ...unless(invalid.length === 0, "an invalid index is left"),
      ];
    },
  };
}

async function inCloud() {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  cleanUp.push(() => cloud.stop());
  const aws = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const inside = {
    reachable: async () => ({ reached: true, text: "a primary" }),
    check: async () => [],
  };
  const did = (operation: string): number =>
    cloud.calls().filter((call) => call.operation === operation && call.error === null).length;
  return {
    cloud,
    did,
    providers: () => [ecsProvider(aws), secretsProvider(aws), rdsProvider(aws, inside), elasticacheProvider(aws)],
    advance: (seconds: number) => clock.advance(seconds * 1000),
  };
}

const server = targetOf("database", "rds", { instance: "waooaw-postgres-production" });
const nodes = targetOf("cache", "elasticache", { replication_group: "waooaw-redis-production" });

async function onInstance(operation: string, input: Bench["input"], call: string, target = server): Promise<World> {
  const { did, providers, advance } = await inCloud();
  return {
    bench: {
      providers,
      advance,
      target,
      operation,
      input,
    },
    flaws: async (record) => [
      ...verified(record),
      ...unless(did(call) === 1, `${call} was carried out ${did(call)} times`),
    ],
  };
}

async function rotating(generated: boolean): Promise<World> {
  const { cloud, did, providers, advance } = await inCloud();
  const id = generated ? "waooaw/prod/jwt" : "waooaw/prod/postgres";
  const consumer = {
    environment: "production",
    provider: "ecs",
    at: { cluster: "waooaw-production", service: "waooaw-agent" },
  };
  const secret = targetOf("secret", "secrets-manager", { id });
  const rotation = { characters: generated ? 40 : null, consumers: [{ name: "agent", placement: consumer }] };
  const versions = () => {
    const { secrets } = cloud.dump().world.parts.secretsmanager as SecretsState;
    return secrets.find((one) => one.name === id)?.versions ?? [];
  };
  const before = versions().length;
  return {
    bench: {
      providers,
      advance,
      target: { ...secret, placement: { ...secret.placement, rotation } },
      operation: "rotate-secret",
      input: {},
    },
    flaws: async (record) => [
      ...verified(record),
      ...unless(versions().length === before + 1, `${versions().length - before} new versions`),
      ...unless(
        versions().find(({ stages }) => stages.includes("AWSCURRENT"))?.id === record.id,
        "another version is current",
      ),
      ...unless(did("UpdateService") === 1, `its reader was restarted ${did("UpdateService")} times`),
      ...unless(did("GetSecretValue") === 0, "the value was read"),
    ],
  };
}

async function cancellingARotation(): Promise<World> {
  const { cloud, did, providers, advance } = await inCloud();
  const id = "waooaw/prod/postgres";
  const found = () => {
    const { secrets } = cloud.dump().world.parts.secretsmanager as SecretsState;
    return secrets.find((one) => one.name === id);
  };
  const labels = (label: string) => found()?.versions.filter(({ stages }) => stages.includes(label)) ?? [];
  cloud.faults.set("stuck-rotation", id, true);
  const target = targetOf("secret", "secrets-manager", { id });
  const aws = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  await secretsProvider(aws).secrets?.write.rotate(target.placement, "rotation-that-gets-stuck-0123456789");
  await advance(60);
  const [current] = labels("AWSCURRENT");
  return {
    bench: { providers, advance, target, operation: "cancel-rotation", input: null },
    flaws: async (record) => [
      ...verified(record),
      ...unless(labels("AWSPENDING").length === 0, "a version is still pending"),
      ...unless(labels("AWSCURRENT")[0]?.id === current?.id, "another version is current"),
      ...unless(found()?.rotationEnabled === false, "it rotates on"),
      ...unless(did("CancelRotateSecret") === 1, `it was cancelled ${did("CancelRotateSecret")} times`),
    ],
  };
}

/** A service on ECS; its target is called as the policy and the configuration of these tests call everything: main. */
async function onService(
  operation: string,
  input: Bench["input"],
  done: (world: Awaited<ReturnType<typeof inCloud>>, record: OperationRecord) => Readonly<Record<string, number>>,
): Promise<World> {
  const world = await inCloud();
  const { providers, advance } = world;
  const task = { name: "check", summary: "", command: ["true"], container: null, timeoutSeconds: 300, lines: 20 };
  const target = targetOf("service", "ecs", { cluster: "waooaw-production", service: "waooaw-backend" });
  const { services } = sampleConfiguration;
  const entry = { ...services[0], name: "main", runs: [target.placement], tasks: [task], logs: [] } as Service;
  return {
    bench: { providers, advance, target, operation, input, config: { services: [entry] } },
    flaws: async (record) => [
      ...verified(record),
      ...Object.entries(done(world, record)).flatMap(([what, times]) => unless(times === 1, `${times} ${what}`)),
    ],
  };
}

/** The backend behind rules of its load balancer: two that are its own, and one that it shares. */
async function outOfItsBalancer(operation: "isolate-service" | "reconnect-service", fails = false): Promise<World> {
  const { cloud, did, providers, advance: pass } = await inCloud();
  let passed = 0;
  const advance = async (seconds: number) => {
    await pass(seconds);
    if (fails && passed < 40 && passed + seconds >= 40) cloud.world.makeUnhealthy("waooaw-backend", 2);
    passed += seconds;
  };
  cloud.world.forwardRule(30, { "waooaw-backend": 60, "waooaw-canary": 40 });
  const at = { cluster: "waooaw-production", service: "waooaw-backend" };
  const target = { ...targetOf("service", "ecs", at), name: "backend" };
  const seen = async () => {
    const traffic = await providers()[0]?.traffic?.read.traffic(target.placement);
    return { routes: traffic?.routes ?? [], holds: traffic?.holds ?? [] };
  };
  const { routes } = await seen();
  const write = providers()[0]?.traffic?.write;
  if (operation === "reconnect-service") {
    for (const route of routes) await write?.letThrough(target.placement, route, 0, "op-before");
  }
  const made = did("CreateRule");
  return {
    bench: {
      providers,
      advance,
      target,
      operation,
      input: operation === "isolate-service" ? {} : ({ routes } as unknown as Bench["input"]),
    },
    flaws: async (record) => {
      const now = await seen();
      const isIsolated = now.holds.length === routes.length && now.holds.every(({ percent }) => percent === 0);
      if (fails) {
        return [
          ...unless(record.outcome === "applied-then-reverted", `${record.outcome}: ${said(record)}`),
          ...unless(/isolated again, because only 2 of 4/.test(said(record)), `it says ${said(record)}`),
          ...unless(isIsolated, `it is held back as ${JSON.stringify(now.holds)}`),
        ];
      }
      const ends = operation === "isolate-service" ? isIsolated : now.holds.length === 0;
      const changes = operation === "isolate-service" ? did("CreateRule") : did("DeleteRule");
      return [
        ...verified(record),
        ...unless(ends, `it is held back as ${JSON.stringify(now.holds)}`),
        ...unless(JSON.stringify(now.routes) === JSON.stringify(routes), "what led requests to it was touched"),
        ...unless(changes === routes.length, `${changes} rules were made or taken away`),
        ...unless(operation === "isolate-service" || did("CreateRule") === made, "a rule was made"),
      ];
    },
  };
}

const beforeNow = "2026-10-22T10:00:00.000Z";
const asked = "2026-11-22T10:00:00.000Z";
const worlds: readonly (readonly [string, () => Promise<World>, "redis" | "always"])[] = [
  ["deleting keys of a cache", deletingKeys, "redis"],
  ["emptying a cache", flushing, "redis"],
  ["retrying failed jobs", retrying, "redis"],
  ["cleaning a queue", cleaning, "redis"],
  ["ending a session", terminating, "always"],
  ["building indexes anew", reindexing, "always"],
  ["a snapshot", () => onInstance("snapshot-database", { expireBefore: beforeNow }, "CreateDBSnapshot"), "always"],
  ["a failover", () => onInstance("fail-over-database", { asked }, "RebootDBInstance"), "always"],
  [
    "another class and more storage of a server, at once",
    () => {
      const input = { class: "db.r6g.large", storage: 200, when: "now", asked };
      return onInstance("resize-database", input, "ModifyDBInstance");
    },
    "always",
  ],
  [
    "another class of a server, in its window",
    () => {
      const input = { class: "db.r6g.large", storage: null, when: "window", asked };
      return onInstance("resize-database", input, "ModifyDBInstance");
    },
    "always",
  ],
  [
    "another type of a cache's nodes",
    () => {
      const input = { type: "cache.r6g.large", when: "now", asked };
      return onInstance("resize-cache", input, "ModifyReplicationGroup", nodes);
    },
    "always",
  ],
  [
    "another size of a service",
    () =>
      onService("resize-service", { cpu: 2048, memory: 4096 }, ({ did }) => ({
        "new versions": did("RegisterTaskDefinition"),
        deployments: did("UpdateService"),
      })),
    "always",
  ],
  [
    "an older version",
    () => onService("deploy-service", { version: "41" }, ({ did }) => ({ deployments: did("UpdateService") })),
    "always",
  ],
  [
    "a task beside a service",
    // A repeated call with the same token starts nothing; what was started is what counts.
    () =>
      onService("run-task", { name: "check" }, ({ cloud }, { id }) => ({
        tasks: (cloud.dump().world.parts.ecs as EcsState).tasks.filter((task) => task.clientToken === id).length,
      })),
    "always",
  ],
  ["a rotation by the platform", () => rotating(false), "always"],
  ["a rotation from here", () => rotating(true), "always"],
  ["giving a stuck rotation up", cancellingARotation, "always"],
  ["isolating a service", () => outOfItsBalancer("isolate-service"), "always"],
  ["reconnecting a service", () => outOfItsBalancer("reconnect-service"), "always"],
  ["reconnecting a service that fails", () => outOfItsBalancer("reconnect-service", true), "always"],
];

describe("killed in the middle, before and after each of its calls is recorded, an operation goes on and is done once:", () => {
  for (const [name, begin, needs] of worlds) {
    test.skipIf(needs === "redis" && redisUrl === null)(name, { timeout: 240_000 }, async () => {
      expect(await killedEverywhere(begin, cleanUp)).toEqual([]);
    });
  }
});
