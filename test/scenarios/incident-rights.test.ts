import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Person } from "../support/person.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const policy = `policy:
  - name: In a severe incident the commander approves
    actions: [scale]
    severities: [SEV1]
    allow: [members]
    approvals: 1
    approvers: ["role:commander"]
  - name: Restarting is the commander's to approve
    actions: [restart]
    allow: [members]
    approvals: 1
    approvers: ["role:commander"]
  - name: Otherwise admins approve
    actions: [scale]
    allow: [members]
    approvals: 1
    approvers: [admins]
`;
const configuration = example.replace(/^policy:\n(?: .*\n)*/m, policy);

async function declared(story: Scenario, ana: Person): Promise<string> {
  await ana.types("#general", "/incident declare sev1 Everything is down");
  const channel = await ana.seesChannel(/everything-is-down/);
  await story.settled();
  await ana.types(channel, "/incident role commander @chi");
  await story.settled();
  return channel;
}

function desired(story: Scenario): number | undefined {
  return story.cloud.state().services.find((service) => service.name === "waooaw-agent")?.desired;
}

describe("[O16, I5] what a role in an incident lets somebody approve", { timeout: 120_000 }, () => {
  test("it lets approve while it is held, and no more once it is handed over", async () => {
    const story = await startScenario({ configuration });
    const [ana, ben, chi] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0CHI")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/ops scale agent 3");
    await chi.sees(channel, /to 3[\s\S]*In a severe incident the commander approves|waiting for approval/);
    await ana.types(channel, "/incident role commander @ben");
    await story.settled();
    await chi.clicks("Approve", { channel });
    await chi.sees(
      channel,
      /Denied: “In a severe incident the commander approves” wants approval by the incident's commander/,
    );
    await ben.clicks("Approve", { channel });
    await story.advance("5m");
    await ana.sees(channel, /Done and verified/);
    expect(desired(story)).toBe(3);
  });

  test("it lets approve nothing once the severity is lowered", async () => {
    const story = await startScenario({ configuration });
    const [ana, chi] = [story.person("U0ANA"), story.person("U0CHI")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/ops scale agent 3");
    await chi.sees(channel, /waiting for approval/);
    await ana.types(channel, "/incident severity sev3");
    await story.settled();
    await chi.clicks("Approve", { channel });
    await ana.sees(channel, /Denied: “Otherwise admins approve” wants 1 approval and 0 of those given still hold/);
    expect(desired(story)).toBe(2);
  });

  test("it lets approve nothing once the incident is resolved, and explain says the same", async () => {
    const story = await startScenario({ configuration });
    const [ana, chi] = [story.person("U0ANA"), story.person("U0CHI")];
    const channel = await declared(story, ana);
    await ana.types(channel, "/ops restart agent");
    await chi.sees(channel, /waiting for approval/);
    await ana.types(channel, "/incident resolve fixed by itself");
    await story.settled();
    await chi.clicks("Approve", { channel });
    await chi.sees(
      channel,
      /Denied: “Restarting is the commander's to approve” wants approval by the incident's commander/,
    );
    await ana.types(channel, "/ops policy explain @chi restart agent");
    expect(ana.told(channel).at(-1)).toMatch(/Asked outside of an open incident/);
  });
});
