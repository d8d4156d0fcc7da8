import type { World } from "../world.ts";
import { openServiceDeployment } from "./deployments.ts";
import {
  type DeploymentRecord,
  ecsState,
  findTaskDefinition,
  isPending,
  isRunning,
  type JsonObject,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  type TaskDefinitionRecord,
  type TaskRecord,
  type TaskSetRecord,
  tasksOf,
} from "./state.ts";
import { hasContainerCheck } from "./task-life.ts";
import { computedCount, isStable, tasksOfSet } from "./task-sets.ts";

/** The JSON protocols carry times as seconds since 1970. */
export const seconds = (milliseconds: number) => milliseconds / 1000;
const maybe = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : seconds(milliseconds));

export const clusterArn = (world: World, name: string) => world.arn("ecs", `cluster/${name}`);

export function serviceShape(world: World, service: ServiceRecord, withTags: boolean) {
  const tasks = tasksOf(world, service);
  const current = service.deployments[0];
  return {
    ...service.settings,
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: clusterArn(world, service.cluster),
    loadBalancers: service.loadBalancers,
    serviceRegistries: [],
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: tasks.filter(isRunning).length,
    pendingCount: tasks.filter(isPending).length,
    launchType: "FARGATE",
    platformVersion: "LATEST",
    platformFamily: "Linux",
    // Of an EXTERNAL service only the task sets name one.
    taskDefinition: service.controller === "EXTERNAL" ? undefined : service.taskDefinition,
    taskSets: service.taskSets?.map((set) => taskSetShape(world, service, set)),
    deploymentConfiguration: {
      deploymentCircuitBreaker: service.circuitBreaker,
      ...(service.alarms ? { alarms: service.alarms } : {}),
      maximumPercent: service.maximumPercent,
      minimumHealthyPercent: service.minimumHealthyPercent,
      strategy: service.strategy ?? "ROLLING",
      bakeTimeInMinutes: service.bakeTimeInMinutes ?? 0,
    },
    deployments: service.deployments.map((deployment) => deploymentShape(world, service, deployment)),
    roleArn: roleArn(world),
    events: service.events.map((event) => ({ ...event, createdAt: seconds(event.createdAt) })),
    createdAt: seconds(service.createdAt),
    currentServiceDeployment: openServiceDeployment(world, service)?.arn ?? current?.serviceDeployment,
    currentServiceRevisions: service.deployments.map((deployment) => ({
      arn: deployment.revision,
      requestedTaskCount: deployment.desiredCount,
      runningTaskCount: tasksOf(world, service, deployment).filter(isRunning).length,
      pendingTaskCount: tasksOf(world, service, deployment).filter(isPending).length,
    })),
    placementConstraints: [],
    placementStrategy: [],
    networkConfiguration: service.networkConfiguration,
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    schedulingStrategy: service.schedulingStrategy,
    deploymentController: { type: service.controller ?? "ECS" },
    createdBy: `arn:aws:iam::${world.account}:role/deploy`,
    ...(withTags ? { tags: ecsState(world).tags[service.arn] ?? [] } : {}),
  };
}

const roleArn = (world: World) =>
  `arn:aws:iam::${world.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`;

