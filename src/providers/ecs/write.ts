import type { ServicesWrite } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import { ecsPlace, scalableId } from "./place.ts";
import { describe } from "./read.ts";
import { ecsCount } from "./read-autoscaling.ts";

/** The write half for services of ECS; only the job that applies holds it. */
export function ecsWrite(clients: EcsClients): ServicesWrite {
  return {
    setCount: async (at, count, compare) => {
      const place = ecsPlace(at);
      if (compare) {
        const { desiredCount } = await describe(clients, place);
        if (desiredCount === count) return;
        if (desiredCount !== compare.from) {
          throw new ProviderError({
            provider: "AWS",
            operation: "UpdateService",
            fault: "refused",
            code: "CountMoved",
            message: `The desired count is ${desiredCount} and no longer ${compare.from}, so it was left alone.`,
          });
        }
      }
      const { client, sdk } = await clients.ecs(place.region);
      // The desired count alone starts no deployment. Source: docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
      await calling("UpdateService", (options) =>
        client.send(
          new sdk.UpdateServiceCommand({ cluster: place.cluster, service: place.service, desiredCount: count }),
          options,
        ),
      );
    },
    redeploy: async (at, from) => {
      const place = ecsPlace(at);
      const { deployments, taskDefinition } = await describe(clients, place);
      if (taskDefinition !== from.revision) {
        throw new ProviderError({
          provider: "AWS",
          operation: "UpdateService",
          fault: "refused",
          code: "DeploymentMoved",
          message: "Another revision was deployed since the plan was made, so it was left alone.",
        });
      }
      if (deployments?.find(({ status }) => status === "PRIMARY")?.id !== from.deployment) return;
      const { client, sdk } = await clients.ecs(place.region);
      await calling("UpdateService", (options) =>
        client.send(
          new sdk.UpdateServiceCommand({ cluster: place.cluster, service: place.service, forceNewDeployment: true }),
          options,
        ),
      );
    },
    setBounds: async (at, { min, max }) => {
      const place = ecsPlace(at);
      const { client, sdk } = await clients.scaling(place.region);
      await calling("RegisterScalableTarget", (options) =>
        client.send(
          new sdk.RegisterScalableTargetCommand({
            ...ecsCount,
            ResourceId: scalableId(place),
            ...(min === null ? {} : { MinCapacity: min }),
            ...(max === null ? {} : { MaxCapacity: max }),
          }),
          options,
        ),
      );
    },
  };
}
