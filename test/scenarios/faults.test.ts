import { readFileSync } from "node:fs";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { type BusyDatabase, busyDatabase, waiting } from "../support/busy-database.ts";
import { startHealthAddress } from "../support/health-address.ts";
import { type Person, until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { startWorker, testRedis } from "../support/redis.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";
const url = await testRedis();
const stop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of stop.splice(0).reverse()) await one();
});
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
const withThresholds = (text: string, ...lines: readonly string[]) =>
  text.replace("\nthresholds:\n", `\nthresholds:\n${lines.map((line) => `  - ${line}\n`).join("")}`);

/** A story whose `postgres` is a real database. */
async function overDatabase(...thresholds: readonly string[]) {
  const database = await busyDatabase();
  stop.push(database.drop);
  const inside = `rds: { instance: waooaw-postgres-production }\n        postgres: { url: "${database.url}" }`;
  const text = example.replace("rds: { instance: waooaw-postgres-production }", inside);
  const story = await startScenario({ configuration: withThresholds(text, ...thresholds) });
  return { story, ana: story.person("U0ANA"), database };
}

/** A story whose cache is a real Redis, and queues in it. */
async function overRedis() {
  const redis = new Redis(url ?? "", { maxRetriesPerRequest: null });
  stop.push(async () => {
    await redis.config("SET", "maxmemory", "0");
    await redis.flushall();
    redis.disconnect();
  });
  await redis.flushall();
  const text = example
    .replace(/\n( *)elasticache: .*\n/, (line, indent: string) => `${line}${indent}redis: { url: "${url}" }\n`)
    .replace(
      "\nsecrets:",
      "\nqueues:\n  jobs:\n    environments:\n      production:\n        bullmq: { redis: redis, queues: [emails] }\n\nsecrets:",
    );
  const configuration = withThresholds(text, '{ metric: Queue length, warning: "> 5", critical: "> 20" }');
  const story = await startScenario({ configuration });
  return { story, ana: story.person("U0ANA"), redis };
}

/** What the newest diagnosis of something says. */
async function diagnosis(ana: Person, title: RegExp): Promise<string> {
  return reading(await ana.sees(ops, new RegExp(`${title.source}[\\s\\S]*Seen`)));
}

/** Looks again until it says so: figures of the minute take their minute. */
async function becomes(story: Scenario, ana: Person, title: RegExp, green: RegExp, step = "1m"): Promise<string> {
  let said = "";
  for (let tries = 0; tries < 12 && !green.test(said); tries += 1) {
    await story.advance(step);
    await ana.clicks("Look again", { channel: ops, reading: title });
    await story.settled();
    said = await diagnosis(ana, title);
  }
  expect(said).toMatch(green);
  return said;
}

/** Confirms the operation that was just asked for, and sees it through. */
async function carriedOut(story: Scenario, ana: Person): Promise<string> {
  await ana.sees(ops, /waiting for confirmation/);
  await ana.clicks("Confirm", { channel: ops, reading: /waiting for confirmation/ });
  return (await watched(story, ana, ops, /Done and verified/)).at(-1) ?? "";
}

/** A session that holds a row, and one that waits for it. */
async function lockChain(database: BusyDatabase) {
  await database.query("create table orders (id int primary key, note text); grant all on orders to public");
  await database.query("insert into orders values (1, '')");
  const [checkout, report] = await Promise.all([database.session("checkout"), database.session("report")]);
  await checkout.run("begin; update orders set note = 'a' where id = 1");
  await report.at("update orders set note = 'b' where id = 1");
  await waiting(database, 1);
  return { checkout, report };
}

