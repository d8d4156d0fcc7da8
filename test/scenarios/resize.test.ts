import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RdsState } from "../../src/sandbox/cloud/rds/state.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { untilWeekday } from "../support/weekday.ts";

const ops = "#ops";
const instance = "waooaw-postgres-production";

type Person = ReturnType<Scenario["person"]>;

async function until(story: Scenario, who: Person, what: RegExp, step = "20s") {
  for (let tries = 0; tries < 80 && !what.test(who.screen(ops)); tries += 1) await story.advance(step);
  return reading(await who.sees(ops, what));
}

const called = (story: Scenario, operation: string) =>
  story.cloud.calls().filter((call) => call.operation === operation);

/** The database's server as RDS has it. */
function serverOf(story: Scenario) {
  const { instances } = story.cloud.dump().world.parts.rds as RdsState;
  return instances.find(({ id }) => id === instance);
}

/** What was told in threads of changes that waited for the window. */
function notices(story: Scenario): readonly string[] {
  const posted = story.slack.calls.filter(({ method }) => method === "chat.postMessage");
  return posted.map((call) => JSON.stringify(call)).filter((text) => /(one in its window|waits still)/.test(text));
}

async function start(configuration?: string) {
  const story = await startScenario(configuration === undefined ? {} : { configuration });
  const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
  /** Asks, confirms (by typing the name where that is wanted), and has it approved. */
  const carriedOut = async (line: string, typed: string | null) => {
    await ana.types(ops, line);
    const plan = reading(await ana.sees(ops, typed === null ? /waiting for approval/ : /waiting for confirmation/));
    if (typed !== null) {
      await ana.clicks("Confirm", { channel: ops });
      await ana.submits({ [`Type ${typed} to confirm`]: typed });
      await ana.sees(ops, /waiting for approval/);
    }
    await ben.clicks("Approve", { channel: ops });
    return plan;
  };
  return { story, ana, ben, carriedOut };
}

