import { CloudError } from "../cloud-error.ts";
import type { World } from "../world.ts";

/** A task definition, container or network setting as the caller registered it; kept and given back as it is. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type LastStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export interface TaskRecord {
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  /** The service it belongs to; null for a task run by hand. */
  readonly service: string | null;
  readonly startedBy: string | null;
  readonly group: string;
  readonly taskDefinition: string;
  readonly zone: string;
  readonly address: string;
  readonly attachment: string;
  readonly createdAt: number;
  lastStatus: LastStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  version: number;
  healthy: boolean;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
  exitCode?: number;
  /** Why the container, as opposed to the task, stopped. */
  containerReason?: string;
  /** The digest of each container's image. */
  digests?: { readonly [container: string]: string };
  /** What a task run by hand was told to do otherwise than its definition says. */
  overrides?: { name: string; command: string[] }[];
  /** Where it is registered; left out where that is the service's own. */
  groups?: ServiceRecord["loadBalancers"];
  /** By which a repeated RunTask is known. */
  clientToken?: string;
}

export interface DeploymentRecord {
  readonly id: string;
  status: "PRIMARY" | "ACTIVE";
  readonly taskDefinition: string;
  desiredCount: number;
  failedTasks: number;
  readonly createdAt: number;
  updatedAt: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  rolloutStateReason: string;
  readonly revision: string;
  readonly serviceDeployment: string;
  /** Its tasks are in the alternate target groups, as those of every other blue/green deployment are. */
  isAlternate?: boolean;
}

/** What CodeDeploy or another controller moves instead of deployments. */
export interface TaskSetRecord {
  readonly id: string;
  readonly arn: string;
  status: "PRIMARY" | "ACTIVE" | "DRAINING";
  readonly taskDefinition: string;
  /** Per cent of the service's desired count. */
  scale: number;
  readonly createdAt: number;
  updatedAt: number;
  stableSince?: number;
  readonly loadBalancers: ServiceRecord["loadBalancers"];
  readonly networkConfiguration: JsonObject;
  readonly startedBy: string | null;
  readonly externalId: string | null;
}

export interface CircuitBreaker {
  enable: boolean;
  rollback: boolean;
  resetOnHealthyTask: boolean;
  thresholdConfiguration: { type: "BOUNDED_PERCENT" | "UNBOUNDED_PERCENT" | "COUNT"; value: number };
}

export interface DeploymentAlarms {
  alarmNames: string[];
  enable: boolean;
  rollback: boolean;
}

export interface ServiceRecord {
  readonly name: string;
  readonly arn: string;
  readonly cluster: string;
  readonly createdAt: number;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  schedulingStrategy: "REPLICA" | "DAEMON";
  desiredCount: number;
  taskDefinition: string;
  maximumPercent: number;
  minimumHealthyPercent: number;
  circuitBreaker: CircuitBreaker;
  /** Alarms that fail a deployment; none where nothing was configured. */
  alarms?: DeploymentAlarms;
  loadBalancers: {
    targetGroupArn: string;
    containerName: string;
    containerPort: number;
    /** What a blue/green deployment needs besides. */
    advancedConfiguration?: { alternateTargetGroupArn: string; productionListenerRule: string; roleArn: string };
  }[];
  /** Who makes its deployments; ECS where it does not say. */
  controller?: "ECS" | "CODE_DEPLOY" | "EXTERNAL";
  /** Of a service whose controller is not ECS. */
  taskSets?: TaskSetRecord[] | undefined;
  strategy?: "ROLLING" | "BLUE_GREEN";
  bakeTimeInMinutes?: number;
  networkConfiguration: JsonObject;
  healthCheckGracePeriodSeconds: number;
  /** Other settings of UpdateService that change nothing here but are given back. */
  settings: JsonObject;
  /** Newest first. */
  deployments: DeploymentRecord[];
  /** Newest first, at most 100. */
  events: { id: string; createdAt: number; message: string }[];
  steady: boolean;
  /** When, in cloud milliseconds, the scheduler looks at it next. */
  nudgeAt: number | null;
  /** Starts are held back after rounds of failures. */
  backoff: { rounds: number; since: number; nextStartAt: number };
  unhealthyToReplace: number;
}

