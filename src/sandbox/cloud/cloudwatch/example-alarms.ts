import type { World } from "../world.ts";
import type { AlarmRecord, AlarmsState } from "./alarms.ts";
import type { Dimension } from "./metrics.ts";

interface Names {
  readonly cluster: string;
  readonly loadBalancer: string;
  readonly targetGroup: string;
  readonly database: string;
  readonly cacheMember: string;
  readonly queue: string;
}

const day = 24 * 60 * 60 * 1000;

/** The alarms of the example account: at the critical thresholds of its guide, all OK for a month. */
export function exampleAlarms(world: World, names: Names): AlarmsState {
  const now = world.time.now();
  const balancer: Dimension = { Name: "LoadBalancer", Value: names.loadBalancer };
  const group: Dimension = { Name: "TargetGroup", Value: names.targetGroup };
  const service = [
    { Name: "ClusterName", Value: names.cluster },
    { Name: "ServiceName", Value: "waooaw-backend" },
  ];
  const database = [{ Name: "DBInstanceIdentifier", Value: names.database }];
  const cache = [{ Name: "CacheClusterId", Value: names.cacheMember }];
  const queue = [{ Name: "QueueName", Value: names.queue }];
  const elb = "AWS/ApplicationELB";
  const usual = {
    actions: [world.arn("sns", "waooaw-alerts")],
    anyOf: null,
    comparison: "GreaterThanThreshold",
    statistic: "Average",
    period: 60,
    periods: 3,
    missing: "notBreaching",
    configuredAt: now - 200 * day,
    state: "OK",
    reason:
      "Threshold Crossed: 1 out of the last 1 datapoints was not breaching (minimum 1 datapoint for ALARM -> OK transition).",
    reasonData: "{}",
    updatedAt: now - 30 * day,
    changedAt: now - 30 * day,
    pending: null,
  } as const;
  const alarm = (
    name: string,
    description: string,
    [namespace, metric, dimensions, threshold]: readonly [string, string, readonly Dimension[], number],
    more: Partial<AlarmRecord> = {},
  ): AlarmRecord => ({
    ...usual,
    actions: [...usual.actions],
    name,
    arn: world.arn("cloudwatch", `alarm:${name}`),
    description,
    namespace,
    metric,
    dimensions: [...dimensions],
    threshold,
    ...more,
  });
  return {
    alarms: [
      alarm(
        "waooaw-backend-5xx",
        "More than 1 % of the requests fail",
        [elb, "HTTPCode_Target_5XX_Count", [balancer], 60],
        { statistic: "Sum" },
      ),
      alarm(
        "waooaw-backend-latency-p95",
        "95 % of the answers take up to a second",
        [elb, "TargetResponseTime", [balancer], 1],
        { statistic: "p95" },
      ),
      alarm("waooaw-backend-no-healthy-host", "Nobody answers", [elb, "HealthyHostCount", [group, balancer], 1], {
        comparison: "LessThanThreshold",
        statistic: "Minimum",
        periods: 1,
        missing: "breaching",
      }),
      alarm("waooaw-backend-cpu", "Tasks are short of CPU", ["AWS/ECS", "CPUUtilization", service, 90]),
      alarm("waooaw-backend-memory", "Tasks are short of memory", ["AWS/ECS", "MemoryUtilization", service, 95]),
      alarm("waooaw-postgres-connections", "Few of 100 connections are left", [
        "AWS/RDS",
        "DatabaseConnections",
        database,
        95,
      ]),
      alarm("waooaw-postgres-cpu", "The database is short of CPU", ["AWS/RDS", "CPUUtilization", database, 90]),
      alarm("waooaw-postgres-load", "Sessions wait for each other", ["AWS/RDS", "DBLoad", database, 8]),
      alarm(
        "waooaw-postgres-storage",
        "Less than 10 GiB are left",
        ["AWS/RDS", "FreeStorageSpace", database, 10 * 1024 ** 3],
        {
          comparison: "LessThanThreshold",
          missing: "missing",
        },
      ),
      alarm("waooaw-postgres-replica-lag", "The standby is minutes behind", ["AWS/RDS", "ReplicaLag", database, 60]),
      alarm("waooaw-redis-evictions", "The cache drops keys", ["AWS/ElastiCache", "Evictions", cache, 1000], {
        statistic: "Sum",
      }),
      alarm("waooaw-redis-memory", "The cache is full", [
        "AWS/ElastiCache",
        "DatabaseMemoryUsagePercentage",
        cache,
        95,
      ]),
      alarm("waooaw-queue-backlog", "Jobs pile up", ["WAOOAW/Queues", "WaitingJobs", queue, 10_000]),
      alarm("waooaw-production-critical", "Users cannot work", ["", "", [], 0], {
        anyOf: ["waooaw-backend-5xx", "waooaw-backend-no-healthy-host"],
      }),
    ],
    history: [],
  };
}
