import { describe, expect, test } from "vitest";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";
const instance = "waooaw-postgres-production";

describe("[O7] the slow log of a database on RDS", { timeout: 90_000 }, () => {
  test("shows statements by their shape, worst first and without values, and all of them as a file", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    story.cloud.faults.set("slow-query", instance, true);
    await story.advance("10m");
    story.cloud.faults.clear();
    await ana.types(ops, "/ops logs postgres --slow --since 2h");
    const seen = reading(await ana.sees(ops, /slow statements of \d+ kinds? since/));
    expect(seen).toMatch(
      /\*\d+ min\* in all · 1\d\d times · \d s at most[\s\S]*SELECT id, total FROM orders WHERE customer_email = \? AND total &gt; \? ORDER BY created_at/,
    );
    expect(seen).toMatch(/From the log of postgres 16\.4; values are left out/);
    await ana.clicks("All as a file", { channel: ops });
    await story.settled();
    const everything = JSON.stringify([story.slack.calls, story.logged()]);
    expect(everything).toMatch(/UPDATE sessions SET seen_at/);
    expect(everything).not.toMatch(/jane\.roe/);
    expect(story.cloud.calls().filter((call) => call.operation === "DownloadDBLogFilePortion").length).toBeLessThan(12);

    // A job of the database's own is slow some minutes of each hour.
    for (let tries = 0; tries < 5 && !ana.screen(ops).includes("No slow statement"); tries += 1) {
      await story.advance("2m");
      await ana.types(ops, "/ops db postgres slowlog --since 1m");
      await story.settled();
    }
    await ana.sees(ops, /No slow statement was written down since[\s\S]*log_min_duration_statement/);
  });

  test("what is asked wrongly and what cannot be read are answered in plain words", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops logs postgres");
    await ana.sees(ops, /postgres is a database: its slow log is what can be read\.\s+Try `\/ops logs postgres --slow/);
    await ana.types(ops, "/ops logs postgres --slow --grep orders");
    await ana.sees(ops, /`--grep` is for the log of a service, and postgres is a database/);
    await ana.types(ops, "/ops logs backend --slow");
    await ana.sees(ops, /backend is a service: only databases have a slow log/);
    await ana.types(ops, "/ops db postgres slowlog --since 9d");
    await ana.sees(ops, /`--since` must be from 1m to 3d back/);
    await ana.types(ops, "/ops db postgres locks --since 1h");
    await ana.sees(ops, /Only `slowlog` takes a time/);

    story.cloud.faults.set("deny", "rds:DownloadDBLogFilePortion", true);
    await ana.types(ops, "/ops logs postgres --slow");
    await ana.sees(ops, /could not be seen[\s\S]*did not let the bot do it \(DownloadDBLogFilePortion/);
    story.cloud.faults.clear();
    story.cloud.faults.set("throttle", "rds", true);
    await ana.clicks("Look again", { channel: ops });
    await ana.sees(ops, /could not be seen[\s\S]*(too many|throttl)/i);
  });
});
