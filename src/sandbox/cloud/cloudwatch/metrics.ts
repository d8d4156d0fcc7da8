import type { World } from "../world.ts";
import type { ConditionLog, Conditions } from "./conditions.ts";
import {
  backendLoad,
  connections,
  databaseCpu,
  databaseLoad,
  has,
  type Load,
  serviceIn,
  timeOfDay,
  wobble,
} from "./model.ts";

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** A gauge has a level at each moment, a count adds up over a minute, a duration spreads around its average. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly kind: "gauge" | "count" | "duration";
  readonly unit: string;
  /** The level, the sum of the minute, or the average; nothing where AWS would have no points. */
  readonly value: (conditions: Conditions, at: number, load: Load) => number | undefined;
  /** How far values go up and down by themselves, as a share. */
  readonly noise: number;
  /** Metrics that count parts of one whole go up and down together, under this name. */
  readonly whole?: string;
}

export interface Metrics {
  readonly all: () => readonly Metric[];
  readonly find: (namespace: string, name: string, dimensions: readonly Dimension[]) => Metric | undefined;
  /** The value in the minute of a moment; `calm` leaves its noise out. */
  readonly valueAt: (metric: Metric, at: number, calm?: boolean) => number | undefined;
}

/** Things that are measured, by name; services and caches come and go, so they are asked for. */
export interface Measured {
  readonly cluster: string;
  readonly services: () => readonly string[];
  readonly databases: () => readonly string[];
  /** Members of cache groups, as `group` and `member`. */
  readonly caches: () => readonly { readonly group: string; readonly member: string; readonly isPrimary: boolean }[];
  readonly balanced: () => readonly {
    readonly service: string;
    readonly loadBalancer: string;
    readonly targetGroup: string;
  }[];
  readonly queues: readonly string[];
}

const gib = 1024 ** 3;
const mainDatabase = "waooaw-postgres-production";
const usualCpu: Readonly<Record<string, number>> = {
  "waooaw-agent": 35,
  "waooaw-prometheus": 22,
  "waooaw-grafana": 9,
};
const usualMemory: Readonly<Record<string, number>> = {
  "waooaw-backend": 61,
  "waooaw-agent": 55,
  "waooaw-prometheus": 68,
  "waooaw-grafana": 34,
};

export function startMetrics(world: World, conditions: ConditionLog, measured: Measured): Metrics {
  const key = (dimensions: readonly Dimension[]) =>
    dimensions
      .map(({ Name, Value }) => `${Name}=${Value}`)
      .sort()
      .join(",");
  let known = { of: "", list: [] as readonly Metric[], byKey: new Map<string, Metric>() };

  /** Made anew only when there is something else to measure: alarms ask after every change. */
  function refresh(): typeof known {
    const [services, balanced, databases, caches] = [
      measured.services(),
      measured.balanced(),
      measured.databases(),
      measured.caches(),
    ];
    const of = JSON.stringify([services, balanced, databases, caches]);
    if (of === known.of) return known;
    const list = [
      ...services.flatMap((name) => ofService(measured.cluster, name)),
      ...balanced.flatMap(ofLoadBalancer),
      ...databases.flatMap(ofDatabase),
      ...caches.flatMap(ofCache),
      ...measured.queues.flatMap(ofQueue),
    ];
    known = {
      of,
      list,
      byKey: new Map(list.map((one) => [`${one.namespace} ${one.name} ${key(one.dimensions)}`, one])),
    };
    return known;
  }

  return {
    all: () => refresh().list,
    find: (namespace, name, dimensions) => refresh().byKey.get(`${namespace} ${name} ${key(dimensions)}`),
    valueAt: (metric, at, calm = false) => {
      const then = conditions.at(Math.min(at + 59_999, world.time.now()));
      const value = metric.value(then, at, backendLoad(then, at));
      if (value === undefined || calm) return value;
      const noisy = value * (1 + metric.noise * wobble((metric.whole ?? metric.name) + key(metric.dimensions), at));
      const capped = metric.unit === "Percent" ? Math.min(100, noisy) : noisy;
      return metric.unit === "Count" || metric.unit === "Bytes" ? Math.round(capped) : capped;
    },
  };
}

