import { ecsState } from "../ecs/state.ts";
import type { Caches } from "../elasticache/caches.ts";
import type { LoadBalancer } from "../load-balancer.ts";
import { queueNames } from "../queue-names.ts";
import type { Databases } from "../rds/databases.ts";
import type { World } from "../world.ts";
import { type Alarms, startAlarms } from "./alarms.ts";
import { type ConditionLog, startConditions } from "./conditions.ts";
import { exampleAlarms } from "./example-alarms.ts";
import { type Metrics, startMetrics } from "./metrics.ts";

export interface Monitoring {
  readonly conditions: ConditionLog;
  readonly metrics: Metrics;
  readonly alarms: Alarms;
}

export interface Monitored {
  readonly world: World;
  readonly loadBalancer: LoadBalancer;
  readonly databases: Databases;
  readonly caches: Caches;
}

const cluster = "waooaw-production";

/** Watches everything in the account: how it stood when, what is measured of it, and which alarms that raises. */
export function startMonitoring({ world, loadBalancer, databases, caches }: Monitored): Monitoring {
  const { state } = databases;
  const conditions = startConditions({
    world,
    loadBalancer,
    targets: () => [
      ...state.instances.map((one) => one.id),
      ...caches.state.groups.map((one) => one.id),
      ...queueNames,
    ],
    down: () =>
      [...state.instances.filter(databases.isDown), ...caches.state.groups.filter(caches.isDown)].map((one) => one.id),
  });
  const afterKind = (arn: string, kind: string) => arn.slice(arn.indexOf(kind));
  const balanced = () =>
    loadBalancer.groups().map((group) => ({
      service: group.name,
      loadBalancer: afterKind(group.loadBalancerArn, "app/"),
      targetGroup: afterKind(group.arn, "targetgroup/"),
    }));
  const metrics = startMetrics(world, conditions, {
    cluster,
    services: () => ecsState(world).services.map((service) => service.name),
    databases: () => state.instances.map((one) => one.id),
    caches: () =>
      caches.state.groups.flatMap((group) =>
        group.members.map(({ id }) => ({ group: group.id, member: id, isPrimary: id === group.primary })),
      ),
    balanced,
    queues: queueNames,
  });
  const alarms = startAlarms(world, conditions, metrics, () => {
    const [first] = balanced();
    return exampleAlarms(world, {
      cluster,
      loadBalancer: first?.loadBalancer ?? "",
      targetGroup: first?.targetGroup ?? "",
      database: "waooaw-postgres-production",
      cacheMember: caches.state.groups[0]?.primary ?? "",
      queue: queueNames[0] ?? "",
    });
  });
  return { conditions, metrics, alarms };
}
