import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";

describe("[O5] restarting a service", { timeout: 90_000 }, () => {
  test("is planned, started at a click, and verified by the deployment that took over", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, '/ops restart backend --reason "memory leak"');
    expect(reading(await ana.sees(ops, /waiting for confirmation/))).toMatch(
      /Restart backend in production: 4 new tasks of waooaw-backend:42[\s\S]*cannot be undone/,
    );
    expect(story.cloud.calls().some((call) => call.operation === "UpdateService")).toBe(false);
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /Running[\s\S]*new tasks \d of 4/);
    for (let step = 0; step < 60 && !/Done and verified/.test(ana.screen(ops)); step += 1) await story.advance("10s");
    expect(reading(await ana.sees(ops, /Done and verified/))).toContain("new tasks 4 of 4");
    const updates = story.cloud.calls().filter((call) => call.operation === "UpdateService");
    expect(updates.map((call) => call.input.forceNewDeployment)).toEqual([true]);
  });

  test("a plan is out of date when somebody deploys behind its back", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops restart backend");
    await ana.sees(ops, /waiting for confirmation/);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /Out of date/);
    expect(story.cloud.calls().some((call) => call.operation === "UpdateService")).toBe(false);
  });
});
