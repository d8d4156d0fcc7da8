import { CloudError } from "../cloud-error.ts";
import { queueNames } from "../queue-names.ts";
import type { World } from "../world.ts";
import { addEvent } from "./events.ts";
import { digestsOf } from "./images.ts";
import {
  type DeploymentRecord,
  ecsState,
  isPending,
  isRunning,
  primaryOf,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  tasksOf,
} from "./state.ts";

/** Failures that trip the breaker: half of the desired count, at least 3 and at most 200, unless the service says otherwise. */
export function failureThreshold(service: ServiceRecord): number {
  const { type, value } = service.circuitBreaker.thresholdConfiguration;
  if (type === "COUNT") return value;
  const share = Math.ceil((service.desiredCount * value) / 100);
  return type === "UNBOUNDED_PERCENT" ? Math.max(1, share) : Math.min(200, Math.max(3, share));
}

/** The service deployment, forward or back, that is under way; there is at most one. */
export function openServiceDeployment(world: World, service: ServiceRecord): ServiceDeploymentRecord | undefined {
  return ecsState(world).serviceDeployments.find(
    (one) =>
      one.service === service.name &&
      one.cluster === service.cluster &&
      ["PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"].includes(one.status),
  );
}

function addDeployment(
  world: World,
  service: ServiceRecord,
  taskDefinition: string,
  revision: string,
  serviceDeployment: string,
): DeploymentRecord {
  const now = world.time.now();
  const id = `ecs-svc/${world.random.digits(19)}`;
  for (const older of service.deployments) older.status = "ACTIVE";
  const deployment: DeploymentRecord = {
    id,
    status: "PRIMARY",
    taskDefinition,
    desiredCount: service.desiredCount,
    failedTasks: 0,
    createdAt: now,
    updatedAt: now,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    revision,
    serviceDeployment,
    ...(service.strategy === "BLUE_GREEN" ? { isAlternate: service.deployments[0]?.isAlternate !== true } : {}),
  };
  service.deployments.unshift(deployment);
  service.taskDefinition = taskDefinition;
  service.steady = false;
  service.backoff = { rounds: 0, since: 0, nextStartAt: 0 };
  return deployment;
}

/** Starts a deployment; one that is still under way is replaced by it. */
export function beginDeployment(world: World, service: ServiceRecord, taskDefinition: string): DeploymentRecord {
  const state = ecsState(world);
  const now = world.time.now();
  const { digits, letters } = world.random;
  const revision = world.arn("ecs", `service-revision/${service.cluster}/${service.name}/${digits(19)}`);
  const arn = world.arn("ecs", `service-deployment/${service.cluster}/${service.name}/${letters(21)}`);
  const running = openServiceDeployment(world, service);
  if (running) {
    finish(running, "STOPPED", now, "A newer service deployment has replaced this one.");
    running.stoppedAt = now;
  }
  state.revisions.push({
    arn: revision,
    cluster: service.cluster,
    service: service.name,
    taskDefinition,
    createdAt: now,
    loadBalancers: service.loadBalancers,
    networkConfiguration: service.networkConfiguration,
    digests: digestsOf(world, taskDefinition),
  });
  state.serviceDeployments.unshift({
    arn,
    cluster: service.cluster,
    service: service.name,
    createdAt: now,
    updatedAt: now,
    targetRevision: revision,
    sourceRevisions: service.deployments.map((deployment) => {
      const tasks = tasksOf(world, service, deployment);
      return {
        arn: deployment.revision,
        requested: deployment.desiredCount,
        running: tasks.filter(isRunning).length,
        pending: tasks.filter(isPending).length,
      };
    }),
    status: "PENDING",
    requested: service.desiredCount,
    breaker: service.circuitBreaker.enable ? "MONITORING" : "DISABLED",
    failureCount: 0,
    threshold: failureThreshold(service),
  });
  return addDeployment(world, service, taskDefinition, revision, arn);
}

function finish(
  record: ServiceDeploymentRecord,
  status: ServiceDeploymentRecord["status"],
  now: number,
  reason?: string,
): void {
  record.status = status;
  record.updatedAt = now;
  record.finishedAt = now;
  if (record.breaker === "MONITORING") record.breaker = "MONITORING_COMPLETE";
  if (record.alarms?.status === "MONITORING") record.alarms.status = "MONITORING_COMPLETE";
  if (reason !== undefined) record.statusReason = reason;
}

