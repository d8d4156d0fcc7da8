import { expect, test } from "vitest";
import type { Alert, AlertGroup } from "../../../src/domain/alert/alert.ts";
import type { AlertFacts } from "../../../src/domain/alert/facts.ts";
import { alertCard } from "../../../templates/alert/card.ts";
import { alertList } from "../../../templates/alert/list.ts";
import { expectGolden } from "../../support/golden.ts";
import { sampleIncident } from "../incident/facts.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 10, minute));

const group: AlertGroup = {
  id: "g1",
  source: "prometheus",
  key: "k",
  level: "critical",
  title: "HighErrorRate",
  service: "backend",
  environment: "production",
  place: { configured: "alerts" },
  severity: "SEV1",
  incident: "propose",
  page: ["platform"],
  calm: null,
  openedAt: at(0),
  lastAt: at(12),
  endedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  incidentId: null,
  pageIds: ["p1"],
};

function alert(instance: string, resolvedAt: Date | null = null): Alert {
  return {
    id: `a-${instance}`,
    groupId: "g1",
    source: "prometheus",
    fingerprint: instance,
    title: "HighErrorRate",
    text: "More than 5 % of requests fail <!channel>",
    labels: { alertname: "HighErrorRate", service: "backend", instance },
    link: "https://prometheus.example/graph",
    startedAt: at(-3),
    firstAt: at(0),
    lastAt: at(12),
    count: 2,
    toldAt: at(-3),
    resolvedAt,
  };
}

const facts: AlertFacts = {
  group,
  tally: { alerts: 1, firing: 1, told: 1, since: at(0), startedAt: at(-3) },
  alerts: [alert("web-1")],
  about: "Backend API",
  incident: null,
  paged: ["Platform"],
  permalink: "https://waooaw.slack.com/archives/C0ALERTS/p1",
  subject: { name: "backend", environment: "production" },
};
const storm: AlertFacts = {
  ...facts,
  tally: { alerts: 9, firing: 8, told: 31, since: at(0), startedAt: at(-3) },
  alerts: ["web-1", "web-2", "web-3", "web-4"].map((one) => alert(one)).concat(alert("web-5", at(9)), alert("web-6")),
};

test("one alert with what is done about it", () => expectGolden("alert/card-one", alertCard(facts)));

test("what the bot's own watch found has the way to look closer, and no labels that only repeat it", () => {
  const found = { ...alert("web-1"), title: "CPU utilization", text: "95 %, critical > 90 %" };
  const watched = { ...group, source: "watch", title: found.title, environment: "production" };
  expectGolden("alert/card-watch", alertCard({ ...facts, group: watched, alerts: [found] }));
});

test("alerts about nothing of the catalog cannot be diagnosed", () => {
  const card = JSON.stringify(alertCard({ ...facts, about: null, subject: null }));
  expect(card).toContain("Acknowledge");
  expect(card).not.toContain("Diagnose");
});

test("a storm with its count, acknowledged", () => {
  const taken = { ...group, acknowledgedAt: at(5), acknowledgedBy: "U0ANA" };
  expectGolden("alert/card-storm", alertCard({ ...storm, group: taken, paged: [] }));
});

test("alerts that are part of an incident have no buttons of their own", () => {
  expectGolden("alert/card-incident", alertCard({ ...storm, incident: sampleIncident(), paged: [] }));
});

test("alerts in a maintenance are told only", () => {
  const calm = { ...group, pageIds: [], calm: "the maintenance “Database maintenance” is under way" };
  expectGolden("alert/card-calm", alertCard({ ...facts, group: calm, paged: [] }));
});

test("alerts that are over", () => {
  expectGolden("alert/card-over", alertCard({ ...storm, group: { ...group, endedAt: at(20) }, paged: [] }));
});

test("what fires now, and that nothing does", () => {
  const warning = {
    ...facts,
    group: { ...group, level: "warning" as const, title: "Disk *fills* up" },
    permalink: null,
  };
  const all = { service: null, hasSources: true };
  expectGolden("alert/list", alertList({ ...all, facts: [storm, warning], total: 5 }));
  expectGolden("alert/list-empty", alertList({ ...all, facts: [], total: 0, service: "backend" }));
  expectGolden("alert/list-no-sources", alertList({ ...all, facts: [], total: 0, hasSources: false }));
});
