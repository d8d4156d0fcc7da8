import type { World } from "../world.ts";
import type { ConditionLog } from "./conditions.ts";
import type { Dimension, Metrics } from "./metrics.ts";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly actions: string[];
  /** A composite alarm follows others: it is in alarm when any of these is. */
  readonly anyOf: string[] | null;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Dimension[];
  /** Sum, Average, Maximum, Minimum or a percentile such as p95. */
  readonly statistic: string;
  readonly comparison: "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold" | "LessThanThreshold";
  readonly threshold: number;
  readonly period: number;
  readonly periods: number;
  readonly missing: "missing" | "notBreaching" | "breaching";
  readonly configuredAt: number;
  state: AlarmState;
  reason: string;
  reasonData: string;
  updatedAt: number;
  changedAt: number;
  /** What it is about to become, and when in cloud milliseconds. */
  pending: { to: AlarmState; at: number } | null;
}

export interface AlarmHistory {
  readonly alarm: string;
  readonly type: "MetricAlarm" | "CompositeAlarm";
  readonly at: number;
  readonly summary: string;
  readonly data: string;
}

export interface AlarmsState {
  alarms: AlarmRecord[];
  /** Newest first. */
  history: AlarmHistory[];
}

export interface Alarms {
  readonly state: () => AlarmsState;
  /** Sets a state by hand; the next evaluation puts it right. */
  readonly set: (alarm: AlarmRecord, state: AlarmState, reason: string) => void;
  /** Told of every change of state. */
  readonly onChange: (listener: (alarm: AlarmRecord) => void) => void;
}

const kept = 500;

export const factorOf = (statistic: string): number => {
  const percentile = Number(/^p(\d+(\.\d+)?)$/.exec(statistic)?.[1] ?? Number.NaN);
  if (Number.isNaN(percentile)) return 1;
  if (percentile <= 50) return 0.8;
  if (percentile <= 90) return 1.9;
  return percentile <= 95 ? 2.5 : percentile <= 99 ? 4.5 : 6;
};

