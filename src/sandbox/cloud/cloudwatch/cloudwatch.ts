import type { Cloud, CloudApi } from "../api.ts";
import { alarmCalls } from "./alarm-calls.ts";
import { metricCalls } from "./metric-calls.ts";

export const cloudWatch = (cloud: Cloud): CloudApi => ({
  service: "monitoring",
  actions: "cloudwatch",
  protocol: "json-1.0",
  marker: "GraniteServiceVersion20100801",
  // Transactions a second as in the service quotas; bursts are not published.
  buckets: [
    { operations: ["GetMetricData"], burst: 500, perSecond: 500 },
    { operations: ["GetMetricStatistics"], burst: 400, perSecond: 400 },
    { operations: ["ListMetrics"], burst: 25, perSecond: 25 },
    { operations: ["DescribeAlarms"], burst: 9, perSecond: 9 },
    { operations: ["GetMetricWidgetImage"], burst: 20, perSecond: 20 },
  ],
  operations: { ...metricCalls(cloud), ...alarmCalls(cloud) },
});
