import { digestsOf } from "../ecs/images.ts";
import { ecsState, isPending, isRunning, tasksOf } from "../ecs/state.ts";
import type { LoadBalancer } from "../load-balancer.ts";
import type { World } from "../world.ts";

/** How things stood from a moment on: all that metrics and logs are made from. */
export interface Conditions {
  readonly at: number;
  readonly services: { readonly [name: string]: ServiceCondition };
  /** Databases and caches that answer no connections. */
  readonly down: readonly string[];
  /** Faults that are on, as `name target`. */
  readonly faults: readonly string[];
}

export interface ServiceCondition {
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** Running tasks whose revision answers with errors. */
  readonly bad: number;
  /** Targets of its group, where it has one. */
  readonly healthy: number;
  readonly unhealthy: number;
  /** Share of its requests that its load balancer sends it, from 0 to 1; all where left out. */
  readonly reach?: number;
}

interface ConditionsState {
  /** Oldest first; the first holds for all time before. */
  log: Conditions[];
}

export interface ConditionLog {
  readonly at: (moment: number) => Conditions;
  readonly now: () => Conditions;
  /** Writes down how things stand, when they have changed; says so to the listeners. */
  readonly observe: () => void;
  readonly onChange: (listener: () => void) => void;
}

/** Faults that show in metrics and logs, with what they are switched on for. */
const showing = [
  "slow-query",
  "lock-chain",
  "pool-exhausted",
  "replica-lag",
  "storage-full",
  "cache-evicting",
  "queue-backlog",
  "high-load",
];
const kept = 3000;
/** Changes closer together than this are one entry. */
const together = 1000;

export interface ConditionSources {
  readonly world: World;
  readonly loadBalancer: LoadBalancer;
  /** Targets a fault may be on for, besides the services. */
  readonly targets: () => readonly string[];
  readonly down: () => readonly string[];
}

export function startConditions({ world, loadBalancer, targets, down }: ConditionSources): ConditionLog {
  const state = world.part<ConditionsState>("conditions", () => ({ log: [] }));
  const listeners: (() => void)[] = [];

  function current(): Conditions {
    const { services } = ecsState(world);
    const names = [...services.map((service) => service.name), ...targets()];
    return {
      at: world.time.now(),
      services: Object.fromEntries(
        services.map((service) => {
          const own = tasksOf(world, service);
          const bad = new Map(
            [...new Set(own.map((task) => task.taskDefinition))].map((one) => [one, isBad(world, service.name, one)]),
          );
          const running = own.filter(isRunning);
          const group = service.loadBalancers[0]?.targetGroupArn;
          const found = group === undefined ? [] : loadBalancer.targets(group);
          const groups = service.loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration: both }) => [
            targetGroupArn,
            ...(both ? [both.alternateTargetGroupArn] : []),
          ]);
          const reach = group === undefined ? 1 : loadBalancer.reach(groups.flatMap((one) => one ?? []));
          return [
            service.name,
            {
              desired: service.desiredCount,
              running: running.length,
              pending: own.filter(isPending).length,
              bad: running.filter((task) => bad.get(task.taskDefinition)).length,
              healthy: group === undefined ? running.length : found.filter((one) => one.state === "healthy").length,
              unhealthy: found.filter((one) => one.state === "unhealthy").length,
              ...(reach === 1 ? {} : { reach }),
            },
          ];
        }),
      ),
      down: down(),
      faults: showing.flatMap((fault) =>
        names.filter((name) => world.faultOn(fault, name)).map((name) => `${fault} ${name}`),
      ),
    };
  }

  function observe(): void {
    const next = current();
    const last = state.log.at(-1);
    if (last && same(last, next)) return;
    if (last && state.log.length > 1 && next.at - last.at < together) state.log.pop();
    state.log.push({ ...next, at: last && next.at - last.at < together ? last.at : next.at });
    if (state.log.length > kept) state.log.splice(0, state.log.length - kept);
    for (const listener of listeners) listener();
  }
  world.time.watch(observe);

  function at(moment: number): Conditions {
    let low = 0;
    let high = state.log.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((state.log[middle]?.at ?? 0) <= moment) low = middle;
      else high = middle - 1;
    }
    return state.log[low] ?? current();
  }

  return {
    at,
    now: () => state.log.at(-1) ?? current(),
    observe,
    onChange: (listener) => void listeners.push(listener),
  };
}

const same = (one: Conditions, other: Conditions) =>
  JSON.stringify({ ...one, at: 0 }) === JSON.stringify({ ...other, at: 0 });

/**
 * `bad-deploy` on a service is about the newest image of its revisions, whichever revision names it: a copy of an
 * older one is as good as that. On a revision it is about that one.
 */
export function isBad(world: World, service: string, taskDefinition: string): boolean {
  const name = taskDefinition.slice(taskDefinition.lastIndexOf("/") + 1);
  if (world.faultOn("bad-deploy", name)) return true;
  if (!world.faultOn("bad-deploy", service)) return false;
  const [family = ""] = name.split(":");
  const runs = (arn: string) => JSON.stringify(digestsOf(world, arn));
  const revisions = ecsState(world)
    .taskDefinitions.filter((one) => one.family === family)
    .sort((one, other) => one.revision - other.revision);
  const images = [...new Set(revisions.map((one) => runs(one.arn)))];
  return runs(name) === images.at(-1);
}
