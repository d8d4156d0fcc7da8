import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Person } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const roles = `    region: eu-west-1
    aws:
      roles:
        read: arn:aws:iam::123456789012:role/tocsin-read
        operate: arn:aws:iam::123456789012:role/tocsin-operate
      session_duration: 15m
`;
const configuration = example.replace("    region: eu-west-1\n", roles);

async function until(story: Scenario, person: Person, end: RegExp): Promise<string> {
  for (let step = 0; step < 120; step += 1) {
    const now = reading(await person.sees(ops, /^op-\w+: /));
    if (end.test(now)) return now;
    await story.advance("10s");
  }
  throw new Error(`It came to ${reading(await person.sees(ops, /^op-\w+: /))}`);
}

describe("[O16] an operation on AWS with roles of its own", { timeout: 240_000 }, () => {
  test("reads as the one role and changes as the other, in the name of who asked, also when it takes longer than credentials last", async () => {
    const story = await startScenario({ configuration });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale agent 3");
    await ana.sees(ops, /waiting for confirmation/);
    await story.advance("12m");
    await ana.clicks("Confirm", { channel: ops });
    await until(story, ana, /Done and verified/);
    const calls = story.cloud.calls().filter(({ service }) => service === "ecs" || service === "sts");
    const by = (operation: string) => [
      ...new Set(
        calls
          .filter((call) => call.operation === operation)
          .map(({ caller }) => `${caller?.arn.replace(/^.*?(assumed-role|user)\//, "")} for ${caller?.sourceIdentity}`),
      ),
    ];
    expect(by("UpdateService")).toEqual(["tocsin-operate/tocsin-scale-service-U0ANA for U0ANA"]);
    expect(by("DescribeServices")).toContain("tocsin-read/tocsin-scale-service-U0ANA for U0ANA");
    expect(by("DescribeServices").every((who) => /^tocsin-(read|operate)\//.test(who))).toBe(true);
    expect(by("AssumeRole")).toEqual(["tocsin for null"]);
    const assumed = calls.filter(
      ({ operation, input }) => operation === "AssumeRole" && String(input.RoleArn).endsWith("tocsin-read"),
    );
    expect(assumed.length).toBeGreaterThan(1);
  });

  test("that is not trusted changes nothing, and says which role to put right", async () => {
    const story = await startScenario({ configuration });
    story.cloud.world.setRole({ name: "tocsin-operate", trusted: false });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale agent 3");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    const failed = await until(story, ana, /Failed/i);
    expect(failed).toMatch(/Nothing was changed: the platform did not let the bot do it \(AssumeRole: AccessDenied/);
    expect(failed).toMatch(/trust policy of arn:aws:iam::123456789012:role\/tocsin-operate/);
    expect(failed).not.toMatch(/ASIA|AKIA/);
    expect(story.cloud.state().services.find(({ name }) => name === "waooaw-agent")?.desired).toBe(2);
  });
});
