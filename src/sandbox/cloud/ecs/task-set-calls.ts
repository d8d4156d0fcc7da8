import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { flag, type Input, list, record, text } from "../input.ts";
import { client, invalid } from "./refusals.ts";
import { taskSetShape } from "./shapes.ts";
import {
  findCluster,
  findTaskDefinition,
  type JsonObject,
  needService,
  type ServiceRecord,
  type TaskSetRecord,
} from "./state.ts";
import { hasTaskSets } from "./task-sets.ts";

/** Task sets of services with an EXTERNAL controller; those of CODE_DEPLOY are CodeDeploy's, and are only described. */
export function taskSetCalls({ world, scheduler }: Cloud): Readonly<Record<string, Operation>> {
  function serviceOf(input: Input, write: boolean): ServiceRecord {
    const cluster = findCluster(world, text(input, "cluster"));
    const service = needService(world, cluster.name, text(input, "service") ?? "");
    if (service.status !== "ACTIVE") throw new CloudError("ServiceNotActiveException", "Service was not ACTIVE.");
    if (write && service.controller !== "EXTERNAL") {
      throw invalid("The service must use the EXTERNAL deployment controller.");
    }
    return service;
  }

  function setOf(service: ServiceRecord, nameOrArn: string): TaskSetRecord {
    const found = service.taskSets?.find((one) => one.arn === nameOrArn || one.id === nameOrArn);
    if (!found) throw new CloudError("TaskSetNotFoundException", "The specified task set wasn't found.");
    return found;
  }

  function changed(service: ServiceRecord, set: TaskSetRecord) {
    set.updatedAt = world.time.now();
    scheduler.nudgeSoon(service);
    return { taskSet: taskSetShape(world, service, set) };
  }

  return {
    DescribeTaskSets: (input) => {
      const service = serviceOf(input, false);
      if (!hasTaskSets(service)) {
        throw invalid("The service must use the CODE_DEPLOY or the EXTERNAL deployment controller.");
      }
      const wanted = list(input, "taskSets");
      const all = service.taskSets ?? [];
      const found = all.filter((one) => !wanted?.length || wanted.includes(one.arn) || wanted.includes(one.id));
      return {
        taskSets: found.map((one) => taskSetShape(world, service, one)),
        failures: (wanted ?? [])
          .filter((name) => !all.some((one) => one.arn === name || one.id === name))
          .map((arn) => ({ arn, reason: "MISSING" })),
      };
    },

    CreateTaskSet: (input) => {
      const service = serviceOf(input, true);
      const definition = findTaskDefinition(world, text(input, "taskDefinition") ?? "");
      if (!definition) throw client("TaskDefinition not found.");
      if (definition.status !== "ACTIVE") throw client("TaskDefinition is inactive");
      const id = `ecs-svc/${world.random.digits(19)}`;
      const set: TaskSetRecord = {
        id,
        arn: world.arn("ecs", `task-set/${service.cluster}/${service.name}/${id}`),
        status: service.taskSets?.length ? "ACTIVE" : "PRIMARY",
        taskDefinition: definition.arn,
        scale: scaleOf(input) ?? 0,
        createdAt: world.time.now(),
        updatedAt: world.time.now(),
        loadBalancers: (input.loadBalancers as TaskSetRecord["loadBalancers"] | undefined) ?? [],
        networkConfiguration: (input.networkConfiguration as JsonObject | undefined) ?? service.networkConfiguration,
        startedBy: null,
        externalId: text(input, "externalId") ?? null,
      };
      service.taskSets = [...(service.taskSets ?? []), set];
      return changed(service, set);
    },

    UpdateTaskSet: (input) => {
      const service = serviceOf(input, true);
      const set = setOf(service, text(input, "taskSet") ?? "");
      const scale = scaleOf(input);
      if (scale === undefined) throw invalid("Scale must be given.");
      set.scale = scale;
      return changed(service, set);
    },

    UpdateServicePrimaryTaskSet: (input) => {
      const service = serviceOf(input, true);
      const set = setOf(service, text(input, "primaryTaskSet") ?? "");
      for (const one of service.taskSets ?? []) if (one.status === "PRIMARY") one.status = "ACTIVE";
      set.status = "PRIMARY";
      service.taskDefinition = set.taskDefinition;
      return changed(service, set);
    },

    DeleteTaskSet: (input) => {
      const service = serviceOf(input, true);
      const set = setOf(service, text(input, "taskSet") ?? "");
      if (set.scale > 0 && flag(input, "force") !== true) {
        throw invalid("The task set must be scaled down to zero before it is deleted, unless force is true.");
      }
      set.status = "DRAINING";
      return changed(service, set);
    },
  };
}

function scaleOf(input: Input): number | undefined {
  const given = record(input, "scale");
  if (!given) return undefined;
  const value = given.value ?? 100;
  if (typeof value !== "number" || value < 0 || value > 100) throw invalid("Scale must be between 0 and 100.");
  if ((text(given, "unit") ?? "PERCENT") !== "PERCENT") throw invalid("The unit must be PERCENT.");
  return value;
}
