import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { startHealthAddress } from "../support/health-address.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const [ops, monitoring] = ["#ops", "#monitoring"];
const stop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of stop.splice(0)) await one();
});
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
const asked = example.replace(
  "    title: Daily health check\n    every: weekday",
  "    title: Daily health check\n    every: day\n    ask: [Error tracker looked through, Support asked]",
);

describe("[O19] the daily check and reviews", { timeout: 120_000 }, () => {
  test("shows every item with its verdict, worst first; what is red is red for its reason, what is not read is unknown", async () => {
    const service = await startHealthAddress();
    const configuration = example.replace("https://waooaw.ai/health", service.url);
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    service.answers(503);
    await declared(story, ana, "sev2 Checkout fails");
    story.cloud.faults.set("deny", "rds:DescribeDBSnapshots", true);
    await ana.types(ops, "/ops check");
    const seen = reading(await ana.sees(ops, /Without private incidents/));
    expect(seen).toMatch(/:red_circle: \*Daily health check\* · \d+ critical/);
    expect(seen).toMatch(/:red_circle: \*Backend API in production\* critical: .*Backend API, \/health: answered 503/);
    expect(seen).toMatch(/:large_green_circle: \*Redis in production\* normal: \d+ normal/);
    expect(seen).toMatch(
      /:grey_question: \*Backups of PostgreSQL in production\* unknown: no good backup is seen; Snapshots could not be read/,
    );
    expect(seen).toMatch(/\*Errors of Backend API in production\* \w+: \d+ error lines? in the last hour/);
    expect(seen).toMatch(/\*Costs of production\* \w+: [\d,.]+ USD this month/);
    expect(seen).toMatch(/:large_orange_circle: \*Open incidents\* warning: INC-\d+ SEV2 Checkout fails/);
    expect(seen).toMatch(/:large_green_circle: \*Overdue action items\* normal: none/);
    expect(seen).toMatch(/:large_green_circle: \*Overdue maintenance\* normal: none/);
    expect(seen.indexOf(":red_circle: *Backend")).toBeLessThan(seen.indexOf(":large_green_circle: *Redis"));

    service.answers(200);
    story.cloud.faults.clear();
    await ana.clicks("Look again", { channel: ops, reading: /Daily health check/ });
    const well = reading(await ana.sees(ops, /\*Backups of PostgreSQL in production\* normal: the newest good one is/));
    expect(well).toMatch(/the newest good one is .* old, RPO 24 h/);
    expect(well).not.toMatch(/answered 503/);
  });

  test("comes round once a day, is not posted twice by a restart, and people tick what it asks", async () => {
    const story = await startScenario({ configuration: asked });
    const ben = story.person("U0BEN");
    await story.advance("1d");
    await ben.sees(monitoring, /Daily health check, \d{4}-\d\d-\d\d/);
    await story.restart();
    await story.settled();
    const posted = () => ben.screen(monitoring).match(/\*Daily health check, /g)?.length;
    expect(posted()).toBe(1);
    expect(ben.screen(monitoring)).toMatch(/2 of 2 to be ticked by people/);
    await ben.clicks("Tick", { channel: monitoring, reading: /Daily health check/ });
    await ben.sees(monitoring, /Error tracker looked through – <@U0BEN>/);
    expect(ben.screen(monitoring)).toMatch(/1 of 2 to be ticked by people/);
    await ben.clicks("Undo", { channel: monitoring, reading: /Daily health check/ });
    await ben.sees(monitoring, /2 of 2 to be ticked by people/);
  });

  test("the weekly review of incidents is one of them, and quiet where there is nothing to say", async () => {
    const weekly = example.replace(/\nreviews:[\s\S]*?\n\n/, "\nfollow_up: { weekly_review: monday }\n\n");
    const story = await startScenario({ configuration: weekly });
    const ana = story.person("U0ANA");
    await declared(story, ana, "sev3 Slow search");
    await story.advance("7d");
    expect(reading(await ana.sees("#incidents", /Incidents of the week to/))).toMatch(/\*Incidents\*\n1/);
    await ana.types(ops, "/ops check wekly");
    expect(ana.told(ops).at(-1)).toMatch(/weekly/);
  });
});
