import { readFileSync } from "node:fs";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startHealthAddress } from "../support/health-address.ts";
import type { Person } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { testRedis } from "../support/redis.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";
const url = await testRedis();
let redis: Redis;
let jobs: Queue;

beforeEach(async () => {
  redis = new Redis(url ?? "", { maxRetriesPerRequest: null });
  await redis.flushall();
  jobs = new Queue("emails", { connection: redis });
  await jobs.add("mail", {});
});
afterEach(async () => {
  await jobs.close();
  redis.disconnect();
});

const pausing = `
  - name: Queues are paused with the word of somebody else
    actions: [pause, resume]
    allow: [members]
    approvals: 1
    approvers: [members]
`;

/** The reference platform with the steps of its backend; its queue lives in a real Redis. */
async function begin(steps: string, rules = "", more: (text: string) => string = (text) => text) {
  const health = await startHealthAddress();
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  const configuration = example
    .replace("https://waooaw.ai/health", health.url)
    .replace(/\n( *)elasticache: .*\n/, (line, indent: string) => `${line}${indent}redis: { url: "${url}" }\n`)
    .replace(
      "\nsecrets:",
      "\nqueues:\n  jobs:\n    environments:\n      production:\n        bullmq: { redis: redis, queues: [emails] }\n\nsecrets:",
    )
    .replace(
      "    summary: REST API and GraphQL\n",
      `    summary: REST API and GraphQL\n    deployments:\n      steps: ${steps}\n`,
    )
    .replace("\npolicy:\n", `\npolicy:${rules}\n`);
  const story = await startScenario({ configuration: more(configuration) });
  return { story, health, ana: story.person("U0ANA"), ben: story.person("U0BEN") };
}

const called = (story: Scenario, operation: string) =>
  story.cloud.calls().filter((call) => call.operation === operation && call.error === null);

async function plannedBy(person: Person, line: string): Promise<string> {
  await person.types(ops, line);
  return reading(await person.sees(ops, /Plan, waiting for (confirmation|approval)/));
}

