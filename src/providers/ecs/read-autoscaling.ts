import type { ScalingPolicy } from "@aws-sdk/client-application-auto-scaling";
import type { Autoscaling } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import { type EcsPlace, scalableId } from "./place.ts";

/** How ECS services are named among the things that can be scaled. */
export const ecsCount = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;

const activitiesRead = 10;

/** The autoscaler of a service: its bounds, whether it is held, what drives it and what it did last. */
export async function readAutoscaling(clients: EcsClients, place: EcsPlace): Promise<Autoscaling | null> {
  const { client, sdk } = await clients.scaling(place.region);
  const ResourceId = scalableId(place);
  const { ScalableTargets: targets = [] } = await calling("DescribeScalableTargets", (options) =>
    client.send(new sdk.DescribeScalableTargetsCommand({ ...ecsCount, ResourceIds: [ResourceId] }), options),
  );
  const target = targets[0];
  if (!target) return null;
  const [policies, scheduled, activities] = await Promise.all([
    besides(
      calling("DescribeScalingPolicies", (options) =>
        client.send(new sdk.DescribeScalingPoliciesCommand({ ...ecsCount, ResourceId }), options),
      ),
    ),
    besides(
      calling("DescribeScheduledActions", (options) =>
        client.send(new sdk.DescribeScheduledActionsCommand({ ...ecsCount, ResourceId }), options),
      ),
    ),
    besides(
      calling("DescribeScalingActivities", (options) =>
        client.send(
          new sdk.DescribeScalingActivitiesCommand({ ...ecsCount, ResourceId, MaxResults: activitiesRead }),
          options,
        ),
      ),
    ),
  ]);
  const held = target.SuspendedState;
  return {
    min: target.MinCapacity ?? 0,
    max: target.MaxCapacity ?? 0,
    suspended: Boolean(held?.DynamicScalingInSuspended || held?.DynamicScalingOutSuspended),
    policies: [
      ...(policies === null
        ? ["policies that could not be read"]
        : (policies.ScalingPolicies ?? []).map(policyInWords)),
      ...(scheduled?.ScheduledActions ?? []).map(
        (action) => `scheduled ${action.Schedule ?? action.ScheduledActionName}`,
      ),
    ],
    activities: (activities?.ScalingActivities ?? []).map((activity) => ({
      at: activity.StartTime ?? new Date(0),
      text: [activity.Description, activity.Cause].filter(Boolean).join(" "),
    })),
  };
}

/** The bounds decide; what only explains them may be missing. */
async function besides<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProviderError) return null;
    throw error;
  }
}

function policyInWords(policy: ScalingPolicy): string {
  const tracking = policy.TargetTrackingScalingPolicyConfiguration;
  if (!tracking) return policy.PolicyName ?? "a policy";
  const metric = tracking.PredefinedMetricSpecification?.PredefinedMetricType ?? "";
  const named = metrics[metric];
  if (named) return `${named.name} at ${tracking.TargetValue}${named.unit}`;
  const custom = tracking.CustomizedMetricSpecification?.MetricName;
  return `${custom ?? metric ?? policy.PolicyName} at ${tracking.TargetValue}`;
}

/** Source: docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html */
const metrics: Readonly<Record<string, { readonly name: string; readonly unit: string }>> = {
  ECSServiceAverageCPUUtilization: { name: "cpu", unit: " %" },
  ECSServiceAverageMemoryUtilization: { name: "memory", unit: " %" },
  ALBRequestCountPerTarget: { name: "requests per target", unit: "" },
};
