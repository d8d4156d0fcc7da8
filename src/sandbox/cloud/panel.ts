import type { CloudService, CloudState } from "../page/protocol.ts";
import type { Cloud } from "./api.ts";
import { resourceOf } from "./autoscaler.ts";
import { type Call, summary } from "./calls.ts";
import { ecsState, isPending, isRunning, lastPart, type ServiceRecord, tasksOf } from "./ecs/state.ts";
import type { Faults } from "./faults.ts";

const callsShown = 30;

/** What the page's side panel shows of the cloud. */
export function cloudState(cloud: Cloud, faults: Faults, calls: readonly Call[], now: number): CloudState {
  return {
    now: new Date(now).toISOString(),
    speed: cloud.world.time.speed(),
    services: ecsState(cloud.world).services.map((service) => serviceState(cloud, service)),
    faults: faults.list(),
    calls: calls
      .slice(-callsShown)
      .reverse()
      .map((call) => ({
        at: new Date(call.at).toISOString(),
        operation: call.operation,
        summary: summary(call),
        error: call.error,
      })),
  };
}

function serviceState({ world, autoscaler }: Cloud, service: ServiceRecord): CloudService {
  const tasks = tasksOf(world, service);
  const target = autoscaler.state.targets.find((one) => one.resource === resourceOf(service));
  return {
    cluster: service.cluster,
    name: service.name,
    desired: service.desiredCount,
    running: tasks.filter(isRunning).length,
    pending: tasks.filter(isPending).length,
    taskDefinition: lastPart(service.taskDefinition),
    bounds: target ? { min: target.min, max: target.max } : null,
    deployments: service.deployments.map((deployment) => ({
      id: deployment.id,
      status: deployment.status,
      rolloutState: deployment.rolloutState,
      taskDefinition: lastPart(deployment.taskDefinition),
      running: tasksOf(world, service, deployment).filter(isRunning).length,
      desired: deployment.desiredCount,
      failedTasks: deployment.failedTasks,
    })),
    events: service.events.map((event) => ({
      at: new Date(event.createdAt).toISOString(),
      message: event.message,
    })),
  };
}