export interface ServiceDeploymentRecord {
  readonly arn: string;
  readonly cluster: string;
  readonly service: string;
  readonly createdAt: number;
  readonly targetRevision: string;
  readonly sourceRevisions: { arn: string; requested: number; running: number; pending: number }[];
  status:
    | "PENDING"
    | "IN_PROGRESS"
    | "SUCCESSFUL"
    | "STOPPED"
    | "ROLLBACK_REQUESTED"
    | "ROLLBACK_IN_PROGRESS"
    | "ROLLBACK_SUCCESSFUL"
    | "ROLLBACK_FAILED";
  statusReason?: string;
  updatedAt: number;
  startedAt?: number;
  finishedAt?: number;
  stoppedAt?: number;
  requested: number;
  breaker: "MONITORING" | "MONITORING_COMPLETE" | "TRIGGERED" | "DISABLED";
  failureCount: number;
  threshold: number;
  rollback?: { reason: string; startedAt: number; serviceRevisionArn: string };
  /** The alarms it is held to. While it bakes they are still watched, though everything new runs already. */
  alarms?: {
    status: "DISABLED" | "MONITORING" | "MONITORING_COMPLETE" | "TRIGGERED";
    names: string[];
    triggered: string[];
    bakeMilliseconds: number;
    /** In cloud milliseconds. */
    bakedAt?: number;
  };
  /** How far a blue/green deployment has come, and until when in cloud milliseconds it stays there. */
  stage?: "SCALE_UP" | "PRODUCTION_TRAFFIC_SHIFT" | "BAKE_TIME" | "CLEAN_UP";
  stageUntil?: number;
}

export interface RevisionRecord {
  readonly arn: string;
  readonly cluster: string;
  readonly service: string;
  readonly taskDefinition: string;
  readonly createdAt: number;
  readonly loadBalancers: ServiceRecord["loadBalancers"];
  readonly networkConfiguration: JsonObject;
  /** The digest each container's image had when it was deployed. */
  readonly digests?: { readonly [container: string]: string };
}

export interface TaskDefinitionRecord {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  status: "ACTIVE" | "INACTIVE";
  readonly registeredAt: number;
  deregisteredAt?: number;
  /** The request it was registered with, without its tags. */
  readonly body: JsonObject;
}

export interface EcsState {
  clusters: { readonly name: string; readonly arn: string; status: "ACTIVE" }[];
  services: ServiceRecord[];
  tasks: TaskRecord[];
  taskDefinitions: TaskDefinitionRecord[];
  /** Newest first. */
  serviceDeployments: ServiceDeploymentRecord[];
  revisions: RevisionRecord[];
  /** How often an image was pushed anew under the same name. */
  pushed?: { readonly [image: string]: number };
  tags: { [arn: string]: { key: string; value: string }[] };
}

export function ecsState(world: World): EcsState {
  return world.part<EcsState>("ecs", () => ({
    clusters: [],
    services: [],
    tasks: [],
    taskDefinitions: [],
    serviceDeployments: [],
    revisions: [],
    tags: {},
  }));
}

/** The part of a name or ARN that names the thing itself. */
export const lastPart = (nameOrArn: string) => nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);

/** Accepts a short name, or an ARN of this account and region; no name means the cluster `default`. */
export function findCluster(world: World, nameOrArn: string | undefined): EcsState["clusters"][number] {
  const wanted = nameOrArn ?? "default";
  const cluster = ecsState(world).clusters.find((one) => one.name === wanted || one.arn === wanted);
  if (!cluster) throw new CloudError("ClusterNotFoundException", "Cluster not found.");
  return cluster;
}

export function findService(world: World, cluster: string, nameOrArn: string): ServiceRecord | undefined {
  return ecsState(world).services.find(
    (one) => one.cluster === cluster && (one.name === nameOrArn || one.arn === nameOrArn),
  );
}

export function needService(world: World, cluster: string, nameOrArn: string): ServiceRecord {
  const service = findService(world, cluster, nameOrArn);
  if (!service) throw new CloudError("ServiceNotFoundException", "Service not found.");
  return service;
}

/** Accepts `family`, `family:revision` or an ARN; a family alone is its newest ACTIVE revision. */
export function findTaskDefinition(world: World, name: string): TaskDefinitionRecord | undefined {
  const short = lastPart(name);
  const [family, revision] = short.split(":");
  const known = ecsState(world).taskDefinitions.filter((one) => one.family === family);
  if (revision !== undefined) return known.find((one) => String(one.revision) === revision);
  return known.filter((one) => one.status === "ACTIVE").sort((one, other) => other.revision - one.revision)[0];
}

export const isPending = (task: TaskRecord) =>
  task.desiredStatus === "RUNNING" && ["PROVISIONING", "PENDING", "ACTIVATING"].includes(task.lastStatus);
export const isRunning = (task: TaskRecord) => task.lastStatus === "RUNNING";
export const isLive = (task: TaskRecord) => task.desiredStatus === "RUNNING";

export function tasksOf(world: World, service: ServiceRecord, deployment?: DeploymentRecord): TaskRecord[] {
  return ecsState(world).tasks.filter(
    (task) =>
      task.service === service.name &&
      task.cluster === service.cluster &&
      (deployment === undefined || task.startedBy === deployment.id),
  );
}

export function primaryOf(service: ServiceRecord): DeploymentRecord {
  const primary = service.deployments.find((deployment) => deployment.status === "PRIMARY");
  if (!primary) throw new Error(`${service.name} has no PRIMARY deployment`);
  return primary;
}
