import { describe, expect, test } from "vitest";
import { announcedWindows } from "../../../src/domain/status-page/windows.ts";
import { readDayRule, type Times } from "../../../src/domain/time/recurrence.ts";

const sundays: Times = {
  kind: "every",
  days: readDayRule("Sunday") ?? { weekdays: [], nth: null },
  fromMinute: 120,
  toMinute: 240,
  timezone: "UTC",
};
const config = (times: Times) => ({
  windows: [{ name: "Database maintenance", times, environments: null, targets: null }],
  statusPage: {
    title: "",
    intro: "",
    url: null,
    components: [],
    windows: [{ window: "Database maintenance", title: "Upgrades", text: "Short breaks.", components: ["api"] }],
  },
});
const begun = (now: string, times: Times = sundays) =>
  announcedWindows(config(times), new Date(now)).map(({ startsAt }) => startsAt.toISOString().slice(0, 13));

describe("[I8] windows announced by the configuration", () => {
  test.each([
    ["the next one is announced a week ahead", "2026-11-23T00:00:00Z", ["2026-11-29T02"]],
    [
      "one that is open stays, and the one after it is there too",
      "2026-11-22T03:00:00Z",
      ["2026-11-22T02", "2026-11-29T02"],
    ],
    ["one that is over is gone", "2026-11-22T04:00:00Z", ["2026-11-29T02"]],
  ])("%s", (_what, now, expected) => {
    expect(begun(now)).toEqual(expected);
  });

  test("one that comes once is announced once, and only in the week before", () => {
    const once: Times = { kind: "once", from: new Date("2026-12-10T02:00:00Z"), to: new Date("2026-12-10T04:00:00Z") };
    expect(begun("2026-11-22T00:00:00Z", once)).toEqual([]);
    expect(begun("2026-12-05T00:00:00Z", once)).toEqual(["2026-12-10T02"]);
  });

  test("the public reads its own words, never the name of the task", () => {
    const [one] = announcedWindows(config(sundays), new Date("2026-11-23T00:00:00Z"));
    expect(one).toMatchObject({ title: "Upgrades", text: "Short breaks.", components: ["api"], isConfigured: true });
  });
});
