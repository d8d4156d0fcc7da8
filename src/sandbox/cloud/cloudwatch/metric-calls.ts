import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { flag, type Input, integer, list, page, record, text } from "../input.ts";
import { factorOf } from "./alarms.ts";
import { evaluateExpression, type Series } from "./expression.ts";
import type { Dimension, Metric, Metrics } from "./metrics.ts";
import { drawChart } from "./picture.ts";

const minute = 60_000;
const invalid = (message: string) => new CloudError("InvalidParameterValue", message);
const badToken = () => new CloudError("InvalidNextToken", "The next token specified is invalid.");
const missing = (field: string) => new CloudError("MissingParameter", `The parameter ${field} is required.`);
const unreadable = (message: string) => new CloudError("ValidationError", message);

/** A time of the JSON protocol, epoch seconds, in milliseconds. */
export function readTime(input: Input, field: string, refuse: (sentence: string) => CloudError): number | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw refuse(`${field} is not a timestamp.`);
  return value * 1000;
}

const statistics = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"];
const isStatistic = (name: string) => statistics.includes(name) || /^p(\d{1,2}(\.\d{1,10})?|100)$/.test(name);

export function metricCalls({ world, metrics }: Cloud): Readonly<Record<string, Operation>> {
  /** Start and end, the start rounded down to the minute. */
  function range(input: Input): { readonly start: number; readonly end: number } {
    const start = readTime(input, "StartTime", invalid);
    const end = readTime(input, "EndTime", invalid);
    if (start === undefined) throw missing("StartTime");
    if (end === undefined) throw missing("EndTime");
    if (start >= end) throw unreadable("The parameter StartTime must be less than the parameter EndTime.");
    return { start: Math.floor(start / minute) * minute, end };
  }

  function periodOf(input: Input): number {
    const period = integer(input, "Period", { low: 1, high: 86_400 }, invalid);
    if (period === undefined) throw missing("Period");
    if (period % 60 !== 0 && ![1, 5, 10, 20, 30].includes(period)) {
      throw unreadable("The parameter Period must be a multiple of 60.");
    }
    return Math.max(60, period) * 1000;
  }

  const seriesOf = (of: Input, statistic: string, period: number, start: number, end: number): Series => {
    const dimensions = (of.Dimensions ?? []) as readonly Dimension[];
    const metric = metrics.find(text(of, "Namespace") ?? "", text(of, "MetricName") ?? "", dimensions);
    return metric ? series(metrics, metric, statistic, period, start, end, world.time.now()) : new Map();
  };

  return {
    ListMetrics: (input) => {
      const namespace = text(input, "Namespace");
      const name = text(input, "MetricName");
      const filters = (input.Dimensions ?? []) as readonly Partial<Dimension>[];
      const found = metrics
        .all()
        .filter((one) => namespace === undefined || one.namespace === namespace)
        .filter((one) => name === undefined || one.name === name)
        .filter((one) =>
          filters.every((filter) =>
            one.dimensions.some(
              (own) => own.Name === filter.Name && (filter.Value === undefined || own.Value === filter.Value),
            ),
          ),
        );
      const { items, nextToken } = page(found, 500, text(input, "NextToken"), badToken);
      return {
        Metrics: items.map((one) => ({ Namespace: one.namespace, MetricName: one.name, Dimensions: one.dimensions })),
        NextToken: nextToken,
      };
    },

    GetMetricStatistics: (input) => {
      for (const field of ["Namespace", "MetricName"]) if (!text(input, field)) throw missing(field);
      const { start, end } = range(input);
      const period = periodOf(input);
      const plain = list(input, "Statistics") ?? [];
      const extended = list(input, "ExtendedStatistics") ?? [];
      if (plain.length + extended.length === 0) throw missing("Statistics");
      for (const one of [...plain, ...extended])
        if (!isStatistic(one)) throw invalid(`The statistic ${one} is not supported.`);
      const points = Math.ceil((end - start) / period);
      if (points > 1440) {
        throw new CloudError(
          "InvalidParameterCombination",
          `You have requested up to ${points} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        );
      }
      const dimensions = (input.Dimensions ?? []) as readonly Dimension[];
      const metric = metrics.find(text(input, "Namespace") ?? "", text(input, "MetricName") ?? "", dimensions);
      const all = new Map([...plain, ...extended].map((one) => [one, seriesOf(input, one, period, start, end)]));
      const times = [...(all.values().next().value ?? new Map<number, number>()).keys()];
      // AWS does not answer in the order of time.
      const turned = [...times.slice(times.length >> 1), ...times.slice(0, times.length >> 1)];
      return {
        Label: text(input, "MetricName"),
        Datapoints: turned.map((at) => ({
          Timestamp: at / 1000,
          Unit: metric?.unit,
          ...Object.fromEntries(plain.map((one) => [one, all.get(one)?.get(at)])),
          ...(extended.length > 0
            ? { ExtendedStatistics: Object.fromEntries(extended.map((one) => [one, all.get(one)?.get(at)])) }
            : {}),
        })),
      };
    },

    GetMetricData: (input) => {
      const queries = (input.MetricDataQueries ?? []) as readonly Input[];
      if (queries.length === 0) throw missing("MetricDataQueries");
      if (queries.length > 500)
        throw unreadable("The collection MetricDataQueries must not have a size greater than 500.");
      const { start, end } = range(input);
      const found = new Map<string, Series>();
      for (const query of queries) {
        const id = text(query, "Id") ?? "";
        if (!/^[a-z][A-Za-z0-9_]*$/.test(id)) {
          throw unreadable(
            `The value '${id}' for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$`,
          );
        }
        if (found.has(id)) throw unreadable(`The values for parameter Id in MetricDataQueries must be unique: ${id}`);
        const stat = record(query, "MetricStat");
        if ((stat === undefined) === (text(query, "Expression") === undefined)) {
          throw unreadable(`Query ${id} must have either MetricStat or Expression.`);
        }
        if (!stat) continue;
        const statistic = text(stat, "Stat") ?? "";
        if (!isStatistic(statistic)) throw unreadable(`The value ${statistic} for parameter Stat is not supported.`);
        found.set(id, seriesOf(record(stat, "Metric") ?? {}, statistic, periodOf(stat), start, end));
      }
      for (const query of queries) {
        const expression = text(query, "Expression");
        // Expressions may name others that stand before them.
        if (expression !== undefined) found.set(text(query, "Id") ?? "", evaluateExpression(expression, found));
      }
      const ascending = text(input, "ScanBy") === "TimestampAscending";
      const results = queries
        .filter((query) => flag(query, "ReturnData") ?? true)
        .map((query) => {
          const id = text(query, "Id") ?? "";
          const points = [...(found.get(id) ?? [])].sort(([one], [other]) => (ascending ? one - other : other - one));
          const metric = record(record(query, "MetricStat") ?? {}, "Metric");
          return {
            Id: id,
            Label: text(query, "Label") ?? (metric ? text(metric, "MetricName") : id),
            Timestamps: points.map(([at]) => at / 1000),
            Values: points.map(([, value]) => value),
            StatusCode: "Complete",
          };
        });
      return { MetricDataResults: results, Messages: [] };
    },

    GetMetricWidgetImage: (input) => {
      const widget = readWidget(text(input, "MetricWidget"));
      const end = world.time.now();
      const start = end - widget.span;
      const lines = widget.metrics.map((one) =>
        seriesOf(one, widget.statistic, widget.period, Math.floor(start / minute) * minute, end),
      );
      return { MetricWidgetImage: drawChart(lines, widget.width, widget.height).toString("base64") };
    },
  };
}

/** Points of complete minutes, put together by period; a period without any has no point. */
function series(
  metrics: Metrics,
  metric: Metric,
  statistic: string,
  period: number,
  start: number,
  end: number,
  now: number,
): Series {
  const answer = new Map<number, number>();
  for (let from = Math.floor(start / period) * period; from < end; from += period) {
    const values: number[] = [];
    for (let at = Math.max(from, start); at < from + period && at < end && at + minute <= now; at += minute) {
      const value = metrics.valueAt(metric, at);
      if (value !== undefined) values.push(value);
    }
    if (values.length > 0) answer.set(from, together(metric, statistic, values));
  }
  return answer;
}

function together(metric: Metric, statistic: string, values: readonly number[]): number {
  const sum = values.reduce((one, other) => one + other, 0);
  if (statistic === "SampleCount") return metric.kind === "gauge" ? values.length : Math.round(sum);
  if (statistic === "Sum") return sum;
  if (statistic === "Minimum") return Math.min(...values);
  if (statistic === "Maximum") return Math.max(...values) * (metric.kind === "duration" ? 9 : 1);
  return (sum / values.length) * (metric.kind === "duration" ? factorOf(statistic) : 1);
}

interface Widget {
  readonly width: number;
  readonly height: number;
  readonly span: number;
  readonly period: number;
  readonly statistic: string;
  readonly metrics: readonly Input[];
}

/** A metric widget as the console writes it: `{"metrics": [["AWS/ECS", "CPUUtilization", "ClusterName", "…"]]}`. */
function readWidget(json: string | undefined): Widget {
  if (json === undefined) throw missing("MetricWidget");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw unreadable("The MetricWidget is not valid JSON.");
  }
  const widget = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(widget.metrics) || widget.metrics.length === 0)
    throw unreadable("The MetricWidget has no metrics.");
  const size = (field: string, usual: number, most: number) => {
    const wanted = widget[field] ?? usual;
    if (typeof wanted !== "number" || wanted < 1 || wanted > most)
      throw unreadable(`The ${field} must be from 1 to ${most}.`);
    return Math.round(wanted);
  };
  const [, amount = "3", unit = "H"] = /^-?PT?(\d+)([MHD])$/.exec(String(widget.start ?? "-PT3H")) ?? [];
  const units: Readonly<Record<string, number>> = { M: minute, H: 60 * minute, D: 24 * 60 * minute };
  const namesOf = (line: readonly unknown[]) => line.filter((one): one is string => typeof one === "string");
  return {
    width: size("width", 600, 2000),
    height: size("height", 400, 2000),
    span: Math.min(Number(amount) * (units[unit] ?? minute), 15 * 24 * 60 * minute),
    period: Math.max(60, Number(widget.period ?? 300)) * 1000,
    statistic: typeof widget.stat === "string" && isStatistic(widget.stat) ? widget.stat : "Average",
    metrics: widget.metrics.filter(Array.isArray).map((line: readonly unknown[]) => {
      const [Namespace, MetricName, ...rest] = namesOf(line);
      const Dimensions = rest.flatMap((Name, index) =>
        index % 2 === 0 ? [{ Name, Value: rest[index + 1] ?? "" }] : [],
      );
      return { Namespace, MetricName, Dimensions };
    }),
  };
}
