import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";
import { alertResults } from "../../src/domain/alert/doctor.ts";
import { ConfigurationError } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";

const parse = (text: string) =>
  parseConfiguration([{ name: "tocsin.yaml", text }], { environment: {}, operations }).configuration;
const token = "a-long-random-token";

function faultsOf(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe("the section alerts", () => {
  test("all faults are told at once, each with its place and the way out", () => {
    const faults = faultsOf(`services: { backend: {} }
oncall: { platform: [ana@example.com] }
alerts:
  sources:
    one: { kind: alertmanager }
    two: { kind: cloudwatch, token: ${token} }
    three: { kind: json, token: ${token}, secret: ${token}, levels: { critical: [bad], warning: [Bad] } }
    four: { kind: json, token: short }
    five: { kind: graphana, token: ${token} }
    six: { kind: json, token: ${token}, service: backnd, environment: prodd }
    seven: { kind: cloudwatch, topic: "arn:aws:sqs:eu-west-1:123456789012:q" }
    watch: { kind: json, token: ${token} }
  watch: { every: 30s, targets: [backnd], environments: [prodd] }
  critical: { severity: SEV9, page: [platfrom], incident: maybe }
  routes:
    - { sources: [oen], services: [nothing] }
  calm_in: [Weekend]
`);
    const told = faults.join("\n");
    for (const fault of [
      /alerts\.sources\.one: does not say how alertmanager proves itself; write its token/,
      /two\.token: is nothing that cloudwatch can prove itself by; write its topic/,
      /three: has token and secret; keep the one/,
      /three\.levels\.warning\[0\]: "Bad" also means critical/,
      /four\.token: .*at least 16 characters/,
      /five\.kind: .*write one of json, alertmanager, grafana/,
      /six\.service: "backnd" is no .* did you mean backend/,
      /six\.environment: "prodd" is no environment/,
      /seven\.topic: .*write the topic's ARN/,
      /sources\.watch: is how the bot's own watch is called; name the source otherwise/,
      /watch\.every: .*write a time from 1m to 1h/,
      /watch\.targets\[0\]: "backnd" is no .* did you mean backend/,
      /watch\.environments\[0\]: "prodd" is no environment/,
      /critical\.severity: "SEV9" is no severity/,
      /critical\.page\[0\]: "platfrom" is no team of oncall here; did you mean platform/,
      /critical\.incident: .*open, propose, none/,
      /routes\[0\]\.sources\[0\]: "oen" is no source of alerts here; did you mean one/,
      /routes\[0\]\.services\[0\]: "nothing" is no/,
      /calm_in\[0\]: "Weekend" is no window of maintenance/,
    ])
      expect(told).toMatch(fault);
    // None of them shows a secret.
    expect(told).not.toContain(token);
  });

  test("a watch is enough, looks every 5 minutes where production is, and routes may name it", () => {
    const { alerts } = parse(`environments: { production: { production: true }, demo: {} }
alerts: { watch: {}, routes: [{ sources: [watch], page: false }] }`);
    expect(alerts?.watch).toMatchObject({ everyMinutes: 5, targets: null, environments: ["production"] });
  });

  test("without a source there are no alerts, whatever follows from them", () => {
    expect(parse("alerts: { critical: { channel: incidents, page: true } }").alerts).toBeUndefined();
  });
});

describe("doctor says of alerts", () => {
  const found = (text: string) =>
    alertResults(parse(text)).map(({ what, ok, found }) => `${ok ? "ok" : "FAULT"} ${what}: ${found}`);

  test("that there are none", () => {
    expect(found("")).toEqual(["ok Alerts: no source and no watch, so there are none; see docs/alerts.md"]);
  });

  test("what is watched", () => {
    const text = `services: { backend: { environments: { production: { ecs: { cluster: c, service: s } } } } }
alerts: { watch: { every: 1h }, critical: { page: false } }`;
    expect(found(text)).toContain("ok Alerts: watch: the bot's own, every 60 min: production/backend");
  });

  test("where each is posted, and that critical ones page nobody though they should", () => {
    const alerts = `alerts: { sources: { am: { kind: alertmanager, token: ${token} } } }`;
    expect(found(`severities: { S1: { summary: Down } }\n${alerts}`)).toEqual([
      "ok Alerts: am: alertmanager at /alerts/am, known by a bearer token",
      "FAULT Critical alerts: page nobody and propose an incident",
    ]);
    expect(found(`severities: { S1: { summary: Down, page: [ana@example.com] } }\n${alerts}`)).toContain(
      "ok Critical alerts: page ana@example.com and propose an incident",
    );
  });
});
