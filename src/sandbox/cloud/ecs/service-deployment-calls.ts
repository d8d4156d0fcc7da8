import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { type Input, integer, list, page, record, text } from "../input.ts";
import { requestRollback } from "./deployments.ts";
import { digestOf } from "./images.ts";
import { invalid } from "./refusals.ts";
import { clusterArn, seconds, serviceDeploymentBrief, serviceDeploymentShape } from "./shapes.ts";
import { ecsState, findCluster, findTaskDefinition, needService, type RevisionRecord } from "./state.ts";

export function serviceDeploymentCalls({ world }: Cloud): Readonly<Record<string, Operation>> {
  const state = ecsState(world);

  function wanted(input: Input, field: string): readonly string[] {
    const arns = list(input, field) ?? [];
    if (arns.length === 0) throw invalid(`${field} cannot be empty.`);
    if (arns.length > 20) throw invalid(`${field} cannot have more than 20 elements.`);
    return arns;
  }

  const missing = (arn: string) => ({ arn, reason: "MISSING" });

  return {
    ListServiceDeployments: (input) => {
      const cluster = findCluster(world, text(input, "cluster"));
      const service = needService(world, cluster.name, text(input, "service") ?? "");
      const statuses = list(input, "status");
      const created = record(input, "createdAt");
      const after = time(created?.after) ?? Number.NEGATIVE_INFINITY;
      const before = time(created?.before) ?? Number.POSITIVE_INFINITY;
      const found = state.serviceDeployments
        .filter((one) => one.service === service.name && one.cluster === service.cluster)
        .filter((one) => !statuses?.length || statuses.includes(one.status))
        .filter((one) => one.createdAt >= after && one.createdAt <= before)
        .map((one) => serviceDeploymentBrief(world, one));
      const size = integer(input, "maxResults", { low: 1, high: 100 }, invalid) ?? 20;
      const { items, nextToken } = page(found, size, text(input, "nextToken"), invalid);
      return { serviceDeployments: items, nextToken };
    },

    DescribeServiceDeployments: (input) => {
      const arns = wanted(input, "serviceDeploymentArns");
      const found = arns.map((arn) => state.serviceDeployments.find((one) => one.arn === arn));
      return {
        serviceDeployments: found.flatMap((one) => (one ? [serviceDeploymentShape(world, one)] : [])),
        failures: arns.filter((_, index) => !found[index]).map(missing),
      };
    },

    DescribeServiceRevisions: (input) => {
      const arns = wanted(input, "serviceRevisionArns");
      const found = arns.map((arn) => state.revisions.find((one) => one.arn === arn));
      return {
        serviceRevisions: found.flatMap((one) => (one ? [revisionShape(one)] : [])),
        failures: arns.filter((_, index) => !found[index]).map(missing),
      };
    },

    StopServiceDeployment: (input) => {
      const arn = text(input, "serviceDeploymentArn") ?? "";
      const stopType = text(input, "stopType") ?? "ROLLBACK";
      // The model lists ABORT too; the text says "The valid values are ROLLBACK".
      if (stopType !== "ROLLBACK") throw invalid(`The stop type ${stopType} is not supported.`);
      const found = state.serviceDeployments.find((one) => one.arn === arn);
      if (!found) throw new CloudError("ServiceDeploymentNotFoundException", "Service deployment not found.");
      requestRollback(world, found);
      return { serviceDeploymentArn: arn };
    },
  };

  function revisionShape(one: RevisionRecord) {
    const containers = findTaskDefinition(world, one.taskDefinition)?.body.containerDefinitions;
    return {
      serviceRevisionArn: one.arn,
      serviceArn: world.arn("ecs", `service/${one.cluster}/${one.service}`),
      clusterArn: clusterArn(world, one.cluster),
      taskDefinition: one.taskDefinition,
      launchType: "FARGATE",
      platformVersion: "1.4.0",
      platformFamily: "Linux",
      loadBalancers: one.loadBalancers,
      networkConfiguration: one.networkConfiguration,
      containerImages: (Array.isArray(containers) ? (containers as { name?: string; image?: string }[]) : []).map(
        ({ name, image }) => ({
          containerName: name,
          image,
          imageDigest: one.digests?.[name ?? ""] ?? digestOf(world, image ?? ""),
        }),
      ),
      createdAt: seconds(one.createdAt),
    };
  }
}

/** Requests carry times as seconds since 1970. */
const time = (value: unknown) => (typeof value === "number" ? value * 1000 : undefined);