describe("[O2] each fault goes red for its reason, and green by what is done about it", { timeout: 120_000 }, () => {
  test("a slow query: its statement is named, and cancelled from the diagnosis", async () => {
    const { story, ana, database } = await overDatabase(
      '{ metric: Longest query, warning: "> 1 s", critical: "> 2 s" }',
    );
    const report = await database.session("report");
    await report.at("select pg_sleep(90), 'monthly'");
    await until("the statement to be slow", async () => {
      const slow = "select now() - query_start > interval '3 s' as slow from pg_stat_activity where pid = $1";
      return (await database.query<{ slow: boolean }>(slow, [report.pid]))[0]?.slow === true;
    });
    await ana.types(ops, "/ops diagnose postgres");
    const red = await diagnosis(ana, /PostgreSQL in production/);
    expect(red).toMatch(/:red_circle: \*Longest query\* critical: \d+(\.\d)? s, critical .{1,4} 2 s/);
    expect(red).toMatch(
      new RegExp(
        `Likely cause\\*\\nPostgreSQL: session ${report.pid} of report has run for [\\d.]+ s: select pg_sleep`,
      ),
    );
    await ana.clicks(`Cancel ${report.pid}`, { channel: ops });
    await carriedOut(story, ana);
    expect(await report.ended()).toBe("57014");
    await becomes(story, ana, /PostgreSQL in production/, /:large_green_circle: \*Longest query\* normal/);
  });

  test("a lock chain: who holds the others up is named, and ended from the diagnosis", async () => {
    const { story, ana, database } = await overDatabase('{ metric: Blocked sessions, critical: "> 0" }');
    const { checkout, report } = await lockChain(database);
    await ana.types(ops, "/ops diagnose postgres");
    const red = await diagnosis(ana, /PostgreSQL in production/);
    expect(red).toMatch(/:red_circle: \*Blocked sessions\* critical: 1, critical .{1,4} 0/);
    expect(red).toContain(`session ${checkout.pid} of checkout holds up 1, idles in an open transaction after`);
    await ana.clicks(`Terminate ${checkout.pid}`, { channel: ops });
    await carriedOut(story, ana);
    expect(await report.ended()).toBe("done");
    await becomes(story, ana, /PostgreSQL in production/, /:large_green_circle: \*Blocked sessions\* normal: 0/);
  });

  test("an exhausted pool: the service that holds it is restarted from the diagnosis", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("pool-exhausted", "waooaw-postgres-production", true);
    await story.advance("4m");
    await ana.types(ops, "/ops diagnose postgres");
    const red = await diagnosis(ana, /PostgreSQL in production/);
    expect(red).toMatch(/:red_circle: \*Database connections\* critical: 99, critical .{1,4} 95, for \d minutes/);
    expect(red).toMatch(/Likely cause\*\nPostgreSQL: hardly a connection is left \(99\)/);
    await ana.clicks("Restart backend", { channel: ops });
    await ana.sees(ops, /Restart backend in production/);
    await carriedOut(story, ana);
    await becomes(
      story,
      ana,
      /PostgreSQL in production/,
      /:large_green_circle: \*Database connections\* normal: \d\d?,/,
    );
  });

  test.skipIf(url === null)("an evicting cache: what fills it is deleted, by two people", async () => {
    const { story, ana, redis } = await overRedis();
    const ben = story.person("U0BEN");
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    const used = Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
    await redis.config("SET", "maxmemory", String(used + 4 * 1024 * 1024));
    // Something renders pages without an end, and keeps each of them.
    let filling = true;
    const filler = (async () => {
      for (let page = 0; filling; page += 1) {
        const pipeline = redis.pipeline();
        for (let index = 0; index < 50; index += 1) pipeline.set(`page:${page}:${index}`, "x".repeat(10_000));
        await pipeline.exec();
      }
    })();
    stop.push(async () => {
      filling = false;
      await filler;
    });
    await until("keys to be evicted", async () => !/evicted_keys:0\r/.test(await redis.info("stats")));
    await ana.types(ops, "/ops diagnose redis");
    const red = await diagnosis(ana, /Redis in production/);
    expect(red).toMatch(/:red_circle: \*Evictions\* critical: [\d,]+ a minute, critical .{1,4} 1000/);
    expect(red).toMatch(/Redis: it is full and drops keys \([\d,]+ a minute\), with its memory at \d+ %/);
    filling = false;
    await filler;
    await ana.types(ops, "/ops delete-keys redis page:*");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type redis to confirm": "redis" });
    await ana.sees(ops, /waiting for approval/);
    await ben.clicks("Approve", { channel: ops });
    await watched(story, ana, ops, /Done and verified/);
    const green = await becomes(
      story,
      ana,
      /Redis in production/,
      /:large_green_circle: \*Evictions\* normal: 0 a minute/,
    );
    expect(green).toMatch(/:large_green_circle: \*Memory utilization\* normal/);
  });

  test.skipIf(url === null)(
    "a queue's backlog: that it is paused is said, and it is resumed from the diagnosis",
    async () => {
      const { story, ana, redis } = await overRedis();
      const emails = new Queue("emails", { connection: redis });
      const worker = startWorker(redis, "emails", async () => "sent");
      stop.push(
        () => emails.close(),
        () => worker.close(),
      );
      await emails.pause();
      for (let index = 0; index < 30; index += 1) await emails.add("welcome", {});
      await ana.types(ops, "/ops diagnose jobs");
      const red = await diagnosis(ana, /jobs in production/i);
      expect(red).toMatch(/:red_circle: \*Queue length, emails\* critical: 30, critical .{1,4} 20/);
      expect(red).toMatch(/jobs pile up in emails: 30 jobs wait, because it is paused/);
      await ana.clicks("Resume emails", { channel: ops });
      await carriedOut(story, ana);
      await until("the jobs to be done", async () => (await emails.getWaitingCount()) === 0);
      await becomes(story, ana, /jobs in production/i, /:large_green_circle: \*Queue length, emails\* normal: 0/);
    },
  );

  test("a bad deployment: it is the likely cause, and is rolled back from the diagnosis", async () => {
    const service = await startHealthAddress();
    const configuration = withThresholds(
      example.replace("https://waooaw.ai/health", service.url),
      '{ metric: Error lines an hour, warning: "> 10", critical: "> 50" }',
    );
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    story.cloud.faults.set("bad-deploy", "waooaw-backend:41", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await story.advance("15m");
    await ana.types(ops, "/ops diagnose backend");
    const red = await diagnosis(ana, /Backend API in production/);
    expect(red).toMatch(/:red_circle: \*HTTP 5xx rate\* critical: \d+ %, critical .{1,4} 1 %, for \d+ minutes/);
    expect(red).toMatch(/:red_circle: \*Error lines an hour\* critical: \d+, critical .{1,4} 50/);
    expect(red).toMatch(/\*Likely cause\*\nBackend API: the deployment of waooaw-backend:41, begun 15 minutes ago/);
    await ana.clicks("Roll back backend", { channel: ops, reading: /Backend API in production/ });
    await carriedOut(story, ana);
    const green = await becomes(story, ana, /Backend API in production/, /\*HTTP 5xx rate\* normal/);
    // The lines of the last hour are still there.
    expect(green).toMatch(/\*Error lines an hour\* critical/);
    await story.advance("60m");
    await becomes(story, ana, /Backend API in production/, /:large_green_circle: \*Error lines an hour\* normal/);
  });

  test("a crash on start: the lines it dies with are counted, and its deployment is the likely cause", async () => {
    const configuration = withThresholds(
      example,
      '{ metric: Error lines an hour, warning: "> 8", critical: "> 1000" }',
    );
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops diagnose backend");
    expect(await diagnosis(ana, /Backend API in production/)).toMatch(/:large_green_circle: \*Error lines an hour\*/);
    const thresholdConfiguration = { type: "COUNT", value: 50 } as const;
    story.cloud.world.configure("waooaw-backend", {
      circuitBreaker: { enable: false, rollback: false, resetOnHealthyTask: true, thresholdConfiguration },
    });
    story.cloud.faults.set("crash-on-start", "waooaw-backend:40", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:40");
    await story.advance("6m");
    await ana.clicks("Look again", { channel: ops, reading: /Backend API in production/ });
    await story.settled();
    const red = await diagnosis(ana, /Backend API in production/);
    expect(red).toMatch(/:large_orange_circle: \*Error lines an hour\* warning: \d+, warning .{1,4} 8.*an hour ago \d/);
    expect(red).toMatch(/Likely cause\*\nBackend API: the deployment of waooaw-backend:40, begun 6 minutes ago, still/);
    await ana.clicks("Roll back backend", { channel: ops, reading: /Backend API in production/ });
    await ana.sees(ops, /Stop the deployment of waooaw-backend:40/);
    await carriedOut(story, ana);
    await story.advance("60m");
    await becomes(story, ana, /Backend API in production/, /:large_green_circle: \*Error lines an hour\* normal/);
  });

  test("failed snapshots: the newest good backup is older than the RPO, and one is taken from there", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("failed-snapshot", "waooaw-postgres-production", true);
    await story.advance("50h");
    await ana.types(ops, "/ops backups postgres");
    const red = reading(await ana.sees(ops, /newest good backup is/));
    expect(red).toMatch(/:red_circle: The newest good backup is \d+ (h|d) old: \*older than the RPO of 24 h\*/);
    expect(red).toMatch(/:warning: failed/);
    await ana.clicks("Back up now", { channel: ops });
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops, reading: /waiting for confirmation/ });
    expect((await watched(story, ana, ops, /Failed after it began/)).at(-1)).toMatch(/is failed: it is no backup/);
    story.cloud.faults.clear();
    await ana.clicks("Back up now", { channel: ops, reading: /newest good backup is/ });
    await carriedOut(story, ana);
    await ana.clicks("Look again", { channel: ops, reading: /newest good backup is/ });
    await ana.sees(ops, /:floppy_disk: The newest good backup is [^:]* old: within the RPO of 24 h/);
  });

  test("a stuck rotation: it is shown as such, given up from there, and goes well once what rotates is mended", async () => {
    const text = example.replace(
      "actions: [rotate, cancel-rotation]\n    allow: [members]\n    approvals: 1",
      "actions: [rotate, cancel-rotation]\n    allow: [members]\n    approvals: 0",
    );
    const story = await startScenario({ configuration: text });
    const ana = story.person("U0ANA");
    story.cloud.faults.set("stuck-rotation", "waooaw/prod/postgres", true);
    await ana.types(ops, "/ops rotate postgres-password");
    await ana.clicks("Confirm", { channel: ops, reading: /waiting for confirmation/ });
    expect((await watched(story, ana, ops, /Failed after it began/)).at(-1)).toContain("The rotation has not ended");
    await ana.types(ops, "/ops secrets postgres-password");
    const red = reading(await ana.sees(ops, /Seen/));
    expect(red).toMatch(
      /:large_blue_circle: \*postgres-password\* \(production\) rotation under way\na new value is pending for \d+ min/,
    );
    await story.advance("8m");
    await ana.clicks("Look again", { channel: ops, reading: /rotation under way/ });
    await ana.sees(ops, /:red_circle: \*postgres-password\* \(production\) rotation stuck/);
    await ana.clicks("Cancel the rotation of postgres-password in production", { channel: ops });
    expect(reading(await ana.sees(ops, /waiting for confirmation/))).toContain(
      "Look first at what waooaw-rotate-postgres logged.",
    );
    await ana.clicks("Confirm", { channel: ops, reading: /waiting for confirmation/ });
    await ana.submits({ "Type postgres-password to confirm": "postgres-password" });
    await ana.sees(ops, /waiting for approval/);
    // Whatever the policy says, nobody gives a value up alone.
    await ana.clicks("Approve", { channel: ops, reading: /waiting for approval/ });
    await story.person("U0BEN").clicks("Approve", { channel: ops, reading: /waiting for approval/ });
    expect((await watched(story, ana, ops, /Cancel the rotation[\s\S]*Done and verified/)).at(-1)).toContain(
      "rotation cancelled, pending value given up",
    );
    await ana.clicks("Look again", { channel: ops, reading: /rotation stuck/ });
    await ana.sees(
      ops,
      /:large_green_circle: \*postgres-password\* \(production\) in order\n20 days old.*rotation off/,
    );
    story.cloud.faults.clear();
    await ana.clicks("Rotate postgres-password in production", { channel: ops });
    expect(await carriedOut(story, ana)).toMatch(/new value: current, backend restarted/);
  });

  test("throttling: the rows are unknown for that reason, and known again when it is over", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("throttle", "all", true);
    await ana.types(ops, "/ops diagnose grafana");
    const unknown = await diagnosis(ana, /Grafana in production/);
    expect(unknown).toMatch(/:grey_question: \*Running\* unknown: the platform is limiting calls right now/);
    expect(unknown).toMatch(/:grey_question: \*CPU utilization\* unknown: the platform is limiting calls right now/);
    expect(unknown).not.toMatch(/:large_green_circle: \*Running/);
    expect(unknown).toMatch(
      /^.*\n:grey_question: \*Grafana in production\* · [^\n]*\n:warning: \*AWS is limiting calls right now: \d+ of \d+ readings could not be seen, and may be well or not\.\*\nLook again in a minute\./,
    );
    await ana.types(ops, "/ops status");
    expect(reading(await ana.sees(ops, /\*Everything\* · 6 unknown/))).toContain(
      ":warning: *AWS is limiting calls right now: 6 of 6 things could not be seen, and may be well or not.*",
    );
    await ana.types(ops, "/ops restart grafana");
    expect((await watched(story, ana, ops, /Failed/)).at(-1)).toMatch(/nothing was changed[\s\S]*limiting calls/);
    story.cloud.faults.clear();
    await ana.clicks("Plan again", { channel: ops });
    await carriedOut(story, ana);
    await becomes(story, ana, /Grafana in production/, /:large_green_circle: \*CPU utilization\* normal/);
  });

  test("a right that is missing: the rows name it, and are known once it is given", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("deny", "cloudwatch:GetMetricData", true);
    await ana.types(ops, "/ops diagnose grafana");
    const unknown = await diagnosis(ana, /Grafana in production/);
    expect(unknown).toMatch(
      /:grey_question: \*CPU utilization\* unknown: the platform did not let the bot do it \(GetMetricData: AccessDenied/,
    );
    expect(unknown).toMatch(/not authorized to perform: cloudwatch:GetMetricData/);
    expect(unknown).toMatch(/:large_green_circle: \*Running\* normal/);
    expect(unknown).toMatch(
      /:warning: \*AWS does not let the bot read everything: 3 of 5 readings could not be seen.*\nRefused: GetMetricData\. Give the bot's credentials the rights of docs\/iam\/read\.json; `npm run doctor` tells what is left\./,
    );
    story.cloud.faults.clear();
    await becomes(story, ana, /Grafana in production/, /:large_green_circle: \*CPU utilization\* normal/);
  });
});
