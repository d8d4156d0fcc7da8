import { describe, expect, test } from "vitest";
import { alertsOfLooks, blindLooks, countBlind, type Watched, whileChanging } from "../../../src/domain/alert/watch.ts";
import type { Finding } from "../../../src/domain/health/thresholds.ts";

const cpu = (state: Finding["state"], more: Partial<Finding> = {}): Finding => ({
  title: "CPU",
  state,
  detail: "95 %, critical > 90 %",
  ...more,
});
const look = (...findings: readonly Finding[]): Watched => ({
  subject: { name: "backend", environment: "production" },
  findings,
});
const none: ReadonlySet<string> = new Set();
const unseen: ReadonlyMap<string, number> = new Map();
const first = alertsOfLooks([look(cpu("critical"))], none, unseen);
const firing = new Set(first.map(({ fingerprint }) => fingerprint));
const states = (looks: readonly Watched[], fires = firing, blind = unseen) =>
  alertsOfLooks(looks, fires, blind).map(({ state, severity, title }) => [state, severity, title]);

describe("what a round of looks tells", () => {
  test("what is wrong fires by its level, about its thing, with what is known of it", () => {
    const since = new Date("2026-03-01T10:00:00Z");
    expect(alertsOfLooks([look(cpu("warning", { since, runbook: "https://r.example/cpu" }))], none, unseen)).toEqual([
      {
        fingerprint: expect.any(String),
        title: "CPU",
        text: "95 %, critical > 90 %",
        severity: "warning",
        state: "firing",
        labels: { service: "backend", environment: "production" },
        link: "https://r.example/cpu",
        startedAt: since,
        at: null,
      },
    ]);
  });

  test("what is well ends what fired, and is not told otherwise", () => {
    expect(states([look(cpu("ok"))])).toEqual([["resolved", null, ""]]);
    expect(states([look(cpu("ok"))], new Set())).toEqual([]);
  });

  test("the same thing elsewhere is another alert", () => {
    const elsewhere = { ...look(cpu("ok")), subject: { name: "backend", environment: "demo" } };
    expect(states([look(cpu("critical")), elsewhere])).toEqual([["firing", "critical", "CPU"]]);
  });

  test.each([
    ["what cannot be read", cpu("unknown")],
    ["what may not have lasted long enough", cpu("critical", { unlasted: true })],
  ])("%s neither begins nor ends anything", (_what, finding) => {
    expect(states([look(finding)], new Set())).toEqual([]);
    expect(states([look(finding)])).toEqual([]);
  });

  test("what was not found ends only where everything could be read", () => {
    expect(states([look({ ...cpu("ok"), title: "Memory" })])).toEqual([["resolved", null, ""]]);
    expect(states([look({ ...cpu("unknown"), title: "Memory" })])).toEqual([]);
  });

  test("what is not watched any more ends", () => {
    expect(states([])).toEqual([["resolved", null, ""]]);
  });

  test("alarms of the platform, and values nobody has a bound for, are left out", () => {
    const findings = [cpu("critical", { alarm: true }), cpu("unknown", { unjudged: true })];
    expect(states([look(...findings)], new Set(), countBlind([look(...findings)], unseen))).toEqual([]);
  });

  test("what cannot be read again and again is told once for its thing, and ends with the first reading of all", () => {
    const dark = look(cpu("unknown", { detail: "it was denied" }), { ...cpu("unknown"), title: "Memory" });
    let blind = unseen;
    for (let n = 1; n < blindLooks; n += 1) {
      blind = countBlind([dark], blind);
      expect(alertsOfLooks([dark], none, blind)).toEqual([]);
    }
    blind = countBlind([dark], blind);
    const [told, ...more] = alertsOfLooks([dark], none, blind);
    expect(more).toEqual([]);
    expect(told).toMatchObject({ title: "Figures cannot be read", severity: "warning", state: "firing" });
    expect(told?.text).toContain("CPU: it was denied\nMemory:");
    const fires = new Set([told?.fingerprint ?? ""]);
    const half = look(cpu("ok"), { ...cpu("unknown"), title: "Memory" });
    expect(states([half], fires, countBlind([half], blind))).toEqual([["firing", "warning", "Figures cannot be read"]]);
    const well = look(cpu("ok"), { ...cpu("ok"), title: "Memory" });
    expect(states([well], fires, countBlind([well], blind))).toEqual([["resolved", null, ""]]);
  });

  test("a look that can be read again starts the count anew", () => {
    const dark = look(cpu("unknown"));
    const twice = countBlind([dark], countBlind([dark], unseen));
    const after = countBlind([dark], countBlind([look(cpu("ok"))], twice));
    expect([...after.values()]).toEqual([1]);
  });

  test("while a service is changed, less of it running is no news; nothing of it running is", () => {
    const running = (state: Finding["state"]): Finding => ({ title: "Running", state, detail: "4 of 6" });
    expect(states([look(...whileChanging([running("warning"), cpu("warning")]))], new Set())).toEqual([
      ["firing", "warning", "CPU"],
    ]);
    expect(states([look(...whileChanging([running("critical")]))], new Set())).toEqual([
      ["firing", "critical", "Running"],
    ]);
  });
});
