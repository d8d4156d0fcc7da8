import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";

describe("[O4] [O5] services that are deployed otherwise", { timeout: 240_000 }, () => {
  test("blue/green: the plan says so, and it is watched until the old tasks have gone", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.world.useBlueGreen("waooaw-backend", 3);
    await ana.types(ops, "/ops rollback backend");
    expect(reading(await ana.sees(ops, /waiting for confirmation/))).toContain(
      "It is deployed blue/green: 4 new tasks run beside the old ones until they get the requests; the old ones go 3 min later.",
    );
    await ana.clicks("Confirm", { channel: ops });
    await watched(story, ana, ops, /watched by the platform before it counts as completed/);
    const end = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(end).toContain("waooaw-backend:41 4 of 4, healthy 4 of 4");
  });

  test("CodeDeploy and EXTERNAL: seen and scaled, and their versions are left to who makes them", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.world.handOver("waooaw-backend", "CODE_DEPLOY");
    await ana.types(ops, "/ops rollback backend");
    await ana.sees(
      ops,
      /Refused[\s\S]*made by CodeDeploy[\s\S]*roll back a deployment of its application in CodeDeploy/,
    );
    await ana.types(ops, "/ops restart backend");
    await ana.sees(ops, /Refused[\s\S]*cannot be restarted from here: its deployments are made by CodeDeploy/);
    story.cloud.world.handOver("waooaw-agent", "EXTERNAL");
    await ana.types(ops, "/ops status agent");
    expect(reading(await ana.sees(ops, /agent[\s\S]*Seen/))).toMatch(/waooaw-agent:17/);
    await ana.types(ops, "/ops scale agent 3 --yes");
    await watched(story, ana, ops, /Done and verified/);
    expect(story.cloud.calls().some(({ error }) => error !== null)).toBe(false);
  });
});