export function startAlarms(world: World, conditions: ConditionLog, metrics: Metrics, seed: () => AlarmsState): Alarms {
  const { time } = world;
  // Asked for only once the account is there: what the alarms watch is named after it.
  const load = () => world.part<AlarmsState>("cloudwatch", seed);
  const find = (name: string) => load().alarms.find((one) => one.name === name);
  const listeners: ((alarm: AlarmRecord) => void)[] = [];

  /** The value of one period now, without its noise. */
  function value(alarm: AlarmRecord): number | undefined {
    const metric = metrics.find(alarm.namespace, alarm.metric, alarm.dimensions);
    const minute = metric && metrics.valueAt(metric, time.now(), true);
    if (!metric || minute === undefined) return undefined;
    if (metric.kind === "duration") return minute * factorOf(alarm.statistic);
    return alarm.statistic === "Sum" && metric.kind === "count" ? minute * (alarm.period / 60) : minute;
  }

  function breaches(alarm: AlarmRecord, found: number): boolean {
    if (alarm.comparison === "LessThanThreshold") return found < alarm.threshold;
    return alarm.comparison === "GreaterThanThreshold" ? found > alarm.threshold : found >= alarm.threshold;
  }

  function wanted(alarm: AlarmRecord): AlarmState {
    if (alarm.anyOf) return alarm.anyOf.some((name) => find(name)?.state === "ALARM") ? "ALARM" : "OK";
    const found = value(alarm);
    if (found !== undefined) return breaches(alarm, found) ? "ALARM" : "OK";
    if (alarm.missing === "missing") return "INSUFFICIENT_DATA";
    return alarm.missing === "breaching" ? "ALARM" : "OK";
  }

  /** Looks at every alarm; one whose metric has crossed its threshold changes once enough periods have passed. */
  function evaluate(): void {
    for (const alarm of load().alarms) {
      const next = wanted(alarm);
      if (next === alarm.state) alarm.pending = null;
      else if (alarm.pending?.to !== next) {
        const wait = alarm.anyOf ? 5000 : alarm.periods * alarm.period * 1000;
        alarm.pending = { to: next, at: time.after(wait, "cloudwatch.alarm", alarm.name) };
      }
    }
  }

  time.on("cloudwatch.alarm", (name) => {
    const alarm = find(name);
    if (!alarm?.pending || alarm.pending.at !== time.elapsed()) return;
    const { to } = alarm.pending;
    alarm.pending = null;
    if (wanted(alarm) !== to) evaluate();
    else change(alarm, to, ...why(alarm, to));
  });

  function why(alarm: AlarmRecord, to: AlarmState): readonly [reason: string, data: string] {
    if (alarm.anyOf) {
      const causes = alarm.anyOf.filter((one) => find(one)?.state === "ALARM");
      const reason =
        to === "ALARM"
          ? causes.map((one) => `${find(one)?.arn} transitioned to ALARM`).join("; ")
          : "All children alarms are OK";
      return [reason, JSON.stringify({ triggeringAlarms: causes.map((one) => ({ arn: find(one)?.arn })) })];
    }
    const found = value(alarm);
    const { periods, period, threshold } = alarm;
    const times = Array.from({ length: periods }, (_, index) => time.now() - (periods - index) * period * 1000);
    const points = found === undefined ? [] : times.map((at) => ({ at, value: found * (1 + ((at / 1000) % 7) / 500) }));
    const data = JSON.stringify({
      version: "1.0",
      queryDate: new Date(time.now()).toISOString(),
      statistic: alarm.statistic,
      period,
      recentDatapoints: points.map((point) => point.value),
      threshold,
      evaluatedDatapoints: points.map((point) => ({ timestamp: new Date(point.at).toISOString(), value: point.value })),
    });
    if (found === undefined) {
      const unknown = "no datapoints were received";
      const reason = to === "INSUFFICIENT_DATA" ? "Insufficient Data" : "Threshold Crossed";
      return [`${reason}: ${unknown} for ${periods} periods.`, data];
    }
    const relation =
      alarm.comparison === "LessThanThreshold"
        ? ["less than", "greater than or equal to"]
        : alarm.comparison === "GreaterThanThreshold"
          ? ["greater than", "less than or equal to"]
          : ["greater than or equal to", "less than"];
    const listed = points.map((point) => `${point.value} (${stamp(point.at)})`).join(", ");
    const [word, verb] =
      to === "ALARM"
        ? [relation[0], `minimum ${periods} datapoints for OK -> ALARM transition`]
        : [relation[1], "minimum 1 datapoint for ALARM -> OK transition"];
    return [
      `Threshold Crossed: ${periods} out of the last ${periods} datapoints [${listed}] ${points.length === 1 ? "was" : "were"} ${word} the threshold (${threshold}) (${verb}).`,
      data,
    ];
  }

  function change(alarm: AlarmRecord, to: AlarmState, reason: string, data: string): void {
    const from = alarm.state;
    alarm.state = to;
    alarm.reason = reason;
    alarm.reasonData = data;
    alarm.updatedAt = time.now();
    alarm.changedAt = time.now();
    const { history } = load();
    history.unshift({
      alarm: alarm.name,
      type: alarm.anyOf ? "CompositeAlarm" : "MetricAlarm",
      at: time.now(),
      summary: `Alarm updated from ${from} to ${to}`,
      data: JSON.stringify({
        version: "1.0",
        oldState: { stateValue: from },
        newState: { stateValue: to, stateReason: reason, stateReasonData: JSON.parse(data || "{}") },
      }),
    });
    history.length = Math.min(history.length, kept);
    for (const listener of listeners) listener(alarm);
    evaluate();
  }

  conditions.onChange(evaluate);
  return {
    state: load,
    set: (alarm, to, reason) => change(alarm, to, reason, "{}"),
    onChange: (listener) => void listeners.push(listener),
  };
}

/** As CloudWatch writes a moment in a reason: 22/11/26 10:00:00. */
function stamp(at: number): string {
  const [day = "", time = ""] = new Date(at).toISOString().split("T");
  const [year = "", month = "", date = ""] = day.split("-");
  return `${date}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