function deploymentShape(world: World, service: ServiceRecord, deployment: DeploymentRecord) {
  const tasks = tasksOf(world, service, deployment);
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinition,
    desiredCount: deployment.desiredCount,
    pendingCount: tasks.filter(isPending).length,
    runningCount: tasks.filter(isRunning).length,
    failedTasks: deployment.failedTasks,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    networkConfiguration: service.networkConfiguration,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

/** A task set as DescribeTaskSets and DescribeServices show it. */
export function taskSetShape(world: World, service: ServiceRecord, set: TaskSetRecord) {
  const tasks = tasksOfSet(world, service, set);
  return {
    id: set.id,
    taskSetArn: set.arn,
    serviceArn: service.arn,
    clusterArn: clusterArn(world, service.cluster),
    startedBy: set.startedBy ?? undefined,
    externalId: set.externalId ?? undefined,
    status: set.status,
    taskDefinition: set.taskDefinition,
    computedDesiredCount: computedCount(service, set),
    pendingCount: tasks.filter(isPending).length,
    runningCount: tasks.filter(isRunning).length,
    createdAt: seconds(set.createdAt),
    updatedAt: seconds(set.updatedAt),
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    networkConfiguration: set.networkConfiguration,
    loadBalancers: set.loadBalancers,
    serviceRegistries: [],
    scale: { value: set.scale, unit: "PERCENT" },
    stabilityStatus: isStable(world, service, set) ? "STEADY_STATE" : "STABILIZING",
    stabilityStatusAt: seconds(set.stableSince ?? set.updatedAt),
  };
}

export function taskShape(world: World, task: TaskRecord, withTags: boolean) {
  const body = findTaskDefinition(world, task.taskDefinition)?.body ?? {};
  const health = !hasContainerCheck(world, task) || !task.startedAt ? "UNKNOWN" : task.healthy ? "HEALTHY" : "UNKNOWN";
  const sick = task.stoppedReason?.includes("failed container health checks") ? "UNHEALTHY" : health;
  return {
    taskArn: task.arn,
    clusterArn: clusterArn(world, task.cluster),
    taskDefinitionArn: task.taskDefinition,
    availabilityZone: task.zone,
    attachments: [
      {
        id: task.attachment,
        type: "ElasticNetworkInterface",
        status:
          task.lastStatus === "STOPPED" ? "DELETED" : task.lastStatus === "PROVISIONING" ? "PRECREATED" : "ATTACHED",
        details: [{ name: "privateIPv4Address", value: task.address }],
      },
    ],
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    connectivity: task.pullStartedAt === undefined ? undefined : "CONNECTED",
    connectivityAt: maybe(task.pullStartedAt),
    containers: containersOf(task, body, sick),
    cpu: body.cpu ?? "256",
    memory: body.memory ?? "512",
    createdAt: seconds(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: false,
    executionStoppedAt: maybe(task.executionStoppedAt),
    group: task.group,
    healthStatus: sick,
    lastStatus: task.lastStatus,
    launchType: "FARGATE",
    overrides: { containerOverrides: task.overrides ?? [], inferenceAcceleratorOverrides: [] },
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    pullStartedAt: maybe(task.pullStartedAt),
    pullStoppedAt: maybe(task.pullStoppedAt),
    startedAt: maybe(task.startedAt),
    startedBy: task.startedBy ?? undefined,
    stopCode: task.stopCode,
    stoppedAt: maybe(task.stoppedAt),
    stoppedReason: task.stoppedReason,
    stoppingAt: maybe(task.stoppingAt),
    version: task.version,
    ...(withTags ? { tags: ecsState(world).tags[task.arn] ?? [] } : {}),
  };
}

function containersOf(task: TaskRecord, body: JsonObject, healthStatus: string) {
  const definitions = (body.containerDefinitions ?? []) as JsonObject[];
  const ended = task.executionStoppedAt !== undefined;
  return definitions.map((definition, index) => ({
    containerArn: `${task.arn.replace(":task/", ":container/")}/${task.attachment.slice(0, -1)}${index}`,
    taskArn: task.arn,
    name: definition.name,
    image: definition.image,
    imageDigest: task.pullStoppedAt === undefined ? undefined : task.digests?.[String(definition.name)],
    runtimeId: task.startedAt === undefined ? undefined : `${task.id}-${index}`,
    lastStatus:
      ended || task.lastStatus === "STOPPED" ? "STOPPED" : task.startedAt === undefined ? "PENDING" : "RUNNING",
    exitCode: task.exitCode,
    reason: task.containerReason,
    networkBindings: [],
    networkInterfaces: [{ attachmentId: task.attachment, privateIpv4Address: task.address }],
    healthStatus,
    cpu: "0",
  }));
}

export function taskDefinitionShape(world: World, record: TaskDefinitionRecord) {
  return {
    ...record.body,
    taskDefinitionArn: record.arn,
    family: record.family,
    revision: record.revision,
    status: record.status,
    volumes: record.body.volumes ?? [],
    placementConstraints: record.body.placementConstraints ?? [],
    compatibilities: ["EC2", "FARGATE"],
    requiresAttributes: [],
    registeredAt: seconds(record.registeredAt),
    deregisteredAt: maybe(record.deregisteredAt),
    registeredBy: `arn:aws:iam::${world.account}:role/deploy`,
  };
}

export function serviceDeploymentBrief(world: World, record: ServiceDeploymentRecord) {
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: world.arn("ecs", `service/${record.cluster}/${record.service}`),
    clusterArn: clusterArn(world, record.cluster),
    createdAt: seconds(record.createdAt),
    startedAt: maybe(record.startedAt),
    finishedAt: maybe(record.finishedAt),
    targetServiceRevisionArn: record.targetRevision,
    status: record.status,
    statusReason: record.statusReason,
  };
}

const lifecycleStage = {
  PENDING: "RECONCILE_SERVICE",
  IN_PROGRESS: "SCALE_UP",
  ROLLBACK_REQUESTED: "SCALE_UP",
  ROLLBACK_IN_PROGRESS: "CLEAN_UP",
} as const;

function stageOf(record: ServiceDeploymentRecord): string | undefined {
  if (record.status === "IN_PROGRESS" && record.stage) return record.stage;
  if (record.status === "IN_PROGRESS" && record.alarms?.bakedAt !== undefined) return "BAKE_TIME";
  return Object.hasOwn(lifecycleStage, record.status)
    ? lifecycleStage[record.status as keyof typeof lifecycleStage]
    : undefined;
}

export function serviceDeploymentShape(world: World, record: ServiceDeploymentRecord) {
  const { targetServiceRevisionArn, ...brief } = serviceDeploymentBrief(world, record);
  const service = ecsState(world).services.find((one) => one.name === record.service && one.cluster === record.cluster);
  const deployment = service?.deployments.find((one) => one.revision === record.targetRevision);
  const tasks = service && deployment ? tasksOf(world, service, deployment) : [];
  return {
    ...brief,
    stoppedAt: maybe(record.stoppedAt),
    updatedAt: seconds(record.updatedAt),
    sourceServiceRevisions: record.sourceRevisions.map((source) => ({
      arn: source.arn,
      requestedTaskCount: source.requested,
      runningTaskCount: source.running,
      pendingTaskCount: source.pending,
    })),
    targetServiceRevision: {
      arn: targetServiceRevisionArn,
      requestedTaskCount: deployment?.desiredCount ?? record.requested,
      runningTaskCount: tasks.filter(isRunning).length,
      pendingTaskCount: tasks.filter(isPending).length,
    },
    lifecycleStage: stageOf(record),
    deploymentConfiguration: service && serviceShape(world, service, false).deploymentConfiguration,
    rollback: record.rollback && { ...record.rollback, startedAt: seconds(record.rollback.startedAt) },
    deploymentCircuitBreaker: {
      status: record.breaker,
      failureCount: record.failureCount,
      threshold: record.threshold,
    },
    alarms: {
      status: record.alarms?.status ?? "DISABLED",
      alarmNames: record.alarms?.names ?? [],
      triggeredAlarmNames: record.alarms?.triggered ?? [],
    },
  };
}