describe("[O3] another class for a database", { timeout: 90_000 }, () => {
  test("at once: planned with its interruption, confirmed by name, approved, verified by the instance, and undone", async () => {
    const { story, ana, ben, carriedOut } = await start();
    const plan = await carriedOut("/ops resize postgres --class db.r6g.large --now", "postgres");
    expect(plan).toMatch(/Resize postgres in production to db\.r6g\.large at once/);
    expect(plan).toMatch(/Class: \*db\.m6g\.large\* → \*db\.r6g\.large\*/);
    expect(plan).toMatch(
      /changes over to its standby on the way: connections and transactions are cut, for 1 to 2 minutes/,
    );
    expect(plan).toMatch(/restored to any moment up to/);
    const done = await until(story, ana, /Done and verified/);
    expect(done).toMatch(/available, db\.r6g\.large with 100 GiB; no address is configured to connect to/);
    expect(called(story, "ModifyDBInstance")).toHaveLength(1);
    expect(JSON.stringify(called(story, "ModifyDBInstance")[0]?.input)).toMatch(/"ApplyImmediately":"true"/);

    await ana.clicks("Back to db.m6g.large", { channel: ops });
    await ana.sees(ops, /Class: \*db\.r6g\.large\* → \*db\.m6g\.large\*/);
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type postgres to confirm": "postgres" });
    await ana.sees(ops, /waiting for approval/);
    await ben.clicks("Approve", { channel: ops });
    await until(story, ana, /Done and verified[\s\S]*available, db\.m6g\.large with 100 GiB/);
  });

  test("in the window: told as scheduled, taken back, scheduled again, and told of when RDS has done it", async () => {
    const { story, ana, carriedOut } = await start();
    const plan = await carriedOut("/ops resize postgres --class db.m6g.xlarge", null);
    expect(plan).toMatch(/in its maintenance window, Sunday \d{4}-\d\d-\d\d 02:30 to 03:00 UTC/);
    expect(plan).toMatch(/`\/ops resize postgres --class db\.m6g\.xlarge --now` does it at once/);
    const done = await until(story, ana, /Scheduled/);
    expect(done).toMatch(/scheduled: db\.m6g\.xlarge in its maintenance window, Sunday/);
    expect(done).not.toMatch(/Done and verified/);

    await ana.types(ops, "/ops resize postgres --class db.m6g.xlarge");
    await until(story, ana, /Nothing to do[\s\S]*is scheduled already/);

    await carriedOut("/ops resize postgres --class db.m6g.large", null);
    await until(story, ana, /Take back the change[\s\S]*nothing waits for the window any more/);
    await ana.sees(ops, /Cancelled[\s\S]*op-\w+ changed the same before its window came/);
    expect(serverOf(story)?.pending).toEqual({});

    await carriedOut("/ops resize postgres --class db.m6g.xlarge", null);
    await until(story, ana, /scheduled: db\.m6g\.xlarge[\s\S]*scheduled: db\.m6g\.xlarge/);
    await story.advance("7d");
    const told = await until(story, ana, /Done in its window/, "5m");
    // The one that was taken back is over: nobody is told of it again.
    expect(notices(story)).toHaveLength(1);
    expect(told).toMatch(/Done in its window: available, db\.m6g\.xlarge with 100 GiB/);
    await ana.sees(ops, /Done and verified[^-]*Done in its window/);
    expect(serverOf(story)?.instanceClass).toBe("db.m6g.xlarge");
  });

  test("in the window: taken back by its button; told where RDS did not do it, and where somebody took it away", async () => {
    const { story, ana, ben, carriedOut } = await start();
    await carriedOut("/ops resize postgres --class db.m6g.xlarge --storage 200", null);
    await until(story, ana, /scheduled: db\.m6g\.xlarge and 200 GiB/);
    await ana.clicks("Back to db.m6g.large", { channel: ops });
    await ana.sees(ops, /Take back the change of postgres in production to db\.m6g\.xlarge and 200 GiB/);
    await ben.clicks("Approve", { channel: ops });
    await until(story, ana, /nothing waits for the window any more/);
    expect(serverOf(story)?.pending).toEqual({});

    await carriedOut("/ops resize postgres --storage 300", null);
    await until(story, ana, /scheduled: 300 GiB/);
    await story.restart();
    story.cloud.world.changeInstance(instance, { pending: {} });
    await story.advance("7d");
    await until(
      story,
      ana,
      /Applied, then reverted[\s\S]*Not done in its window: What was asked for does not wait any more/,
      "5m",
    );

    await carriedOut("/ops resize postgres --class db.m6g.2xlarge", null);
    await until(story, ana, /scheduled: db\.m6g\.2xlarge/);
    // Half an hour before the window.
    await story.advance(untilWeekday(story.now(), 0, 2));
    story.cloud.world.changeInstance(instance, { status: "backing-up" });
    await until(story, ana, /The window is over, and it waits still/, "3h");
    expect(notices(story)).toHaveLength(2);
  });

  test("is refused with what was meant, and where somebody changed it meanwhile, throttled or forbade it", async () => {
    const { story, ana, ben, carriedOut } = await start();
    const refused = async (line: string, what: RegExp) => {
      await ana.types(ops, line);
      await until(story, ana, what, "2s");
    };
    await refused(
      "/ops resize postgres --class db.r6g.lrge",
      /cannot be made `db\.r6g\.lrge`[\s\S]*Did you mean `db\.r6g\.large`/,
    );
    await ana.types(ops, "/ops resize postgres --cpu 512");
    await ana.sees(
      ops,
      /`--cpu` says nothing about postgres, which is a database\.\s+A database has its size in `--class`/,
    );
    await ana.types(ops, "/ops resize postgres");
    await ana.sees(ops, /Say which class, or how much storage/);

    await ana.types(ops, "/ops resize postgres --class db.r6g.xlarge --now");
    await ana.sees(ops, /waiting for confirmation/);
    story.cloud.world.changeInstance(instance, { instanceClass: "db.m6g.4xlarge" });
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type postgres to confirm": "postgres" });
    await ana.sees(ops, /waiting for approval/);
    await ben.clicks("Approve", { channel: ops });
    await until(story, ana, /the class is db\.m6g\.4xlarge, was db\.m6g\.large/, "2s");
    expect(called(story, "ModifyDBInstance")).toHaveLength(0);

    story.cloud.faults.set("deny", "rds:ModifyDBInstance", true);
    await carriedOut("/ops resize postgres --class db.r6g.2xlarge --now", "postgres");
    await until(story, ana, /Failed, nothing was changed[\s\S]*did not let the bot do it \(ModifyDBInstance/);
    story.cloud.faults.clear();
    story.cloud.faults.set("throttle", "rds", true);
    await ana.types(ops, "/ops resize postgres --class db.r6g.2xlarge --now");
    await until(story, ana, /No plan could be made/);
  });
});

describe("[O3] more storage for a database", { timeout: 90_000 }, () => {
  test("grows at once without interruption, never shrinks, and not twice in six hours", async () => {
    const { story, ana, carriedOut } = await start();
    const refused = async (line: string, what: RegExp) => {
      await ana.types(ops, line);
      await until(story, ana, what, "2s");
    };
    await refused("/ops resize postgres --storage 50", /has 100 GiB, and RDS never makes storage smaller/);
    await refused("/ops resize postgres --storage 105", /RDS adds at least a tenth[\s\S]*Ask for 110 or more/);
    await refused(
      "/ops resize postgres --storage 100000",
      /100000 GiB is more than it can have[\s\S]*At most 65536 GiB/,
    );
    await ana.types(ops, "/ops resize postgres --storage much");
    await ana.sees(ops, /`much` is no amount of storage/);

    const plan = await carriedOut("/ops resize postgres --storage 200gb --now", null);
    expect(plan).toMatch(/Storage: \*100 GiB\* → \*200 GiB\*[\s\S]*cannot be made smaller again/);
    const done = await until(story, ana, /Done and verified/);
    expect(done).toMatch(/storage-optimization, db\.m6g\.large with 200 GiB/);
    expect(done).not.toMatch(/Undo|Back to/);

    await refused(
      "/ops resize postgres --storage 300 --now",
      /was changed lately; RDS takes the next change after 6 hours/,
    );
    await story.advance("10m");
    await refused("/ops resize postgres --storage 400 --now", /Ask again after \d\d:\d\d UTC/);
    await story.advance("6h");
    await carriedOut("/ops resize postgres --storage 300 --now", null);
    await until(story, ana, /db\.m6g\.large with 300 GiB/);
  });
});

describe("[O3] another node type for a cache", { timeout: 90_000 }, () => {
  test("is changed at once and undone, scheduled and followed, and refused where it is not allowed", async () => {
    const { story, ana, carriedOut } = await start();
    await ana.types(ops, "/ops resize redis --node-type cache.r6g.larg");
    await until(story, ana, /cannot be made `cache\.r6g\.larg`[\s\S]*Did you mean `cache\.r6g\.large`/, "2s");

    const plan = await carriedOut("/ops resize redis --node-type cache.r6g.large --now", "redis");
    expect(plan).toMatch(/Node type: \*cache\.m6g\.large\* → \*cache\.r6g\.large\*[\s\S]*writes fail for some seconds/);
    await until(story, ana, /Done and verified[\s\S]*available, 2 nodes of cache\.r6g\.large/);
    expect(called(story, "ModifyReplicationGroup")).toHaveLength(1);

    await carriedOut("/ops resize redis --node-type cache.t4g.small", null);
    const scheduled = await until(story, ana, /scheduled: cache\.t4g\.small/);
    expect(scheduled).toMatch(/scheduled: cache\.t4g\.small in its maintenance window, Sunday .* 04:00 to 05:00 UTC/);
    await story.advance("7d");
    await until(story, ana, /Done in its window: available, 2 nodes of cache\.t4g\.small/, "5m");
  });
});

describe("[O3] another class for a member of an Aurora cluster", { timeout: 90_000 }, () => {
  const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
  const analytics = `
  analytics:
    environments: { production: { rds: { instance: waooaw-analytics-production-1 } } }
`;
  const configuration = example.replace(/^databases:\n/m, `databases:${analytics}`);

  test("readers first, each by its name; the writer with what that interrupts; storage is the cluster's", async () => {
    const { story, ana, carriedOut } = await start(configuration);
    await ana.types(ops, "/ops resize analytics --storage 200");
    await ana.sees(ops, /Refused[\s\S]*its storage is the cluster's, which Aurora enlarges by itself/);
    await ana.types(ops, "/ops resize analytics --class db.r6g.xlarge --member waooaw-postgres-production");
    await ana.sees(
      ops,
      /has no member waooaw-postgres-production\. It has waooaw-analytics-production-1, waooaw-analytics-production-2/,
    );
    await ana.types(ops, "/ops resize postgres --class db.r6g.xlarge --member waooaw-analytics-production-2");
    await ana.sees(ops, /postgres in production is no member of a cluster/);

    await ana.types(ops, "/ops resize analytics --class db.r6g.xlarge --now");
    const ofWriter = reading(await ana.sees(ops, /Resize analytics in production to db\.r6g\.xlarge at once/));
    expect(ofWriter).toMatch(/-1 is the writer: connections and transactions are cut\. Aurora fails over to a reader/);
    expect(ofWriter).toMatch(
      /Change the readers first.*-2 is db\.m6g\.large \(`\/ops resize analytics --class db\.r6g\.xlarge --member waooaw-analytics-production-2`\)/,
    );
    await ana.clicks("Cancel", { channel: ops });
    // Its card has no button any more: what is confirmed next is the other plan.
    await ana.sees(ops, /Cancelled[\s\S]*Resize analytics/);

    const line = "/ops resize analytics --class db.r6g.xlarge --member waooaw-analytics-production-2 --now";
    const plan = await carriedOut(line, "analytics");
    expect(plan).toMatch(/-2 is a reader: connections to it are cut.*It is the only one: nothing is left to fail over/);
    const done = await until(story, ana, /Done and verified/);
    expect(done).toMatch(/available, db\.r6g\.xlarge; a reader of the cluster waooaw-analytics-production/);
    const changed = called(story, "ModifyDBInstance").map(({ input }) => JSON.stringify(input));
    expect(changed).toHaveLength(1);
    expect(changed[0]).toContain('"DBInstanceIdentifier":"waooaw-analytics-production-2"');
    expect(changed[0]).not.toContain("AllocatedStorage");

    await ana.types(ops, "/ops resize analytics --class db.r6g.xlarge --now");
    const then = reading(await ana.sees(ops, /Resize analytics in production[\s\S]*waiting for confirmation/));
    expect(then).not.toMatch(/Change the readers first/);
  });
});
