import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";

describe("[O4] rolling a service back", { timeout: 90_000 }, () => {
  test("goes to the last good version, shows what differs, watches health, and offers the way forward again", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, '/ops rollback backend --reason "errors since the release"');
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toContain("Roll backend in production back from waooaw-backend:42 to waooaw-backend:41");
    expect(plan).toMatch(/Image: \*waooaw-backend:v42 \(sha256:\w{12}\)\* → \*waooaw-backend:v41 \(sha256:\w{12}\)\*/);
    expect(plan).toContain("last version that was deployed well before waooaw-backend:42");
    expect(story.cloud.calls().some((call) => call.operation === "UpdateService")).toBe(false);
    await ana.clicks("Confirm", { channel: ops });
    const seen = await watched(story, ana, ops, /Done and verified/);
    expect(seen.at(-1)).toMatch(
      /waooaw-backend:41 4 of 4, healthy 4 of 4\. Health is the same as before: healthy 4 of 4; failed tasks 0/,
    );
    await ana.clicks("Forward again → waooaw-backend:42", { channel: ops });
    await ana.sees(ops, /back from waooaw-backend:41 to waooaw-backend:42[\s\S]*waiting for confirmation/);
    const tasks = story.cloud.calls().filter((call) => call.operation === "UpdateService");
    expect(tasks.map((call) => String(call.input.taskDefinition).split("/").at(-1))).toEqual(["waooaw-backend:41"]);
  });

  test("stops a deployment that is on its way, and is worse off or better by the figures", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.world.configure("waooaw-backend", {
      circuitBreaker: {
        enable: false,
        rollback: false,
        resetOnHealthyTask: true,
        thresholdConfiguration: { type: "COUNT", value: 50 },
      },
    });
    story.cloud.faults.set("crash-on-start", "waooaw-backend:40", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:40");
    await story.advance("3m");
    await ana.types(ops, "/ops status backend");
    await ana.sees(ops, /Deployment in progress/);
    await ana.clicks("Roll back", { channel: ops, reading: /Deployment in progress/ });
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(
      /Stop the deployment of waooaw-backend:40 of backend in production and go back to waooaw-backend:42/,
    );
    await ana.clicks("Confirm", { channel: ops });
    const end = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(end).toMatch(
      /Health is better than before: healthy 4 of 4; failed tasks [1-9]\d* in the hour before, 0 of the new ones/,
    );
    expect(story.cloud.calls().filter((call) => call.operation === "StopServiceDeployment")).toHaveLength(1);
  });

  test("a version that was deregistered, and one whose tag was moved, run as a copy", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.world.deregisterTaskDefinition("waooaw-backend:41");
    await ana.types(ops, "/ops revert backend");
    expect(reading(await ana.sees(ops, /waiting for confirmation/))).toContain(
      "waooaw-backend:41 was deregistered: a copy of it is registered first.",
    );
    await ana.clicks("Confirm", { channel: ops });
    const end = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(end).toMatch(
      /waooaw-backend:43 4 of 4[\s\S]*copy of waooaw-backend:41 registered, deployment of the copy started/,
    );
    // Back once more is further back, not forward to the version that was left.
    await ana.types(ops, "/ops rollback backend");
    await ana.sees(ops, /from waooaw-backend:43 to waooaw-backend:40[\s\S]*waiting for confirmation/);
  });

  test("[O6] what was deployed is listed with how it ended, each good one with the way back", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("crash-on-start", "waooaw-backend:40", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:40");
    await story.advance("8m");
    await ana.types(ops, "/ops deploys");
    expect(reading(await ana.sees(ops, /Deployments of all services[\s\S]*Seen/))).toMatch(
      /backend \(production\)[\s\S]*rolled back[\s\S]*agent \(production\)/,
    );
    await ana.types(ops, "/ops deployments backend");
    const depth = reading(await ana.sees(ops, /Deployments of backend in production[\s\S]*Seen/));
    expect(depth).toMatch(/rolled back · \*waooaw-backend:40\*[\s\S]*circuit breaker threshold was exceeded/);
    expect(depth).toMatch(/went well · \*waooaw-backend:41\* waooaw-backend:v41 `\w{12}`/);
    expect(depth).toContain("rolling back to deployment");
    await ana.clicks("Roll back to this", { channel: ops, reading: /Deployments of backend in production/ });
    await ana.sees(ops, /Roll backend in production back from waooaw-backend:42 to waooaw-backend:41/);
  });

  test("what cannot be is refused with the way out", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops rollback backend 49");
    await ana.sees(ops, /Refused[\s\S]*There is no version 49 of backend\. There is 4\d/);
    await ana.types(ops, "/ops rollback agent");
    await ana.sees(ops, /Refused[\s\S]*No version of agent is known that was deployed well before waooaw-agent:17/);
    await ana.types(ops, "/ops rollback backend 42");
    await ana.sees(ops, /Refused[\s\S]*waooaw-backend:42 is what it runs/);
  });
});
