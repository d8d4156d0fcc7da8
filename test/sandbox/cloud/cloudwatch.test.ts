import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  GetMetricWidgetImageCommand,
  ListMetricsCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { RDSClient, RebootDBInstanceCommand } from "@aws-sdk/client-rds";
import { expect, onTestFinished, test } from "vitest";
import type { CloudOptions } from "../../../src/sandbox/cloud/cloud.ts";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const database = "waooaw-postgres-production";
const dimensions = {
  backend: [
    { Name: "ClusterName", Value: cluster },
    { Name: "ServiceName", Value: "waooaw-backend" },
  ],
  database: [{ Name: "DBInstanceIdentifier", Value: database }],
  cache: [{ Name: "CacheClusterId", Value: "waooaw-redis-production-001" }],
};

async function startWatch(options: Partial<CloudOptions> = {}) {
  const bench = await startBench(options);
  const { endpoint, region, credentials } = bench.cloud;
  const watch = new CloudWatchClient({ endpoint, region, credentials, maxAttempts: 1 });
  const rds = new RDSClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => {
    watch.destroy();
    rds.destroy();
  });

  const listed = await watch.send(
    new ListMetricsCommand({ Namespace: "AWS/ApplicationELB", MetricName: "RequestCount" }),
  );
  const balancer = listed.Metrics?.find((one) => one.Dimensions?.length === 1)?.Dimensions ?? [];

  /** The last minute's point. */
  async function last(Namespace: string, MetricName: string, Dimensions: typeof balancer, Stat = "Average") {
    const now = bench.clock.now();
    const { MetricDataResults } = await watch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - 60_000),
        EndTime: new Date(now),
        MetricDataQueries: [
          { Id: "one", MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat } },
        ],
      }),
    );
    return MetricDataResults?.[0]?.Values?.[0];
  }
  const alarming = async () => {
    const { MetricAlarms } = await watch.send(new DescribeAlarmsCommand({ StateValue: "ALARM" }));
    return (MetricAlarms ?? []).map((alarm) => alarm.AlarmName).sort();
  };
  return { ...bench, watch, rds, balancer, last, alarming, minutes: (count: number) => bench.seconds(count * 60) };
}

test("a quiet account has metrics within its thresholds and no alarm", async () => {
  const { last, alarming, balancer } = await startWatch();
  expect(await last("AWS/ECS", "CPUUtilization", dimensions.backend)).toBeGreaterThan(25);
  expect(await last("AWS/ECS", "CPUUtilization", dimensions.backend)).toBeLessThan(60);
  expect(await last("AWS/RDS", "DatabaseConnections", dimensions.database)).toBeLessThan(60);
  expect(await last("AWS/ElastiCache", "Evictions", dimensions.cache, "Sum")).toBe(0);
  expect(await last("AWS/ApplicationELB", "TargetResponseTime", balancer, "p95")).toBeLessThan(0.5);
  expect(await last("AWS/ApplicationELB", "RequestCount", balancer, "Sum")).toBeGreaterThan(3000);
  expect(await last("AWS/Nothing", "Nothing", [])).toBeUndefined();
  expect(await alarming()).toEqual([]);
});

test("bad-deploy: errors rise and the alarm goes off after its periods; the older revision ends both", async () => {
  const { cloud, ecs, watch, last, alarming, balancer, minutes } = await startWatch();
  const errors = async () => (await last("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", balancer, "Sum")) ?? 0;
  expect(await errors()).toBeLessThan(10);
  cloud.faults.set("bad-deploy", "waooaw-backend", true);
  await minutes(2);
  expect(await errors()).toBeGreaterThan(1000);
  expect(await alarming()).toEqual([]);
  await minutes(2);
  expect(await alarming()).toEqual(["waooaw-backend-5xx"]);
  const { CompositeAlarms } = await watch.send(new DescribeAlarmsCommand({ AlarmTypes: ["CompositeAlarm"] }));
  expect(CompositeAlarms).toMatchObject([{ AlarmName: "waooaw-production-critical", StateValue: "ALARM" }]);

  await ecs.send(new UpdateServiceCommand({ ...backend, taskDefinition: "waooaw-backend:41" }));
  await minutes(9);
  expect(await errors()).toBeLessThan(10);
  expect(await alarming()).toEqual([]);
  const { AlarmHistoryItems } = await watch.send(new DescribeAlarmHistoryCommand({ AlarmName: "waooaw-backend-5xx" }));
  expect(AlarmHistoryItems?.map((item) => item.HistorySummary)).toEqual([
    "Alarm updated from ALARM to OK",
    "Alarm updated from OK to ALARM",
  ]);
  expect(AlarmHistoryItems?.[1]?.Timestamp).toBeInstanceOf(Date);
  expect(JSON.parse(AlarmHistoryItems?.[1]?.HistoryData ?? "{}").newState.stateReason).toMatch(
    /^Threshold Crossed: 3 out of the last 3 datapoints \[.*\] were greater than the threshold \(60\)/,
  );
});

