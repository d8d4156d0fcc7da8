import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { Point, Series } from "../../domain/health/thresholds.ts";
import { calling } from "../aws.ts";
import type { Clients } from "./clients.ts";

const minute = 60_000;
const backMinutes = 70;
const day = 24 * 60 * minute;
/** How far around the same time yesterday is looked. */
const aroundMinutes = 5;

/** One metric, as CloudWatch names it. */
export interface Metric {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

/** Each metric by the minute over the last 70, and around the same time yesterday; a minute without a value has no point. */
export async function readSeries(
  clients: Clients,
  region: string | undefined,
  metrics: Readonly<Record<string, Metric>>,
  now: Date,
): Promise<Raw> {
  const names = Object.keys(metrics);
  const queries = Object.values(metrics).map(
    (one, index): MetricDataQuery => ({
      Id: `m${index}`,
      MetricStat: {
        Metric: {
          Namespace: one.namespace,
          MetricName: one.metric,
          Dimensions: Object.entries(one.dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: 60,
        Stat: one.statistic,
      },
    }),
  );
  const between = (from: number, until: number) =>
    calling("GetMetricData", async (call) => {
      const { sdk, client } = await clients.metrics(region);
      const { MetricDataResults = [] } = await client.send(
        new sdk.GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(from),
          EndTime: new Date(until),
          ScanBy: "TimestampAscending",
        }),
        call,
      );
      return new Map(
        names.map((name, index) => {
          const found = MetricDataResults.find((one) => one.Id === `m${index}`);
          const values = found?.Values ?? [];
          return [name, new Map((found?.Timestamps ?? []).map((at, n) => [at.getTime(), values[n] ?? Number.NaN]))];
        }),
      );
    });
  const then = now.getTime() - day;
  const [recent, yesterday] = await Promise.all([
    between(now.getTime() - backMinutes * minute, now.getTime()),
    between(then - aroundMinutes * minute, then + aroundMinutes * minute),
  ]);
  return { recent, yesterday };
}

type ByMinute = ReadonlyMap<string, ReadonlyMap<number, number>>;

export interface Raw {
  readonly recent: ByMinute;
  readonly yesterday: ByMinute;
}

/** A series made of one or several metrics, minute by minute: undefined where a minute says nothing. */
export function seriesOf(raw: Raw, value: (at: (metric: string) => number | undefined) => number | undefined): Series {
  const of = (all: ByMinute): readonly Point[] => {
    const times = [...new Set([...all.values()].flatMap((one) => [...one.keys()]))].sort((one, other) => one - other);
    return times.flatMap((time) => {
      const found = value((metric) => all.get(metric)?.get(time));
      return found === undefined || Number.isNaN(found) ? [] : [{ at: new Date(time), value: found }];
    });
  };
  const before = of(raw.yesterday);
  const sum = before.reduce((all, one) => all + one.value, 0);
  return { points: of(raw.recent), dayAgo: before.length === 0 ? null : sum / before.length };
}
