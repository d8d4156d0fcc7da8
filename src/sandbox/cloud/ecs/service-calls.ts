import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { flag, type Input, integer, list, page, record, text } from "../input.ts";
import { beginDeployment } from "./deployments.ts";
import { client, invalid } from "./refusals.ts";
import { serviceShape } from "./shapes.ts";
import {
  type DeploymentAlarms,
  ecsState,
  findCluster,
  findService,
  findTaskDefinition,
  type JsonObject,
  needService,
  type ServiceRecord,
} from "./state.ts";
import { hasTaskSets } from "./task-sets.ts";

/** Tasks per service (Amazon ECS service quotas). */
const mostTasks = 5000;
/** Parameters of UpdateService that start a deployment whenever they are given, besides the task definition. */
const redeploying = [
  "networkConfiguration",
  "platformVersion",
  "loadBalancers",
  "serviceRegistries",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
] as const;
/** Parameters that are only kept and given back. */
const kept = [
  "capacityProviderStrategy",
  "availabilityZoneRebalancing",
  "placementConstraints",
  "placementStrategy",
  "enableExecuteCommand",
  "enableECSManagedTags",
  "propagateTags",
  "serviceRegistries",
  "platformVersion",
] as const;

export function serviceCalls({ world, scheduler }: Cloud): Readonly<Record<string, Operation>> {
  return {
    DescribeServices: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const names = list(input, "services") ?? [];
      if (names.length === 0) throw invalid("Services cannot be empty.");
      if (names.length > 10) throw invalid("Services cannot have more than 10 elements.");
      const withTags = list(input, "include")?.includes("TAGS") ?? false;
      const services: unknown[] = [];
      const failures: unknown[] = [];
      for (const name of new Set(names)) {
        const service = findService(world, cluster.name, name);
        if (service) services.push(serviceShape(world, service, withTags));
        else failures.push({ arn: missingArn(name, cluster.name), reason: "MISSING" });
      }
      return { services, failures };
    },

    ListServices: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const size = integer(input, "maxResults", { low: 1, high: 100 }, invalid) ?? 10;
      const strategy = text(input, "schedulingStrategy");
      const launchType = text(input, "launchType");
      const arns = ecsState(world)
        .services.filter((service) => service.cluster === cluster.name && service.status === "ACTIVE")
        .filter((service) => strategy === undefined || service.schedulingStrategy === strategy)
        .filter(() => launchType === undefined || launchType === "FARGATE")
        .map((service) => service.arn);
      const { items, nextToken } = page(arns, size, text(input, "nextToken"), invalid);
      return { serviceArns: items, nextToken };
    },

    UpdateService: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const name = text(input, "service");
      if (!name) throw invalid("Service cannot be empty.");
      const service = needService(world, cluster.name, name);
      if (service.status !== "ACTIVE") throw new CloudError("ServiceNotActiveException", "Service was not ACTIVE.");
      const desired = integer(input, "desiredCount", { low: 0, high: mostTasks }, invalid);
      if (desired !== undefined && service.schedulingStrategy === "DAEMON") {
        throw invalid("The desired count cannot be set for a service that uses the DAEMON scheduling strategy.");
      }
      const taskDefinition = neededTaskDefinition(text(input, "taskDefinition"));
      const grace = integer(input, "healthCheckGracePeriodSeconds", { low: 0, high: 2_147_483_647 }, invalid);
      const change = deploymentSettings(service, record(input, "deploymentConfiguration"));
      const redeploy = flag(input, "forceNewDeployment") || redeploying.some((field) => input[field] != null);
      if (hasTaskSets(service)) refuseDeploying(service.controller ?? "", input);

      Object.assign(service, change);
      if (grace !== undefined) service.healthCheckGracePeriodSeconds = grace;
      for (const field of kept) if (input[field] != null) service.settings[field] = input[field] as JsonObject;
      if (input.networkConfiguration != null) service.networkConfiguration = input.networkConfiguration as JsonObject;
      if (input.loadBalancers != null) {
        service.loadBalancers = input.loadBalancers as ServiceRecord["loadBalancers"];
      }
      if (taskDefinition !== undefined || redeploy) {
        beginDeployment(world, service, taskDefinition ?? service.taskDefinition);
      }
      if (desired !== undefined) scheduler.setDesiredCount(service, desired);
      scheduler.nudgeSoon(service);
      return { service: serviceShape(world, service, false) };
    },
  };

  function missingArn(nameOrArn: string, cluster: string): string {
    return nameOrArn.startsWith("arn:") ? nameOrArn : world.arn("ecs", `service/${cluster}/${nameOrArn}`);
  }

  function neededTaskDefinition(name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const found = findTaskDefinition(world, name);
    if (!found) throw client("TaskDefinition not found.");
    if (found.status !== "ACTIVE") throw client("TaskDefinition is inactive");
    return found.arn;
  }
}