/** Everything new is healthy and nothing old is left. */
export function completeDeployment(world: World, service: ServiceRecord): void {
  const now = world.time.now();
  // What its old tasks had opened of the database's connections went with them.
  if (service.name === "waooaw-backend") world.endFault("pool-exhausted", "waooaw-postgres-production");
  // New tasks of the agent begin to work on its queues again.
  if (service.name === "waooaw-agent") for (const queue of queueNames) world.endFault("queue-backlog", queue);
  const primary = primaryOf(service);
  service.deployments = [primary];
  primary.rolloutState = "COMPLETED";
  primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
  primary.updatedAt = now;
  const record = openServiceDeployment(world, service);
  if (record) {
    record.startedAt ??= record.createdAt;
    finish(record, record.rollback ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL", now);
  }
  addEvent(world, service, `(deployment ${primary.id}) deployment completed.`);
}

/** Counts a task that did not come up; the breaker trips when there are too many of them. */
export function countFailure(world: World, service: ServiceRecord, deployment: DeploymentRecord): void {
  deployment.failedTasks += 1;
  deployment.updatedAt = world.time.now();
  if (deployment.status !== "PRIMARY" || deployment.rolloutState !== "IN_PROGRESS") return;
  const record = openServiceDeployment(world, service);
  const threshold = failureThreshold(service);
  if (record && !record.rollback) {
    record.failureCount = deployment.failedTasks;
    record.threshold = threshold;
    record.updatedAt = world.time.now();
  }
  if (!service.circuitBreaker.enable || deployment.failedTasks < threshold) return;
  if (record?.breaker === "MONITORING") record.breaker = "TRIGGERED";
  failDeployment(world, service, deployment, {
    detector: "circuit breaker",
    what: "tasks failed to start",
    why: "the circuit breaker threshold was exceeded",
    rollback: service.circuitBreaker.rollback,
  });
}

/** Ends a deployment as failed; with `rollback` the last completed one is returned to. */
export function failDeployment(
  world: World,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  cause: { readonly detector: string; readonly what: string; readonly why: string; readonly rollback: boolean },
): void {
  deployment.rolloutState = "FAILED";
  deployment.rolloutStateReason = `ECS deployment ${cause.detector}: ${cause.what}.`;
  deployment.updatedAt = world.time.now();
  addEvent(world, service, `(deployment ${deployment.id}) deployment failed: ${cause.what}.`);
  const record = openServiceDeployment(world, service);
  if (cause.rollback) {
    rollBack(world, service, `Service deployment rolled back because ${cause.why}.`, cause.detector);
  } else if (record) {
    finish(record, "STOPPED", world.time.now(), `Service deployment failed because ${cause.why}.`);
    record.stoppedAt = world.time.now();
  }
}

/**
 * Goes back to the last completed deployment. While it still has tasks it becomes PRIMARY again under its own id (seen
 * on AWS: the id in "rolling back to deployment" is the one that completes, and it has running tasks at once); else a
 * new deployment of its task definition is started.
 */
function rollBack(world: World, service: ServiceRecord, reason: string, detector = "circuit breaker"): void {
  const now = world.time.now();
  const record = openServiceDeployment(world, service);
  if (!record) return;
  if (record.rollback) {
    finish(record, "ROLLBACK_FAILED", now, "The tasks of the rollback failed to start.");
    return;
  }
  const source = lastGood(world, service, record);
  if (!source) {
    finish(record, "STOPPED", now, "There is no completed deployment to roll back to.");
    record.stoppedAt = now;
    return;
  }
  record.status = "ROLLBACK_IN_PROGRESS";
  record.statusReason = reason;
  record.updatedAt = now;
  record.rollback = { reason, startedAt: now, serviceRevisionArn: source.revision };
  const standing = service.deployments.find(
    (one) => one.revision === source.revision && one.rolloutState === "COMPLETED",
  );
  let primary: DeploymentRecord;
  if (standing) {
    for (const one of service.deployments) one.status = one === standing ? "PRIMARY" : "ACTIVE";
    service.deployments = [standing, ...service.deployments.filter((one) => one !== standing)];
    service.taskDefinition = standing.taskDefinition;
    service.steady = false;
    service.backoff = { rounds: 0, since: 0, nextStartAt: 0 };
    standing.rolloutState = "IN_PROGRESS";
    standing.failedTasks = 0;
    primary = standing;
  } else {
    primary = addDeployment(world, service, source.taskDefinition, source.revision, record.arn);
  }
  primary.desiredCount = service.desiredCount;
  primary.updatedAt = now;
  primary.rolloutStateReason = `ECS deployment ${detector}: rolling back to deploymentId ${primary.id}.`;
  addEvent(world, service, `rolling back to deployment ${primary.id}.`);
}

function lastGood(world: World, service: ServiceRecord, failed: ServiceDeploymentRecord) {
  const state = ecsState(world);
  const good = state.serviceDeployments.find(
    (one) =>
      one.service === service.name &&
      one.cluster === service.cluster &&
      one.arn !== failed.arn &&
      one.status === "SUCCESSFUL",
  );
  const revision = good && state.revisions.find((one) => one.arn === good.targetRevision);
  return revision && { revision: revision.arn, taskDefinition: revision.taskDefinition };
}

/** What StopServiceDeployment asks for: the rollback itself begins a moment later. */
export function requestRollback(world: World, record: ServiceDeploymentRecord): void {
  if (record.status !== "PENDING" && record.status !== "IN_PROGRESS") {
    throw new CloudError(
      "ConflictException",
      `The service deployment is in the ${record.status} state and can't be stopped.`,
    );
  }
  record.status = "ROLLBACK_REQUESTED";
  record.updatedAt = world.time.now();
  record.statusReason = "Service deployment rollback was requested by the user.";
  world.time.after(world.random.between(2000, 4000), "service-deployment.roll-back", record.arn);
}

/** Lets requested rollbacks begin; `done` is told of the service. */
export function onRollbackRequested(world: World, done: (service: ServiceRecord) => void): void {
  world.time.on("service-deployment.roll-back", (arn) => {
    const state = ecsState(world);
    const record = state.serviceDeployments.find((one) => one.arn === arn);
    const service = state.services.find((one) => one.name === record?.service && one.cluster === record.cluster);
    if (!record || !service || record.status !== "ROLLBACK_REQUESTED") return;
    const primary = primaryOf(service);
    if (primary.serviceDeployment !== arn) return;
    primary.rolloutState = "FAILED";
    primary.rolloutStateReason = "ECS deployment was stopped by the user.";
    primary.updatedAt = world.time.now();
    rollBack(world, service, "Service deployment rolled back because of a stop request by the user.");
    done(service);
  });
}
