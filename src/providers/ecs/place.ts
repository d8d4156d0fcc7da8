import type { Placement } from "../../domain/configuration.ts";
import { ProviderError } from "../../errors.ts";

/** Where a service of ECS is: the coordinates of a placement. */
export interface EcsPlace {
  readonly cluster: string;
  readonly service: string;
  readonly region: string | undefined;
}

export function ecsPlace(at: Placement): EcsPlace {
  const { cluster, service, region } = at.at;
  if (cluster && service) return { cluster, service, region };
  throw new ProviderError({
    provider: "AWS",
    operation: "describe",
    fault: "not_found",
    code: "NoCoordinates",
    message: "The configuration names no cluster and service for it.",
  });
}

/** How Application Auto Scaling names a service. Source: docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html */
export function scalableId(place: EcsPlace): string {
  return `service/${lastPart(place.cluster)}/${lastPart(place.service)}`;
}

/** The last part of an ARN, or the name itself: backend:42. */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
