import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { completeThresholds, thresholdsSchema } from "../../../src/config/thresholds.ts";
import { alarmFindings, worstFirst } from "../../../src/domain/health/diagnosis.ts";
import { type MeasureName, measureOf } from "../../../src/domain/health/measures.ts";
import { samplesOf, withHistory } from "../../../src/domain/health/samples.ts";
import { type Figure, judge, judged, judgedMetric } from "../../../src/domain/health/thresholds.ts";

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

  test("a metric of the team's own must say what it is about, and is read in one place", () => {
    const own = { metric: "Stuck agents", critical: "> 3" };
    expect(thresholdsSchema.safeParse([{ ...own, prometheus: "stuck" }]).success).toBe(false);
    expect(thresholdsSchema.safeParse([{ ...own, prometheus: "stuck", targets: ["agent"] }]).success).toBe(true);
    const both = { prometheus: "stuck", cloudwatch: { namespace: "A", metric: "B" }, targets: ["agent"] };
    expect(thresholdsSchema.safeParse([{ ...own, ...both }]).success).toBe(false);
  });

  test("a metric without any bound is refused", () => {
    expect(thresholdsSchema.safeParse([{ metric: "CPU" }]).success).toBe(false);
  });

  test.each([
    ["CPU utilization", "service", "cpu"],
    ["CPU usage", "service", "cpu"],
    ["CPU", "cache", "cpu"],
    ["Database CPU", "database", "cpu"],
    ["Memory usage", "service", "memory"],
    ["memory utilisation", "cache", "memory"],
    ["Memory usage", "database", null],
    ["Memory leaks", "service", null],
    ["HTTP 2xx rate", "service", "success-rate"],
    ["HTTP 5xx rate", "service", "error-rate"],
    ["Error rate", "service", "error-rate"],
    ["Response time P95", "service", "p95"],
    ["API P95 response time", "service", "p95"],
    ["Latency p99", "service", "p99"],
    ["Database connections", "database", "connections"],
    ["Database connections", "service", null],
    ["Disk usage", "database", "disk"],
    ["Disk space", "database", "disk"],
    ["Cache hit rate", "cache", "hit-rate"],
    ["Queue length", "queue", "waiting"],
    ["Task queue backlog", "queue", "waiting"],
    ["Failed jobs", "queue", "failed"],
    ["Failed workflows", "queue", "failed"],
    ["Replication lag", "database", "replication-lag"],
  ] as const)("%s of a %s is measured by %s", (metric, kind, measure) => {
    expect(measureOf(metric, kind)).toBe(measure);
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
    const [one] = thresholds([{ metric: "CPU", normal: "< 70 %" }]);
    expect(one && judge(one, 80)).toBe("warning");
    expect(one && judge(one, 60)).toBe("ok");
  });
});

const figure = (measure: MeasureName, points: Figure["points"], more: Partial<Figure> = {}): Figure => ({
  ...{ measure, points, of: null, dayAgo: null, limit: null, history: "every-minute" as const },
  ...more,
});
const at = (minutes: number, value: number) => ({ at: minutesAgo(minutes), value });
const only = (written: Record<string, unknown>) => {
  const [one] = thresholds([written]);
  if (!one) throw new Error("there is no threshold");
  return one;
};

