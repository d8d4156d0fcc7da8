import type { Placement } from "../../domain/configuration.ts";
import type { MeasureName } from "../../domain/health/measures.ts";
import type { Drawable } from "../../domain/health/picture.ts";
import type { MeasuresRead } from "../../domain/platform/measures.ts";
import { calling } from "../aws.ts";
import type { Clients } from "./clients.ts";
import { cacheGroup, ofService, ofTargets } from "./names.ts";

type Drawn = { readonly [measure in MeasureName]?: readonly [metric: string, statistic: string, label: string] };

/** What is drawn of a measure. Where a figure is made of several metrics, the one that tells most. */
const service: Drawn = {
  cpu: ["CPUUtilization", "Average", "CPU, %"],
  memory: ["MemoryUtilization", "Average", "Memory, %"],
};
const traffic: Drawn = {
  "success-rate": ["HTTPCode_Target_2XX_Count", "Sum", "Answers with 2xx a minute"],
  "error-rate": ["HTTPCode_Target_5XX_Count", "Sum", "Answers with 5xx a minute"],
  p95: ["TargetResponseTime", "p95", "Response time P95, s"],
  p99: ["TargetResponseTime", "p99", "Response time P99, s"],
};
const database: Drawn = {
  cpu: ["CPUUtilization", "Average", "CPU, %"],
  connections: ["DatabaseConnections", "Average", "Connections"],
  load: ["DBLoadRelativeToNumVCPUs", "Average", "Sessions at work for each processor"],
  disk: ["FreeStorageSpace", "Average", "Free storage, bytes"],
  "replication-lag": ["ReplicaLag", "Average", "Replication lag, s"],
};
const cache: Drawn = {
  cpu: ["EngineCPUUtilization", "Average", "CPU, %"],
  memory: ["DatabaseMemoryUsagePercentage", "Average", "Memory, %"],
  "hit-rate": ["CacheHitRate", "Average", "Hit rate, %"],
  evictions: ["Evictions", "Sum", "Evictions a minute"],
  "replication-lag": ["ReplicationLag", "Average", "Replication lag, s"],
};
const drawn: Readonly<Record<string, Drawn>> = {
  ecs: { ...service, ...traffic },
  rds: database,
  elasticache: cache,
};
const size = { width: 600, height: 240 } as const;
const mostLines = 5;

/** Metrics of the last three hours as a picture. Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricWidgetImage.html */
export function cloudwatchPictures(clients: Clients): NonNullable<MeasuresRead["pictures"]> {
  return {
    drawn: Object.fromEntries(
      Object.entries(drawn).map(([platform, of]) => [platform, Object.keys(of) as readonly MeasureName[]]),
    ),
    draw: async (at, what, title) => {
      const meant = await meantBy(clients, at, what);
      if (meant === null || meant.lines.length === 0) return null;
      const { namespace, metric, stat, label, lines, region } = meant;
      const MetricWidget = JSON.stringify({
        ...size,
        view: "timeSeries",
        title,
        start: "-PT3H",
        period: 60,
        stat,
        ...(label === null ? {} : { yAxis: { left: { label } } }),
        metrics: lines
          .slice(0, mostLines)
          .map((dimensions) => [namespace, metric, ...Object.entries(dimensions).flat()]),
      });
      const { MetricWidgetImage } = await calling("GetMetricWidgetImage", async (call) => {
        const { sdk, client } = await clients.metrics(region);
        return client.send(new sdk.GetMetricWidgetImageCommand({ MetricWidget, OutputFormat: "png" }), call);
      });
      return MetricWidgetImage ?? null;
    },
  };
}

/** The metrics behind it, all of one name: a line each. */
async function meantBy(clients: Clients, at: Placement, what: Drawable) {
  if (typeof what === "object") {
    if (what.provider !== "cloudwatch") return null;
    const { namespace, metric, statistic: stat, dimensions, region } = what;
    return { namespace, metric, stat, label: null, lines: [dimensions], region: region ?? undefined };
  }
  const [metric, stat, label] = drawn[at.provider]?.[what] ?? [];
  if (metric === undefined || stat === undefined || label === undefined) return null;
  return { metric, stat, label, region: at.at.region, ...(await linesOf(clients, at, what)) };
}

async function linesOf(
  clients: Clients,
  at: Placement,
  measure: MeasureName,
): Promise<{ readonly namespace: string; readonly lines: readonly Readonly<Record<string, string>>[] }> {
  if (at.provider === "rds") return { namespace: "AWS/RDS", lines: [{ DBInstanceIdentifier: at.at.instance ?? "" }] };
  if (at.provider === "elasticache") {
    const { members } = await cacheGroup(clients, at);
    return { namespace: "AWS/ElastiCache", lines: members.map((CacheClusterId) => ({ CacheClusterId })) };
  }
  if (measure in service) return { namespace: "AWS/ECS", lines: [ofService(at)] };
  return { namespace: "AWS/ApplicationELB", lines: (await ofTargets(clients, at)).slice(0, 1) };
}
