import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../src/config.ts";
import type { SentAlert } from "../../../src/domain/alert/alert.ts";
import { routeAlert } from "../../../src/domain/alert/route.ts";
import { operations } from "../../../src/operations/index.ts";

const text = `
oncall: { platform: [ana@example.com], data: [ben@example.com] }
severities:
  SEV1: { summary: Down, page: [platform] }
  SEV2: { summary: Slow, aliases: [major] }
channels: { incidents: incidents, alerts: alerts, monitoring: monitoring }
environments: { production: { aliases: [prod] }, staging: {} }
services:
  backend: { title: Backend API, aliases: [api], environments: { production: { ecs: { cluster: c, service: shop-backend } } } }
  worker: { alarms: [jobs-pile-up] }
databases: { orders: { environments: { production: { rds: { instance: orders-1 } } } } }
maintenance:
  - { task: Night work, every: day, from: "02:00", to: "04:00", targets: [backend] }
  - { task: Backups, every: day, from: "01:00", to: "02:00" }
alerts:
  sources:
    scripts: { kind: json, token: a-long-random-token, level: info, levels: { critical: [dire] } }
    alarms: { kind: cloudwatch, topic: "arn:aws:sns:eu-west-1:123456789012:alarms", level: critical, service: orders, environment: prod }
    grouped: { kind: json, token: a-long-random-token, group_by: [team] }
  critical: { incident: open }
  routes:
    - { sources: [scripts], labels: { team: data }, levels: [critical], channel: data-alerts, page: [data], severity: major, incident: propose }
    - { services: [worker], channel: "#monitoring", page: false }
  calm_in: [Night work]
`;
const { configuration } = parseConfiguration([{ name: "tocsin.yaml", text }], { environment: {}, operations });

function routed(source: string, alert: Partial<SentAlert>, at = "2026-01-05T10:00:00Z") {
  const found = configuration.alerts?.sources.find(({ name }) => name === source);
  if (!found) throw new Error(`no source ${source}`);
  const whole: SentAlert = {
    fingerprint: "f",
    title: "Something",
    text: "",
    severity: "critical",
    state: "firing",
    labels: {},
    link: null,
    startedAt: null,
    at: null,
    ...alert,
  };
  return routeAlert(configuration, found, whole, new Date(at));
}

describe("[L2] what follows from an alert", () => {
  test.each([
    ["dire", "critical"],
    ["DIRE", "critical"],
    ["critical", "info"],
    ["warn", "warning"],
    ["odd", "info"],
    [null, "info"],
  ])("the word %s is the level %s where only some words are written", (severity, level) => {
    expect(routed("scripts", { severity }).level).toBe(level);
  });

  test.each([
    [{ service: "API" }, "backend"],
    [{ ServiceName: "shop-backend" }, "backend"],
    [{ DBInstanceIdentifier: "orders-1" }, "orders"],
    [{ service: "nothing", app: "worker" }, "worker"],
    [{ service: "nothing" }, null],
  ])("labels %j are about %s", (labels, service) => {
    expect(routed("scripts", { labels: labels as Record<string, string> }).service).toBe(service);
  });

  test("an alarm that the catalog lists, and what the source says where no label does", () => {
    expect(routed("scripts", { title: "jobs-pile-up" }).service).toBe("worker");
    expect(routed("alarms", {})).toMatchObject({ service: "orders", environment: "production" });
    expect(routed("alarms", { labels: { env: "staging" } }).environment).toBe("staging");
  });

  test("critical ones page whom their severity names and open an incident; the others are only told", () => {
    expect(routed("alarms", {})).toMatchObject({
      place: { configured: "alerts" },
      severity: "SEV1",
      incident: "open",
      page: ["platform"],
      calm: null,
    });
    expect(routed("scripts", { severity: "warning" })).toMatchObject({
      place: { configured: "alerts" },
      incident: "none",
      page: [],
    });
    expect(routed("scripts", { severity: "info" })).toMatchObject({ place: { configured: "monitoring" }, page: [] });
  });

  test("the first route that fits says what differs", () => {
    expect(routed("scripts", { severity: "dire", labels: { team: "data" } })).toMatchObject({
      place: { named: "data-alerts" },
      severity: "SEV2",
      incident: "propose",
      page: ["data"],
    });
    expect(routed("scripts", { severity: "dire", labels: { service: "worker" } })).toMatchObject({
      place: { configured: "monitoring" },
      incident: "open",
      page: [],
    });
  });

  test.each([
    ["what is no production", { env: "staging" }, "10:00", "staging is no production"],
    ["a window that calm_in names", { service: "backend" }, "03:00", "the maintenance “Night work” is under way"],
  ])("%s calls nobody and opens nothing", (_, labels, time, calm) => {
    const found = routed(
      "scripts",
      { severity: "dire", labels: labels as Record<string, string> },
      `2026-01-05T${time}:00Z`,
    );
    expect(found).toMatchObject({ calm, page: [], incident: "propose" });
  });

  test.each([
    ["a window that calm_in does not name", { service: "backend" }, "01:30"],
    ["a window for something else", { service: "orders" }, "03:00"],
    ["a window for something, where nobody knows what it is about", {}, "03:00"],
  ])("%s changes nothing", (_, labels, time) => {
    const found = routed(
      "scripts",
      { severity: "dire", labels: labels as Record<string, string> },
      `2026-01-05T${time}:00Z`,
    );
    expect(found).toMatchObject({ calm: null, page: ["platform"] });
  });

  test("one message for the same title about the same thing, or for the labels that are named", () => {
    const key = (source: string, alert: Partial<SentAlert>) => routed(source, alert).key;
    expect(key("scripts", { labels: { service: "api", host: "1" } })).toBe(
      key("scripts", { labels: { service: "backend", host: "2" } }),
    );
    expect(key("scripts", { labels: { service: "api" } })).not.toBe(key("scripts", { labels: { service: "worker" } }));
    expect(key("scripts", {})).not.toBe(key("scripts", { title: "Else" }));
    expect(key("scripts", {})).not.toBe(key("scripts", { severity: "warning" }));
    expect(key("grouped", { title: "One", labels: { team: "a" } })).toBe(
      key("grouped", { title: "Two", labels: { team: "a" } }),
    );
  });
});
