import { describe, expect, test } from "vitest";
import { addBusinessMinutes } from "../../../src/domain/time/business-hours.ts";
import { inUtc, readMoment } from "../../../src/domain/time/typed-moment.ts";
import { Refusal } from "../../../src/errors.ts";

function read(typed: string, now: string, timezone = "Europe/Berlin"): string {
  try {
    return readMoment(typed, { now: new Date(now), timezone })
      .toISOString()
      .slice(0, 16);
  } catch (error) {
    if (error instanceof Refusal) return `${error.message} ${error.next ?? ""}`.trim();
    throw error;
  }
}

describe("a time in the past, in the person's own zone", () => {
  const now = "2026-11-22T12:00:00Z";
  test.each([
    ["2h", "2026-11-22T10:00"],
    ["90 min ago", "2026-11-22T10:30"],
    ["1h30m", "2026-11-22T10:30"],
    ["1 day and 2 hours ago", "2026-11-21T10:00"],
    ["now", "2026-11-22T12:00"],
    ["12:05", "2026-11-22T11:05"],
    [
      "12:05 UTC",
      "That time is still to come (12:05 UTC). Name one in the past; say the day where another is meant, such as yesterday 14:05.",
    ],
    ["11:05 utc", "2026-11-22T11:05"],
    ["11:05Z", "2026-11-22T11:05"],
    [
      "2pm",
      "That time is still to come (13:00 UTC). Name one in the past; say the day where another is meant, such as yesterday 14:05.",
    ],
    ["9:30am", "2026-11-22T08:30"],
    ["12 am", "2026-11-21T23:00"],
    ["yesterday 23:10", "2026-11-21T22:10"],
    ["yesterday at 23:10", "2026-11-21T22:10"],
    ["2026-11-20 08:00", "2026-11-20T07:00"],
    ["2026-11-20T08:00:00Z", "2026-11-20T08:00"],
    ["2026-11-20 08:00 +05:30", "2026-11-20T02:30"],
    ["2026-11-20 08:00 America/New_York", "2026-11-20T13:00"],
  ])("%s", (typed, moment) => expect(read(typed, now)).toBe(moment));

  test("just after midnight a late hour is that of the evening before", () => {
    expect(read("23:50", "2026-11-22T23:10:00Z")).toBe("2026-11-22T22:50");
  });

  test.each([
    "",
    "14",
    "25:00",
    "12:60",
    "2026-02-30 10:00",
    "soon",
    "13pm",
    "12:00 Mars/Olympus",
    "12:00 +25:00",
    "-2h",
    "tomorrow 10:00",
  ])("%j is none", (typed) => expect(read(typed, now)).toMatch(/^I cannot read/));

  test("what lies ahead is refused", () => {
    expect(read("2027-01-01 00:00", now)).toMatch(/^That time is still to come/);
    expect(read("today 18:00", now)).toMatch(/^That time is still to come \(17:00 UTC\)/);
  });
});

describe("when daylight saving moves the clocks", () => {
  test("the hour that is skipped is refused", () => {
    expect(read("02:30", "2026-03-29T08:00:00Z")).toBe(
      "There was no 02:30 in Europe/Berlin: the clocks went forward over it. Write it in UTC, such as 01:30 UTC.",
    );
    expect(read("03:30", "2026-03-29T08:00:00Z")).toBe("2026-03-29T01:30");
  });

  test("the hour that is repeated is asked about, unless only one of the two has been", () => {
    expect(read("02:30", "2026-10-25T08:00:00Z")).toBe(
      "In Europe/Berlin it was 02:30 twice, when the clocks went back. Say which: 00:30 UTC (+02:00) or 01:30 UTC (+01:00).",
    );
    expect(read("02:30", "2026-10-25T00:45:00Z")).toBe("2026-10-25T00:30");
    expect(read("02:30 +01:00", "2026-10-25T08:00:00Z")).toBe("2026-10-25T01:30");
    expect(read("02:30 +0200", "2026-10-25T08:00:00Z")).toBe("2026-10-25T00:30");
  });

  test("yesterday is a day of the calendar, not 24 hours", () => {
    expect(read("yesterday 23:30", "2026-10-25T22:30:00Z")).toBe("2026-10-24T21:30");
  });

  test("a zone whose clocks move by half an hour", () => {
    expect(read("02:10", "2026-10-04T06:00:00Z", "Australia/Lord_Howe")).toMatch(/^There was no 02:10/);
  });
});

test("a moment is said in UTC, with its day where it is another one", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  expect(inUtc(new Date("2026-11-22T08:05:00Z"), now)).toBe("08:05 UTC");
  expect(inUtc(new Date("2026-11-21T23:10:00Z"), now)).toBe("2026-11-21 23:10 UTC");
});

describe("clocks that run while people are at work", () => {
  const hours = { days: [1, 2, 3, 4, 5], fromMinute: 540, toMinute: 1020, timezone: "Europe/Berlin" };
  test.each([
    // Monday 10:00 in Berlin.
    ["2026-11-23T09:00:00Z", 60, "2026-11-23T10:00"],
    // Friday 16:30: half an hour is left.
    ["2026-11-20T15:30:00Z", 60, "2026-11-23T08:30"],
    // Sunday night.
    ["2026-11-22T22:00:00Z", 15, "2026-11-23T08:15"],
    // A working day from Wednesday 12:00 is Thursday 12:00.
    ["2026-11-25T11:00:00Z", 480, "2026-11-26T11:00"],
    // Over the end of daylight saving.
    ["2026-10-23T14:30:00Z", 60, "2026-10-26T08:30"],
    ["2026-11-23T05:00:00Z", 0, "2026-11-23T08:00"],
  ])("from %s, %i minutes", (from, minutes, end) => {
    expect(addBusinessMinutes(new Date(from), minutes, hours).toISOString().slice(0, 16)).toBe(end);
  });
});
