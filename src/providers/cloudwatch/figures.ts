import type { Placement } from "../../domain/configuration.ts";
import type { MeasureName } from "../../domain/health/measures.ts";
import type { Figure, Finding, Series } from "../../domain/health/thresholds.ts";
import type { FigureGroup } from "../../domain/platform/measures.ts";
import type { Clients } from "./clients.ts";
import { cacheGroup, databaseInstance, ofService, ofTargets } from "./names.ts";
import { type Metric, readSeries, seriesOf } from "./series.ts";

const gib = 1024 ** 3;

const figure = (measure: MeasureName, series: Series, of: string | null = null): Figure => ({
  ...series,
  measure,
  of,
  limit: null,
  history: "every-minute",
});

/** Metrics of one namespace and the same dimensions, by names of ours. */
function metricsOf(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
  named: Readonly<Record<string, readonly [metric: string, statistic: string]>>,
): Readonly<Record<string, Metric>> {
  return Object.fromEntries(
    Object.entries(named).map(([name, [metric, statistic]]) => [name, { namespace, metric, dimensions, statistic }]),
  );
}

/** What CloudWatch measures, by the platform of what is measured. Source of the metrics: docs.aws.amazon.com, "CloudWatch metrics" of ECS, Elastic Load Balancing, RDS, Performance Insights and ElastiCache. */
export function cloudwatchGroups(clients: Clients): Readonly<Record<string, readonly FigureGroup[]>> {
  return {
    ecs: [
      { measures: ["cpu", "memory"], read: (at, now) => usage(clients, at, now) },
      { measures: ["success-rate", "error-rate", "p95", "p99"], read: (at, now) => traffic(clients, at, now) },
    ],
    rds: [
      {
        measures: ["cpu", "connections", "load", "disk", "replication-lag"],
        read: (at, now) => database(clients, at, now),
      },
    ],
    elasticache: [
      {
        measures: ["cpu", "memory", "hit-rate", "evictions", "replication-lag"],
        read: (at, now) => cache(clients, at, now),
      },
    ],
  };
}

async function usage(clients: Clients, at: Placement, now: Date) {
  const metrics = metricsOf("AWS/ECS", ofService(at), {
    cpu: ["CPUUtilization", "Average"],
    memory: ["MemoryUtilization", "Average"],
  });
  const raw = await readSeries(clients, at.at.region, metrics, now);
  return {
    figures: (["cpu", "memory"] as const).map((name) =>
      figure(
        name,
        seriesOf(raw, (of) => of(name)),
      ),
    ),
    findings: [],
  };
}

/** What the load balancer counts of the answers of a service's targets. A minute without an error has no figure of errors. */
async function traffic(clients: Clients, at: Placement, now: Date) {
  const [dimensions] = await ofTargets(clients, at);
  if (!dimensions) return { figures: [], findings: [] };
  const metrics = metricsOf("AWS/ApplicationELB", dimensions, {
    requests: ["RequestCount", "Sum"],
    good: ["HTTPCode_Target_2XX_Count", "Sum"],
    bad: ["HTTPCode_Target_5XX_Count", "Sum"],
    p95: ["TargetResponseTime", "p95"],
    p99: ["TargetResponseTime", "p99"],
  });
  const raw = await readSeries(clients, at.at.region, metrics, now);
  const share = (name: string) =>
    seriesOf(raw, (of) => {
      const requests = of("requests") ?? 0;
      return requests > 0 ? Math.min(100, ((of(name) ?? 0) / requests) * 100) : undefined;
    });
  const milliseconds = (name: string) =>
    seriesOf(raw, (of) => {
      const seconds = of(name);
      return seconds === undefined ? undefined : seconds * 1000;
    });
  return {
    figures: [
      figure("success-rate", share("good")),
      figure("error-rate", share("bad")),
      figure("p95", milliseconds("p95")),
      figure("p99", milliseconds("p99")),
    ],
    findings: [],
  };
}

async function database(clients: Clients, at: Placement, now: Date) {
  const dimensions = { DBInstanceIdentifier: at.at.instance ?? "" };
  const metrics = metricsOf("AWS/RDS", dimensions, {
    cpu: ["CPUUtilization", "Average"],
    connections: ["DatabaseConnections", "Average"],
    load: ["DBLoadRelativeToNumVCPUs", "Average"],
    free: ["FreeStorageSpace", "Average"],
    lag: ["ReplicaLag", "Average"],
  });
  const [{ status, gibibytes }, raw] = await Promise.all([
    databaseInstance(clients, at),
    readSeries(clients, at.at.region, metrics, now),
  ]);
  const plain = (name: string) => seriesOf(raw, (of) => of(name));
  const disk = seriesOf(raw, (of) => {
    const free = of("free");
    return free === undefined || gibibytes === null ? undefined : Math.max(0, 100 - (free / (gibibytes * gib)) * 100);
  });
  return {
    figures: [
      figure("cpu", plain("cpu")),
      figure("connections", plain("connections")),
      // Only where Performance Insights is on.
      ...shownIfAny(figure("load", plain("load"))),
      figure("disk", disk),
      ...shownIfAny(figure("replication-lag", plain("lag"))),
    ],
    findings: [statusFinding("Instance", status)],
  };
}

/** The worst of its members counts, minute by minute. */
async function cache(clients: Clients, at: Placement, now: Date) {
  const { status, members } = await cacheGroup(clients, at);
  const named = {
    cpu: ["EngineCPUUtilization", "Average"],
    memory: ["DatabaseMemoryUsagePercentage", "Average"],
    hits: ["CacheHitRate", "Average"],
    evictions: ["Evictions", "Sum"],
    lag: ["ReplicationLag", "Average"],
  } as const;
  const metrics = Object.fromEntries(
    members.flatMap((member) =>
      Object.entries(metricsOf("AWS/ElastiCache", { CacheClusterId: member }, named)).map(([name, metric]) => [
        `${name} ${member}`,
        metric,
      ]),
    ),
  );
  const raw = await readSeries(clients, at.at.region, metrics, now);
  const worst = (name: keyof typeof named, pick: (...values: number[]) => number) =>
    seriesOf(raw, (of) => {
      const values = members.flatMap((member) => of(`${name} ${member}`) ?? []);
      return values.length === 0 ? undefined : pick(...values);
    });
  return {
    figures: [
      figure("cpu", worst("cpu", Math.max)),
      figure("memory", worst("memory", Math.max)),
      figure("hit-rate", worst("hits", Math.min)),
      figure("evictions", worst("evictions", Math.max)),
      ...shownIfAny(figure("replication-lag", worst("lag", Math.max))),
    ],
    findings: [statusFinding("Cache", status)],
  };
}

/** What not every one has is left out where there is nothing of it. */
function shownIfAny(one: Figure): readonly Figure[] {
  return one.points.length > 0 ? [one] : [];
}

const serving = ["available", "backing-up", "storage-optimization", "configuring-enhanced-monitoring", "snapshotting"];
const changing = ["modifying", "maintenance", "upgrading", "starting", "creating", "renaming"];

/** What the platform says of its state. Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
function statusFinding(title: string, status: string): Finding {
  const state = serving.includes(status) ? "ok" : changing.includes(status) ? "warning" : "critical";
  return { title, state, detail: status, platform: true };
}
