import type { ServiceDeployment as EcsRollout, ServiceRevision, Tag, TaskDefinition } from "@aws-sdk/client-ecs";
import type { Placement } from "../../domain/configuration.ts";
import type { OneOffTask, Release, ReleasesRead, Rollout } from "../../domain/platform/releases.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import { fargateSizes } from "./fargate-sizes.ts";
import { type EcsPlace, ecsPlace, lastPart } from "./place.ts";
import { describe, reasonOf } from "./read.ts";
import { differenceOf, tagOf } from "./task-definition.ts";

/** The read half for versions of services on ECS. Service deployments are known since 2024-10-25. Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html */
export function ecsReleasesRead(clients: EcsClients): ReleasesRead {
  return {
    rollouts: (at, most) => readRollouts(clients, ecsPlace(at), most),
    release: (at, version) => readRelease(clients, at, version),
    versions: async (at) => {
      const place = ecsPlace(at);
      const family = familyOf((await describe(clients, place)).taskDefinition ?? "");
      const { client, sdk } = await clients.ecs(place.region);
      const { taskDefinitionArns = [] } = await calling("ListTaskDefinitions", (options) =>
        client.send(
          new sdk.ListTaskDefinitionsCommand({ familyPrefix: family, status: "ACTIVE", sort: "DESC", maxResults: 100 }),
          options,
        ),
      );
      return newestFirst(taskDefinitionArns.map(lastPart).filter((version) => familyOf(version) === family));
    },
    difference: async (at, from, to) => {
      const place = ecsPlace(at);
      const [before, after] = await Promise.all([definitionOf(clients, place, from), definitionOf(clients, place, to)]);
      return differenceOf(before.definition, after.definition);
    },
    task: (at, token) => readTask(clients, ecsPlace(at), token),
  };
}

/** The longest list that can be described in one call. */
const inOneCall = 20;
const mostPages = 20;

async function readRollouts(clients: EcsClients, place: EcsPlace, most: number): Promise<readonly Rollout[]> {
  const { client, sdk } = await clients.ecs(place.region);
  const { cluster, service } = place;
  const arns: string[] = [];
  let nextToken: string | undefined;
  // A page may hold fewer than were asked for.
  for (let page = 0; page < mostPages && arns.length < most; page += 1) {
    const input = { cluster, service, maxResults: Math.min(100, most), ...(nextToken ? { nextToken } : {}) };
    const answer = await calling("ListServiceDeployments", (options) =>
      client.send(new sdk.ListServiceDeploymentsCommand(input), options),
    );
    arns.push(...(answer.serviceDeployments ?? []).flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? []));
    nextToken = answer.nextToken;
    if (!nextToken) break;
  }
  const full = (
    await Promise.all(
      chunks(arns.slice(0, most)).map((serviceDeploymentArns) =>
        calling("DescribeServiceDeployments", (options) =>
          client.send(new sdk.DescribeServiceDeploymentsCommand({ serviceDeploymentArns }), options),
        ),
      ),
    )
  ).flatMap(({ serviceDeployments = [] }) => serviceDeployments);
  const wanted = [...new Set(full.flatMap(({ targetServiceRevision }) => targetServiceRevision?.arn ?? []))];
  const revisions = (
    await Promise.all(
      chunks(wanted).map((serviceRevisionArns) =>
        calling("DescribeServiceRevisions", (options) =>
          client.send(new sdk.DescribeServiceRevisionsCommand({ serviceRevisionArns }), options),
        ),
      ),
    )
  ).flatMap(({ serviceRevisions = [] }) => serviceRevisions);
  return full
    .map((one) =>
      rolloutOf(
        one,
        revisions.find((revision) => revision.serviceRevisionArn === one.targetServiceRevision?.arn),
      ),
    )
    .toSorted((left, right) => right.startedAt.getTime() - left.startedAt.getTime());
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / inOneCall) }, (_, index) =>
    all.slice(index * inOneCall, (index + 1) * inOneCall),
  );
}

function rolloutOf(one: EcsRollout, revision: ServiceRevision | undefined): Rollout {
  const taskDefinition = revision?.taskDefinition ?? "";
  return {
    id: one.serviceDeploymentArn ?? "",
    state: states[one.status ?? ""] ?? "stopped",
    revision: taskDefinition,
    version: lastPart(taskDefinition),
    images: (revision?.containerImages ?? []).map(({ containerName, image, imageDigest }) => ({
      container: containerName ?? "",
      image: image ?? "",
      digest: imageDigest ?? null,
    })),
    startedAt: one.createdAt ?? new Date(0),
    endedAt: one.finishedAt ?? one.stoppedAt ?? null,
    reason: one.rollback?.reason ?? one.statusReason ?? null,
    guarded: (one.deploymentCircuitBreaker?.status ?? "DISABLED") !== "DISABLED",
  };
}

