import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { completeThresholds, thresholdsSchema } from "../../../src/config/thresholds.ts";
import { alarmFindings, likelyCause, worstFirst } from "../../../src/domain/health/diagnosis.ts";
import { judge, measured, measureOf } from "../../../src/domain/health/thresholds.ts";

const now = new Date("2026-11-22T10:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const thresholds = (written: unknown) => completeThresholds(thresholdsSchema.parse(written));
const [cpu] = thresholds([
  { metric: "CPU utilization", normal: "< 70 %", warning: "> 70 %", critical: "> 90 %", action: "Scale up" },
]);
if (!cpu) throw new Error("there is no threshold");

describe("thresholds", () => {
  test.each(["waooaw", "queue-app", "c0di3", "forge-factory", "woohan"])(
    "of %s are read, each with a bound",
    (name) => {
      const written = parse(readFileSync(`examples/${name}/tocsin.yaml`, "utf8")).thresholds;
      const read = thresholds(written);
      expect(read).toHaveLength(written.length);
      for (const { normal, warning, critical } of read) expect(normal ?? warning ?? critical).not.toBeNull();
    },
  );

  test.each(["90 %", "> ninety", "=> 90 %", ">", "> 80 and < 90", "> 90 %\n"])(
    "a bound such as %j is refused",
    (bound) => {
      expect(thresholdsSchema.safeParse([{ metric: "CPU", warning: bound }]).success).toBe(false);
    },
  );

  test("a metric without any bound is refused", () => {
    expect(thresholdsSchema.safeParse([{ metric: "CPU" }]).success).toBe(false);
  });

  test.each([
    ["CPU utilization", "cpu"],
    ["CPU usage", "cpu"],
    ["CPU", "cpu"],
    ["Memory usage", "memory"],
    ["memory utilisation", "memory"],
    ["Database CPU", null],
    ["Memory leaks", null],
    ["Error rate", null],
  ] as const)("%s is measured by %s", (metric, measure) => {
    expect(measureOf(metric)).toBe(measure);
  });

  test.each([
    [12, "ok"],
    [70, "warning"],
    [70.1, "warning"],
    [90, "warning"],
    [90.1, "critical"],
  ] as const)("%s % is %s", (value, state) => {
    expect(judge(cpu, value)).toBe(state);
  });

  test("what is outside normal is a warning where nothing else is written", () => {
    const [only] = thresholds([{ metric: "CPU", normal: "< 70 %" }]);
    expect(only && judge(only, 80)).toBe("warning");
    expect(only && judge(only, 60)).toBe("ok");
  });
});

describe("what a measure says", () => {
  const at = (minutes: number, value: number) => ({ at: minutesAgo(minutes), value });

  test("the newest value, since when it is so bad, and how it was an hour ago", () => {
    const points = [at(62, 41), at(4, 69), at(3, 91), at(2, 93), at(1, 96.4)];
    expect(measured("cpu", points, [cpu], now)).toEqual([
      {
        title: "CPU utilization",
        state: "critical",
        detail: "96 %, critical > 90 %, for 2 minutes; an hour ago 41 %. Scale up",
      },
    ]);
  });

  test.each([
    ["no points", [], "no figure of the last 15 minutes"],
    ["only old ones", [at(16, 12)], "no figure of the last 15 minutes"],
  ])("%s is unknown", (_, points, detail) => {
    expect(measured("cpu", points, [cpu], now)).toEqual([{ title: "CPU utilization", state: "unknown", detail }]);
  });

  test("without a threshold for it, or with one in another unit, the value is shown and is unknown", () => {
    expect(measured("memory", [at(1, 12)], [cpu], now)).toEqual([
      { title: "Memory", state: "unknown", detail: "12 %, but no threshold is configured for it" },
    ]);
    const inGib = thresholds([{ metric: "Memory", critical: "> 4 GiB" }]);
    expect(measured("memory", [at(1, 12)], inGib, now)).toMatchObject([
      { state: "unknown", detail: "12 %, but its threshold is in GiB" },
    ]);
  });
});

test("alarms: those that are on and those that do not know; none at all is unknown, never fine", () => {
  const alarm = (state: "ok" | "alarm" | "unknown") => ({ name: state, state, reason: null });
  const states = (found: ReturnType<typeof alarmFindings>) => found.map((one) => one.state);
  expect(states(alarmFindings([alarm("ok"), alarm("unknown"), alarm("alarm")], true))).toEqual(["unknown", "critical"]);
  expect(states(alarmFindings([alarm("ok")], true))).toEqual(["ok"]);
  expect(states(alarmFindings([alarm("ok")], false))).toEqual(["unknown"]);
  expect(states(alarmFindings([], true))).toEqual(["unknown"]);
});

test("the worst comes first, and unknown before normal", () => {
  const findings = (["ok", "unknown", "critical", "warning"] as const).map((state) => ({
    title: "",
    state,
    detail: "",
  }));
  expect(worstFirst(findings).map(({ state }) => state)).toEqual(["critical", "warning", "unknown", "ok"]);
});

test("a deployment of the last hour is the likely cause, only while something is wrong", () => {
  const deployment = (minutes: number, state: "completed" | "failed") => ({
    ...{
      id: "d",
      primary: true,
      reason: null,
      version: `backend:${minutes}`,
      desired: 4,
      running: 4,
      pending: 0,
      failed: 0,
    },
    state,
    since: minutesAgo(minutes),
  });
  const bad = [{ title: "", state: "critical" as const, detail: "" }];
  const fine = [{ title: "", state: "ok" as const, detail: "" }];
  expect(likelyCause(bad, [deployment(59, "completed")], now)).toBe(
    "The deployment of backend:59, begun 59 minutes ago, completed",
  );
  expect(likelyCause(bad, [deployment(5, "completed"), deployment(9, "failed")], now)).toMatch(/backend:9, .* failed$/);
  expect(likelyCause(bad, [deployment(61, "failed")], now)).toBeNull();
  expect(likelyCause(fine, [deployment(5, "completed")], now)).toBeNull();
});
