import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { busyDatabase, waiting } from "../support/busy-database.ts";
import { startHealthAddress } from "../support/health-address.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";
const stop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of stop.splice(0)) await one();
});
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");

/** A story whose backend answers on an address of the test's, and Ana in it. */
async function watchedBackend() {
  const service = await startHealthAddress();
  const story = await startScenario({ configuration: example.replace("https://waooaw.ai/health", service.url) });
  return { service, story, ana: story.person("U0ANA") };
}

describe("[O2] diagnosing", { timeout: 90_000 }, () => {
  test("says each reading against its threshold, and turns the right rows red under load", async () => {
    const { story, ana } = await watchedBackend();
    await ana.types(ops, "/ops diagnose backend");
    const well = reading(await ana.sees(ops, /Seen/));
    expect(well).toMatch(/Backend API in production\* · \d+ normal/);
    expect(well).toMatch(/:large_green_circle: \*Running\* normal: 4 of 4/);
    expect(well).toMatch(/:large_green_circle: \*Load balancer\* normal: 4 of 4 healthy/);
    expect(well).toMatch(/:large_green_circle: \*Backend API, \/health\* normal: answered 200/);
    expect(well).toMatch(/:large_green_circle: \*CPU utilization\* normal: \d+ %, normal (&lt;|<) 70 %/);
    expect(well).toMatch(/:large_green_circle: \*Memory utilization\* normal: \d+ %/);
    expect(well).toMatch(
      /:large_green_circle: \*HTTP 5xx rate\* normal: [\d.]+ %, normal (&lt;|<) 0.1 %; an hour ago [\d.]+ %/,
    );
    expect(well).toMatch(/:large_green_circle: \*Response time P95\* normal: \d+ ms, .*, a day ago \d+ ms/);
    expect(well).toMatch(/:large_green_circle: \*Alarms\* normal: none of 3 is on/);
    expect(well).toMatch(
      /:large_green_circle: \*Error lines an hour\* normal: \d, warning .{1,4} 10 \(built in\); an hour ago \d, a day ago \d/,
    );
    expect(well).toMatch(/:large_green_circle: \*PostgreSQL, which it needs\* normal: 7 normal/);
    expect(well).toMatch(/:large_green_circle: \*Redis, which it needs\* normal: 7 normal/);
    expect(well).toMatch(/Read, without a threshold: Response time P99 \d+ ms/);
    expect(well).not.toMatch(/Likely cause/);

    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("5m");
    await ana.clicks("Look again", { channel: ops });
    const loaded = reading(await ana.sees(ops, /Backend API in production: \d critical/));
    expect(loaded).toMatch(
      /:red_circle: \*CPU utilization\* critical: \d+ %, critical (&gt;|>) 90 %, for \d minutes; an hour ago \d\d %, a day ago \d\d %/,
    );
    expect(loaded).toMatch(/:red_circle: \*Alarm waooaw-backend-cpu\* critical: Threshold Crossed/);
    expect(loaded).toMatch(/:large_green_circle: \*Running\* normal: 4 of 4/);
    // The worst stand first.
    expect(loaded.indexOf("Alarm waooaw-backend-cpu")).toBeLessThan(loaded.indexOf("*Running*"));
    await ana.clicks("Scale backend", { channel: ops, reading: /Backend API in production: \d critical/ });
    await ana.seesForm(/Scale a service/);
    expect(await ana.submits({ Count: "8", Reason: "load" })).toEqual({});
    await ana.sees(ops, /from 4 to 8[\s\S]*load/);
  });

  test("a deployment that does harm is the likely cause, and is reached from the status by button", async () => {
    const { service, story, ana } = await watchedBackend();
    story.cloud.faults.set("bad-deploy", "waooaw-backend", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await story.advance("2m");
    service.answers(503);
    await ana.types(ops, "/ops status backend");
    await ana.sees(ops, /Backend API is/);
    await ana.clicks("Diagnose", { channel: ops, reading: /Backend API is/ });
    const found = reading(await ana.sees(ops, /Backend API in production: \d critical/));
    expect(found).toMatch(/\*Likely cause\*\nBackend API: the deployment of waooaw-backend:41, begun 2 minutes ago/);
    expect(found).toMatch(/:red_circle: \*Backend API, \/health\* critical: answered 503/);
    expect(found).toMatch(/:large_green_circle: \*CPU utilization\* normal/);
  });

  test("what is denied and what hangs is unknown and costs its own rows only", async () => {
    const { story, ana } = await watchedBackend();
    story.cloud.faults.set("deny", "cloudwatch:DescribeAlarms", true);
    story.cloud.faults.set("deny", "logs:FilterLogEvents", true);
    story.cloud.faults.fail("GetMetricData", { delayMs: 10 * 60_000 });
    await ana.types(ops, "/ops diagnose backend");
    const found = reading(await ana.sees(ops, /Seen/));
    expect(found).toMatch(/:grey_question: \*Backend API in production\* · 9 unknown, 3 normal/);
    expect(found).toMatch(/:grey_question: \*CPU utilization\* unknown: did not answer in 5 s/);
    expect(found).toMatch(/:grey_question: \*HTTP 5xx rate\* unknown: did not answer in 5 s/);
    expect(found).toMatch(/:grey_question: \*PostgreSQL, which it needs\* unknown: not known: Alarms, CPU utilization/);
    expect(found).toMatch(
      /:grey_question: \*Alarms\* unknown: the platform did not let the bot do it \(DescribeAlarms/,
    );
    expect(found).toMatch(
      /:grey_question: \*Error lines an hour\* unknown: the platform did not let .* \(FilterLogEvents/,
    );
    expect(found).toMatch(/:large_green_circle: \*Running\* normal: 4 of 4/);
    await ana.types(ops, "/ops diagnose bakend");
    expect(ana.told(ops).at(-1)).toMatch(/backend/);
  });

  test("each fault turns the right row of its store red, with its likely cause", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    for (const [fault, store, row, cause] of [
      ["slow-query", "postgres", /:red_circle: \*CPU utilization\* critical: 9\d %/, /it is busy/],
      ["lock-chain", "postgres", /:red_circle: \*Sessions at work for each processor\* critical: 1\d/, /it is busy/],
      ["pool-exhausted", "postgres", /:red_circle: \*Database connections\* critical: 99, crit/, /hardly a connection/],
      [
        "storage-full",
        "postgres",
        /:red_circle: \*Disk usage\* critical: 99/,
        /hardly any storage is left[\s\S]*--storage/,
      ],
      ["cache-evicting", "redis", /:red_circle: \*Evictions\* critical: 4,\d+ a minute/, /it is full and drops keys/],
    ] as const) {
      const target = story.config.resources.find(({ name }) => name === store)?.aliases.at(-1) ?? "";
      story.cloud.faults.set(fault, target, true);
      await story.advance("4m");
      await ana.types(ops, `/ops diagnose ${store}`);
      await story.settled();
      const found = reading(await ana.sees(ops, /Seen/));
      expect(found).toMatch(row);
      expect(found).toMatch(cause);
      expect(found).toMatch(/:large_green_circle: \*(Instance|Cache)\* normal: available/);
      story.cloud.faults.set(fault, target, false);
    }
  });

  test("metrics of the team's own are held against their thresholds: a queue's backlog in CloudWatch, a query of Prometheus", async () => {
    const own = `thresholds:
  - metric: E-mails waiting
    targets: [agent]
    cloudwatch: { namespace: WAOOAW/Queues, metric: WaitingJobs, dimensions: { QueueName: emails } }
    warning: "> 1000"
    for: 2m
    runbook: https://runbooks.waooaw.example/emails
  - { metric: Agents stuck, targets: [agent], prometheus: sum(agents_stuck), critical: "> 3" }
`;
    const story = await startScenario({ configuration: example.replace("thresholds:\n", own) });
    const ana = story.person("U0ANA");
    story.cloud.faults.set("queue-backlog", "emails", true);
    story.partners.prometheus.gives("sum(agents_stuck)", 5);
    await story.advance("6m");
    await ana.types(ops, "/ops diagnose agent");
    const found = reading(await ana.sees(ops, /Seen/));
    expect(found).toMatch(
      /:large_orange_circle: \*E-mails waiting\* warning: 1\d,\d+, warning .{1,4} 1000, for \d minutes; an hour ago 1\d/,
    );
    expect(found).toMatch(
      /:red_circle: \*Agents stuck\* critical: 5, critical .{1,4} 3, for 70 minutes or longer; .*a day ago 5/,
    );
    expect(found).toContain("<https://runbooks.waooaw.example/emails|Runbook: E-mails waiting>");
  });

  test("a real database: who holds others up is the cause, is ended by button, and the next look knows the one before", async () => {
    const database = await busyDatabase();
    stop.push(database.drop);
    const inside = `rds: { instance: waooaw-postgres-production }\n        postgres: { url: "${database.url}" }`;
    const story = await startScenario({
      configuration: example.replace("rds: { instance: waooaw-postgres-production }", inside),
    });
    const ana = story.person("U0ANA");
    await database.query("create table orders (id int primary key, note text); grant all on orders to public");
    await database.query("insert into orders values (1, '')");
    const [checkout, report] = await Promise.all([database.session("checkout"), database.session("report")]);
    await checkout.run("begin; update orders set note = 'hunter2-planted' where id = 1");
    await report.at("update orders set note = 'x' where id = 1");
    await waiting(database, 1);
    await ana.types(ops, "/ops diagnose postgres");
    const found = reading(await ana.sees(ops, /Seen/));
    expect(found).toContain(
      `PostgreSQL: session ${checkout.pid} of checkout holds up 1, idles in an open transaction after`,
    );
    expect(found).toMatch(
      /:large_orange_circle: \*Sessions waiting for a lock\* warning: 1, warning .{1,4} 0 \(built in\)/,
    );
    expect(found).toMatch(/\*Database connections\* \w+: \d+ of \d+, .*an hour ago \d+/);
    expect(JSON.stringify(story.slack.calls)).not.toContain("hunter2-planted");
    await ana.clicks(`Terminate ${checkout.pid}`, { channel: ops });
    await ana.sees(ops, /Terminate session[\s\S]*waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /Done and verified/);
    await story.advance("60m");
    await ana.clicks("Look again", { channel: ops, reading: /PostgreSQL in production/ });
    await ana.sees(ops, /\*Sessions waiting for a lock\* normal: 0, .*an hour ago 1, a day ago unknown/);
  });
});
