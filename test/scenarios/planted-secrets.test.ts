import { readFileSync } from "node:fs";
import { DescribeTaskDefinitionCommand, ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { type BusyDatabase, busyDatabase } from "../support/busy-database.ts";
import { until } from "../support/person.ts";
import { startWorker, testRedis } from "../support/redis.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const ops = "#ops";
const redisUrl = await testRedis();
const withPassword = (redisUrl ?? "").replace("//", "//:planted-cache-Zq7@");
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const work of cleanUp.splice(0)) await work();
});

const planted = new Set<string>();
/** A secret of its own for each place, as people and programs write them. */
function secret(where: string): string {
  planted.add(`planted-${where}-Zq7`);
  return `password=planted-${where}-Zq7`;
}

/** Every row of every table, as text. */
async function tables(url: string): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const kept = new Map<string, string>();
  for (const { name } of rows) {
    const { rows: found } = await client.query(`select * from ${name}`);
    kept.set(
      name,
      JSON.stringify(found, (_, value) => (value?.type === "Buffer" ? Buffer.from(value.data).toString() : value)),
    );
  }
  await client.end();
  return kept;
}

/** Where a secret is found: in Slack's calls, files and canvases, in the log, in the tables. */
async function found(story: Scenario): Promise<readonly string[]> {
  const files = story.slack.calls.flatMap((call) => {
    const id = (call.args as { readonly file_id?: string }).file_id ?? "";
    return story.slack.file(id)?.bytes.toString() ?? [];
  });
  const places = new Map<string, string>([
    ["the log", story.logged().join("\n")],
    ["a file", files.join("\n")],
    ...(await tables(story.databaseUrl)),
  ]);
  const leaks: string[] = [];
  for (const one of planted) {
    for (const call of story.slack.calls) {
      if (JSON.stringify(call.args).includes(one)) leaks.push(`${one} in ${call.method}`);
    }
    for (const [place, text] of places) if (text.includes(one)) leaks.push(`${one} in ${place}`);
  }
  return [...new Set(leaks)];
}

/** The reference platform with real data stores, whose addresses hold passwords. */
async function storyWithStores(database: BusyDatabase): Promise<Scenario> {
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  const address = new URL(database.url);
  address.password = "planted-database-Zq7";
  planted.add("planted-database-Zq7");
  planted.add("planted-cache-Zq7");
  return startScenario({
    configuration: example
      .replace(
        "rds: { instance: waooaw-postgres-production }",
        `rds: { instance: waooaw-postgres-production }\n        postgres: { url: "${address.href}" }`,
      )
      .replace(
        /\n( *)elasticache: .*\n/,
        (line, indent: string) => `${line}${indent}redis: { url: "${withPassword}" }\n`,
      )
      .replace(
        "\nsecrets:",
        `\nqueues:\n  jobs:\n    environments:\n      production:\n        bullmq: { redis: redis, queues: [emails] }\n\nsecrets:`,
      )
      .replace("\npolicy:\n", '\npolicy:\n  - { name: Planted, actions: ["*"], allow: [members], confirm: none }\n'),
  });
}

