import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";

const ops = "#ops";
const instance = "waooaw-postgres-production";

async function until(story: Scenario, ana: ReturnType<Scenario["person"]>, what: RegExp, step = "20s") {
  for (let tries = 0; tries < 60 && !what.test(ana.screen(ops)); tries += 1) await story.advance(step);
  return reading(await ana.sees(ops, what));
}

const called = (story: Scenario, operation: string) =>
  story.cloud.calls().filter((call) => call.operation === operation);

describe("[O8] backing a database up on RDS", { timeout: 90_000 }, () => {
  test("takes a snapshot, sees it available, lists it, and later lets it go but never the newest good one", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, '/ops backup postgres --reason "before the migration"');
    const plan = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(plan).toMatch(/Take a snapshot of postgres in production[\s\S]*restored to any moment up to/);
    expect(called(story, "CreateDBSnapshot")).toHaveLength(0);
    await ana.clicks("Confirm", { channel: ops });
    const done = await until(story, ana, /Done and verified/);
    expect(done).toMatch(/tocsin-[0-9a-f-]+ is available, of \d{4}-\d\d-\d\d \d\d:\d\d UTC, postgres 16\.4/);
    const [call] = called(story, "CreateDBSnapshot");
    expect(JSON.stringify(call?.input)).toMatch(/tocsin:operation[\s\S]*tocsin:requester[\s\S]*U0ANA/);

    await ana.types(ops, "/ops backups postgres");
    const listed = reading(await ana.sees(ops, /newest good backup is/));
    expect(listed).toMatch(/within the RPO of 24 h/);
    expect(listed).toMatch(/tocsin-[0-9a-f-]+` \*newest good\*[\s\S]*by <@U0ANA> · never restored/);

    await story.advance("31d");
    await ana.clicks("Back up now", { channel: ops });
    const later = reading(await ana.sees(ops, /waiting for confirmation/));
    expect(later).toMatch(/Own snapshots older than .*: \*1\* → \*deleted\*/);
    await ana.clicks("Confirm", { channel: ops });
    await until(story, ana, /Done and verified[\s\S]*deleted tocsin-/);
    expect(called(story, "DeleteDBSnapshot")).toHaveLength(1);
  });

  test("a snapshot is seen to be there though its role may not read the instance's events", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("deny", "rds:DescribeEvents", true);
    await ana.types(ops, "/ops backup postgres --yes");
    await until(story, ana, /Done and verified[\s\S]*is available/);
  });

  test("a snapshot that fails, a refused call and a stopped instance each end in plain words", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("failed-snapshot", instance, true);
    await ana.types(ops, "/ops backup postgres --yes");
    const failed = await until(story, ana, /Failed after it began/);
    expect(failed).toMatch(/is failed: it is no backup/);
    story.cloud.faults.clear();

    story.cloud.faults.set("deny", "rds:CreateDBSnapshot", true);
    await ana.types(ops, "/ops backup postgres --yes");
    expect(await until(story, ana, /Failed, nothing was changed/)).toMatch(
      /did not let the bot do it \(CreateDBSnapshot/,
    );
    story.cloud.faults.clear();

    story.cloud.faults.set("deny", "rds:DescribeDBSnapshots", true);
    await ana.types(ops, "/ops backups");
    await ana.sees(ops, /Snapshots could not be read|could not be seen/);
  });
});

describe("[O9] a restore drill", { timeout: 90_000 }, () => {
  test("restores beside the live database, measures, deletes the copy, and keeps the figures", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops backup postgres --yes");
    await until(story, ana, /Done and verified/);
    await ana.types(ops, "/ops drill restore postgres");
    await ana.sees(ops, /waiting for confirmation/);
    await ana.clicks("Confirm", { channel: ops });
    const done = await until(story, ana, /Drill: restore postgres[\s\S]*Done and verified/);
    expect(done).toMatch(
      /available after \d+ (s|min) \(RTO 60 min: kept\), data \d+ (s|min) \(RPO 24 h: kept\) old; no validation queries are configured; the scratch instance \S+ is gone again/,
    );
    expect(called(story, "DeleteDBInstance")).toHaveLength(1);
    await ana.types(ops, "/ops backups postgres");
    expect(reading(await ana.sees(ops, /Last restores/))).toMatch(/:white_check_mark: Drill .*RTO 60 min: kept/);
  });
});

describe("[O10] failing over", { timeout: 90_000 }, () => {
  test("takes a second person, shows zones before and after, and is refused where there is no standby", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types(ops, "/ops failover postgres");
    expect(reading(await ana.sees(ops, /waiting for confirmation/))).toMatch(
      /Zone: \*eu-west-1a\* → \*eu-west-1b\*[\s\S]*connections and transactions are cut/,
    );
    await ana.clicks("Confirm", { channel: ops });
    await ana.submits({ "Type postgres to confirm": "postgres" });
    await ana.sees(ops, /waiting for approval/);
    await ben.clicks("Approve", { channel: ops });
    const done = await until(story, ana, /Done and verified/, "10s");
    expect(done).toMatch(/zone eu-west-1a → eu-west-1b; no address is configured to connect to/);
    expect(called(story, "RebootDBInstance")).toHaveLength(1);
  });
});
