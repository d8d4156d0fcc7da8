import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startHealthAddress } from "../support/health-address.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");

/** Declares by the form and answers the incident's channel. */
async function declares(story: Scenario, line: string, channel: RegExp, form: Record<string, string | string[]>) {
  const ana = story.person("U0ANA");
  await ana.types("#general", line);
  expect(await ana.submits(form)).toEqual({});
  return ana.seesChannel(channel);
}

describe("[O2, I6] an incident with a service", { timeout: 90_000 }, () => {
  test("is diagnosed in its channel and on its timeline by itself, however slow a source is", async () => {
    const service = await startHealthAddress();
    const story = await startScenario({ configuration: example.replace("https://waooaw.ai/health", service.url) });
    service.answers(503);
    const ana = story.person("U0ANA");
    story.cloud.faults.set("bad-deploy", "waooaw-backend", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await story.advance("2m");
    story.cloud.faults.fail("GetMetricData", { delayMs: 10 * 60_000 });
    const channel = await declares(story, "/incident declare sev2", /api-returns/, {
      Title: "API returns 500s",
      "What is affected": ["Backend API"],
    });
    await ana.sees(channel, /INC-1 · API returns 500s/);
    const found = reading(await ana.sees(channel, /Backend API in production: .*because INC-1 affects it/s));
    expect(found).toMatch(/\*Likely cause\*\nBackend API: the deployment of waooaw-backend:41, begun 2 minutes ago/);
    expect(found).toMatch(/:grey_question: \*CPU utilization\* unknown: did not answer in 5 s/);
    await ana.types(channel, "/incident timeline");
    await ana.form(/Checked Backend API in production: [\s\S]*Likely: Backend API: the deployment/);
    await ana.closes();
    // What is named later is looked at as well, and what was looked at is not looked at twice.
    story.cloud.faults.fail("GetMetricData", { delayMs: 0 });
    await ana.clicks("Details", { channel });
    expect(await ana.submits({ "What is affected": ["Backend API", "Redis"] })).toEqual({});
    await ana.sees(channel, /Redis in production: .*because INC-1 affects it/s);
    await story.settled();
    const diagnoses = ana.read(channel).messages.filter((message) => /affects it/.test(reading(message)));
    expect(diagnoses).toHaveLength(2);
  });

  test("a drill is diagnosed and marked; what is told after the fact is not looked at", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const drill = await declares(story, "/incident drill sev3", /cache-practice/, {
      Title: "Cache practice",
      "What is affected": ["Redis"],
    });
    await ana.sees(drill, /\[Drill\] Redis in production/);
    const over = await declares(story, "/incident declare sev3 --started 2h --resolved 1h", /it-was-slow/, {
      Title: "It was slow",
      "What is affected": ["Redis"],
    });
    await ana.sees(over, /It was slow/);
    await story.settled();
    expect(ana.read(over).messages.filter((message) => /affects it/.test(reading(message)))).toEqual([]);
  });

  test("nothing is diagnosed by itself where the configuration says no", async () => {
    const story = await startScenario({
      configuration: example.replace("\noperations:\n", "\noperations:\n  diagnose_incidents: false\n"),
    });
    const ana = story.person("U0ANA");
    const channel = await declares(story, "/incident declare sev3", /quiet-one/, {
      Title: "Quiet one",
      "What is affected": ["Backend API"],
    });
    await ana.sees(channel, /Quiet one/);
    await story.settled();
    expect(ana.read(channel).messages.filter((message) => /affects it/.test(reading(message)))).toEqual([]);
  });
});
