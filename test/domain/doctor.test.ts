import { expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";
import { type AuditReport, auditResults } from "../../src/domain/audit/report.ts";
import { configurationFaults, examine, placementsOf } from "../../src/domain/doctor.ts";
import { namedChannels } from "../../src/domain/named-channels.ts";

test("everything is told in order, each fault with what puts it right, and the faults are counted", async () => {
  const diagnosis = await examine([
    {
      title: "Database",
      look: async () => [
        { what: "PostgreSQL", ok: true, found: "reached", fix: null },
        { what: "Rights", ok: false, found: "no right", fix: "grant one;\ngrant two;" },
      ],
    },
    {
      title: "Slack",
      look: async () => [{ what: "Scopes", ok: false, found: "missing a\nmissing b", fix: "Reinstall." }],
    },
    {
      title: "Cloud",
      look: async () => {
        throw new Error("no credentials");
      },
    },
  ]);
  expect(diagnosis.faults).toBe(3);
  expect(diagnosis.lines).toEqual([
    "Database",
    "  ok     PostgreSQL: reached",
    "  FAULT  Rights: no right",
    "         Fix: grant one;",
    "         grant two;",
    "",
    "Slack",
    "  FAULT  Scopes: missing a",
    "         missing b",
    "         Fix: Reinstall.",
    "",
    "Cloud",
    "  FAULT  The check itself: no credentials",
    "         Fix: Look at the message; if it says nothing to you, report it.",
    "",
    "3 faults to put right.",
  ]);
});

test("with nothing wrong it says so", async () => {
  const { lines, faults } = await examine([{ title: "One", look: async () => [] }]);
  expect(faults).toBe(0);
  expect(lines.at(-1)).toBe("Everything is in order.");
});

test("the faults of a configuration keep their place and their way out", () => {
  expect(configurationFaults(["tocsin.yaml:3:1 severites: is not a known key; did you mean severities?"])).toEqual([
    {
      what: "Configuration",
      ok: false,
      found: "tocsin.yaml:3:1 severites: is not a known key",
      fix: "did you mean severities?",
    },
  ]);
});

test("a broken chain and a sealer that does not keep up are faults, a fresh unsealed entry is none", () => {
  const now = new Date("2026-03-01T10:00:00Z");
  const report: AuditReport = {
    verified: 3,
    head: { position: 3, entryId: 3, hash: "a".repeat(64) },
    unsealed: { count: 1, oldest: new Date(now.getTime() - 1000) },
    bad: null,
    knownHead: null,
  };
  expect(auditResults(report, now).map(({ ok }) => ok)).toEqual([true]);
  const late = { ...report, unsealed: { count: 2, oldest: new Date(now.getTime() - 60_000) } };
  expect(auditResults(late, now).map(({ ok, found }) => [ok, found])).toEqual([
    [true, `3 sealed entries, head 3:${"a".repeat(64)}`],
    [false, "2 not sealed, the oldest for 60 s"],
  ]);
  const broken = { ...report, bad: { position: 2, entryId: 2, kind: "changed" as const } };
  expect(auditResults(broken, now)[0]).toMatchObject({
    ok: false,
    found: "broken at position 2: this entry is not what was sealed.",
  });
});

test("channels that are named in alert routes, severities, reviews and tasks are known, each once", () => {
  const { configuration } = parseConfiguration([{ name: "tocsin.yaml", text: named }], {
    environment: {},
    operations: [],
  });
  expect(namedChannels(configuration)).toEqual([
    { field: "alerts.critical.channel", name: "pager" },
    { field: "alerts.routes[0].channel", name: "data-alerts" },
    { field: "severities.SEV1.stakeholders", name: "board" },
    { field: "reviews.daily.channel", name: "mornings" },
  ]);
});

test("the trail is looked at once for each environment whose account has one, in its region", () => {
  const { configuration } = parseConfiguration([{ name: "tocsin.yaml", text: named }], {
    environment: {},
    operations: [],
  });
  expect(placementsOf(configuration, "cloudtrail")).toEqual([
    { environment: "production", provider: "cloudtrail", at: { region: "eu-west-1" } },
  ]);
});

const named = `
channels: { incidents: incidents, alerts: alerts }
severities: { SEV1: { summary: Down, stakeholders: [board, incidents] } }
environments: { production: { region: eu-west-1 }, staging: {} }
services:
  backend:
    title: Backend
    environments:
      production: { ecs: { cluster: main, service: backend } }
alerts:
  sources: { ci: { kind: json, token: made-up-token-of-a-test } }
  critical: { channel: pager }
  routes:
    - { labels: { team: data }, channel: data-alerts }
    - { labels: { team: web }, channel: pager }
reviews: { daily: { every: day, channel: mornings, items: [health] } }
`;
