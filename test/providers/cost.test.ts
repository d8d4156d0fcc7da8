import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { CostPlace } from "../../src/domain/platform/costs.ts";
import { ProviderError } from "../../src/errors.ts";
import { costProvider } from "../../src/providers/cost/cost.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { account } from "../../src/sandbox/cloud/account.ts";
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

test("of several accounts on one bill only the one that is named is read, with its tag and without", async () => {
  const { costs } = await startCosts();
  const sum = async (of: string, only: CostPlace["only"] = null) => {
    const { days } = await costs.days({ account: of, only }, span, { service: true });
    return days[1]?.parts.reduce((total, { amount }) => total + amount, 0);
  };
  expect(await sum(account)).toBeCloseTo(40.25, 1);
  expect(await sum("999999999999")).toBe(0);
  const tagged = await sum(account, { key: "feature", value: "api" });
  expect(tagged).toBeCloseTo(40.25 * 0.45, 1);
  expect(
    await costs.forecast({ account: "999999999999", only: null }, { from: "2026-11-22", until: "2026-12-01" }),
  ).toBe(0);
});

test("amounts in several currencies are not added up", async () => {
  const amount = (name: string, Unit: string) => ({ Keys: [name], Metrics: { UnblendedCost: { Amount: "10", Unit } } });
  const groups = [amount("Amazon Relational Database Service", "USD"), amount("AWS Marketplace", "CNY")];
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    outgoing.end(JSON.stringify({ ResultsByTime: [{ TimePeriod: { Start: "2026-11-21" }, Groups: groups }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { costs } = costProvider({ endpoint, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  await expect(costs?.days(whole, span, { service: true })).rejects.toMatchObject({
    fault: "refused",
    message: "Amounts in USD and CNY cannot be added up.",
  });
  groups.pop();
  expect(await costs?.days(whole, span, { service: true })).toMatchObject({ unit: "USD" });
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
