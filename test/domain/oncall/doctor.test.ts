import { expect, test } from "vitest";
import { parseConfiguration } from "../../../src/config.ts";
import { scheduleResults } from "../../../src/domain/oncall/doctor.ts";

const now = new Date("2026-01-07T12:00:00Z");
const results = (text: string) =>
  scheduleResults(
    parseConfiguration([{ name: "t", text }], { environment: {}, operations: [] }).configuration.oncall,
    now,
  );

test("[I5] a schedule without gaps is in order", () => {
  expect(results("oncall: { web: [ana@x.io, ben@x.io] }")).toEqual([
    { what: "On call: web", ok: true, found: "primary, secondary", fix: null },
  ]);
});

test("[I5] a time in which nobody at all is on call is a fault, with where it begins in the team's zone", () => {
  const [one] = results(`oncall:
  web:
    time_zone: Europe/Berlin
    layers:
      - { level: primary, members: [a@x.io], hours: { days: [Monday, Tuesday, Wednesday, Thursday, Friday], from: "09:00", to: "17:00" } }`);
  expect(one?.ok).toBe(false);
  expect(one?.found).toMatch(
    /nobody at all is on call from 2026-01-07 17:00 \(Europe\/Berlin\)\nprimary has 20 gaps in 28 days, 5\d\d h in all/,
  );
});

test("[I5] a gap of one level that another covers, and a layer that never counts, are told without being faults", () => {
  const [one] = results(`oncall:
  web:
    layers:
      - { level: primary, members: [a@x.io], from: "2026-01-12" }
      - { level: secondary, members: [b@x.io], rotate: never }
      - { level: secondary, members: [c@x.io], rotate: never }`);
  expect(one?.ok).toBe(true);
  expect(one?.found).toMatch(
    /primary has 1 gap in 28 days, 117 h in all, the first from 2026-01-07 12:00 \(UTC\) to 2026-01-12 09:00 \(UTC\)/,
  );
  expect(one?.found).toMatch(/secondary: 1 of its layers never count/);
});
