import { readFileSync } from "node:fs";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { startWorker, testRedis } from "../support/redis.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const secret = "hunter2-planted-secret";
const url = await testRedis();
let redis: Redis;
const open: { close: () => Promise<void> }[] = [];

beforeEach(async () => {
  redis = new Redis(url ?? "", { maxRetriesPerRequest: null });
  await redis.flushall();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  redis.disconnect();
});

const rules = `
  - name: Caches take a second person
    actions: [delete-keys, flush]
    allow: [members]
    approvals: 1
    approvers: [members]
    confirm: type
  - name: Queues are tended by members
    actions: [warm-up, pause, resume, retry, clean, remove-job]
    allow: [members]
    confirm: none
`;

/** The reference platform, with a real Redis behind its cache and as the home of its queues. */
async function story(settings = "") {
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  const configuration = example
    .replace(
      /\n( *)elasticache: .*\n/,
      (line, indent: string) => `${line}${indent}redis: { url: "${url}"${settings} }\n`,
    )
    .replace(
      "\nsecrets:",
      `\nqueues:
  jobs:
    environments:
      production:
        bullmq: { redis: redis, queues: [emails, reports, never-made], critical: [reports] }

secrets:`,
    )
    .replace("\npolicy:\n", `\npolicy:${rules}`);
  return startScenario({ configuration });
}

function neverTold(scenario: Scenario): void {
  expect(JSON.stringify(scenario.slack.calls)).not.toMatch(/hunter2|s3cret-token|ana@private/);
}

function queueNamed(name: string): Queue {
  const queue = new Queue(name, { connection: redis });
  open.push(queue);
  return queue;
}

