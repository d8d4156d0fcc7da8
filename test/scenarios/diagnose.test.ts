import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startHealthAddress } from "../support/health-address.ts";
import { reading } from "../support/reading.ts";
import { startScenario } from "../support/scenario.ts";

const ops = "#ops";
const example = readFileSync("examples/waooaw/tocsin.yaml", "utf8");

/** A story whose backend answers on an address of the test's, and Ana in it. */
async function watchedBackend() {
  const service = await startHealthAddress();
  const story = await startScenario({ configuration: example.replace("https://waooaw.ai/health", service.url) });
  return { service, story, ana: story.person("U0ANA") };
}

describe("[O2] diagnosing a service", { timeout: 90_000 }, () => {
  test("says each reading against its threshold, and turns the right rows red under load", async () => {
    const { story, ana } = await watchedBackend();
    await ana.types(ops, "/ops diagnose backend");
    const well = reading(await ana.sees(ops, /Seen/));
    expect(well).toMatch(/Backend API in production\* · \d normal/);
    expect(well).toMatch(/:large_green_circle: \*Running\* normal: 4 of 4/);
    expect(well).toMatch(/:large_green_circle: \*Load balancer\* normal: 4 of 4 healthy/);
    expect(well).toMatch(/:large_green_circle: \*Backend API, \/health\* normal: answered 200/);
    expect(well).toMatch(/:large_green_circle: \*CPU utilization\* normal: \d+ %, normal (&lt;|<) 70 %/);
    expect(well).toMatch(/:large_green_circle: \*Memory utilization\* normal: \d+ %/);
    expect(well).toMatch(/:large_green_circle: \*Alarms\* normal: none of 2 is on/);
    expect(well).toMatch(/:grey_question: unknown, because nothing here reads them yet: HTTP 2xx rate, .*Disk usage/);
    expect(well).not.toMatch(/Likely cause/);

    story.cloud.faults.set("high-load", "waooaw-backend", true);
    await story.advance("5m");
    await ana.clicks("Look again", { channel: ops });
    const loaded = reading(await ana.sees(ops, /Backend API in production: [12] critical/));
    expect(loaded).toMatch(
      /:red_circle: \*Backend API in production\*[^\n]*\n:red_circle: \*CPU utilization\* critical: \d+ %, critical (&gt;|>) 90 %, for \d minutes; an hour ago \d\d %/,
    );
    expect(loaded).toMatch(/:red_circle: \*Alarm waooaw-backend-cpu\* critical: Threshold Crossed/);
    expect(loaded).toMatch(/:large_green_circle: \*Running\* normal: 4 of 4/);
    // The worst stand first.
    expect(loaded.indexOf("Alarm waooaw-backend-cpu")).toBeLessThan(loaded.indexOf("*Running*"));
    await ana.clicks("Scale", { channel: ops, reading: /Backend API in production: [12] critical/ });
    await ana.seesForm(/Scale a service/);
    expect(await ana.submits({ Count: "8", Reason: "load" })).toEqual({});
    await ana.sees(ops, /from 4 to 8[\s\S]*load/);
  });

  test("a deployment that does harm is the likely cause, and is reached from the status by button", async () => {
    const { service, story, ana } = await watchedBackend();
    story.cloud.faults.set("bad-deploy", "waooaw-backend", true);
    story.cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await story.advance("2m");
    service.answers(503);
    await ana.types(ops, "/ops status backend");
    await ana.sees(ops, /Backend API is/);
    await ana.clicks("Diagnose", { channel: ops, reading: /Backend API is/ });
    const found = reading(await ana.sees(ops, /Backend API in production: 1 critical/));
    expect(found).toMatch(/\*Likely cause\*\nThe deployment of waooaw-backend:41, begun 2 minutes ago/);
    expect(found).toMatch(/:red_circle: \*Backend API, \/health\* critical: answered 503/);
    expect(found).toMatch(/:large_green_circle: \*CPU utilization\* normal/);
  });

  test("what is denied and what hangs is unknown and costs its own rows only", async () => {
    const { story, ana } = await watchedBackend();
    story.cloud.faults.set("deny", "cloudwatch:DescribeAlarms", true);
    story.cloud.faults.fail("GetMetricData", { delayMs: 10 * 60_000 });
    await ana.types(ops, "/ops diagnose backend");
    const found = reading(await ana.sees(ops, /Seen/));
    expect(found).toMatch(/:grey_question: \*Backend API in production\* · 3 unknown, 3 normal/);
    expect(found).toMatch(/:grey_question: \*CPU\* unknown: gave no answer within 5 seconds/);
    expect(found).toMatch(/:grey_question: \*Memory\* unknown: gave no answer within 5 seconds/);
    expect(found).toMatch(
      /:grey_question: \*Alarms\* unknown: the platform did not let the bot do it \(DescribeAlarms/,
    );
    expect(found).toMatch(/:large_green_circle: \*Running\* normal: 4 of 4/);
    await ana.types(ops, "/ops diagnose bakend");
    expect(ana.told(ops).at(-1)).toMatch(/backend/);
  });
});
