import { describe, expect, test } from "vitest";
import type { CostAccount } from "../../../src/domain/cost/settings.ts";
import {
  type CostSight,
  costFindings,
  daysToForecast,
  daysToRead,
  monthForecast,
  monthToDate,
  tellingFindings,
} from "../../../src/domain/cost/sight.ts";

const account: CostAccount = {
  environment: "production",
  account: null,
  only: null,
  budgets: [],
  limit: 1000,
  warnAt: 0.8,
  jump: 0.5,
  jumpFrom: 1,
  services: [],
  tags: [],
  metrics: [],
};
const now = new Date("2026-11-04T09:00:00Z");
const day = (date: string, amount: number, estimated = false) => ({
  day: `2026-${date}`,
  estimated,
  parts: [{ name: "Compute", amount }],
});
const sight = (more: Partial<CostSight>): CostSight => ({
  unit: "USD",
  days: [day("10-31", 10), day("11-01", 10), day("11-02", 10), day("11-03", 10, true), day("11-04", 3, true)],
  forecast: 270,
  budgets: [],
  tags: [],
  metrics: [],
  unknown: [],
  requests: 2,
  ...more,
});
const states = (one: CostSight, of = account) =>
  costFindings(of, one, now).map(({ title, state }) => `${title}: ${state}`);

describe("what a month costs", () => {
  test("is counted from its first day, and forecast from the days that are over", () => {
    expect(monthToDate(sight({}), now)).toBe(33);
    expect(monthForecast(sight({}), now)).toBe(300);
    expect(monthForecast(sight({ forecast: null }), now)).toBeNull();
    expect(monthToDate(sight({ days: null }), now)).toBeNull();
  });

  test.each([
    ["2026-11-01T00:00:00Z", "2026-10-28", "2026-11-02", "2026-12-01"],
    ["2026-12-31T23:59:00Z", "2026-12-01", "2027-01-01", "2027-01-01"],
    ["2026-03-03T12:00:00Z", "2026-02-27", "2026-03-04", "2026-04-01"],
  ])("at %s is read from %s up to %s, and forecast up to %s", (at, from, until, end) => {
    expect(daysToRead(new Date(at))).toEqual({ from, until });
    expect(daysToForecast(new Date(at)).until).toBe(end);
  });
});

describe("what is told", () => {
  test.each([
    [41.3, "ok"],
    [41.25, "warning"],
    [33, "critical"],
    [0, "critical"],
  ])("33 USD of a limit of %s", (limit, state) => {
    expect(states(sight({ forecast: 0 }), { ...account, limit })[0]).toBe(`The month: ${state}`);
  });

  test("a forecast beyond the limit is a warning, an unknown one is said and judges nothing", () => {
    expect(states(sight({ forecast: 2000 }))[0]).toBe("The month: warning");
    const [month] = costFindings(account, sight({ forecast: null }), now);
    expect(month).toMatchObject({ state: "ok", detail: expect.stringContaining("forecast not known") });
  });

  test("a jump shows yesterday, and once more the day after when yesterday was not billed in full yet", () => {
    const days = (yesterday: number, before: number) => [
      day("11-01", 10),
      day("11-02", before),
      day("11-03", yesterday, true),
      day("11-04", 1, true),
    ];
    expect(states(sight({ days: days(15, 10) })).slice(1)).toEqual(["Yesterday: ok", "2026-11-02: ok"]);
    expect(states(sight({ days: days(15.1, 10) })).slice(1)).toEqual(["Yesterday: warning", "2026-11-02: ok"]);
    expect(states(sight({ days: days(9, 16) })).slice(1)).toEqual(["Yesterday: ok", "2026-11-02: warning"]);
    // From nothing to something is one as well, from little to little is none.
    expect(states(sight({ days: days(2, 0) }))[1]).toBe("Yesterday: warning");
    expect(states(sight({ days: days(0.9, 0.1) }))[1]).toBe("Yesterday: ok");
  });

  test("what is not known is told, what is fine is not", () => {
    const blind = { ...account, budgets: ["monthly"], services: [{ name: "Compute", limit: 5 }] };
    const none = sight({ days: null, forecast: null });
    expect(states(none, blind)).toEqual([
      "Budget monthly: unknown",
      "The month: unknown",
      "Compute: unknown",
      "From day to day: unknown",
    ]);
    expect(tellingFindings(costFindings(account, sight({}), now))).toEqual([]);
  });

  test("a budget is told by what was spent, and by where it is going", () => {
    const budget = { name: "monthly", limit: 100, unit: "USD", period: "month" };
    const of = { ...account, budgets: ["monthly"] };
    const state = (actual: number, forecast: number | null) =>
      costFindings(of, sight({ budgets: [{ ...budget, actual, forecast }] }), now)[0]?.state;
    expect(state(79.9, 99)).toBe("ok");
    expect(state(80, 99)).toBe("warning");
    expect(state(10, 101)).toBe("warning");
    expect(state(100, null)).toBe("critical");
  });
});