test("high-load: the CPU alarm goes off, and scaling out ends it", async () => {
  const { cloud, ecs, last, alarming, minutes } = await startWatch();
  cloud.faults.set("high-load", "waooaw-backend", true);
  await minutes(4);
  expect(await last("AWS/ECS", "CPUUtilization", dimensions.backend)).toBeGreaterThan(85);
  expect(await alarming()).toContain("waooaw-backend-cpu");
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 8 }));
  await minutes(6);
  expect(await last("AWS/ECS", "CPUUtilization", dimensions.backend)).toBeLessThan(80);
  expect(await alarming()).toEqual([]);
});

test.each([
  ["slow-query", "CPUUtilization", 85, ["waooaw-postgres-cpu", "waooaw-postgres-load"]],
  ["lock-chain", "DBLoad", 20, ["waooaw-postgres-load"]],
  ["pool-exhausted", "DatabaseConnections", 95, ["waooaw-postgres-connections"]],
] as const)("%s shows in %s and its alarms, and a failover ends it", async (fault, metric, above, expected) => {
  const { cloud, rds, last, alarming, minutes } = await startWatch();
  expect(await last("AWS/RDS", metric, dimensions.database)).toBeLessThan(above);
  cloud.faults.set(fault, database, true);
  await minutes(4);
  expect(await last("AWS/RDS", metric, dimensions.database)).toBeGreaterThan(above);
  expect(await alarming()).toEqual(expect.arrayContaining([...expected]));
  await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: database, ForceFailover: true }));
  await minutes(1);
  expect(await last("AWS/RDS", "DatabaseConnections", dimensions.database)).toBe(0);
  await minutes(7);
  expect(await last("AWS/RDS", metric, dimensions.database)).toBeLessThan(above);
  expect(await alarming()).toEqual([]);
});

test("storage, cache and queue faults raise their own alarms", async () => {
  const { cloud, alarming, minutes } = await startWatch();
  cloud.faults.set("storage-full", database, true);
  cloud.faults.set("cache-evicting", "waooaw-redis-production", true);
  cloud.faults.set("queue-backlog", "emails", true);
  await minutes(4);
  expect(await alarming()).toEqual(
    expect.arrayContaining([
      "waooaw-postgres-storage",
      "waooaw-queue-backlog",
      "waooaw-redis-evictions",
      "waooaw-redis-memory",
    ]),
  );
  cloud.faults.clear();
  await minutes(4);
  expect(await alarming()).toEqual([]);
});

test("no running task means no points for its CPU, and the alarm without a healthy host", async () => {
  const { ecs, last, alarming, balancer, minutes } = await startWatch();
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 0 }));
  await minutes(3);
  expect(await last("AWS/ECS", "CPUUtilization", dimensions.backend)).toBeUndefined();
  expect(await last("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", balancer, "Sum")).toBeGreaterThan(3000);
  expect(await alarming()).toContain("waooaw-backend-no-healthy-host");
});

test("arithmetic over queries, periods and the order of points are as asked for", async () => {
  const { cloud, watch, balancer, clock, minutes } = await startWatch();
  cloud.faults.set("bad-deploy", "waooaw-backend", true);
  await minutes(20);
  const stat = (MetricName: string) => ({
    MetricStat: {
      Metric: { Namespace: "AWS/ApplicationELB", MetricName, Dimensions: balancer },
      Period: 300,
      Stat: "Sum",
    },
    ReturnData: false,
  });
  const ask = (Expression: string) =>
    watch.send(
      new GetMetricDataCommand({
        StartTime: new Date(clock.now() - 3600_000),
        EndTime: new Date(clock.now()),
        ScanBy: "TimestampAscending",
        MetricDataQueries: [
          { Id: "errors", ...stat("HTTPCode_Target_5XX_Count") },
          { Id: "total", ...stat("RequestCount") },
          { Id: "rate", Expression, Label: "5xx rate" },
        ],
      }),
    );
  const { MetricDataResults } = await ask("100 * errors / total");
  expect(MetricDataResults).toHaveLength(1);
  const [rate] = MetricDataResults ?? [];
  expect(rate).toMatchObject({ Id: "rate", Label: "5xx rate", StatusCode: "Complete" });
  expect(rate?.Values).toHaveLength(12);
  expect(rate?.Values?.[0]).toBeLessThan(0.1);
  expect(rate?.Values?.at(-1)).toBeGreaterThan(30);
  expect(rate?.Timestamps?.map((at) => at.getTime() % 300_000)).toEqual(Array(12).fill(0));
  await expect(ask("errors / nothing")).rejects.toMatchObject({ name: "ValidationException" });
  await expect(ask("(errors")).rejects.toThrow(/bracket/);
});

