import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const outside = "#general";
const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const configuration = `${example
  .replace(
    "    summary: REST API and GraphQL\n",
    "    summary: REST API and GraphQL\n    deployments: { announce: [general] }\n",
  )
  .replace("    summary: WowVision Prime\n", "    summary: WowVision Prime\n    deployments: { announce: [] }\n")}
deployments: { announce: [monitoring] }
`;

/** Asks, confirms, and lets time pass until it is said where. */
async function carriedOut(story: Scenario, line: string, plan: RegExp, where: string, ends: RegExp): Promise<string> {
  const ana = story.person("U0ANA");
  await ana.types(ops, line);
  await ana.sees(ops, new RegExp(`waiting for confirmation[\\s\\S]*${plan.source}`));
  await ana.clicks("Confirm", { channel: ops, reading: plan });
  for (let tries = 0; tries < 80 && !ends.test(ana.screen(where)); tries += 1) await story.advance("20s");
  await ana.sees(where, ends);
  await story.settled();
  return ana.screen(where);
}

describe("[O6] who is told of deployments", { timeout: 120_000 }, () => {
  test("a service's channels hear that one began and how it ended, well or not; others hear nothing", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    const well = /The deployment of \*Backend API\* \(v43\) in production is done and verified \(`op-\w+`\)/;
    expect(await carriedOut(story, "/ops deploy backend v43", /Deploy waooaw-backend:v43/, outside, well)).toMatch(
      /\*Backend API\* \(v43\) in production gets a new version, by <@U0ANA> \(`op-\w+`\)\. How it ends is told here\./,
    );

    const back = /Going back to an earlier version of \*Backend API\* \(42\) in production is done and verified/;
    expect(await carriedOut(story, "/ops rollback backend 42", /Roll backend/, outside, back)).toMatch(
      /\*Backend API\* \(42\) in production is going back to an earlier version, by <@U0ANA>/,
    );

    story.cloud.faults.set("image-pull-fails", "waooaw-backend", true);
    const badly = /The deployment of \*Backend API\* \(43\) in production is (done, then reverted|failed partway)/;
    const before = await carriedOut(story, "/ops deploy backend 43", /Deploy [^\n]*43 of backend/, outside, badly);
    story.cloud.faults.clear();

    // Nobody is named for the agent, and a plan that is called off never began.
    await carriedOut(story, "/ops deploy agent v18", /Deploy [^\n]*v18/, ops, /v18 of agent[^\n]*Done and verified/);
    await ana.types(ops, "/ops deploy backend v44");
    await ana.sees(ops, /waiting for confirmation[\s\S]*Deploy [^\n]*v44/);
    await ana.clicks("Cancel", { channel: ops, reading: /v44/ });
    await story.settled();
    expect(ana.screen(outside)).toBe(before);

    // Where a service says nothing, what holds for every one does.
    expect(ana.screen("#monitoring")).not.toMatch(/new version|earlier version/);
    const grafana = /The deployment of \*Grafana\* \(v2\) in production is/;
    await carriedOut(story, "/ops deploy grafana v2", /Deploy [^\n]*v2 of grafana/, "#monitoring", grafana);
  });

  test("one that CI made is told when it is seen, with how it compares; what was made from here is not told twice", async () => {
    const story = await startScenario({
      configuration: configuration.replace("announce: [general] }", "announce: [general], watch_for: 5m }"),
    });
    const ana = story.person("U0ANA");
    await story.advance("2m");
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await story.advance("4m");
    await ana.sees(
      outside,
      /\*Backend API\* \(waooaw-backend:41\) in production gets a new version, which was deployed from elsewhere/,
    );
    await story.advance("10m");
    await ana.sees(
      outside,
      /\*Backend API\* \(waooaw-backend:41\) in production after its deployment: (better|the same|worse)/,
    );

    const well = /The deployment of \*Backend API\* \(42\) in production is done and verified/;
    await carriedOut(story, "/ops deploy backend 42", /Deploy [^\n]*42 of backend/, outside, well);
    await story.advance("15m");
    await ana.sees("#deployments", /waooaw-backend:42/);
    expect(ana.screen(outside)).not.toMatch(/\(waooaw-backend:42\)/);
  });
});
