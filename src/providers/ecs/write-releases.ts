import type { ReleasesWrite } from "../../domain/platform/releases.ts";
import { calling, refusedBy } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import { type EcsPlace, ecsPlace } from "./place.ts";
import { describe } from "./read.ts";
import { definitionOf, familyOf, newestFirst, taskStartedBy, tasksStartedBy } from "./read-releases.ts";
import { copyOf, tagOf } from "./task-definition.ts";

/** The write half for versions of services on ECS; only the job that applies holds it. */
export function ecsReleasesWrite(clients: EcsClients): ReleasesWrite {
  return {
    stopRollout: async (at, id) => {
      const { client, sdk } = await clients.ecs(ecsPlace(at).region);
      const { serviceDeployments = [] } = await calling("DescribeServiceDeployments", (options) =>
        client.send(new sdk.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [id] }), options),
      );
      const status = serviceDeployments[0]?.status ?? "";
      if (status.startsWith("ROLLBACK_")) return;
      if (status !== "PENDING" && status !== "IN_PROGRESS") {
        throw refusedBy("StopServiceDeployment", "RolloutOver", "The deployment is over, so there is nothing to stop.");
      }
      // ABORT is in the model, and the text knows only ROLLBACK. Source: docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html
      await calling("StopServiceDeployment", (options) =>
        client.send(new sdk.StopServiceDeploymentCommand({ serviceDeploymentArn: id, stopType: "ROLLBACK" }), options),
      );
    },
    copy: async (at, revision, changes, token) => {
      const place = ecsPlace(at);
      const known = await madeWith(clients, place, familyOf(revision), token);
      if (known !== null) return known;
      const { definition, tags } = await definitionOf(clients, place, revision);
      const { client, sdk } = await clients.ecs(place.region);
      const kept = tags.filter(({ key }) => !key?.startsWith("tocsin:") && !key?.startsWith("aws:"));
      const { taskDefinition } = await calling("RegisterTaskDefinition", (options) =>
        client.send(
          new sdk.RegisterTaskDefinitionCommand({
            ...copyOf(definition, changes),
            tags: [
              ...kept,
              { key: tagOf.operation, value: token },
              ...(changes.same ? [{ key: tagOf.sameAs, value: revision }] : []),
              ...((changes.cpu ?? changes.memory) ? [{ key: tagOf.sizedFrom, value: revision }] : []),
            ],
          }),
          options,
        ),
      );
      return taskDefinition?.taskDefinitionArn ?? "";
    },
    release: async (at, { from, to }) => {
      const place = ecsPlace(at);
      const { taskDefinition } = await describe(clients, place);
      if (taskDefinition === to) return;
      if (taskDefinition !== from) {
        const moved = "Another revision was deployed since the plan was made, so it was left alone.";
        throw refusedBy("UpdateService", "DeploymentMoved", moved);
      }
      const { client, sdk } = await clients.ecs(place.region);
      await calling("UpdateService", (options) =>
        client.send(
          new sdk.UpdateServiceCommand({ cluster: place.cluster, service: place.service, taskDefinition: to }),
          options,
        ),
      );
    },
    runTask: async (at, task, token) => {
      const place = ecsPlace(at);
      // Not all that speak ECS's language remember the client's token; there it would run a second time.
      const [service, known] = await Promise.all([describe(clients, place), taskStartedBy(clients, place, token)]);
      if (known !== null) return;
      const { client, sdk } = await clients.ecs(place.region);
      const answer = await calling("RunTask", (options) =>
        client.send(
          new sdk.RunTaskCommand({
            cluster: place.cluster,
            taskDefinition: task.revision,
            count: 1,
            clientToken: token,
            startedBy: token,
            ...(service.launchType ? { launchType: service.launchType } : {}),
            ...(service.capacityProviderStrategy?.length
              ? { capacityProviderStrategy: service.capacityProviderStrategy }
              : {}),
            ...(service.platformVersion ? { platformVersion: service.platformVersion } : {}),
            ...(service.networkConfiguration ? { networkConfiguration: service.networkConfiguration } : {}),
            overrides: { containerOverrides: [{ name: task.container, command: [...task.command] }] },
          }),
          options,
        ),
      );
      // What cannot be placed comes back inside an answer that says 200.
      const failure = answer.failures?.[0];
      if (!answer.tasks?.length && failure) {
        throw refusedBy("RunTask", failure.reason ?? "Failed", failure.detail ?? "The task could not be placed.");
      }
    },
    stopTask: async (at, token, reason) => {
      const place = ecsPlace(at);
      const arn = await runningTask(clients, place, token);
      if (arn === null) return;
      const { client, sdk } = await clients.ecs(place.region);
      await calling("StopTask", (options) =>
        client.send(new sdk.StopTaskCommand({ cluster: place.cluster, task: arn, reason }), options),
      );
    },
  };
}

async function runningTask(clients: EcsClients, place: EcsPlace, token: string): Promise<string | null> {
  const [arn] = await tasksStartedBy(clients, place, token, "RUNNING");
  return arn ?? null;
}

/** How many of the newest revisions are looked through for one that this operation has made already. */
const newest = 5;

/** Registering is not idempotent on AWS's side: what an operation made is known by its tag. */
async function madeWith(clients: EcsClients, place: EcsPlace, family: string, token: string): Promise<string | null> {
  const { client, sdk } = await clients.ecs(place.region);
  const { taskDefinitionArns = [] } = await calling("ListTaskDefinitions", (options) =>
    client.send(
      new sdk.ListTaskDefinitionsCommand({ familyPrefix: family, status: "ACTIVE", sort: "DESC", maxResults: 100 }),
      options,
    ),
  );
  const newestArns = newestFirst(taskDefinitionArns).slice(0, newest);
  const found = await Promise.all(newestArns.map((arn) => definitionOf(clients, place, arn)));
  const index = found.findIndex(({ tags }) =>
    tags.some(({ key, value }) => key === tagOf.operation && value === token),
  );
  return newestArns[index] ?? null;
}
