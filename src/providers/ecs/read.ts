import type { Deployment, Service, Task } from "@aws-sdk/client-ecs";
import type { Placement } from "../../domain/configuration.ts";
import type { ServiceDeployment, ServiceEvent, ServiceState, ServicesRead } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import { controlOf, deploymentsOfSets, runningDefinition, servingGroups } from "./controllers.ts";
import { type EcsPlace, ecsPlace, lastPart } from "./place.ts";
import { readAutoscaling } from "./read-autoscaling.ts";

/** The read half for services of ECS; nothing here changes anything. */
export function ecsRead(clients: EcsClients): ServicesRead {
  return {
    describe: async (at) => {
      const place = ecsPlace(at);
      const service = await describe(clients, place);
      const images = await imagesOf(clients, place, runningDefinition(service));
      return stateOf(service, images);
    },
    autoscaling: (at) => readAutoscaling(clients, ecsPlace(at)),
    events: async (at, since) => {
      const service = await describe(clients, ecsPlace(at));
      return (service.events ?? [])
        .map((event): ServiceEvent => {
          const text = withoutPrefix(event.message ?? "");
          return { at: event.createdAt ?? new Date(0), text, trouble: isTrouble(text) };
        })
        .filter((event) => event.at >= since)
        .toReversed();
    },
    balancer: (at) => readBalancer(clients, at),
    failures: (at, since) => readFailures(clients, ecsPlace(at), since),
  };
}

/** Unknown services come back as a failure inside an answer that says 200. Source: docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
export async function describe(clients: EcsClients, place: EcsPlace): Promise<Service> {
  const { client, sdk } = await clients.ecs(place.region);
  const answer = await calling("DescribeServices", (options) =>
    client.send(new sdk.DescribeServicesCommand({ cluster: place.cluster, services: [place.service] }), options),
  );
  const service = answer.services?.[0];
  if (service) return service;
  const { reason: code = "MISSING", detail } = answer.failures?.[0] ?? {};
  const what = `service ${place.service} in the cluster ${place.cluster}`;
  const isMissing = code === "MISSING";
  throw new ProviderError({
    provider: "AWS",
    operation: "DescribeServices",
    fault: isMissing ? "not_found" : /DENIED/i.test(code) ? "denied" : "refused",
    code,
    message: isMissing ? `There is no ${what}.` : `ECS does not describe the ${what}${detail ? `: ${detail}` : ""}.`,
    requestId: answer.$metadata.requestId ?? null,
  });
}

async function imagesOf(
  clients: EcsClients,
  place: EcsPlace,
  taskDefinition: string | undefined,
): Promise<readonly string[]> {
  if (!taskDefinition) return [];
  const { client, sdk } = await clients.ecs(place.region);
  const answer = await calling("DescribeTaskDefinition", (options) =>
    client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition }), options),
  );
  // Only the images leave here: the definition also holds the environment's values, which may be secret.
  return (answer.taskDefinition?.containerDefinitions ?? []).flatMap(({ image }) => (image ? [image] : []));
}

function stateOf(service: Service, images: readonly string[]): ServiceState {
  const deployments = [...(service.deployments ?? []).map(deploymentOf), ...deploymentsOfSets(service)];
  const primary = service.deployments?.find((deployment) => deployment.status === "PRIMARY");
  const revision = runningDefinition(service);
  return {
    status: statuses[service.status ?? ""] ?? "inactive",
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    version: lastPart(revision),
    revision,
    images,
    deployments,
    lastDeployedAt: primary?.createdAt ?? deployments.find((one) => one.primary)?.since ?? null,
    ...controlOf(service),
  };
}

const statuses: Readonly<Record<string, ServiceState["status"]>> = {
  ACTIVE: "active",
  DRAINING: "draining",
  INACTIVE: "inactive",
};

function deploymentOf(deployment: Deployment): ServiceDeployment {
  return {
    id: deployment.id ?? "",
    primary: deployment.status === "PRIMARY",
    state: rollouts[deployment.rolloutState ?? "COMPLETED"] ?? "in-progress",
    reason: deployment.rolloutStateReason ?? null,
    version: lastPart(deployment.taskDefinition ?? ""),
    desired: deployment.desiredCount ?? 0,
    running: deployment.runningCount ?? 0,
    pending: deployment.pendingCount ?? 0,
    failed: deployment.failedTasks ?? 0,
    since: deployment.createdAt ?? new Date(0),
  };
}

const rollouts: Readonly<Record<string, ServiceDeployment["state"]>> = {
  COMPLETED: "completed",
  IN_PROGRESS: "in-progress",
  FAILED: "failed",
};

function withoutPrefix(message: string): string {
  return message.replace(/^\(service [^)]*\) /, "");
}

/** Words by which an event tells of trouble. Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html */
function isTrouble(text: string): boolean {
  return /\bfail|unhealthy|\berror|throttl|\bunable\b|\bmissing\b|alarm detected|rolling back/i.test(text);
}

