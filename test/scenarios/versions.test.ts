import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";
import { watched } from "../support/watched.ts";

const ops = "#ops";
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");

describe("versions and sizes of a service", { timeout: 240_000 }, () => {
  test("[O3] tasks get more memory for a while, and then exactly what ran before comes back", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops resize agent --cpu 4096");
    await ana.sees(
      ops,
      /Refused[\s\S]*4096 CPU with the 1024 MiB it has is no size[\s\S]*Nearest: `--cpu 512 --memory 1024`|--cpu 4096 --memory 8192/,
    );
    await ana.types(ops, "/ops resize agent --memory 2gb --for 5m");
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(/Memory: \*1024 MiB\* → \*2048 MiB\*/);
    expect(plan).toContain("After 5 min waooaw-agent:17 comes back.");
    await ana.clicks("Confirm", { channel: ops });
    const end = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(end).toMatch(/waooaw-agent:18 2 of 2[\s\S]*Held at 512 CPU and 2048 MiB until/);
    await story.advance("6m");
    await ana.sees(ops, /Set the size of agent in production back to 512 CPU, 1024 MiB \(waooaw-agent:17\)/);
    await watched(story, ana, ops, /back to 512 CPU[\s\S]*Done and verified/);
    const registered = story.cloud.calls().filter((call) => call.operation === "RegisterTaskDefinition");
    expect(registered).toHaveLength(1);
    expect(registered[0]?.input).toMatchObject({ cpu: "512", memory: "2048", family: "waooaw-agent" });
  });

  test("[O21] an image by its tag is deployed as a copy, watched, and rolled back by the button", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, '/ops deploy backend v43 --reason "the fix"');
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toContain("Deploy waooaw-backend:v43 of backend in production, which runs waooaw-backend:42");
    expect(plan).toMatch(/Image: \*waooaw-backend:v42 \(sha256:\w{12}\)\* → \*waooaw-backend:v43/);
    await ana.clicks("Confirm", { channel: ops });
    const end = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(end).toMatch(/waooaw-backend:43 4 of 4, healthy 4 of 4/);
    await ana.clicks("Roll back → waooaw-backend:42", { channel: ops });
    await ana.sees(ops, /back from waooaw-backend:43 to waooaw-backend:42[\s\S]*waiting for confirmation/);
  });

  test("[O21] production gets nothing that staging has not had, and unknown versions are named", async () => {
    const configuration = example
      .replace("environments:\n  production:\n", "environments:\n  staging: {}\n  production:\n")
      // With several environments production is none that is meant by default.
      .replace("    default: true\n", "")
      .replace(
        "        ecs: { cluster: waooaw-production, service: waooaw-backend }\n",
        "        ecs: { cluster: waooaw-production, service: waooaw-backend }\n      staging:\n        ecs: { cluster: waooaw-production, service: waooaw-grafana }\n",
      )
      .replace("    depends_on: [postgres, redis]\n", "    depends_on: [postgres, redis]\n    requires: staging\n");
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops deploy backend --env production v43");
    await ana.sees(ops, /Refused[\s\S]*waooaw-backend:v43 has not been deployed in staging[\s\S]*--env staging/);
    await ana.types(ops, "/ops deploy backend --env production 49");
    await ana.sees(ops, /Refused[\s\S]*There is no version 49 of backend/);
  });

  test("an allowed task runs once beside its service, and what it wrote is shown; nothing else can be run", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops task backend");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/check-migrations[\s\S]*showmigrations/);
    await ana.types(ops, "/ops task backend rm -rf /");
    await story.settled();
    expect(ana.told(ops).at(-1)).toMatch(/No task rm -rf \/ is allowed for backend[\s\S]*There is check-migrations/);
    await ana.types(ops, "/ops task backend check-migrations --yes");
    const end = (await watched(story, ana, ops, /Done and verified/)).at(-1);
    expect(end).toMatch(/Run check-migrations once beside backend[\s\S]*exit code 0/);
    await ana.sees(ops, /The log of backend in production: \d+ lines[\s\S]*Newest \d+ lines/);
    const runs = story.cloud.calls().filter((call) => call.operation === "RunTask");
    expect(runs).toHaveLength(1);
    expect(runs[0]?.input).toMatchObject({
      count: 1,
      overrides: { containerOverrides: [{ command: ["python", "manage.py", "showmigrations", "--plan"] }] },
    });
  });
});