describe("a secret that is planted anywhere", { timeout: 240_000 }, () => {
  test("by people, in what they type and write, reaches no message, file, log line or table", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana, `sev2 API returns 500s ${secret("title")}`);
    for (const line of [
      `/incident update investigating it is ${secret("update")}`,
      `/incident note it is ${secret("note")}`,
      `/incident hypothesis add it is ${secret("hypothesis")}`,
      `/incident hypothesis rule-out H1 it is ${secret("verdict")}`,
      `/incident decide it is ${secret("decision")}`,
      `/incident action rotate ${secret("action")}`,
      `/incident severity sev1 ${secret("severity")}`,
      `/ops lock backend --reason "${secret("lock")}"`,
      `/ops scale agent 3 --reason "${secret("reason")}"`,
      `/ops freeze production --reason "${secret("freeze")}" --for 1h`,
      `/ops ${secret("verb")}`,
      `/ops scale ${secret("target")} 3`,
      `/ops logs backend --grep ${secret("grep")}`,
      `/incident find ${secret("find")}`,
    ]) {
      await ana.types(channel, line);
      await story.settled();
      if (ana.state().views.length > 0) await ana.closes(true);
    }
    const ts = await ana.types(channel, `look: ${secret("message")}`);
    await ana.reacts(channel, ts ?? "", "pushpin");
    const second = await ana.types(channel, `do: ${secret("reaction")}`);
    await ana.reacts(channel, second ?? "", "white_check_mark");
    const third = await ana.types(channel, `it began with ${secret("shortcut")}`);
    await ana.shortcut("action_item_add", { channel, ts: third ?? "" });
    await ana.seesForm(/./);
    await ana.closes(true);
    await story.settled();

    await ana.types(ops, "/ops change major Upgrade");
    await ana.seesForm(/New major change/);
    await ana.submits({
      Title: `Upgrade ${secret("change")}`,
      "What is done, and what it touches": secret("what"),
      Why: secret("why"),
      Services: ["Backend API"],
      "Way back": secret("back"),
    });
    await story.settled();

    await story.advance("5m");
    await ana.types(channel, `/incident resolve it is ${secret("resolution")}`);
    await ana.sees(channel, /Post-mortem of INC-1[\s\S]*\*State\*/);
    for (const section of ["Root cause", "Prevention"]) {
      await ana.clicks(`Write ${section}`, { channel });
      await ana.seesForm(/./);
      expect(await ana.submits({ [section]: `It was ${secret(section.toLowerCase().replace(" ", "-"))}.` })).toEqual(
        {},
      );
      await story.settled();
    }
    await ana.clicks("Publish", { channel });
    await story.settled();
    await ana.types("#general", "/incident export");
    await story.settled();
    await ana.types("#general", "/incident export json");
    await story.settled();
    expect(ana.screen(channel)).toContain("[redacted]");
    expect(planted.size).toBeGreaterThan(20);
    expect(await found(story)).toEqual([]);
  });

  test.skipIf(redisUrl === null)(
    "by programs, in what they run, log, queue, are set up with and fail with, reaches none either",
    async () => {
      const database = await busyDatabase();
      cleanUp.push(() => database.drop());
      const open = new Redis(redisUrl ?? "");
      await open.config("SET", "requirepass", "planted-cache-Zq7");
      open.disconnect();
      const redis = new Redis(withPassword, { maxRetriesPerRequest: null });
      const queue = new Queue("emails", { connection: redis });
      cleanUp.push(async () => {
        await queue.close();
        redis.disconnect();
      });
      const story = await storyWithStores(database);
      const ana = story.person("U0ANA");

      // In the environment of a task definition, in the name of an image and in what a platform says of its trouble.
      const { endpoint, region, credentials } = story.cloud;
      const ecs = new ECSClient({ endpoint, region, credentials });
      cleanUp.push(async () => ecs.destroy());
      const { taskDefinition } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: "waooaw-backend:42" }),
      );
      const [container] = taskDefinition?.containerDefinitions ?? [];
      secret("environment");
      await ecs.send(
        new RegisterTaskDefinitionCommand({
          ...taskDefinition,
          family: "waooaw-backend",
          containerDefinitions: [
            { ...container, environment: [{ name: "DATABASE_PASSWORD", value: "planted-environment-Zq7" }] },
          ],
        }),
      );
      story.cloud.world.deploy("waooaw-backend", "waooaw-backend:43");
      await story.advance("3m");
      for (const line of [
        "/ops status backend",
        "/ops deploys backend",
        "/ops diagnose backend",
        "/ops rollback backend",
      ]) {
        await ana.types(ops, line);
        await story.settled();
      }
      await ana.types(ops, "/ops logs backend --since 10m");
      for (const one of ["planted-log-password-5Jd1", "AKIAPLANTED0LOGKEY00", "jane.roe@example.com"]) planted.add(one);
      await ana.sees(ops, /Log of backend/);
      const message = `Cannot pull https://ci:planted-registry-Zq7@registry.example/x, ${secret("platform")}`;
      planted.add("planted-registry-Zq7");
      for (const operation of ["DescribeServices", "DescribeDBInstances", "DescribeSecret"]) {
        story.cloud.faults.fail(operation, { error: "ClientException", message, times: 6 });
      }
      for (const line of [
        "/ops status agent",
        "/ops restart agent",
        "/ops backups postgres",
        "/ops secrets",
        "/ops failover postgres",
      ]) {
        await ana.types(ops, line);
        await story.settled();
      }
      story.cloud.faults.clear();

      // In statements, and in what a database says of them.
      const session = await database.session("shop");
      await session.at(`select pg_sleep(60), '${secret("statement")}' -- ${secret("comment")}`);
      for (const view of ["active", "locks", "connections", "slow", "sizes", "indexes"]) {
        await ana.types(ops, `/ops db postgres ${view}`);
        await story.settled();
      }
      await ana.types(ops, `/ops cancel-query postgres ${session.pid} --yes`);
      await ana.sees(ops, /has cancelled/);

      // In keys, in jobs, and in why jobs failed.
      await redis.set(`sess:${secret("key")}`, secret("value"));
      await queue.add("welcome", { to: "ana@private.example", token: secret("job") });
      const worker = startWorker(redis, "emails", async () => {
        throw new Error(`cannot reach smtp://bot:planted-smtp-Zq7@mail.example with ${secret("failure")}`);
      });
      planted.add("planted-smtp-Zq7");
      await until("the job to fail", async () => (await queue.getFailedCount()) === 1);
      await worker.close();
      for (const line of [
        "/ops cache redis",
        "/ops cache redis bigkeys",
        "/ops delete-keys redis user:*",
        "/ops queue jobs",
        "/ops queue jobs failed",
        "/ops retry jobs --yes",
      ]) {
        await ana.types(ops, line);
        await story.settled();
      }
      await ana.sees(ops, /1 failed|\*1\* × welcome/);
      expect(planted.size).toBeGreaterThan(10);
      expect(await found(story)).toEqual([]);
    },
  );
});