describe.runIf(url !== null)("[O21] deployments in ordered steps", { timeout: 300_000 }, () => {
  test("a backup, a pause, a task, the release, a smoke test and the rest, then another service, through a restart", async () => {
    const { story, ana, ben } = await begin(
      "[{ backup: postgres }, { pause: jobs }, { task: check-migrations }, release, smoke_test, { resume: jobs }, { restart: grafana }, { watch: 5m }]",
      pausing,
    );
    const plan = await plannedBy(ana, "/ops deploy backend agent v43");
    expect(plan).toContain("Deploy v43 on backend, then v43 on agent in production, in 8 steps");
    const order = [
      /1\. \*Back up postgres\*\n.*Newest snapshot/,
      /2\. \*Pause jobs\*\n.*emails: \*running\* → \*paused\*/,
      /3\. \*Deploy v43 on backend\*\n.*Before it, the task check-migrations[\s\S]*Image: /,
      /4\. \*Smoke test of backend\*\n.*\/health: \*asked\* → \*healthy for 30 s\*/,
      /5\. \*Resume jobs\*\n.*What step 2 paused runs again/,
      /6\. \*Restart grafana\*/,
      /7\. \*Watch backend for 5 min\*/,
      /8\. \*Deploy v43 on agent\*/,
    ];
    for (const one of order) expect(plan).toMatch(one);
    expect(plan).toMatch(/Queues are paused with the word of somebody else/);
    await ben.clicks("Approve", { channel: ops });
    await watched(story, ana, ops, /:arrow_forward: 3\. \*Deploy v43 on backend\*/);
    expect(await jobs.isPaused()).toBe(true);
    expect(called(story, "CreateDBSnapshot")).toHaveLength(1);
    expect(called(story, "UpdateService")).toEqual([]);
    await story.restart();
    await watched(story, ana, ops, /:arrow_forward: 4\. /);
    expect(called(story, "RunTask")).toHaveLength(1);
    await watched(story, ana, ops, /:arrow_forward: 7\. \*Watch/, 30);
    expect(await jobs.isPaused()).toBe(false);
    expect(called(story, "UpdateService").map(({ input }) => (input as { service: string }).service)).toEqual([
      expect.stringContaining("backend"),
      expect.stringContaining("grafana"),
    ]);
    // The cloud lists its last thousand calls only.
    story.cloud.forgetCalls();
    const end = (await watched(story, ana, ops, /Done and verified/, 40)).at(-1);
    expect(end).toMatch(/All 8 steps are done and verified/);
    expect(end).toMatch(/:white_check_mark: 8\. \*Deploy v43 on agent\* · done and verified · `op-\w+`/);
    expect(called(story, "UpdateService")).toHaveLength(1);
    // A deployment is one line; what it did to one service stands with that service.
    await ana.types("#general", "/ops operations");
    const listed = reading(await ana.sees("#general", /Deploy v43 on backend, then v43 on agent/));
    expect(listed).not.toMatch(/Restart grafana|Pause jobs/);
    await ana.types("#general", "/ops operations grafana");
    await ana.sees("#general", /Restart grafana in production: .*done and verified/);
    await ana.clicks("backend: Roll back → waooaw-backend:42", { channel: ops });
    await ana.sees(ops, /back from waooaw-backend:43 to waooaw-backend:42[\s\S]*waiting for confirmation/);
  });

  test("a smoke test that fails ends it, says what stands, and the queue is resumed by button", async () => {
    const { story, ana, health } = await begin("[{ pause: jobs }, release, smoke_test, { resume: jobs }]");
    await plannedBy(ana, "/ops deploy backend v43");
    await ana.clicks("Confirm", { channel: ops });
    health.answers(503);
    const end = (await watched(story, ana, ops, /Failed/, 30)).at(-1) ?? "";
    expect(end).toMatch(/Step 3, Smoke test of backend \(op-\w+\): failed; nothing was changed/);
    expect(end).toMatch(/did not pass within 5 min[\s\S]*answered 503/);
    expect(end).toMatch(/backend runs the new version\. jobs is still paused\. Not done: Resume jobs\./);
    expect(end).toMatch(/:white_check_mark: 2\.[\s\S]*:x: 3\.[\s\S]*:white_large_square: 4\./);
    expect(await jobs.isPaused()).toBe(true);
    await ana.clicks("Resume jobs", { channel: ops });
    await ana.sees(
      ops,
      /Resume the queue emails of jobs in production[\s\S]*waiting for confirmation|waiting for confirmation[\s\S]*Resume the queue emails/,
    );
    await ana.clicks("Confirm", { channel: ops });
    await watched(story, ana, ops, /Resume the queue[\s\S]*Done and verified|Done and verified[\s\S]*Resume the queue/);
    expect(await jobs.isPaused()).toBe(false);
  });

  test("one step that the policy does not allow refuses the whole before anything is changed", async () => {
    const { story, ana } = await begin(
      "[{ backup: postgres }, { pause: jobs }, release, { resume: jobs }]",
      `
  - name: Nobody pauses queues
    actions: [pause]
    allow: []
`,
    );
    await ana.types(ops, "/ops deploy backend v43");
    await ana.sees(ops, /Refused[\s\S]*“Nobody pauses queues” allows nobody/);
    expect(called(story, "CreateDBSnapshot")).toEqual([]);
    expect(await jobs.isPaused()).toBe(false);
  });

  test("somebody else's change between two steps stops it there; pressing Stop stops it too", async () => {
    const { story, ana } = await begin("[release, { restart: grafana }]");
    await plannedBy(ana, "/ops deploy backend v43");
    await ana.clicks("Confirm", { channel: ops });
    await watched(story, ana, ops, /:arrow_forward: 1\./);
    story.cloud.world.setDesiredCount("waooaw-grafana", 2);
    const end = (await watched(story, ana, ops, /Failed after it began/)).at(-1) ?? "";
    expect(end).toMatch(
      /Step 2, Restart grafana \(op-\w+\): out of date\. Since the plan was made, the desired count is 2/,
    );
    expect(end).toMatch(/backend runs the new version/);
    expect(called(story, "UpdateService")).toHaveLength(1);
  });

  test("pressing Stop ends it between two steps, and what is left is not begun", async () => {
    const { story, ana } = await begin("[{ pause: jobs }, release, { resume: jobs }]");
    await plannedBy(ana, "/ops deploy backend v43");
    await ana.clicks("Confirm", { channel: ops });
    await watched(story, ana, ops, /:arrow_forward: 1\. \*Pause jobs\* · paused/);
    await ana.clicks("Stop", { channel: ops });
    await story.advance("2m");
    await story.settled();
    const end = reading(await ana.sees(ops, /Stopped by <@U0ANA> partway: step 1 of 3, Pause jobs/));
    expect(end).toMatch(/:x: 1\. [\s\S]*:white_large_square: 2\./);
    expect(called(story, "UpdateService")).toEqual([]);
    expect(await jobs.isPaused()).toBe(true);
    await ana.clicks("Resume jobs", { channel: ops });
    await ana.sees(ops, /Resume the queue emails/);
  });

  test("the glass broken for the whole lifts the approvals of its steps, and owes one review", async () => {
    const glass = `${pausing}
  - name: Deploying in an emergency
    actions: [deploy, pause, resume]
    allow: [members]
    break_glass: { lifts: [approvals] }
`;
    const { story, ana } = await begin("[{ pause: jobs }, release, { resume: jobs }]", glass);
    const plan = await plannedBy(ana, '/ops deploy backend v43 --break-glass "customers are locked out"');
    expect(plan).toMatch(/glass broken\*: approvals lifted/);
    await ana.clicks("Confirm", { channel: ops, reading: /in 3 steps/ });
    for (let tries = 0; tries < 60 && !/All 3 steps are done and verified/.test(ana.screen(ops)); tries += 1)
      await story.advance("15s");
    expect(ana.screen(ops)).toMatch(/All 3 steps are done and verified/);
    expect(await jobs.isPaused()).toBe(false);
    await ana.types(ops, "/ops reviews");
    await story.settled();
    const reviews = ana.told(ops).at(-1) ?? "";
    expect(reviews).toMatch(/Deploy v43 on backend in production, in 3 steps/);
    expect(new Set(reviews.match(/op-[0-9A-Z]{4}/g)).size, reviews).toBe(1);
  });

  test("versions stand behind their services, and what cannot be read so is asked back", async () => {
    const { story, ana } = await begin("[release]");
    const plan = await plannedBy(ana, "/ops deploy backend v43 agent v18");
    expect(plan).toContain("Deploy v43 on backend, then v18 on agent in production, in 2 steps");
    await ana.types(ops, "/ops deploy backend agent");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/Say which version of backend, agent[\s\S]*\/ops deploy backend agent v43/);
    await ana.types(ops, "/ops deploy backend v43 agnt");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/agnt is a second version in a row, or no service here/);
  });
});