const gauge = (unit: string, value: Metric["value"], noise = 0.04) => ({ kind: "gauge" as const, unit, value, noise });
const count = (value: Metric["value"], noise = 0.05) => ({ kind: "count" as const, unit: "Count", value, noise });
const requests = (value: Metric["value"]) => ({ ...count(value), whole: "RequestCount" });
const seconds = (value: Metric["value"]) => ({ kind: "duration" as const, unit: "Seconds", value, noise: 0.08 });

type Rules = Readonly<Record<string, Omit<Metric, "namespace" | "name" | "dimensions">>>;

const made = (namespace: string, dimensions: readonly Dimension[], rules: Rules): readonly Metric[] =>
  Object.entries(rules).map(([name, rule]) => ({ namespace, name, dimensions, ...rule }));

function ofService(cluster: string, name: string): readonly Metric[] {
  const dimensions = [
    { Name: "ClusterName", Value: cluster },
    { Name: "ServiceName", Value: name },
  ];
  const running = (conditions: Conditions) => serviceIn(conditions, name).running;
  const cpu: Metric["value"] = (conditions, at, load) => {
    if (running(conditions) === 0) return undefined;
    if (name === "waooaw-backend") return load.backendCpu;
    const busy = has(conditions, "high-load", name) ? 2.6 : 1;
    return Math.min(100, (usualCpu[name] ?? 20) * timeOfDay(at) * busy);
  };
  const memory: Metric["value"] = (conditions) =>
    running(conditions) === 0 ? undefined : (usualMemory[name] ?? 50) + (has(conditions, "high-load", name) ? 12 : 0);
  return [
    ...made("AWS/ECS", dimensions, {
      CPUUtilization: gauge("Percent", cpu),
      MemoryUtilization: gauge("Percent", memory, 0.02),
    }),
    ...made("ECS/ContainerInsights", dimensions, {
      RunningTaskCount: gauge("Count", running, 0),
      DesiredTaskCount: gauge("Count", (conditions) => serviceIn(conditions, name).desired, 0),
      PendingTaskCount: gauge("Count", (conditions) => serviceIn(conditions, name).pending, 0),
    }),
  ];
}

function ofLoadBalancer(of: ReturnType<Measured["balanced"]>[number]): readonly Metric[] {
  const balancer = { Name: "LoadBalancer", Value: of.loadBalancer };
  const group = { Name: "TargetGroup", Value: of.targetGroup };
  const isAsked = (load: Load) => load.requests > 0;
  const reached = (conditions: Conditions, load: Load) =>
    serviceIn(conditions, of.service).healthy > 0 && isAsked(load);
  const ofTargets: Rules = {
    // Only requests for which there was a target to choose count, and where there are none there is no point.
    RequestCount: requests((_, __, load) => (isAsked(load) ? load.requests : undefined)),
    HTTPCode_Target_2XX_Count: requests((conditions, _, load) =>
      reached(conditions, load) ? load.requests * (1 - load.failing) : undefined,
    ),
    HTTPCode_Target_5XX_Count: requests((conditions, _, load) =>
      reached(conditions, load) ? load.requests * load.failing : undefined,
    ),
    TargetResponseTime: seconds((conditions, _, load) => (reached(conditions, load) ? load.latency : undefined)),
  };
  return [
    ...made("AWS/ApplicationELB", [balancer], {
      ...ofTargets,
      // What the load balancer answers by itself, because no target can.
      HTTPCode_ELB_5XX_Count: count((conditions, _, load) =>
        !isAsked(load) || reached(conditions, load) ? undefined : load.requests,
      ),
    }),
    ...made("AWS/ApplicationELB", [group, balancer], {
      ...ofTargets,
      HealthyHostCount: gauge("Count", (conditions) => serviceIn(conditions, of.service).healthy, 0),
      UnHealthyHostCount: gauge("Count", (conditions) => serviceIn(conditions, of.service).unhealthy, 0),
    }),
  ];
}

