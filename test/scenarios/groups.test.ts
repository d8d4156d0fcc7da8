import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Person } from "../support/person.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const policy = `policy:
  - name: On-call scales
    actions: [scale]
    allow: ["@oncall"]
    approvals: 1
    approvers: ["@leads"]
  - name: Platform restarts
    actions: [restart]
    allow: [S0PLATFORM]
  - name: Everybody rolls back
    actions: [rollback]
    allow: [members]
`;
const configuration = example.replace(/^policy:\n(?: .*\n)*/m, policy);

function desired(story: Scenario): number | undefined {
  return story.cloud.state().services.find((service) => service.name === "waooaw-agent")?.desired;
}

async function says(person: Person, line: string): Promise<string> {
  await person.types(ops, line);
  return person.told(ops).at(-1) ?? "";
}

describe("[O16] rights that hang on user groups", { timeout: 120_000 }, () => {
  test("are those of this moment: who left the group while a plan waited approves it no more", async () => {
    const story = await startScenario({ configuration });
    const [ana, chi, eva] = [story.person("U0ANA"), story.person("U0CHI"), story.person("U0EVA")];
    await ana.types(ops, "/ops scale agent 3");
    await chi.sees(ops, /waiting for approval/);
    // Who is in which group has just been learned.
    await chi.types(ops, "/ops policy");
    await story.advance("10s");
    story.slack.changeGroup("S0LEADS", { users: ["U0EVA"] });
    await chi.clicks("Approve", { channel: ops });
    await chi.sees(ops, /Denied: “On-call scales” wants approval by @leads\.\nAsk one of them/);
    expect(desired(story)).toBe(2);
    await eva.clicks("Approve", { channel: ops });
    await story.advance("5m");
    await ana.sees(ops, /Done and verified/);
    expect(desired(story)).toBe(3);
  });

  test("are refused in plain words where Slack does not say who is in which group, and other rights stand", async () => {
    const story = await startScenario({ configuration });
    story.excuse(/could not learn which groups/);
    const [ana, ben, dev] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0DEV")];
    for (const fault of [{ status: 429 }, { status: 500 }]) {
      await story.advance("6m");
      const end = story.slack.faults.fail("usergroups.list", { ...fault, times: 100 });
      expect(await says(ana, "/ops scale agent 3")).toMatch(
        /Denied: “On-call scales” is for @oncall, and Slack did not say which user groups you are in\.\nTry again in a moment/,
      );
      expect(await says(dev, "/ops restart agent")).toMatch(
        /Denied: “Platform restarts” is for <!subteam\^S0PLATFORM>, and Slack did not say/,
      );
      // Those that hang on no group go on.
      await ben.types(ops, "/ops rollback backend");
      await ben.sees(ops, /Roll backend[\s\S]*Confirm/);
      await ben.clicks("Cancel", { channel: ops });
      end();
    }
    await story.advance("6m");
    story.slack.faults.fail("usergroups.list", { error: "missing_scope", times: 100 });
    story.excuse(/missing_scope/);
    expect(await says(ana, "/ops scale agent 3")).toMatch(
      /is for @oncall, and the bot may not see user groups\.\nAsk whoever runs Tocsin to give it the scope usergroups:read/,
    );
    expect(await says(ben, "/ops policy explain @ana scale agent")).toMatch(
      /may not \*scale agent in production\*: .*and the bot may not see user groups/,
    );
  });

  test("stay with the group that had the handle: one that takes it over gains nothing until an admin says that it is right", async () => {
    const story = await startScenario({ configuration });
    const [ana, sam, eva] = [story.person("U0ANA"), story.person("U0SAM"), story.person("U0EVA")];
    await ana.types(ops, "/ops scale agent 3");
    await ana.sees(ops, /waiting for approval/);
    await ana.clicks("Cancel", { channel: ops });
    story.slack.changeGroup("S0ONCALL", { handle: "was-oncall" });
    story.slack.changeGroup("S0MINE", { handle: "oncall", name: "On call", users: ["U0SAM"] });
    await story.advance("6m");
    expect(await says(sam, "/ops scale agent 4")).toMatch(
      /Denied: “On-call scales” is for @oncall, and @oncall is another user group now than the one rights were given to\.\nIf that is right, a workspace admin says so with `\/ops policy group @oncall`/,
    );
    // Renamed, the first one has no rights by a handle that it does not have.
    expect(await says(ana, "/ops scale agent 4")).toMatch(/Denied: “On-call scales” is for @oncall\.\nAsk one of them/);
    await eva.sees(ops, /@oncall is another user group now[\s\S]*Group S0ONCALL before, S0MINE now/);
    expect(await says(sam, "/ops policy group @oncall")).toMatch(/Denied: only workspace admins say/);
    expect(await says(eva, "/ops policy group @leads")).toMatch(
      /No rights are given to @leads so far|is the group that/,
    );
    expect(await says(eva, "/ops policy group @oncall")).toMatch(
      /@oncall stands for the group that has this handle now/,
    );
    await story.advance("6m");
    await sam.types(ops, "/ops scale agent 4");
    await sam.sees(ops, /to 4[\s\S]*waiting for approval|waiting for approval[\s\S]*to 4/);
    expect(await says(eva, "/ops audit --action group")).toMatch(
      /group\.accepted[\s\S]*group\.replaced[\s\S]*group\.bound/,
    );
  });

  test("stand for the group that was there first, also where nobody of it was seen before another took the handle", async () => {
    const story = await startScenario({ configuration: configuration.replace("[S0PLATFORM]", '["@dba"]') });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    story.slack.changeGroup("S0DBA", { handle: "dba", users: ["U0SAM"] });
    await story.advance("6m");
    await ana.types(ops, "/ops policy");
    story.slack.changeGroup("S0DBA", { disabled: true });
    story.slack.changeGroup("S0MINE", { handle: "dba", users: ["U0BEN"] });
    await story.advance("6m");
    expect(await says(ben, "/ops restart agent")).toMatch(
      /Denied: “Platform restarts” is for @dba, and @dba is another user group now than the one rights were given to/,
    );
  });
});
