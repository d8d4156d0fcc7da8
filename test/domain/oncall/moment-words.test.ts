import { expect, test } from "vitest";
import { readMoment } from "../../../src/domain/oncall/moment-words.ts";

// A Wednesday, 14:30 in Berlin.
const now = new Date("2026-01-07T13:30:00Z");
const read = (words: string) => readMoment(words, "Europe/Berlin", now)?.toISOString().slice(0, 16) ?? null;

test.each([
  ["now", "2026-01-07T13:30"],
  ["+2h", "2026-01-07T15:30"],
  ["in 45 minutes", "2026-01-07T14:15"],
  ["3d", "2026-01-10T13:30"],
  ["18:00", "2026-01-07T17:00"],
  ["6pm", "2026-01-07T17:00"],
  ["9:00", "2026-01-08T08:00"],
  ["tomorrow 9:00", "2026-01-08T08:00"],
  ["tomorrow at 9am", "2026-01-08T08:00"],
  ["Friday 17:00", "2026-01-09T16:00"],
  ["wed 9:00", "2026-01-14T08:00"],
  ["friday", "2026-01-08T23:00"],
  ["2026-01-20", "2026-01-19T23:00"],
  ["2026-01-20 08:15", "2026-01-20T07:15"],
  ["2026-01-20T08:15", "2026-01-20T07:15"],
  ["2026-03-29 02:30", "2026-03-29T01:30"],
  ["2026-10-25 02:30", "2026-10-25T00:30"],
])("“%s” is %s", (words, expected) => {
  expect(read(words)).toBe(expected);
});

test.each(["", "whenever", "25:00", "18:75", "2026-02-30", "13pm", "18", "-2h", "someday 9:00"])(
  "“%s” is no time",
  (words) => {
    expect(read(words)).toBeNull();
  },
);
