import { expect, onTestFinished, test } from "vitest";
import { ProviderError } from "../../src/errors.ts";
import { costProvider } from "../../src/providers/cost/cost.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";

const whole = { account: null, only: null };
const span = { from: "2026-11-15", until: "2026-11-23" };

async function startCosts() {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const cloud = await startCloud({ clock: startClock(() => beginning) });
  onTestFinished(() => cloud.stop());
  const provider = costProvider({ region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials });
  if (!provider.costs) throw new Error("it reads costs");
  return { cloud, provider, costs: provider.costs };
}

test("tells each day by service and by tag, of the whole account and of one tag", async () => {
  const { costs } = await startCosts();
  const byService = await costs.days(whole, span, { service: true });
  expect(byService).toMatchObject({ unit: "USD", requests: 1 });
  expect(byService.days.map(({ day }) => day)).toEqual(
    Array.from({ length: 8 }, (_, index) => `2026-11-${15 + index}`),
  );
  expect(byService.days.at(-1)?.estimated).toBe(true);
  expect(byService.days[0]?.estimated).toBe(false);
  const sum = (of: typeof byService) => of.days[1]?.parts.reduce((total, { amount }) => total + amount, 0) ?? 0;
  expect(sum(byService)).toBeCloseTo(40.25, 1);
  const byTag = await costs.days(whole, span, { tag: "feature" });
  expect(byTag.days[1]?.parts.map(({ name }) => name)).toEqual(["api", "agents", ""]);
  expect(sum(byTag)).toBeCloseTo(40.25, 1);
  const only = await costs.days({ ...whole, only: { key: "feature", value: "api" } }, span, { service: true });
  expect(sum(only) / sum(byService)).toBeCloseTo(0.45, 3);
});

test("tells what is to come and what was planned; a budget that is none is not found", async () => {
  const { costs } = await startCosts();
  const ahead = await costs.forecast(whole, { from: "2026-11-22", until: "2026-12-01" });
  expect(ahead).toBeGreaterThan(300);
  expect(await costs.budget(whole, "waooaw-production-monthly")).toMatchObject({
    limit: 1400,
    unit: "USD",
    period: "month",
    actual: expect.any(Number),
    forecast: expect.any(Number),
  });
  const error = await costs.budget(whole, "another").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ fault: "not_found" });
  await expect(costs.forecast(whole, { from: "2026-11-20", until: "2026-12-01" })).rejects.toMatchObject({
    fault: "refused",
  });
});

test("doctor is told what is there and what to do where it is not", async () => {
  const { cloud, provider } = await startCosts();
  const at = (budget?: string) => ({
    environment: "production",
    provider: "cost",
    at: budget === undefined ? {} : { budget },
  });
  const [budget, lost] = await provider.check([at("waooaw-production-monthly"), at("another")]);
  expect(budget).toMatchObject({ ok: true, found: "1400 USD a month" });
  expect(lost).toMatchObject({ ok: false, fix: expect.stringContaining("budget's name") });
  cloud.faults.set("deny", "ce:GetCostAndUsage", true);
  const [denied] = await provider.check([at()]);
  expect(denied).toMatchObject({ ok: false, fix: expect.stringContaining("docs/iam/read.json") });
});
