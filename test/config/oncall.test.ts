import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";
import { ConfigurationError } from "../../src/errors.ts";

const parse = (text: string) =>
  parseConfiguration([{ name: "tocsin.yaml", text }], { environment: {}, operations: [] }).configuration.oncall;

function faultsOf(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe("[I5] teams on call in the configuration", () => {
  test("a list is a path of people who do not take turns", () => {
    const [team] = parse("oncall: { platform: [ana@example.com, '@leads'] }");
    expect(team?.levels.map(({ name, layers }) => [name, layers[0]?.members, layers[0]?.turnDays])).toEqual([
      ["primary", ["ana@example.com"], null],
      ["secondary", ["@leads"], null],
    ]);
    expect(team?.escalation).toEqual([
      { page: ["primary"], minutes: 5 },
      { page: ["secondary"], minutes: 5 },
    ]);
  });

  test("layers say who takes turns, when they change, and in which hours", () => {
    const [team] = parse(`
oncall:
  platform:
    title: Platform
    time_zone: Europe/Berlin
    group: "@oncall"
    layers:
      - { level: primary, members: [a@x.io, b@x.io], weekday: Wednesday, handover: "08:30", from: "2026-01-05" }
      - { level: primary, members: [c@x.io], rotate: never, hours: { days: [Saturday, Sunday], from: "09:00", to: "21:00" } }
      - { level: manager, members: ["@leads"], rotate: daily }
    escalation:
      - { page: [primary], wait: 10m }
      - { page: [manager, "@everyone", U0EVA] }
    rounds: 1
`);
    expect(team).toMatchObject({ title: "Platform", timeZone: "Europe/Berlin", group: "@oncall", rounds: 1 });
    expect(team?.levels.map(({ name, layers }) => [name, layers.length])).toEqual([
      ["primary", 2],
      ["manager", 1],
    ]);
    // The first Wednesday from that day on.
    expect(team?.levels[0]?.layers[0]).toMatchObject({
      anchor: "2026-01-07",
      turnDays: 7,
      handoverMinute: 510,
      beginsAtAnchor: true,
    });
    expect(team?.levels[0]?.layers[1]?.hours).toEqual({ days: [6, 7], from: 540, to: 1260 });
    expect(team?.escalation).toEqual([
      { page: ["primary"], minutes: 10 },
      { page: ["manager", "@everyone", "U0EVA"], minutes: 5 },
    ]);
  });

  test("every fault is told at once, at its own line, in either form", () => {
    const faults = faultsOf(`oncall:
  backend: [ana@x.io, "not a person"]
  data: []
  platform:
    time_zone: Berlin
    layers:
      - { level: primary, membres: [a@x.io], handover: "25:00" }
    escalation:
      - { page: [primry] }
  web: { layers: [{ level: primary, members: [a@x.io] }], escalation: [{ page: [primry], wait: 5 minutes }] }
  nobody: { title: Nobody }
  outside: { pagerduty: { schedules: { primary: PABC } } }
  odd: 7
`);
    const text = faults.join("\n");
    for (const part of [
      /:2:23 oncall\.backend\[1\]: cannot be "not a person"; write a Slack user id/,
      /:3:3 oncall\.data: is empty; name at least one person/,
      /:5:16 oncall\.platform\.time_zone: cannot be "Berlin"; write a time zone such as Europe\/Berlin/,
      /:7:\d+ oncall\.platform\.layers\[0\]\.membres: is not a known key; did you mean members\?/,
      /:7:\d+ oncall\.platform\.layers\[0\]\.handover: cannot be "25:00"/,
      /:10:\d+ oncall\.web\.escalation\[0\]\.wait: cannot be "5 minutes"/,
      /:11:\d+ oncall\.nobody: has nobody on call/,
      /:12:\d+ oncall\.outside\.pagerduty: needs PagerDuty/,
      /:13:\d+ oncall\.odd: cannot be 7; write a list of people, or a map with layers/,
    ])
      expect(text).toMatch(part);
    expect(
      faultsOf(
        "oncall: { web: { layers: [{ level: primary, members: [a@x.io] }], escalation: [{ page: [primry] }] } }",
      ),
    ).toEqual([
      expect.stringMatching(/escalation\[0\]\.page\[0\]: "primry" is no level of this team; did you mean primary\?/),
    ]);
  });
});
