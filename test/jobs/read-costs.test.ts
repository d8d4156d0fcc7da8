import { expect, test } from "vitest";
import type { CostAccount } from "../../src/domain/cost/settings.ts";
import { costFindings } from "../../src/domain/cost/sight.ts";
import type { DayCosts } from "../../src/domain/platform/costs.ts";
import { readCosts } from "../../src/jobs/read-costs.ts";
import { operationsApp } from "../support/operations-app.ts";

const now = new Date("2026-11-23T09:00:00Z");
const account: CostAccount = {
  ...{ environment: "production", account: null, only: null, budgets: [], limit: 100, warnAt: 0.8, jump: 0.5 },
  ...{
    jumpFrom: 1,
    services: [{ name: "RDS", limit: 50 }],
    tags: [{ key: "feature", value: "x", limit: 50 }],
    metrics: [],
  },
};
const day = (name: string, parts: DayCosts["parts"]): DayCosts => ({ day: name, estimated: true, parts });

/** What is found where the bill has these days. */
async function found(days: readonly DayCosts[]) {
  const costs = {
    days: async () => ({ unit: "USD", days, requests: 1 }),
    forecast: async () => null,
    budget: async () => Promise.reject(new Error("There is no budget")),
  };
  const { context, config } = operationsApp({ providers: [{ id: "cost", check: async () => [], costs }] });
  const sight = await readCosts({ ...context, now: () => now }, config, account);
  return { sight, states: costFindings(account, sight, now).map(({ title, state }) => `${title} ${state}`) };
}

test.each([
  ["has no day", []],
  ["has days with nothing on them", [day("2026-11-21", []), day("2026-11-22", []), day("2026-11-23", [])]],
])("a bill that %s is unknown, and not one of 0", async (_what, days) => {
  const { sight, states } = await found(days);
  expect(states).toEqual(["The month unknown", "RDS unknown", "feature x unknown", "From day to day unknown"]);
  expect(sight.unknown).toContain("Costs: the bill has nothing on any day yet");
  expect(sight.requests).toBe(3);
});

test("a day without anything is nothing among days that have something", async () => {
  const { states } = await found([day("2026-11-21", [{ name: "RDS", amount: 10 }]), day("2026-11-22", [])]);
  expect(states).toEqual(["The month ok", "RDS ok", "feature x ok", "Yesterday ok"]);
});
