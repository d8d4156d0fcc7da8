import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { integer, list, page, text } from "../input.ts";
import type { AlarmRecord, AlarmState } from "./alarms.ts";
import { readTime } from "./metric-calls.ts";

const invalid = (message: string) => new CloudError("InvalidParameterValue", message);
const badToken = () => new CloudError("InvalidNextToken", "The next token specified is invalid.");

export function alarmCalls({ alarms }: Cloud): Readonly<Record<string, Operation>> {
  return {
    DescribeAlarms: (input) => {
      const names = list(input, "AlarmNames");
      const prefix = text(input, "AlarmNamePrefix");
      if (names && prefix !== undefined) {
        throw new CloudError("InvalidParameterCombination", "AlarmNames and AlarmNamePrefix cannot be used together.");
      }
      const wanted = text(input, "StateValue");
      const actions = text(input, "ActionPrefix");
      // Composite alarms are answered only when they are asked for.
      const types = list(input, "AlarmTypes") ?? ["MetricAlarm"];
      const all = alarms
        .state()
        .alarms.filter((one) => types.includes(one.anyOf ? "CompositeAlarm" : "MetricAlarm"))
        .filter((one) => !names || names.includes(one.name))
        .filter((one) => prefix === undefined || one.name.startsWith(prefix))
        .filter((one) => wanted === undefined || one.state === wanted)
        .filter((one) => actions === undefined || one.actions.some((action) => action.startsWith(actions)));
      const size = integer(input, "MaxRecords", { low: 1, high: 100 }, invalid) ?? 50;
      const { items, nextToken } = page(all, size, text(input, "NextToken"), badToken);
      return {
        MetricAlarms: items.filter((one) => !one.anyOf).map(metricAlarm),
        CompositeAlarms: items.filter((one) => one.anyOf).map(compositeAlarm),
        NextToken: nextToken,
      };
    },

    DescribeAlarmsForMetric: (input) => {
      const found = alarms
        .state()
        .alarms.filter(
          (one) => !one.anyOf && one.namespace === text(input, "Namespace") && one.metric === text(input, "MetricName"),
        );
      return { MetricAlarms: found.map(metricAlarm) };
    },

    DescribeAlarmHistory: (input) => {
      const name = text(input, "AlarmName");
      const start = readTime(input, "StartDate", invalid) ?? 0;
      const end = readTime(input, "EndDate", invalid) ?? Number.POSITIVE_INFINITY;
      const kind = text(input, "HistoryItemType");
      const found = alarms
        .state()
        .history.filter((one) => name === undefined || one.alarm === name)
        .filter((one) => one.at >= start && one.at <= end)
        .filter(() => kind === undefined || kind === "StateUpdate");
      const ordered = text(input, "ScanBy") === "TimestampAscending" ? [...found].reverse() : found;
      const size = integer(input, "MaxRecords", { low: 1, high: 100 }, invalid) ?? 100;
      const { items, nextToken } = page(ordered, size, text(input, "NextToken"), badToken);
      return {
        AlarmHistoryItems: items.map((one) => ({
          AlarmName: one.alarm,
          AlarmType: one.type,
          Timestamp: one.at / 1000,
          HistoryItemType: "StateUpdate",
          HistorySummary: one.summary,
          HistoryData: one.data,
        })),
        NextToken: nextToken,
      };
    },

    SetAlarmState: (input) => {
      const alarm = alarms.state().alarms.find((one) => one.name === text(input, "AlarmName"));
      if (!alarm) throw new CloudError("ResourceNotFound", `Alarm ${text(input, "AlarmName")} does not exist`, 404);
      const to = text(input, "StateValue") ?? "";
      if (!["OK", "ALARM", "INSUFFICIENT_DATA"].includes(to))
        throw invalid(`StateValue ${to} is not one of OK, ALARM, INSUFFICIENT_DATA.`);
      alarms.set(alarm, to as AlarmState, text(input, "StateReason") ?? "");
      return {};
    },
  };
}

const common = (of: AlarmRecord) => ({
  AlarmName: of.name,
  AlarmArn: of.arn,
  AlarmDescription: of.description,
  ActionsEnabled: true,
  OKActions: of.actions,
  AlarmActions: of.actions,
  InsufficientDataActions: [],
  StateValue: of.state,
  StateReason: of.reason,
  StateReasonData: of.reasonData,
  StateUpdatedTimestamp: of.updatedAt / 1000,
  StateTransitionedTimestamp: of.changedAt / 1000,
  AlarmConfigurationUpdatedTimestamp: of.configuredAt / 1000,
});

const metricAlarm = (of: AlarmRecord) => ({
  ...common(of),
  Namespace: of.namespace,
  MetricName: of.metric,
  Dimensions: of.dimensions,
  ...(of.statistic.startsWith("p") ? { ExtendedStatistic: of.statistic } : { Statistic: of.statistic }),
  Period: of.period,
  EvaluationPeriods: of.periods,
  DatapointsToAlarm: of.periods,
  Threshold: of.threshold,
  ComparisonOperator: of.comparison,
  TreatMissingData: of.missing,
});

const compositeAlarm = (of: AlarmRecord) => ({
  ...common(of),
  AlarmRule: (of.anyOf ?? []).map((name) => `ALARM("${name}")`).join(" OR "),
});
