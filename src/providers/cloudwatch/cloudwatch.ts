import type { Dimension, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Placement } from "../../domain/configuration.ts";
import type { Point } from "../../domain/health/thresholds.ts";
import type { Alarm, MeasuresRead } from "../../domain/platform/measures.ts";
import type { Provider } from "../../domain/platform.ts";
import { type AwsOptions, calling, clientSettings, forEachRegion } from "../aws.ts";

const backMinutes = 70;
const pageSize = 100;
const mostPages = 10;

/** Figures and alarms of services on ECS, from Amazon CloudWatch. Nothing is called before the first use. */
export function cloudwatchProvider(options: AwsOptions = {}): Provider {
  return { id: "cloudwatch", check: async () => [], measures: cloudwatchRead(options) };
}

function cloudwatchRead(options: AwsOptions): MeasuresRead {
  const clientIn = forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-cloudwatch");
    return { sdk, client: new sdk.CloudWatchClient(clientSettings(options, region)) };
  });
  return {
    platforms: ["ecs"],
    series: (at, now) =>
      calling("GetMetricData", async (call) => {
        const { sdk, client } = await clientIn(at.at.region);
        const { MetricDataResults = [] } = await client.send(
          new sdk.GetMetricDataCommand({
            MetricDataQueries: [query("cpu", "CPUUtilization", at), query("memory", "MemoryUtilization", at)],
            StartTime: new Date(now.getTime() - backMinutes * 60_000),
            EndTime: now,
            ScanBy: "TimestampAscending",
          }),
          call,
        );
        const points = (id: string): readonly Point[] => {
          const found = MetricDataResults.find((one) => one.Id === id);
          const values = found?.Values ?? [];
          return (found?.Timestamps ?? []).flatMap((time, index) => {
            const value = values[index];
            return value === undefined ? [] : [{ at: time, value }];
          });
        };
        return { cpu: points("cpu"), memory: points("memory") };
      }),
    alarms: (at) =>
      calling("DescribeAlarms", async (call) => {
        const { sdk, client } = await clientIn(at.at.region);
        const found: MetricAlarm[] = [];
        let next: string | undefined;
        for (let page = 0; page < mostPages; page += 1) {
          const answer = await client.send(
            new sdk.DescribeAlarmsCommand({
              AlarmTypes: ["MetricAlarm"],
              MaxRecords: pageSize,
              ...(next === undefined ? {} : { NextToken: next }),
            }),
            call,
          );
          found.push(...(answer.MetricAlarms ?? []));
          next = answer.NextToken;
          if (next === undefined) break;
        }
        return { alarms: found.filter((alarm) => watches(alarm, at)).map(alarmOf), all: next === undefined };
      }),
  };
}

function dimensions(at: Placement): readonly Dimension[] {
  return [
    { Name: "ClusterName", Value: at.at.cluster },
    { Name: "ServiceName", Value: at.at.service },
  ];
}

function query(id: string, metric: string, at: Placement) {
  return {
    Id: id,
    MetricStat: {
      Metric: { Namespace: "AWS/ECS", MetricName: metric, Dimensions: [...dimensions(at)] },
      Period: 60,
      Stat: "Average",
    },
  };
}

/** Whether an alarm looks at a metric of that service, by itself or in an expression. */
function watches(alarm: MetricAlarm, at: Placement): boolean {
  const looked = [
    alarm.Dimensions ?? [],
    ...(alarm.Metrics ?? []).map((one) => one.MetricStat?.Metric?.Dimensions ?? []),
  ];
  return looked.some((own) =>
    dimensions(at).every(({ Name, Value }) => own.some((one) => one.Name === Name && one.Value === Value)),
  );
}

function alarmOf(alarm: MetricAlarm): Alarm {
  const state = alarm.StateValue === "ALARM" ? "alarm" : alarm.StateValue === "OK" ? "ok" : "unknown";
  return { name: alarm.AlarmName ?? "without a name", state, reason: alarm.StateReason ?? null };
}