test("statistics come in no order of time, with what was asked for, and not too many", async () => {
  const { watch, clock } = await startWatch();
  const ask = (hours: number) =>
    watch.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/RDS",
        MetricName: "CPUUtilization",
        Dimensions: dimensions.database,
        StartTime: new Date(clock.now() - hours * 3600_000),
        EndTime: new Date(clock.now()),
        Period: 60,
        Statistics: ["Average", "Maximum"],
      }),
    );
  const { Datapoints = [] } = await ask(1);
  expect(Datapoints).toHaveLength(60);
  expect(Datapoints[0]).toMatchObject({ Unit: "Percent", Average: expect.any(Number), Maximum: expect.any(Number) });
  const times = Datapoints.map((point) => point.Timestamp?.getTime() ?? 0);
  expect(times).not.toEqual([...times].sort((one, other) => one - other));
  await expect(ask(48)).rejects.toMatchObject({ name: "InvalidParameterCombinationException" });
});

test("a widget is a real PNG of the wanted size", async () => {
  const { watch } = await startWatch();
  const MetricWidget = JSON.stringify({
    width: 320,
    height: 160,
    metrics: [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", database]],
  });
  const { MetricWidgetImage } = await watch.send(new GetMetricWidgetImageCommand({ MetricWidget }));
  const image = Buffer.from(MetricWidgetImage ?? []);
  expect(image.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  expect([image.readUInt32BE(16), image.readUInt32BE(20)]).toEqual([320, 160]);
  expect(image.subarray(-8, -4).toString()).toBe("IEND");
  await expect(watch.send(new GetMetricWidgetImageCommand({ MetricWidget: "{}" }))).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("a state that was set by hand is put right by the next evaluation; names, prefixes and pages are kept to", async () => {
  const { watch, alarming, minutes } = await startWatch();
  await watch.send(
    new SetAlarmStateCommand({ AlarmName: "waooaw-postgres-cpu", StateValue: "ALARM", StateReason: "a drill" }),
  );
  expect(await alarming()).toEqual(["waooaw-postgres-cpu"]);
  await minutes(4);
  expect(await alarming()).toEqual([]);
  const prefixed = await watch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: "waooaw-redis" }));
  expect(prefixed.MetricAlarms).toHaveLength(2);
  const first = await watch.send(new DescribeAlarmsCommand({ MaxRecords: 10 }));
  const rest = await watch.send(new DescribeAlarmsCommand({ MaxRecords: 10, NextToken: first.NextToken }));
  expect([first.MetricAlarms?.length, rest.MetricAlarms?.length]).toEqual([10, 3]);
  await expect(
    watch.send(new SetAlarmStateCommand({ AlarmName: "nothing", StateValue: "OK", StateReason: "" })),
  ).rejects.toMatchObject({ name: "ResourceNotFound" });
});

test("metrics and alarms outlive a dump", async () => {
  const first = await startWatch();
  first.cloud.faults.set("lock-chain", database, true);
  await first.minutes(2);
  const restore = JSON.parse(JSON.stringify(first.cloud.dump()));
  const second = await startWatch({ clock: first.clock, restore });
  await second.minutes(2);
  expect(await second.alarming()).toContain("waooaw-postgres-load");
  const now = second.clock.now();
  const { MetricDataResults } = await second.watch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - 10 * 60_000),
      EndTime: new Date(now),
      MetricDataQueries: [
        {
          Id: "load",
          MetricStat: {
            Metric: { Namespace: "AWS/RDS", MetricName: "DBLoad", Dimensions: dimensions.database },
            Period: 60,
            Stat: "Average",
          },
        },
      ],
    }),
  );
  const values = MetricDataResults?.[0]?.Values ?? [];
  expect(values[0]).toBeGreaterThan(20);
  expect(values.at(-1)).toBeLessThan(2);
});
