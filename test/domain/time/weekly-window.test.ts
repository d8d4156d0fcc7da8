import { describe, expect, test } from "vitest";
import { nextWeeklyWindow, windowInWords } from "../../../src/domain/time/weekly-window.ts";

const next = (written: string, after: string) => {
  const found = nextWeeklyWindow(written, new Date(after));
  return found === null ? null : [found.from.toISOString(), found.to.toISOString()];
};

describe("a platform's weekly window", () => {
  test.each([
    ["sun:02:30-sun:03:00", "2026-11-22T10:00:00Z", "2026-11-29T02:30:00.000Z", "2026-11-29T03:00:00.000Z"],
    ["sun:02:30-sun:03:00", "2026-11-22T02:29:59Z", "2026-11-22T02:30:00.000Z", "2026-11-22T03:00:00.000Z"],
    ["sun:02:30-sun:03:00", "2026-11-22T02:30:00Z", "2026-11-29T02:30:00.000Z", "2026-11-29T03:00:00.000Z"],
    ["Wed:23:30-thu:00:30", "2026-11-22T10:00:00Z", "2026-11-25T23:30:00.000Z", "2026-11-26T00:30:00.000Z"],
    ["sat:23:30-sun:00:30", "2026-11-22T10:00:00Z", "2026-11-28T23:30:00.000Z", "2026-11-29T00:30:00.000Z"],
  ])("%s after %s begins %s and ends %s", (written, after, from, to) => {
    expect(next(written, after)).toEqual([from, to]);
  });

  test.each(["", "sunday 02:30", "xyz:02:30-sun:03:00"])("%j is none", (written) => {
    expect(next(written, "2026-11-22T10:00:00Z")).toBeNull();
  });

  test("is said with its day", () => {
    const found = nextWeeklyWindow("sat:23:30-sun:00:30", new Date("2026-11-22T10:00:00Z"));
    expect(found && windowInWords(found)).toBe("Saturday 2026-11-28 23:30 to 00:30 UTC");
  });
});
