import { BudgetsClient, DescribeBudgetsCommand } from "@aws-sdk/client-budgets";
import { CostExplorerClient, GetCostAndUsageCommand } from "@aws-sdk/client-cost-explorer";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, onTestFinished, test } from "vitest";
import { cluster, startBench } from "./cloud-bench.ts";

const RoleArn = "arn:aws:iam::123456789012:role/tocsin-operate";

async function startAccount() {
  const bench = await startBench();
  const { endpoint, region, credentials } = bench.cloud;
  const settings = { endpoint, region, credentials, maxAttempts: 1 };
  const sts = new STSClient(settings);
  // Both have one address for the whole world.
  const costs = new CostExplorerClient({ ...settings, region: "us-east-1" });
  const budgets = new BudgetsClient({ ...settings, region: "us-east-1" });
  onTestFinished(() => {
    for (const client of [sts, costs, budgets]) client.destroy();
  });
  return { ...bench, sts, costs, budgets, settings };
}

test("credentials of an assumed role work under the session's name until they expire", async () => {
  const { cloud, sts, settings, seconds } = await startAccount();
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: "123456789012",
    Arn: "arn:aws:iam::123456789012:user/tocsin",
  });
  const { Credentials, AssumedRoleUser, SourceIdentity } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: "ana.ruiz", SourceIdentity: "ana.ruiz", DurationSeconds: 900 }),
  );
  expect([AssumedRoleUser?.Arn, SourceIdentity]).toEqual([
    "arn:aws:sts::123456789012:assumed-role/tocsin-operate/ana.ruiz",
    "ana.ruiz",
  ]);
  expect(Credentials?.Expiration).toEqual(new Date("2026-11-02T09:15:00Z"));
  const own = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
  const ecs = new ECSClient({ ...settings, credentials: own });
  const asSession = new STSClient({ ...settings, credentials: own });
  const wrong = new ECSClient({ ...settings, credentials: { ...own, sessionToken: "another" } });
  onTestFinished(() => {
    for (const client of [ecs, asSession, wrong]) client.destroy();
  });
  const describe = new DescribeServicesCommand({ cluster, services: ["waooaw-backend"] });
  expect((await ecs.send(describe)).services).toHaveLength(1);
  expect((await asSession.send(new GetCallerIdentityCommand({}))).Arn).toBe(AssumedRoleUser?.Arn);
  await expect(wrong.send(describe)).rejects.toMatchObject({ name: "UnrecognizedClientException" });
  cloud.faults.set("deny", "ecs:DescribeServices", true);
  await expect(ecs.send(describe)).rejects.toThrow(/assumed-role\/tocsin-operate\/ana\.ruiz is not authorized/);
  cloud.faults.clear();
  await seconds(900);
  await expect(ecs.send(describe)).rejects.toMatchObject({ name: "ExpiredTokenException" });
  await expect(asSession.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ Code: "ExpiredToken" });
});

test("names, durations and roles that are wrong are refused", async () => {
  const { sts } = await startAccount();
  const assume = (more: object) => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "ana", ...more }));
  await expect(assume({ DurationSeconds: 60 })).rejects.toMatchObject({ Code: "ValidationError" });
  await expect(assume({ RoleSessionName: "ana ruiz" })).rejects.toMatchObject({ Code: "ValidationError" });
  await expect(assume({ RoleArn: "arn:aws:iam::999999999999:role/other" })).rejects.toMatchObject({
    Code: "AccessDenied",
    $metadata: { httpStatusCode: 403 },
  });
});

test("costs come by day and by service; a surge shows in yesterday's and in the budget", async () => {
  const { cloud, costs, budgets } = await startAccount();
  const byDay = async () => {
    const { ResultsByTime } = await costs.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: "2026-10-28", End: "2026-11-03" },
        Granularity: "DAILY",
        Metrics: ["UnblendedCost"],
      }),
    );
    return (ResultsByTime ?? []).map((day) => Number(day.Total?.UnblendedCost?.Amount));
  };
  const spend = async () => {
    const { Budgets } = await budgets.send(new DescribeBudgetsCommand({ AccountId: "123456789012" }));
    expect(Budgets?.[0]?.BudgetLimit).toEqual({ Amount: "1400.00", Unit: "USD" });
    return Number(Budgets?.[0]?.CalculatedSpend?.ForecastedSpend?.Amount);
  };
  const before = await byDay();
  expect(before).toHaveLength(6);
  expect(before[0]).toBeCloseTo(40.25, 1);
  expect(before[5]).toBeLessThan(20);
  const usual = await spend();
  expect(usual).toBeLessThan(1400);
  cloud.faults.set("cost-surge", "budget", true);
  const after = await byDay();
  expect((after[4] ?? 0) / (before[4] ?? 1)).toBeGreaterThan(1.5);
  expect(after[0]).toBe(before[0]);
  expect(await spend()).toBeGreaterThan(1400);
  const { ResultsByTime } = await costs.send(
    new GetCostAndUsageCommand({
      TimePeriod: { Start: "2026-10-01", End: "2026-11-03" },
      Granularity: "MONTHLY",
      Metrics: ["UnblendedCost"],
      GroupBy: [{ Type: "DIMENSION", Key: "SERVICE" }],
    }),
  );
  expect(ResultsByTime).toHaveLength(2);
  expect(ResultsByTime?.[0]?.Groups?.map((group) => group.Keys?.[0])).toContain("Amazon Relational Database Service");
  await expect(
    costs.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: "2026-11-02", End: "2026-11-01" },
        Granularity: "DAILY",
        Metrics: ["UnblendedCost"],
      }),
    ),
  ).rejects.toMatchObject({ name: "ValidationException" });
});
