import { describe, expect, test } from "vitest";
import { type Person, until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const ops = "#ops";

/** A service as the cloud's panel shows it. */
function service(story: Scenario, name = "waooaw-backend") {
  const found = story.cloud.state().services.find((one) => one.name === name);
  if (!found) throw new Error(`There is no service ${name}`);
  return found;
}

/** Lets time pass until the newest card reads like that; answers all that it read on the way. */
async function watched(story: Scenario, person: Person, end: RegExp, minutes = 20): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let step = 0; step < minutes * 6; step += 1) {
    const now = reading(await person.sees(ops, /^op-\w+: /));
    if (now !== seen.at(-1)) seen.push(now);
    if (end.test(now)) return seen;
    await story.advance("10s");
  }
  throw new Error(`It came to ${seen.at(-1)}`);
}

/** Looks again where a source took too long, as a busy machine lets it, and answers what is seen then. */
async function looksUntil(story: Scenario, ana: Person, what: RegExp): Promise<string> {
  return until(
    `the status to say ${what}`,
    async () => {
      const seen = reading(await ana.sees(ops, /Seen/));
      if (what.test(seen)) return seen;
      await ana.clicks("Look again", { channel: ops });
      await story.settled();
      return null;
    },
    60,
  );
}

describe("[O1, O3, S2] scaling a service", { timeout: 90_000 }, () => {
  test("shows the plan, starts at a click, is watched on one card until it is steady, and can be undone", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, '/ops scale backend 10 --reason "queue grows"');
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(/Desired count: \*4\* → \*10\*\n• Autoscaling maximum: \*8\* → \*10\*/);
    expect(plan).toMatch(/asked by <@U0ANA> · queue grows · expires/);
    expect(plan).toContain("10 is outside the autoscaler's 2 to 8: its bounds are widened first");
    expect(plan).toMatch(/Running 4 of 4, pending 0, version waooaw-backend:42\.[\s\S]*4 of 4 targets healthy/);
    expect(service(story).desired).toBe(4);
    await ana.clicks("Confirm", { channel: ops });
    const seen = await watched(story, ana, /Done and verified/);
    // It was seen on its way, with how far it is, and is still one message.
    expect(seen.some((one) => /Running[\s\S]*░[\s\S]*running \d+ of 10, pending \d+, healthy 4 of 10/.test(one))).toBe(
      true,
    );
    expect(seen.some((one) => one.includes("As asked; watching that it stays so."))).toBe(true);
    expect(ana.read(ops).messages.filter((message) => /^op-/.test(message.text))).toHaveLength(1);
    expect(seen.at(-1)).toMatch(/running 10 of 10, pending 0, healthy 10 of 10, steady for 60 s\./);
    expect(seen.at(-1)).toMatch(/autoscaling widened to max 10, desired count set to 10/);
    expect(service(story)).toMatchObject({ desired: 10, running: 10, bounds: { min: 2, max: 10 } });

    await ana.clicks("Undo → 4", { channel: ops });
    const back = reading(
      await ana.sees(ops, /Scale backend in production from 10 to 4[\s\S]*waiting for confirmation/),
    );
    expect(back).toMatch(/takes back `op-\w+`/);
    expect(back).toMatch(/\*10\* → \*4\*\n• Autoscaling maximum: \*10\* → \*8\*/);
    await ana.clicks("Confirm", { channel: ops });
    await watched(story, ana, /Done and verified/);
    expect(service(story)).toMatchObject({ desired: 4, running: 4, bounds: { min: 2, max: 8 } });
    await story.settled();
    expect(ana.screen(ops)).toMatch(/Undo is not possible: op-\w+ takes it back and is done and verified\./);
  });

  test("--yes starts what the policy lets start, and what is so already is said to be", async () => {
    const story = await startScenario();
    const [ana, dev] = [story.person("U0ANA"), story.person("U0DEV")];
    await ana.types(ops, "/ops scale agent 3 in production —yes");
    const seen = await watched(story, ana, /Done and verified/);
    expect(seen.join()).not.toContain("waiting for confirmation");
    expect(service(story, "waooaw-agent")).toMatchObject({ desired: 3, running: 3 });
    await dev.types(ops, "/ops scale agent 3");
    const nothing = reading(await ana.sees(ops, /Nothing to do/));
    expect(nothing).toContain("agent in production is already set to 3.");
    expect(nothing).not.toMatch(/Confirm|Undo|Plan again/);
    await dev.types(ops, "/ops operations");
    expect(dev.told(ops).at(-1)).toMatch(
      /Recent[\s\S]*over: there was nothing to do · <@U0DEV>[\s\S]*done and verified · <@U0ANA>/,
    );
  });

  test("status shows everything at a glance and one service in depth, and scaling goes on from there by form", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops status");
    const glance = await looksUntil(story, ana, /\*Everything\* · 6 normal/);
    expect(glance).toMatch(
      /\*Everything\* · 6 normal[\s\S]*\*backend\* \(production\) 4 of 4 running · 4 of 4 healthy · waooaw-backend:42/,
    );
    story.cloud.world.crashTasks("waooaw-agent", 2);
    await ana.clicks("Look again", { channel: ops });
    await ana.sees(ops, /:red_circle: \*agent\* \(production\) 0 of 2 running/);
    await ana.types(ops, "/ops status backend");
    const depth = await looksUntil(story, ana, /Backend API is well/);
    expect(depth).toMatch(/\*Autoscaling\*\n2 to 8, cpu at 60 %/);
    expect(depth).toMatch(/\*Load balancer\*\n4 of 4 healthy/);
    await ana.clicks("Scale", { channel: ops, reading: /Backend API is well/ });
    await ana.seesForm(/Scale a service/);
    expect(await ana.submits({ Count: "six" })).toEqual({ count: "Write a number, such as 6." });
    expect(await ana.submits({ Count: "-1" })).toEqual({ count: "The count cannot be negative. Use 0 or more." });
    expect(await ana.submits({ Count: "2,5" })).toEqual({
      count: "2.5 is not a whole number. Use a whole number, such as 6.",
    });
    expect(await ana.submits({ Count: "5", Reason: "more traffic" })).toEqual({});
    await ana.sees(ops, /from 4 to 5[\s\S]*more traffic/);
  });

  test("an autoscaler that sets it back is told as applied, then reverted", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("autoscaler-fights", "waooaw-backend", true);
    await ana.types(ops, "/ops scale backend 6 --yes");
    const end = (await watched(story, ana, /Applied, then reverted/)).at(-1);
    expect(end).toMatch(/The desired count is 4 again, not 6\. The autoscaler changed it: Setting desired count to 4/);
    // What went wrong becomes an incident with the operation as its evidence.
    await ana.clicks("Declare incident", { channel: ops });
    await ana.seesForm(/Declare an incident/);
    expect(await ana.submits({ Severity: "SEV3" })).toEqual({});
    await story.settled();
    const channel = ana.state().channels.find(({ name }) => name.startsWith("inc-1-"))?.name ?? "";
    expect(reading(await ana.sees(channel, /^INC-1/))).toMatch(
      /Scale backend in production from 4 to 6: done, then reverted[\s\S]*\*Affected\*\nBackend API/,
    );
    await ana.types(channel, "/incident timeline");
    expect(await ana.form()).toMatch(/op-\w+: Scale backend in production from 4 to 6: done, then reverted/);
    expect(reading(await ana.sees(ops, /Applied, then reverted/))).not.toContain("Declare incident");
  });

  test.each([
    ["image-pull-fails", /CannotPullContainerError/],
    ["crash-on-start", /Essential container in task exited \(exit code 1\)/],
    ["failing-health-check", /health checks/i],
    ["no-capacity", /Capacity is unavailable|unable to consistently start tasks/],
  ])("new tasks that fail (%s) are told early, with why and how it stands now", async (fault, why) => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set(fault, "waooaw-backend", true);
    await ana.types(ops, "/ops scale backend 6 --yes");
    const end = (await watched(story, ana, /Failed|Not verified|verified/)).at(-1) ?? "";
    expect(end).toMatch(/Failed after it began[\s\S]*New tasks do not stay up\. /);
    expect(end).toMatch(why);
    expect(end).toMatch(/The count stays 6: running \d+ of 6, pending \d+, healthy \d+ of 6\./);
    expect(end).not.toMatch(/arn:aws|[0-9a-f]{32}/);
    expect(end).toContain("Undo → 4");
  });

  test("a platform that limits or denies calls is told as such, and nothing is changed", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("throttle", "all", true);
    await ana.types(ops, "/ops scale backend 6");
    const limited = (await watched(story, ana, /Failed/)).at(-1);
    expect(limited).toMatch(/Failed, nothing was changed[\s\S]*limiting calls right now[\s\S]*Plan again/);
    story.cloud.faults.clear();
    await ana.clicks("Plan again", { channel: ops });
    await ana.sees(ops, /waiting for confirmation/);
    story.cloud.faults.fail("UpdateService", {
      error: "AccessDeniedException",
      message: "not authorized to perform ecs:UpdateService",
    });
    await ana.clicks("Confirm", { channel: ops });
    const denied = (await watched(story, ana, /Failed/)).at(-1);
    expect(denied).toMatch(
      /Nothing was changed: the platform did not let the bot do it[\s\S]*not authorized to perform ecs:UpdateService/,
    );
    story.cloud.faults.set("deny", "all", true);
    await ana.types(ops, "/ops status agent");
    await story.advance("1m");
    await ana.sees(ops, /Agent[\s\S]*could not be seen[\s\S]*did not let the bot/);
    expect(service(story).desired).toBe(4);
  });

  test("a plan whose world moved behind its back is not carried out", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale agent 3");
    await ana.sees(ops, /waiting for confirmation/);
    story.cloud.world.setDesiredCount("waooaw-agent", 5);
    await ana.clicks("Confirm", { channel: ops });
    const stale = (await watched(story, ana, /Out of date/)).at(-1);
    expect(stale).toContain("Since the plan was made, the desired count is 5, was 2. Nothing was changed.");
    await ana.clicks("Plan again", { channel: ops });
    await ana.sees(ops, /from 5 to 3[\s\S]*waiting for confirmation/);
    expect(service(story, "waooaw-agent").desired).toBe(5);
  });

  test("a restart of the bot in the middle loses nothing and does nothing twice", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 7");
    await ana.sees(ops, /waiting for confirmation/);
    await story.restart();
    await ana.clicks("Confirm", { channel: ops });
    await ana.sees(ops, /Running[\s\S]*running 4 of 7/);
    await story.restart();
    await story.advance("30s");
    await story.restart();
    const end = (await watched(story, ana, /Done and verified/)).at(-1);
    expect(end).toContain("running 7 of 7");
    expect(story.cloud.calls().filter((call) => call.operation === "UpdateService")).toHaveLength(1);
    expect(ana.read(ops).messages.filter((message) => /^op-/.test(message.text))).toHaveLength(1);
  });

  test("it is cancelled before it began, and only no longer watched after", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops scale backend 5");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Cancel", { channel: ops });
    await ana.sees(ops, /Cancelled[\s\S]*Cancelled by <@U0ANA>; nothing was changed\./);
    await ana.types(ops, "/ops scale backend 5 --yes");
    await ana.sees(ops, /:arrow_forward: Running[\s\S]*Stop watching/);
    await story.advance("10s");
    await ana.clicks("Stop watching", { channel: ops });
    await ana.sees(
      ops,
      /Applied, not verified[\s\S]*Stopped by <@U0ANA>\. The change is made \(desired count set to 5\)/,
    );
    expect(service(story).desired).toBe(5);
  });

  test("it works the same over Socket Mode", async () => {
    const story = await startScenario({ socketMode: true });
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    await ana.types(channel, "/incident update");
    expect(await ana.submits({ Status: "Investigating", Message: "Looking" })).toEqual({});
    await ana.sees(channel, /Status is now investigating: Looking/);
    await ana.types(ops, "/ops scale agent 3");
    await ana.clicks("Confirm", { channel: ops });
    await watched(story, ana, /Done and verified/);
    expect(ana.state().bot).toEqual({ connected: true, mode: "socket" });
  });
});