describe.skipIf(url === null)("[O12] a cache", { timeout: 90_000 }, () => {
  test("shows how it is and what is in it, and never a value or a secret in a name", async () => {
    await redis.set(`sess:${secret}`, secret, "EX", 600);
    await redis.hset("user:1:profile", { email: "ana@private.example", note: secret });
    await redis.rpush("page:s3cret-token-99", ...Array.from({ length: 500 }, () => secret));
    const scenario = await story();
    const ana = scenario.person("U0ANA");
    await ana.types(ops, "/ops cache redis");
    expect(reading(await ana.sees(ops, /keys\.[\s\S]*Hit rate/))).toMatch(/\*Keys that expire\*\n1 of 3/);
    await ana.types(ops, "/ops cache redis bigkeys");
    expect(reading(await ana.sees(ops, /The largest of 3 keys/))).toMatch(/list · page:&lt;id&gt;/);
    await ana.types(ops, "/ops cache redis key user:1:profile");
    expect(reading(await ana.sees(ops, /A hash of/))).toMatch(/\*Elements\*\n2[\s\S]*\*Expires\*\nnever/);
    await ana.types(ops, "/ops cache redis key nothing");
    await ana.sees(ops, /There is no such key\./);
    await redis.config("SET", "slowlog-log-slower-than", "0");
    await redis.get(`sess:${secret}`);
    await redis.config("SET", "slowlog-log-slower-than", "10000");
    await ana.types(ops, "/ops cache redis slowlog");
    await ana.sees(ops, /GET with 1 argument/);
    neverTold(scenario);
  });

  test("deletes by pattern after a second person, and refuses what would match everything or what is protected", async () => {
    const pipeline = redis.pipeline();
    for (let index = 0; index < 3000; index += 1) pipeline.set(`user:${index}:profile`, secret, "EX", 600);
    for (let index = 0; index < 500; index += 1) pipeline.set(`page:${index}`, secret);
    await pipeline.exec();
    await redis.set("bull:emails:meta", "x");
    const scenario = await story();
    const [ana, ben] = [scenario.person("U0ANA"), scenario.person("U0BEN")];
    for (const pattern of ["*", "??*", "[a-z]*", "u*", "bull:*", "bul*", "sess:*", "session:1*"]) {
      await ana.types(ops, `/ops delete-keys redis ${pattern}`);
      await ana.sees(ops, /may match everything|which are protected/);
      await ana.clicks("Plan again", { channel: ops }).catch(() => {});
    }
    expect(await redis.dbsize()).toBe(3501);
    await ana.types(ops, "/ops delete-keys redis user:*");
    const plan = reading(
      await ana.sees(
        ops,
        /3000 keys like[\s\S]*waiting for confirmation|waiting for confirmation[\s\S]*3000 keys like/,
      ),
    );
    expect(plan).toContain("*3000 of 3501* → *0*");
    expect(plan).toContain("They look like: user:&lt;id&gt;:profile");
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type redis to confirm": "redis" });
    await ana.sees(ops, /waiting for approval/);
    await ben.clicks("Approve", { channel: ops });
    const done = reading(await ana.sees(ops, /Done and verified/, 30));
    expect(done).toMatch(/deleted; none is left\.[\s\S]*deleted: 3000 keys/);
    expect(await redis.dbsize()).toBe(501);
    await ana.types(ops, "/ops flush redis");
    await ana.sees(ops, /The configuration does not let redis be emptied/);
    neverTold(scenario);
  });

  test("is emptied only where it may be, and never where queues live in it", async () => {
    await redis.set("page:1", "x");
    await redis.set("bull:emails:meta", "x");
    const scenario = await story(", flush: true");
    const [ana, ben] = [scenario.person("U0ANA"), scenario.person("U0BEN")];
    await ana.types(ops, "/ops flush redis");
    await ana.sees(ops, /holds more than a cache: 1 keys begin with/);
    await redis.del("bull:emails:meta");
    await ana.clicks("Plan again", { channel: ops });
    await ana.sees(ops, /Empty database 0 of redis in production: 1 keys[\s\S]*/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type redis to confirm": "redis" });
    await ben.clicks("Approve", { channel: ops });
    await ana.sees(ops, /Done and verified[\s\S]*it is empty\./);
    expect(await redis.dbsize()).toBe(0);
  });
});

describe.skipIf(url === null)("[O11] queues", { timeout: 90_000 }, () => {
  test("are shown with their failures, paused, resumed, retried and cleaned; a job's data never shows", async () => {
    const emails = queueNamed("emails");
    queueNamed("reports");
    await queueNamed("reports").add("monthly", {});
    const worker = startWorker(redis, "emails", async () => {
      throw new Error(`connect ECONNREFUSED 10.0.0.7 password=${secret} for ana@private.example`);
    });
    for (let index = 0; index < 12; index += 1)
      await emails.add("welcome", { to: "ana@private.example", token: secret });
    await until("the jobs to fail", async () => (await emails.getFailedCount()) === 12);
    await worker.close();
    const scenario = await story();
    const ana = scenario.person("U0ANA");
    await ana.types(ops, "/ops queue jobs");
    const card = reading(await ana.sees(ops, /1 waiting, 0 active, 12 failed\./));
    expect(card).toMatch(/\*never-made\* :grey_question: its Redis holds nothing of that name/);
    expect(card).toMatch(/\*emails\*[\s\S]*12 failed/);
    await ana.types(ops, "/ops queue jobs failed --queue emails");
    const failed = reading(await ana.sees(ops, /\*12\* × welcome/));
    expect(failed).toMatch(/\*12\* × welcome: connect ECONNREFUSED …[\s\S]*tried once; data with to, token/);
    await ana.types(ops, "/ops queue jobs --queue nothing");
    await until("an answer", () => ana.told(ops).at(-1)?.includes("jobs has no queue nothing"));

    await ana.types(ops, "/ops pause jobs non-critical --yes");
    await ana.sees(ops, /Running[\s\S]*paused, nothing active/);
    expect(await emails.isPaused()).toBe(true);
    expect(await queueNamed("reports").isPaused()).toBe(false);
    await scenario.advance("70s");
    await ana.sees(ops, /Done and verified[\s\S]*steady for 60 s/);
    await ana.types(ops, "/ops retry jobs emails --yes");
    await ana.sees(ops, /The queue emails is paused\./);
    await ana.clicks("Undo", { channel: ops });
    await ana.sees(ops, /Resume the queue emails of jobs[\s\S]*takes back/);
    await ana.clicks("Confirm", { channel: ops });
    await until("it to run again", async () => !(await emails.isPaused()));
    await scenario.advance("70s");
    await ana.types(ops, "/ops retry jobs --queue emails --why econnrefused --most 5 --yes");
    await ana.sees(ops, /retried: 5 of 5/);
    expect(await emails.getFailedCount()).toBe(7);
    expect(await emails.getWaitingCount()).toBe(5);
    await ana.types(ops, "/ops clean jobs emails --state failed --older 30s");
    await until(
      "an answer",
      () => ana.screen(ops).includes("The age must be") || ana.told(ops).at(-1)?.includes("The age must be"),
    );
    neverTold(scenario);
  });

  test("a job that a worker holds is left alone; one that lost its worker is removed", async () => {
    const emails = queueNamed("emails");
    const job = await emails.add("welcome", { token: secret });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worker = startWorker(redis, "emails", () => held, { lockDuration: 60_000 });
    await until("the job to be at work", async () => (await emails.getActiveCount()) === 1);
    const scenario = await story();
    const ana = scenario.person("U0ANA");
    await ana.types(ops, `/ops remove-job jobs ${job.id} --queue emails`);
    await ana.sees(ops, /A worker holds job 1 at this moment/);
    await worker.close(true);
    await redis.del(`bull:emails:${job.id}:lock`);
    await ana.clicks("Plan again", { channel: ops });
    await ana.sees(
      ops,
      /Remove job 1 of emails on jobs[\s\S]*waiting for confirmation|waiting for confirmation[\s\S]*Remove job 1/,
    );
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /Done and verified[\s\S]*it is gone\./);
    expect(await emails.getJob(String(job.id))).toBeUndefined();
    release();
    await ana.types(ops, "/ops remove-job jobs 4711 --queue emails");
    await ana.sees(ops, /emails has no job 4711\./);
  });
});
