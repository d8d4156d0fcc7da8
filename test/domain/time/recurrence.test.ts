import { describe, expect, test } from "vitest";
import { isOn, nextSpan, readDayRule, spanAt, type Times } from "../../../src/domain/time/recurrence.ts";

function every(days: string, from: number, to: number, timezone = "UTC"): Times {
  const rule = readDayRule(days);
  if (!rule) throw new Error(`${days} is no rule`);
  return { kind: "every", days: rule, fromMinute: from * 60, toMinute: to * 60, timezone };
}

/** 2026-11-08T02:00 to 04:00, both UTC. */
function written(span: { readonly from: Date; readonly to: Date } | null): string | null {
  return span && `${span.from.toISOString().slice(0, 16)} to ${span.to.toISOString().slice(0, 16)}`;
}

describe("days that come round", () => {
  test.each([
    ["second Sunday", { weekdays: [7], nth: 2 }],
    ["last fri", { weekdays: [5], nth: -1 }],
    ["SUNDAY", { weekdays: [7], nth: null }],
    ["weekday", { weekdays: [1, 2, 3, 4, 5], nth: null }],
    ["weekend", { weekdays: [6, 7], nth: null }],
    ["day", { weekdays: [1, 2, 3, 4, 5, 6, 7], nth: null }],
    ["fifth Sunday", null],
    ["second day", null],
    ["month", null],
    ["the second Sunday", null],
    ["", null],
  ])("%s is read", (text, rule) => expect(readDayRule(text)).toEqual(rule));

  test.each([
    ["second Sunday", "2026-11-08", true],
    ["second Sunday", "2026-11-01", false],
    ["second Sunday", "2026-11-15", false],
    ["first Sunday", "2026-11-01", true],
    ["last Sunday", "2026-11-29", true],
    ["last Sunday", "2026-11-22", false],
    ["last Monday", "2026-08-31", true],
    ["fourth Sunday", "2026-11-22", true],
  ])("%s and %s: %s", (rule, date, is) => {
    const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
    const read = readDayRule(rule);
    expect(read && isOn(read, { year, month, day })).toBe(is);
  });
});

describe("stretches of time", () => {
  test.each([
    ["before it", "2026-11-08T01:59:59Z", null],
    ["as it begins", "2026-11-08T02:00:00Z", "2026-11-08T02:00 to 2026-11-08T04:00"],
    ["within it", "2026-11-08T03:59:59Z", "2026-11-08T02:00 to 2026-11-08T04:00"],
    ["as it ends", "2026-11-08T04:00:00Z", null],
    ["on another Sunday", "2026-11-15T03:00:00Z", null],
  ])("the second Sunday from two to four, %s", (_title, at, span) =>
    expect(written(spanAt(every("second Sunday", 2, 4), new Date(at)))).toBe(span),
  );

  test("the next one is the first that begins after the moment", () => {
    const sunday = every("second Sunday", 2, 4);
    expect(written(nextSpan(sunday, new Date("2026-11-08T01:00:00Z")))).toBe("2026-11-08T02:00 to 2026-11-08T04:00");
    expect(written(nextSpan(sunday, new Date("2026-11-08T02:00:00Z")))).toBe("2026-12-13T02:00 to 2026-12-13T04:00");
  });

  test("one that ends before it begins goes on over midnight", () => {
    const night = every("Friday", 22, 2);
    expect(written(spanAt(night, new Date("2026-11-21T01:00:00Z")))).toBe("2026-11-20T22:00 to 2026-11-21T02:00");
    expect(spanAt(night, new Date("2026-11-20T01:00:00Z"))).toBeNull();
    expect(written(spanAt(every("Friday", 0, 24), new Date("2026-11-20T23:59:00Z")))).toBe(
      "2026-11-20T00:00 to 2026-11-21T00:00",
    );
  });

  // Berlin goes forward on 2026-03-29 at 01:00 UTC (02:00 is 03:00) and back on 2026-10-25 at 01:00 UTC.
  test.each([
    ["the hour that is skipped ends it when it is over", 1, 2.5, "2026-03-28", "2026-03-29T00:00 to 2026-03-29T01:00"],
    [
      "the hour that is skipped begins it when it is over",
      2.5,
      4,
      "2026-03-28",
      "2026-03-29T01:00 to 2026-03-29T02:00",
    ],
    ["one that is skipped whole does not take place", 2, 3, "2026-03-28", "2026-04-26T00:00 to 2026-04-26T01:00"],
    ["the hour that is repeated belongs to it both times", 2, 3, "2026-10-24", "2026-10-25T00:00 to 2026-10-25T02:00"],
    ["it ends in the second of two hours", 1, 2.5, "2026-10-24", "2026-10-24T23:00 to 2026-10-25T01:30"],
    ["it begins in the first of two hours", 2.5, 4, "2026-10-24", "2026-10-25T00:30 to 2026-10-25T03:00"],
  ])("in Berlin %s", (_title, from, to, day, span) =>
    expect(written(nextSpan(every("last Sunday", from, to, "Europe/Berlin"), new Date(`${day}T12:00:00Z`)))).toBe(span),
  );

  test("what happens once has no next one afterwards", () => {
    const once: Times = { kind: "once", from: new Date("2026-12-20"), to: new Date("2027-01-04") };
    expect(nextSpan(once, new Date("2026-12-01"))).toEqual(once);
    expect(nextSpan(once, new Date("2026-12-20"))).toBeNull();
    expect(spanAt(once, new Date("2026-12-24"))).toEqual(once);
    expect(spanAt(once, new Date("2027-01-04"))).toBeNull();
  });
});
