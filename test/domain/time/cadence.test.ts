import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastTime, nextTime, type Rhythm, readCadence } from "../../../src/domain/time/cadence.ts";

const rhythm = (written: string, minute = 9 * 60, timezone = "UTC"): Rhythm => {
  const cadence = readCadence(written);
  if (!cadence) throw new Error(`${written} is not read`);
  return { cadence, minute, timezone };
};

describe("what comes round", () => {
  // 2026-11-04 is a Wednesday.
  test.each([
    ["day", "2026-11-05T09:00:00Z"],
    ["Daily", "2026-11-05T09:00:00Z"],
    ["weekday", "2026-11-05T09:00:00Z"],
    ["week", "2026-11-09T09:00:00Z"],
    ["Sunday", "2026-11-08T09:00:00Z"],
    ["second  sunday", "2026-11-08T09:00:00Z"],
    ["last Friday", "2026-11-27T09:00:00Z"],
    ["month", "2026-12-01T09:00:00Z"],
    ["month on 15", "2026-11-15T09:00:00Z"],
    ["month on the 3rd", "2026-12-03T09:00:00Z"],
    ["quarter", "2027-01-01T09:00:00Z"],
    ["quarterly on 20", "2027-01-20T09:00:00Z"],
    ["year", "2027-01-01T09:00:00Z"],
    // Since Monday, 1 January 2024: 1038 days until 4 November 2026.
    ["90 days", "2026-12-16T09:00:00Z"],
    ["1 day", "2026-11-05T09:00:00Z"],
  ])("every %s comes next at %s", (written, expected) => {
    expect(nextTime(rhythm(written), new Date("2026-11-04T09:00:00Z"))).toEqual(new Date(expected));
  });

  test.each(["", "months", "month on 31", "0 days", "fifth Monday", "-3 days", "now and then"])(
    "%j is none",
    (written) => {
      expect(readCadence(written)).toBeNull();
    },
  );

  test("came last at the very moment it comes round", () => {
    const nine = new Date("2026-11-08T09:00:00Z");
    expect(lastTime(rhythm("Sunday"), nine)).toEqual(nine);
    expect(lastTime(rhythm("Sunday"), new Date(nine.getTime() - 1))).toEqual(new Date("2026-11-01T09:00:00Z"));
    expect(lastTime(rhythm("quarter"), nine)).toEqual(new Date("2026-10-01T09:00:00Z"));
  });

  test("keeps to the clock on the wall across daylight saving, and comes in a night without that hour as well", () => {
    const berlin = rhythm("day", 150, "Europe/Berlin");
    expect(nextTime(berlin, new Date("2026-03-28T12:00:00Z"))).toEqual(new Date("2026-03-29T01:00:00Z"));
    expect(nextTime(berlin, new Date("2026-03-29T12:00:00Z"))).toEqual(new Date("2026-03-30T00:30:00Z"));
    expect(nextTime(rhythm("day", 60, "Pacific/Kiritimati"), new Date("2026-11-04T12:00:00Z"))).toEqual(
      new Date("2026-11-05T11:00:00Z"),
    );
  });

  test("next is always after, last never, and between them it does not come", () => {
    const words = fc.constantFrom("day", "weekday", "Tuesday", "last Friday", "month on 28", "quarter", "90 days");
    const zones = fc.constantFrom("UTC", "Europe/London", "America/New_York", "Asia/Kolkata");
    const moments = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2030, 0, 1) });
    fc.assert(
      fc.property(words, zones, moments, fc.integer({ min: 0, max: 1439 }), (written, zone, time, minute) => {
        const at = new Date(time);
        const one = rhythm(written, minute, zone);
        const [next, last] = [nextTime(one, at), lastTime(one, at)];
        expect(next && next > at).toBe(true);
        expect(last && last <= at).toBe(true);
        expect(last && nextTime(one, last)).toEqual(next);
      }),
      { numRuns: 60 },
    );
  });
});
