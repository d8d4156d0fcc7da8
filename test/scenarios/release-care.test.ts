import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const [ops, deployments] = ["#ops", "#deployments"];
// Its address is answered by nobody here.
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8").replace(
  "        health: { url: https://waooaw.ai/health }\n",
  "",
);
const care = example.replace(
  "    summary: REST API and GraphQL\n",
  `    summary: REST API and GraphQL
    deployments:
      watch_for: 10m
      gates: [{ metric: CPU utilization, critical: "> 85 %" }, { metric: HTTP 5xx rate, critical: "> 1 %" }]
`,
);

describe("[O6] watching deployments", { timeout: 150_000 }, () => {
  test("a deployment is seen, watched by itself against its gates, told where it does harm, and judged with figures", async () => {
    const story = await startScenario({ configuration: care });
    const ana = story.person("U0ANA");
    await story.advance("2m");
    expect(ana.screen(deployments)).not.toMatch(/Watching/);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await story.advance("4m");
    const seen = reading(await ana.sees(deployments, /CPU \d+(\.\d+)? %, before/));
    expect(seen).toMatch(/the deployment was seen/);
    expect(seen).toMatch(/CPU \d+(\.\d+)? %, before \d+(\.\d+)? %/);
    expect(seen).toMatch(/:large_green_circle: \*CPU utilization\* normal/);
    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("5m");
    await ana.sees(deployments, /A gate of backend does not hold since its deployment/);
    await ana.sees(deployments, /waooaw-backend:41\*: worse than before/);
    await story.restart();
    await story.advance("8m");
    const judged = reading(await ana.sees(deployments, /Watched until .*: worse than before, a gate does not hold/));
    expect(judged).toMatch(/CPU \d+(\.\d+)? %, before \d+(\.\d+)? % \(worse\)/);
    expect(ana.screen(deployments).match(/\*Backend API in production, waooaw-backend:41\*/g)).toHaveLength(1);
  });

  test("somebody has a service watched, records the steps of a canary, and ends it; wrong times are refused", async () => {
    const story = await startScenario({ configuration: example });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops watch backend --for 2m");
    expect(ana.told(ops).at(-1)).toMatch(/5 minutes to 4 hours/);
    await ana.types(ops, "/ops watch backend --for 15m");
    expect(ana.told(ops).at(-1)).toMatch(/Watching backend in production/);
    await ana.types(ops, '/ops watch backend --step "canary 10 %"');
    await ana.sees(deployments, /\*Steps\*\n.*canary 10 % – <@U0ANA>/);
    await story.advance("2m");
    await ana.sees(deployments, /Backend API in production\*: (the same as|better than) before, watched until/);
    await ben.clicks("Stop watching", { channel: deployments });
    await ana.sees(deployments, /no longer watched/);
  });

  test("a canary carried out by hand is recorded by button, with what its gates said in each step, on the change too", async () => {
    const story = await startScenario({
      configuration: care.replace("      watch_for: 10m\n", "      watch_for: 10m\n      canary: [10, 50, 100]\n"),
    });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops watch backend --change CHG-1");
    expect(ana.told(ops).at(-1)).toMatch(/There is no change CHG-1/);
    await ana.types(ops, "/ops change standard Bring out v43");
    await ana.seesForm(/New standard change/);
    expect(await ana.submits({ "What is done, and what it touches": "The backend" })).toEqual({});
    await ana.clicks("Submit", { channel: ops });
    await ana.sees(ops, /standard change, approved/);
    await ana.types(ops, "/ops watch backend --change CHG-1");
    expect(ana.told(ops).at(-1)).toMatch(/CHG-1 is approved, not in progress/);
    await ana.clicks("Start", { channel: ops });
    await ana.sees(ops, /standard change, in progress/);
    await ana.types(ops, "/ops watch backend --change CHG-1");
    await ana.clicks("Record 10 %", { channel: deployments });
    await ana.sees(deployments, /canary 10 % – <@U0ANA> · so far not looked at/);
    await story.advance("3m");
    await ana.sees(deployments, /canary 10 % – <@U0ANA> · so far (the same as|better than) before, gates hold/);
    await ben.clicks("Record 50 %", { channel: deployments });
    await ana.sees(
      deployments,
      /canary 10 % – <@U0ANA> · (the same as|better than) before, gates hold\n.*canary 50 % – <@U0BEN> · so far/,
    );
    await ben.types(ops, '/ops watch backend --step "canary 50 %"');
    expect(ben.told(ops).at(-1)).toMatch(/50 % is the newest step already/);
    await ben.types(ops, '/ops watch backend --step "canary 150 %"');
    expect(ben.told(ops).at(-1)).toMatch(/The share of a canary is from 0 to 100 %/);
    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("6m");
    await ana.sees(deployments, /A gate of backend does not hold since its deployment/);
    await story.restart();
    await ben.clicks("Record: back to 0 %", { channel: deployments });
    await ana.sees(
      deployments,
      /canary 50 % – <@U0BEN> · :red_circle: worse than before, did not hold: .*CPU utilization/,
    );
    story.cloud.faults.clear();
    // The watch goes on for its whole time from the newest step.
    await story.advance("9m");
    await ana.sees(deployments, /watched until/);
    await story.advance("5m");
    await ana.sees(deployments, /Watched until/);
    const change = reading(await ana.sees(ops, /CHG-1 Bring out v43[\s\S]*Recorded/));
    expect(change).toMatch(/canary 10 % – <@U0ANA>\n.*canary 10 % was .*, gates hold/);
    expect(change).toMatch(
      /canary 50 % was worse than before, did not hold: .*CPU utilization[\s\S]*canary back to 0 % was/,
    );
  });
});
