import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");
const database = "waooaw-postgres-production";

describe("[O7] reading the log of a service", { timeout: 90_000 }, () => {
  test("shows the newest lines and the errors by pattern, and none of the secrets the log is full of", async () => {
    // What the configuration knows to be a password is taken out, whatever it looks like.
    const inside = `rds: { instance: ${database} }\n        postgres: { url: "postgres://app:unhandled@127.0.0.1:1/x" }`;
    const story = await startScenario({ configuration: example.replace(`rds: { instance: ${database} }`, inside) });
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops logs backend --since 10m");
    const calm = reading(await ana.sees(ops, /Log of backend in production/));
    expect(calm).toMatch(/· last 10 min\n[\d,]+ lines, (none tells|\d+ of) (of )?an error/);
    expect(calm).toMatch(/\*Newest 15 lines\*\n.*[0-9a-f]{8} `INFO request GET \//);

    story.cloud.faults.set("lock-chain", database, true);
    story.cloud.faults.set("bad-deploy", "waooaw-backend", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await story.advance("5m");
    await ana.types(ops, "/ops logs backend --errors --since 5m --lines 1000");
    const errors = reading(await ana.sees(ops, /· last 5 min, errors/));
    expect(errors).toMatch(
      /\*Errors by pattern\*\n• \*[\d,]+\* × `ERROR canceling statement due to lock timeout: UPDATE accounts/,
    );
    expect(errors).toMatch(/× `ERROR \[redacted\] KeyError: &lt;text&gt; in handlers\/orders\.py/);
    expect(errors).not.toContain("INFO request");
    await ana.clicks(/as a file/, { channel: ops, reading: /last 5 min, errors/ });
    await until("the file", () => story.slack.calls.some((call) => call.method === "files.completeUploadExternal"));

    await ana.types(ops, "/ops logs backend --grep DATABASE_URL --since 1h");
    const settings = reading(await ana.sees(ops, /holding “DATABASE_URL”\n[\s\S]*Newest/));
    expect(settings).toContain("DATABASE_URL=postgresql://waooaw:[redacted]@waooaw-postgres-production");
    const told = JSON.stringify(story.slack.calls);
    for (const planted of ["planted-log-password", "eyJhbGciOi", "AKIAPLANTED0LOGKEY00", "jane.roe@example.com"])
      expect(told).not.toContain(planted);
  });

  test("says the rule with what it cannot read, and what to do where nothing fits or nobody said where the log is", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    for (const [typed, words] of [
      ["/ops logs backend --since -5m", /`--since -5m` is no time; it must be from 1m to 7d back/],
      ["/ops logs backend --since 1y", /`--since 1y` is no time; it must be from 1m to 7d back/],
      ["/ops logs backend --since 30d", /`--since` must be from 1m to 7d back/],
      ["/ops logs backend --lines 5000", /`--lines` must be a whole number from 1 to 1000/],
      ["/ops logs backend --lines many", /`--lines` must be a whole number from 1 to 1000/],
      ["/ops logs backend --follow 2h", /`--follow` must be from 1m to 30m/],
      ["/ops logs bakend", /Did you mean `?backend/],
      ["/ops logs grafana", /does not say where the logs of production\/grafana are.*Add `logs`/s],
    ] as const) {
      const before = ana.told(ops).length;
      await ana.types(ops, typed);
      await until(typed, () => ana.told(ops).length > before);
      expect(ana.told(ops).at(-1)).toMatch(words);
    }
    await ana.types(ops, '/ops logs backend --grep "no line says this"');
    await ana.sees(ops, /no line fits\.[\s\S]*Try a longer time/);
  });

  test("is followed until its time is over or somebody stops it, and says why it cannot be read", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    await ana.types(ops, "/ops logs agent --follow 2m --lines 20");
    const first = reading(await ana.sees(ops, /followed until/));
    await story.advance("30s");
    await until("newer lines", () => /followed until/.test(ana.screen(ops)) && !ana.screen(ops).includes(first));
    await story.advance("3m");
    await story.settled();
    const last = reading(await ana.sees(ops, /Log of agent/));
    expect(last).toContain("Look again");
    expect(last).not.toContain("followed until");
    await ana.types(ops, "/ops logs agent --follow 30m");
    await ana.clicks("Stop following", { channel: ops });
    await until("the end of it", () => !/followed until/.test(ana.screen(ops)));
    const reads = () => story.cloud.calls().filter((call) => call.operation === "FilterLogEvents").length;
    await story.advance("15s");
    const before = reads();
    await story.advance("2m");
    expect(reads()).toBe(before);

    story.cloud.faults.set("deny", "logs:FilterLogEvents", true);
    await ana.types(ops, "/ops logs backend");
    await ana.sees(
      ops,
      /could not be read \(last 30 min\)\nthe platform did not let the bot do it \(FilterLogEvents: AccessDenied/,
    );
  });
});
