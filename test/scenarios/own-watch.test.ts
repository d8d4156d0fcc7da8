import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
const watching = (targets: string) =>
  example.replace("\nalerts:\n", `\nalerts:\n  watch: { every: 2m, targets: [${targets}] }\n`);
const alerts = "#alerts";

describe("[L3] the bot's own watch", { timeout: 240_000 }, () => {
  test("a threshold that is crossed pages, is diagnosed from its message, and is over when the service is well", async () => {
    const story = await startScenario({ configuration: watching("backend") });
    const ana = story.person("U0ANA");
    await story.advance("5m");
    expect(ana.screen(alerts)).not.toMatch(/own watch/);

    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("6m");
    const told = reading(
      await ana.sees(alerts, /:rotating_light: \*CPU utilization\* · critical · Backend API in production/),
    );
    expect(told).toMatch(/\d+ %, critical &gt; 90 %, for \d minutes; an hour ago \d+ %/);
    expect(told).toMatch(/from the bot's own watch · first/);
    await ana.sees("tocsin", /\*Page\* · platform[\s\S]*CPU utilization/);
    // Looks that find the same are no news.
    expect(told).not.toMatch(/told \d+ times/);
    expect(ana.screen("tocsin").split("*Page*").length - 1).toBe(1);
    await ana.clicks("Diagnose", { channel: alerts, reading: /CPU utilization/ });
    await ana.sees(alerts, /:red_circle: \*CPU utilization\* critical/);
    await ana.clicks("Acknowledge", { channel: alerts, reading: /CPU utilization/ });
    await ana.sees(alerts, /<@U0ANA> acknowledged it/);

    story.cloud.faults.set("high-load", "waooaw-backend", false);
    await story.advance("8m");
    await ana.sees(alerts, /:white_check_mark: \*CPU utilization\* · over since/);
    await ana.types("#general", "/ops alerts backend");
    // The errors of the last hour are still there.
    expect(reading(await ana.sees("#general", /alerts? fires? about backend/))).not.toContain("CPU utilization");
  });

  test("an alert of an open incident lands on its timeline; scaling by the bot itself is no alert", async () => {
    const story = await startScenario({ configuration: watching("backend") });
    const ana = story.person("U0ANA");
    await ana.types("#ops", "/ops scale backend 6 --yes --reason load");
    await ana.sees("#ops", /Scale backend in production from 4 to 6[\s\S]*Running/);
    await story.advance("4m");
    await ana.sees("#ops", /Done and verified/);
    expect(ana.screen(alerts)).not.toMatch(/Running|Load balancer/);
    await ana.types("#general", "/incident declare sev1");
    await ana.submits({ Title: "API is slow", "What is affected": ["Backend API"] });
    await story.settled();
    story.cloud.faults.set("bad-deploy", "waooaw-backend", true);
    await story.advance("4m");
    await ana.sees(alerts, /HTTP 5xx rate\* · critical[\s\S]*part of \*INC-1/);
    await ana.sees("inc-1-api-is-slow", /HTTP 5xx rate/);
  });

  test("a watch that can read nothing says so, once, and what it cannot read ends nothing", async () => {
    const story = await startScenario({ configuration: watching("redis") });
    const ana = story.person("U0ANA");
    story.cloud.faults.set("deny", "monitoring", true);
    await story.advance("10m");
    const told = reading(await ana.sees(alerts, /:warning: \*Figures cannot be read\* · warning · .* in production/));
    expect(told).toMatch(/did not let the bot do it/);
    expect(ana.screen(alerts).split("*Figures cannot be read*").length - 1).toBe(1);
    story.cloud.faults.set("deny", "monitoring", false);
    await story.advance("4m");
    await ana.sees(alerts, /:white_check_mark: \*Figures cannot be read\* · over since/);
  });
});
