import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { untilWeekday } from "../support/weekday.ts";

const ops = "#ops";
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
const withTasks = (tasks: string) =>
  example
    .replace(/\nreviews:[\s\S]*?\n\n/, "\n\n")
    .replace(/\ncosts:[\s\S]*?\n\n/, "\n\n")
    .replace(/\n +calm_in:.*/, "")
    .replace(/\nmaintenance:[\s\S]*?\n\n/, `\nmaintenance:\n${tasks}\n\n`);

const count = (story: Scenario, what: RegExp) => story.person("U0ANA").screen(ops).match(what)?.length ?? 0;

async function until(story: Scenario, what: RegExp, step = "30s") {
  const ana = story.person("U0ANA");
  for (let tries = 0; tries < 60 && !what.test(ana.screen(ops)); tries += 1) await story.advance(step);
  return reading(await ana.sees(ops, what));
}

describe("[O18] the schedule", { timeout: 150_000 }, () => {
  test("a task is posted once when it is due; its items are ticked before it is done; its history is kept", async () => {
    const tasks = '  - { task: Access review, every: day, owner: "@devops", checklist: [People who left, Old keys] }';
    const story = await startScenario({ configuration: withTasks(tasks) });
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops schedule");
    expect(ana.told(ops).at(-1)).toMatch(
      /1 task, 0 to be done, 0 overdue[\s\S]*Access review[\s\S]*@devops · next .* · never yet/,
    );
    await story.advance("1d");
    await ana.sees(ops, /\*Access review\* · due since/);
    await story.restart();
    await story.settled();
    expect(count(story, /\*Access review\* · due since/g)).toBe(1);
    await ana.clicks("Done", { channel: ops });
    await ana.sees(ops, /2 of its items are not ticked: People who left, Old keys/);
    await ben.clicks("Tick", { channel: ops });
    await ben.sees(ops, /People who left – <@U0BEN>/);
    await ben.clicks("Tick", { channel: ops });
    await ben.sees(ops, /Old keys – <@U0BEN>/);
    await ana.clicks("Done", { channel: ops });
    await ana.sees(ops, /\*Access review\* · done by <@U0ANA>/);
    await ana.types(ops, "/ops schedule access");
    expect(ana.told(ops).at(-1)).toMatch(/every day, next[\s\S]*done by <@U0ANA>/);
    await ana.types(ops, "/ops schedule acess reviw");
    expect(ana.told(ops).at(-1)).toMatch(/Did you mean Access review/);
  });

  test("one that is not done is overdue, is told again under its message, and is missed when it comes round again", async () => {
    const tasks =
      "  - { task: Log clean-up, every: Monday, overdue_after: 2d }\n  - { task: Key review, every: month }";
    const story = await startScenario({ configuration: withTasks(tasks) });
    const ana = story.person("U0ANA");
    await story.advance("7d");
    await ana.sees(ops, /\*Log clean-up\* · due since|\*Log clean-up\* · overdue/);
    await story.advance(untilWeekday(story.now(), 6, 12));
    await ana.sees(ops, /Log clean-up is still to be done/);
    const reminders = count(story, /Log clean-up is still to be done/g);
    expect(reminders).toBeGreaterThan(0);
    await ana.types(ops, "/ops check");
    await ana.sees(ops, /Overdue maintenance\* warning: .*Log clean-up/);
    await story.advance("3d");
    await ana.sees(ops, /\*Log clean-up\* · of .*: not done before it came round again/);
    await ana.clicks("Skip", { channel: ops });
    await ana.seesForm(/Skip a task/);
    expect(await ana.submits({ Why: "the disk was replaced" })).toEqual({});
    await ana.sees(ops, /\*Log clean-up\* · skipped by <@U0ANA>[\s\S]*the disk was replaced/);
  });

  test("running its operation marks it done once that was verified, from the card or by hand", async () => {
    const tasks =
      "  - { task: Weekly restart, every: day, operation: { do: restart, target: agent } }\n  - { task: Monthly restart, every: day, operation: { do: restart, target: backend } }";
    const story = await startScenario({ configuration: withTasks(tasks) });
    const ana = story.person("U0ANA");
    await story.advance("1d");
    await ana.sees(ops, /\*Monthly restart\* · due since/);
    await ana.sees(ops, /\*Weekly restart\* · due since/);
    await ana.clicks("Run", { channel: ops, reading: /Weekly restart/ });
    await ana.sees(ops, /waiting for confirmation[\s\S]*Weekly restart|Weekly restart[\s\S]*waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    await until(story, /\*Weekly restart\* · done by <@U0ANA>/);
    await ana.types(ops, "/ops restart backend --yes");
    await until(story, /\*Monthly restart\* · done by <@U0ANA>/);
  });

  const nightly =
    "  - { task: Nightly restart, every: day, owner: ana@waooaw.example, automatic: true, operation: { do: restart, target: agent } }";

  test("one that runs by itself does so in its owner's name, under the policy", async () => {
    const story = await startScenario({ configuration: withTasks(nightly) });
    await story.advance("1d");
    await until(story, /\*Nightly restart\* · done by <@U0ANA>/);
    expect(story.person("U0ANA").screen(ops)).toMatch(/Nightly restart, by the schedule/);
  });

  test("what the policy does not let run by itself stays to be done and says why", async () => {
    const forbidden = withTasks(nightly).replace(/ {2}- name: Restarting a service[\s\S]*?confirm: none\n/, "");
    const story = await startScenario({ configuration: forbidden });
    await story.advance("1d");
    await story.person("U0ANA").sees(ops, /Nightly restart\* · due since[\s\S]*It did not run by itself: /);
  });
});