/** Source: docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html */
const states: Readonly<Record<string, Rollout["state"]>> = {
  PENDING: "in-progress",
  IN_PROGRESS: "in-progress",
  SUCCESSFUL: "succeeded",
  STOP_REQUESTED: "stopped",
  STOPPED: "stopped",
  ROLLBACK_REQUESTED: "rolling-back",
  ROLLBACK_IN_PROGRESS: "rolling-back",
  ROLLBACK_SUCCESSFUL: "rolled-back",
  ROLLBACK_FAILED: "rollback-failed",
};

async function readRelease(clients: EcsClients, at: Placement, version: string | null): Promise<Release> {
  const place = ecsPlace(at);
  const service = await describe(clients, place);
  const current = service.taskDefinition ?? "";
  const name = version === null ? current : /^\d+$/.test(version) ? `${familyOf(current)}:${version}` : version;
  const { definition, tags } = await definitionOf(clients, place, name);
  const containers = definition.containerDefinitions ?? [];
  const serving = service.loadBalancers?.find(({ containerName }) => containerName)?.containerName;
  const essential = containers.filter((one) => one.essential !== false);
  return {
    revision: definition.taskDefinitionArn ?? "",
    version: lastPart(definition.taskDefinitionArn ?? ""),
    active: definition.status === "ACTIVE",
    images: containers.map(({ name: container = "", image = "" }) => ({
      container,
      image,
      digest: /@(sha256:\w+)$/.exec(image)?.[1] ?? null,
    })),
    cpu: amount(definition.cpu),
    memory: amount(definition.memory),
    sizes:
      service.launchType === "FARGATE" || definition.requiresCompatibilities?.includes("FARGATE") ? fargateSizes : null,
    main: serving ?? (essential.length === 1 ? (essential[0]?.name ?? null) : null),
    madeBy: tagged(tags, tagOf.operation),
    sameAs: tagged(tags, tagOf.sameAs),
    sizedFrom: tagged(tags, tagOf.sizedFrom),
  };
}

const amount = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : null);
const tagged = (tags: readonly Tag[], name: string) => tags.find(({ key }) => key === name)?.value ?? null;

/** By number, since not all that speak ECS's language mind the order asked for. */
export function newestFirst(versions: readonly string[]): readonly string[] {
  const number = (version: string) => Number(version.slice(version.lastIndexOf(":") + 1));
  return versions.toSorted((left, right) => number(right) - number(left));
}

/** The family of a task definition's name or ARN: waooaw-backend. */
export function familyOf(taskDefinition: string): string {
  return lastPart(taskDefinition).replace(/:\d+$/, "");
}

/** A task definition with its tags. AWS says of an unknown one only that it is "unable to describe" it. */
export async function definitionOf(
  clients: EcsClients,
  place: EcsPlace,
  name: string,
): Promise<{ readonly definition: TaskDefinition; readonly tags: readonly Tag[] }> {
  const { client, sdk } = await clients.ecs(place.region);
  try {
    const { taskDefinition = {}, tags = [] } = await calling("DescribeTaskDefinition", (options) =>
      client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition: name, include: ["TAGS"] }), options),
    );
    return { definition: taskDefinition, tags };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "ClientException") throw error;
    throw new ProviderError({
      provider: error.provider,
      operation: error.operation,
      fault: "not_found",
      code: "UnknownVersion",
      message: error.message,
      requestId: error.requestId,
      cause: error,
    });
  }
}

/** The tasks that were started with a token, by the state they are meant to be in. */
export async function tasksStartedBy(
  clients: EcsClients,
  { cluster, region }: EcsPlace,
  token: string,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<readonly string[]> {
  const { client, sdk } = await clients.ecs(region);
  const { taskArns = [] } = await calling("ListTasks", (options) =>
    client.send(new sdk.ListTasksCommand({ cluster, startedBy: token, desiredStatus }), options),
  );
  return taskArns;
}

/** The one task that was started with a token, whether it runs or is over; null where there is none. */
export async function taskStartedBy(clients: EcsClients, place: EcsPlace, token: string): Promise<string | null> {
  const arns = await Promise.all(
    (["RUNNING", "STOPPED"] as const).map((status) => tasksStartedBy(clients, place, token, status)),
  );
  return arns.flat()[0] ?? null;
}

async function readTask(clients: EcsClients, place: EcsPlace, token: string): Promise<OneOffTask | null> {
  const { client, sdk } = await clients.ecs(place.region);
  const { cluster } = place;
  const arn = await taskStartedBy(clients, place, token);
  if (arn === null) return null;
  const { tasks = [] } = await calling("DescribeTasks", (options) =>
    client.send(new sdk.DescribeTasksCommand({ cluster, tasks: [arn] }), options),
  );
  const [task] = tasks;
  if (!task) return null;
  const isOver = task.lastStatus === "STOPPED" || task.executionStoppedAt !== undefined;
  const overridden = task.overrides?.containerOverrides?.[0]?.name;
  const container = task.containers?.find(({ name }) => name === overridden) ?? task.containers?.[0];
  return {
    id: lastPart(arn),
    state: isOver ? "stopped" : task.lastStatus === "RUNNING" ? "running" : "starting",
    exitCode: container?.exitCode ?? null,
    reason: isOver ? reasonOf(task) : null,
    byItself: task.stopCode === "EssentialContainerExited",
  };
}