/** Words for CODE_DEPLOY as seen on AWS. */
function refuseDeploying(controller: string, input: Input): void {
  const instead =
    controller === "CODE_DEPLOY" ? "Use AWS CodeDeploy to trigger a new deployment." : "Use task sets instead.";
  const services = `on services with a ${controller} deployment controller. ${instead}`;
  if (input.taskDefinition != null) throw invalid(`Unable to update task definition ${services}`);
  if (flag(input, "forceNewDeployment")) throw invalid(`Cannot force a new deployment ${services}`);
  if (redeploying.some((field) => input[field] != null)) {
    throw invalid(`Unable to update network parameters ${services}`);
  }
}

/** The parts of a deploymentConfiguration that this cloud acts on, checked; nothing has been changed yet. */
function deploymentSettings(service: ServiceRecord, input: Input | undefined): Partial<ServiceRecord> {
  if (!input) return {};
  const change: Partial<ServiceRecord> = {};
  const most = integer(input, "maximumPercent", { low: 0, high: 2_147_483_647 }, invalid);
  const least = integer(input, "minimumHealthyPercent", { low: 0, high: 2_147_483_647 }, invalid);
  if (most !== undefined) change.maximumPercent = most;
  if (least !== undefined) change.minimumHealthyPercent = least;
  if ((most ?? service.maximumPercent) <= (least ?? service.minimumHealthyPercent)) {
    const both = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
    if ((most ?? service.maximumPercent) === 100 && (least ?? service.minimumHealthyPercent) === 100)
      throw invalid(both);
    if ((most ?? service.maximumPercent) < (least ?? service.minimumHealthyPercent)) {
      throw invalid("maximumPercent must be greater than or equal to minimumHealthyPercent.");
    }
  }
  const breaker = record(input, "deploymentCircuitBreaker");
  if (breaker) {
    const threshold = record(breaker, "thresholdConfiguration");
    change.circuitBreaker = {
      enable: flag(breaker, "enable") ?? false,
      rollback: flag(breaker, "rollback") ?? false,
      resetOnHealthyTask: flag(breaker, "resetOnHealthyTask") ?? true,
      thresholdConfiguration: threshold
        ? {
            type: thresholdType(text(threshold, "type")),
            value: integer(threshold, "value", { low: 1, high: 5000 }, invalid) ?? 50,
          }
        : { type: "BOUNDED_PERCENT", value: 50 },
    };
  }
  const strategy = text(input, "strategy");
  const bake = integer(input, "bakeTimeInMinutes", { low: 0, high: 1440 }, invalid);
  if (strategy !== undefined) change.strategy = strategyOf(service, strategy);
  if (bake !== undefined) change.bakeTimeInMinutes = bake;
  const alarms = record(input, "alarms");
  if (alarms) change.alarms = deploymentAlarms(alarms);
  return change;
}

/** All three are required (API reference, `DeploymentAlarms`). */
function deploymentAlarms(input: Input): DeploymentAlarms {
  const [alarmNames, enable, rollback] = [list(input, "alarmNames"), flag(input, "enable"), flag(input, "rollback")];
  if (!alarmNames || enable === undefined || rollback === undefined) {
    throw invalid("Deployment alarms need alarmNames, enable and rollback.");
  }
  if (enable && alarmNames.length === 0) throw invalid("Deployment alarms need at least one alarm name.");
  return { alarmNames: [...alarmNames], enable, rollback };
}

function strategyOf(service: ServiceRecord, strategy: string): "ROLLING" | "BLUE_GREEN" {
  if (strategy === "ROLLING") return strategy;
  if (strategy !== "BLUE_GREEN") throw invalid(`The deployment strategy ${strategy} is not supported.`);
  if (service.loadBalancers.some(({ advancedConfiguration }) => !advancedConfiguration)) {
    throw invalid("Load balancers of a blue/green deployment need an advancedConfiguration.");
  }
  return strategy;
}

function thresholdType(type: string | undefined) {
  if (type === "BOUNDED_PERCENT" || type === "UNBOUNDED_PERCENT" || type === "COUNT") return type;
  throw invalid("The threshold type must be BOUNDED_PERCENT, UNBOUNDED_PERCENT or COUNT.");
}