describe("what a figure says", () => {
  test("the newest value, since when it is so bad, and how it was an hour and a day ago", () => {
    const points = [at(62, 41), at(4, 69), at(3, 91), at(2, 93), at(1, 96.4)];
    expect(judged(figure("cpu", points, { dayAgo: 44.4 }), cpu, now)).toMatchObject({
      title: "CPU utilization",
      state: "critical",
      detail: "96 %, critical > 90 %, for 2 minutes; an hour ago 41 %, a day ago 44 %. Scale up",
      since: minutesAgo(3),
    });
  });

  test.each([
    ["no points", []],
    ["only old ones", [at(16, 12)]],
  ])("%s is unknown", (_, points) => {
    const detail = "no figure of the last 15 minutes";
    expect(judged(figure("cpu", points), cpu, now)).toMatchObject({ state: "unknown", detail });
  });

  test.each([
    ["connections", 97, 100, "> 80 % of max", "critical", "97 of 100, critical > 95 % of max"],
    ["connections", 85, 200, "> 80", "warning", "85 of 200, warning > 80"],
    ["p95", 620, null, "> 0.5 s", "warning", "620 ms, warning > 0.5 s"],
    ["oldest", 400, null, "> 5 min", "warning", "7 min, warning > 5 min"],
    ["waiting", 1200, null, "> 1000 jobs", "warning", "1,200, warning > 1000 jobs"],
  ] as const)("%s of %s with a limit of %s against %j is a %s", (measure, value, limit, warning, state, detail) => {
    const threshold = only({
      metric: "m",
      warning,
      ...(measure === "connections" && warning.endsWith("max") ? { critical: "> 95 % of max" } : {}),
    });
    const found = judged(figure(measure, [at(0, value)], { limit, history: "looks" }), threshold, now);
    expect([found.state, found.detail.split(", since")[0]]).toEqual([state, detail]);
  });

  test("a share of a limit that nobody knows, and a bound in another unit, are unknown and never fine", () => {
    const share = only({ metric: "Database connections", warning: "> 80 %" });
    expect(judged(figure("connections", [at(1, 12)]), share, now)).toMatchObject({
      state: "unknown",
      detail: "12, but its limit is not known, which its threshold is a share of; trend unknown",
    });
    const inGib = only({ metric: "Memory", critical: "> 4 GiB" });
    expect(judged(figure("memory", [at(1, 12)]), inGib, now)).toMatchObject({
      state: "unknown",
      detail: "12 %, but its threshold is in GiB; trend unknown",
    });
  });

  test("what must last a while counts in full only then", () => {
    const threshold = only({ metric: "CPU", critical: "> 90 %", for: "5m" });
    const points = (minutes: number) => [at(10, 50), ...Array.from({ length: minutes }, (_, n) => at(minutes - n, 95))];
    const early = judged(figure("cpu", points(3)), threshold, now);
    expect(early.state).toBe("warning");
    expect(early.detail).toMatch(/^95 %, critical > 90 %, for 2 minutes, which counts in full after 5/);
    expect(judged(figure("cpu", points(6)), threshold, now).state).toBe("critical");
  });

  test("without a threshold usual bounds hold, and where there are none it is shown and not judged", () => {
    expect(judged(figure("blocked", [at(0, 2)], { history: "looks" }), null, now)).toMatchObject({
      state: "warning",
      detail: "2, warning > 0 (built in), since when is unknown; trend unknown",
    });
    expect(judged(figure("cpu", [at(0, 2)]), null, now)).toMatchObject({
      unjudged: true,
      detail: "2 %; trend unknown",
    });
  });

  test("earlier looks stand for the history that a source does not keep", () => {
    const samples = [
      { figure: "connections", at: minutesAgo(24 * 60 + 10), value: 20 },
      { figure: "connections", at: minutesAgo(58), value: 30 },
      { figure: "connections", at: minutesAgo(20), value: 96 },
      { figure: "waiting/emails", at: minutesAgo(5), value: 1 },
    ];
    const seen = figure("connections", [at(0, 98)], { limit: 100, history: "looks" });
    const found = judged(withHistory(seen, samples, now), null, now);
    expect(found.detail).toBe(
      "98 of 100, critical > 95 % of max (built in), seen so 20 minutes ago already; an hour ago 30, a day ago 20",
    );
    expect(samplesOf([seen, figure("cpu", [at(0, 1)])])).toEqual([{ figure: "connections", at: now, value: 98 }]);
  });

  test("a metric of the team's own is held against its threshold in the threshold's unit", () => {
    const own = only({ metric: "Stuck agents", critical: "> 3 agents", targets: ["agent"], prometheus: "stuck" });
    expect(judgedMetric(own, { points: [at(1, 5)], dayAgo: 1 }, now)).toMatchObject({
      title: "Stuck agents",
      state: "critical",
      detail: "5 agents, critical > 3 agents, since a moment ago; an hour ago unknown, a day ago 1 agents",
    });
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