function ofDatabase(id: string): readonly Metric[] {
  const isMain = id === mainDatabase;
  /** Figures of the others are small and steady; an instance that is down has none. */
  const level =
    (main: Metric["value"], other: number): Metric["value"] =>
    (conditions, at, load) =>
      isMain ? main(conditions, at, load) : conditions.down.includes(id) ? undefined : other;
  const on = (conditions: Conditions, fault: string) => has(conditions, fault, id);
  return made("AWS/RDS", [{ Name: "DBInstanceIdentifier", Value: id }], {
    CPUUtilization: gauge("Percent", level(databaseCpu, 6)),
    DatabaseConnections: gauge("Count", level(connections, 3), 0),
    DBLoad: gauge("None", level(databaseLoad, 0.1)),
    // The example's instances have two processors.
    DBLoadRelativeToNumVCPUs: gauge(
      "None",
      level((conditions) => databaseLoad(conditions) / 2, 0.05),
    ),
    FreeStorageSpace: gauge("Bytes", (conditions) => (on(conditions, "storage-full") ? 0.6 * gib : 47 * gib), 0.002),
    FreeableMemory: gauge("Bytes", (conditions) => (on(conditions, "slow-query") ? 0.4 * gib : 3.1 * gib)),
    ReadLatency: gauge("Seconds", (conditions) => (on(conditions, "slow-query") ? 0.041 : 0.0011)),
    WriteLatency: gauge("Seconds", (conditions) => (on(conditions, "slow-query") ? 0.022 : 0.0019)),
    ReadIOPS: gauge("Count/Second", (conditions) => (on(conditions, "slow-query") ? 2900 : 180)),
    WriteIOPS: gauge("Count/Second", (conditions) => (on(conditions, "lock-chain") ? 12 : 95)),
    DiskQueueDepth: gauge("Count", (conditions) => (on(conditions, "slow-query") ? 19 : 0), 0),
    ReplicaLag: gauge("Seconds", (conditions) => (on(conditions, "replica-lag") ? 340 : 0.2)),
  });
}

function ofCache({ group, member, isPrimary }: ReturnType<Measured["caches"]>[number]): readonly Metric[] {
  const up =
    (value: Metric["value"]): Metric["value"] =>
    (conditions, at, load) =>
      conditions.down.includes(group) ? undefined : value(conditions, at, load);
  const evicting = (conditions: Conditions) => has(conditions, "cache-evicting", group);
  const clients = (conditions: Conditions) =>
    isPrimary ? 10 + serviceIn(conditions, "waooaw-backend").running * 10 : 4;
  return made("AWS/ElastiCache", [{ Name: "CacheClusterId", Value: member }], {
    CPUUtilization: gauge(
      "Percent",
      up((conditions) => (evicting(conditions) ? 31 : 9)),
    ),
    EngineCPUUtilization: gauge(
      "Percent",
      up((conditions) => (evicting(conditions) ? 58 : 14)),
    ),
    DatabaseMemoryUsagePercentage: gauge(
      "Percent",
      up((conditions) => (evicting(conditions) ? 99.6 : 63)),
      0.003,
    ),
    FreeableMemory: gauge(
      "Bytes",
      up((conditions) => (evicting(conditions) ? 0.1 * gib : 2.3 * gib)),
    ),
    Evictions: count(up((conditions) => (evicting(conditions) ? 4200 : 0))),
    CurrConnections: gauge("Count", up(clients), 0),
    CacheHits: count(up((conditions, _, load) => load.requests * (evicting(conditions) ? 0.9 : 2.4))),
    CacheMisses: count(up((conditions, _, load) => load.requests * (evicting(conditions) ? 1.6 : 0.1))),
    CacheHitRate: gauge(
      "Percent",
      up((conditions) => (evicting(conditions) ? 36 : 96)),
      0.01,
    ),
    ReplicationLag: gauge(
      "Seconds",
      up(() => (isPrimary ? undefined : 0.02)),
    ),
  });
}

function ofQueue(name: string): readonly Metric[] {
  const stuck = (conditions: Conditions) => has(conditions, "queue-backlog", name);
  return made("WAOOAW/Queues", [{ Name: "QueueName", Value: name }], {
    WaitingJobs: gauge("Count", (conditions) => (stuck(conditions) ? 12_480 : 14), 0.1),
    OldestJobAge: gauge("Seconds", (conditions) => (stuck(conditions) ? 1900 : 2), 0.1),
    FailedJobs: count((conditions) => (stuck(conditions) ? 25 : 0), 0.2),
  });
}
