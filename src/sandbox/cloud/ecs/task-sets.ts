import type { World } from "../world.ts";
import { addEvent, steadyText, taskList } from "./events.ts";
import {
  ecsState,
  isLive,
  isPending,
  isRunning,
  type ServiceRecord,
  type TaskRecord,
  type TaskSetRecord,
  tasksOf,
} from "./state.ts";
import type { TaskLife } from "./task-life.ts";

/** Whether its deployments are made from outside, by CodeDeploy or anything else that moves task sets. */
export const hasTaskSets = (service: ServiceRecord) => (service.controller ?? "ECS") !== "ECS";

/** How many tasks a set is to have: its share of the service's count, rounded up (API reference, `TaskSet`). */
export function computedCount(service: ServiceRecord, set: TaskSetRecord): number {
  return set.status === "DRAINING" ? 0 : Math.ceil((service.desiredCount * set.scale) / 100);
}

export function tasksOfSet(world: World, service: ServiceRecord, set: TaskSetRecord): TaskRecord[] {
  return tasksOf(world, service).filter((task) => task.startedBy === set.id);
}

/** All it should have run and are healthy, and nothing else does. */
export function isStable(world: World, service: ServiceRecord, set: TaskSetRecord): boolean {
  const live = tasksOfSet(world, service, set).filter((task) => task.lastStatus !== "STOPPED");
  const wanted = computedCount(service, set);
  return live.length === wanted && live.every((task) => isRunning(task) && task.healthy);
}

/** Brings each task set to its share; one that drains goes when its last task has stopped. */
export function lookAtTaskSets(world: World, tasks: TaskLife, service: ServiceRecord): void {
  for (const set of service.taskSets ?? []) {
    const live = tasksOfSet(world, service, set).filter(isLive);
    const missing = computedCount(service, set) - live.length;
    if (missing > 0) start(world, tasks, service, set, missing);
    else if (missing < 0) stop(world, tasks, service, set, live, -missing);
    const isStableNow = isStable(world, service, set);
    if (isStableNow && set.stableSince === undefined && set.status !== "DRAINING") {
      addEvent(world, service, steadyText, set.id);
      set.stableSince = world.time.now();
    }
    if (!isStableNow) delete set.stableSince;
  }
  service.taskSets = service.taskSets?.filter(
    (set) =>
      set.status !== "DRAINING" || tasksOfSet(world, service, set).some(({ lastStatus }) => lastStatus !== "STOPPED"),
  );
}

function start(world: World, tasks: TaskLife, service: ServiceRecord, set: TaskSetRecord, count: number): void {
  const started = Array.from({ length: count }, () =>
    tasks.start({
      cluster: service.cluster,
      service,
      taskDefinition: set.taskDefinition,
      startedBy: set.id,
      group: `service:${service.name}`,
      groups: set.loadBalancers,
    }),
  );
  addEvent(world, service, `has started ${count} tasks: ${taskList(started)}.`, set.id);
}

function stop(
  world: World,
  tasks: TaskLife,
  service: ServiceRecord,
  set: TaskSetRecord,
  live: readonly TaskRecord[],
  count: number,
): void {
  const chosen = live
    .toSorted((one, other) => Number(isPending(other)) - Number(isPending(one)) || one.createdAt - other.createdAt)
    .slice(0, count);
  addEvent(world, service, `has stopped ${chosen.length} running tasks: ${taskList(chosen)}.`, set.id);
  for (const task of chosen) {
    const reason = `Scaling activity initiated by (taskSet ${set.id})`;
    tasks.stop(task, { code: "ServiceSchedulerInitiated", reason });
  }
}

/** Makes a service one whose deployments come from outside: what runs becomes its primary task set. */
export function handOver(world: World, service: ServiceRecord, controller: "CODE_DEPLOY" | "EXTERNAL"): void {
  const [primary] = service.deployments;
  if (!primary) return;
  const now = world.time.now();
  service.controller = controller;
  service.taskSets = [
    {
      id: primary.id,
      arn: world.arn("ecs", `task-set/${service.cluster}/${service.name}/${primary.id}`),
      status: "PRIMARY",
      taskDefinition: primary.taskDefinition,
      scale: 100,
      createdAt: primary.createdAt,
      updatedAt: now,
      stableSince: now,
      loadBalancers: service.loadBalancers,
      networkConfiguration: service.networkConfiguration,
      startedBy: controller === "CODE_DEPLOY" ? "CODE_DEPLOY" : null,
      externalId: null,
    },
  ];
  service.deployments = [];
  const state = ecsState(world);
  state.serviceDeployments = state.serviceDeployments.filter((one) => one.service !== service.name);
}