async function readBalancer(
  clients: EcsClients,
  at: Placement,
): Promise<{ readonly healthy: number; readonly total: number } | null> {
  const place = ecsPlace(at);
  const service = await describe(clients, place);
  const groups = await servingGroups(clients, place, service);
  if (groups.length === 0) return null;
  const { client, sdk } = await clients.balancing(place.region);
  const answers = await Promise.all(
    groups.map((TargetGroupArn) =>
      calling("DescribeTargetHealth", (options) =>
        client.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn }), options),
      ),
    ),
  );
  const counts = answers.map(({ TargetHealthDescriptions: targets = [] }) => {
    const states = targets.map((target) => target.TargetHealth?.State);
    // Those that leave are on their way out as they should be.
    const staying = states.filter((state) => state !== "draining");
    return { healthy: staying.filter((state) => state === "healthy").length, total: staying.length };
  });
  // A task is of use when it is healthy in each group it belongs to, so the worst group counts.
  return counts.reduce((worst, one) => (one.healthy < worst.healthy ? one : worst));
}

/** Tasks listed as stopped are kept for an hour. Source: docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html */
async function readFailures(
  clients: EcsClients,
  place: EcsPlace,
  since: Date,
): Promise<readonly { readonly at: Date; readonly reason: string }[]> {
  const { client, sdk } = await clients.ecs(place.region);
  const { taskArns = [] } = await calling("ListTasks", (options) =>
    client.send(
      new sdk.ListTasksCommand({ cluster: place.cluster, serviceName: place.service, desiredStatus: "STOPPED" }),
      options,
    ),
  );
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await calling("DescribeTasks", (options) =>
    client.send(new sdk.DescribeTasksCommand({ cluster: place.cluster, tasks: taskArns.slice(0, 100) }), options),
  );
  return tasks
    .filter((task) => stoppedByItself(task) && stoppedAt(task) >= since)
    .toSorted((left, right) => stoppedAt(right).getTime() - stoppedAt(left).getTime())
    .slice(0, 10)
    .map((task) => ({ at: stoppedAt(task), reason: reasonOf(task) }));
}

function stoppedAt(task: Task): Date {
  return task.stoppedAt ?? task.stoppingAt ?? new Date(0);
}

/** Scaling in, a deployment and a person stop tasks too; those are no failures. */
function stoppedByItself(task: Task): boolean {
  return task.stopCode === "TaskFailedToStart" || task.stopCode === "EssentialContainerExited" || isUnhealthy(task);
}

function isUnhealthy(task: Task): boolean {
  return task.stopCode === "ServiceSchedulerInitiated" && /health check/i.test(task.stoppedReason ?? "");
}

/** Why a task stopped, with its container's exit code. */
export function reasonOf(task: Task): string {
  const container = task.containers?.find(({ exitCode, reason }) => reason || (exitCode ?? 0) !== 0);
  const exit = container?.exitCode === undefined ? "" : ` (exit code ${container.exitCode})`;
  return `${task.stoppedReason ?? container?.reason ?? task.stopCode ?? "stopped"}${exit}`;
}
