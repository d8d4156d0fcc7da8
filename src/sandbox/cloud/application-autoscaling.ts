import type { Cloud, CloudApi } from "./api.ts";
import type { ActivityRecord, PolicyRecord, ScalableTargetRecord } from "./autoscaler.ts";
import { CloudError } from "./cloud-error.ts";
import type { JsonObject } from "./ecs/state.ts";
import { flag, type Input, integer, list, page, record, text } from "./input.ts";
import { putScheduledAction, scheduledShape } from "./scheduled-action-calls.ts";

const invalid = (sentence: string) => new CloudError("ValidationException", sentence);
const wrongToken = (sentence: string) => new CloudError("InvalidNextTokenException", sentence);
const seconds = (milliseconds: number) => milliseconds / 1000;
const namespace = "ecs";
const dimension = "ecs:service:DesiredCount";
const common = { ServiceNamespace: namespace, ScalableDimension: dimension };
/** Namespaces of the model; all but ecs have nothing here. */
const namespaces =
  "ecs elasticmapreduce ec2 appstream dynamodb rds sagemaker custom-resource comprehend lambda cassandra kafka elasticache neptune workspaces".split(
    " ",
  );

export function applicationAutoscaling({ world, autoscaler }: Cloud): CloudApi {
  const { state } = autoscaler;

  /** Whether the call is about ECS services at all; refuses what the model refuses. */
  function aboutEcs(input: Input): boolean {
    const given = text(input, "ServiceNamespace");
    if (given === undefined || !namespaces.includes(given)) {
      throw invalid(
        `1 validation error detected: Value '${given ?? ""}' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: [${namespaces.join(", ")}]`,
      );
    }
    const wanted = text(input, "ScalableDimension");
    if (given === namespace && wanted !== undefined && wanted !== dimension) {
      throw invalid("Unsupported service namespace, resource type or scalable dimension");
    }
    return given === namespace;
  }

  function resource(input: Input): string {
    if (!aboutEcs(input) || text(input, "ScalableDimension") === undefined) {
      throw invalid("Unsupported service namespace, resource type or scalable dimension");
    }
    const id = text(input, "ResourceId") ?? "";
    if (!/^service\/[^/]+\/[^/]+$/.test(id)) {
      throw invalid("Unsupported service namespace, resource type or scalable dimension");
    }
    return id;
  }

  function paged<Item>(input: Input, name: string, all: readonly Item[]) {
    const size = integer(input, "MaxResults", { low: 1, high: 50 }, invalid) ?? 50;
    const { items, nextToken } = page(all, size, text(input, "NextToken"), wrongToken);
    return { [name]: items, NextToken: nextToken };
  }

  function target(id: string): ScalableTargetRecord {
    const found = state.targets.find((one) => one.resource === id);
    if (!found) {
      throw new CloudError(
        "ObjectNotFoundException",
        `No scalable target registered for service namespace: ${namespace}, resource ID: ${id}, scalable dimension: ${dimension}`,
      );
    }
    return found;
  }

  function register(input: Input): ScalableTargetRecord {
    const id = resource(input);
    const bounds = { low: 0, high: 2_147_483_647 };
    const known = state.targets.find((one) => one.resource === id);
    const min = integer(input, "MinCapacity", bounds, invalid) ?? known?.min;
    const max = integer(input, "MaxCapacity", bounds, invalid) ?? known?.max;
    const suspended = record(input, "SuspendedState");
    if (min === undefined || max === undefined) {
      throw invalid("Minimum capacity and maximum capacity must be specified when registering a new scalable target.");
    }
    if (min > max) throw invalid("Maximum capacity cannot be less than minimum capacity");
    if (!autoscaler.serviceOf(id)) throw invalid(`ECS service doesn't exist: ${id}`);
    const found: ScalableTargetRecord = known ?? {
      resource: id,
      arn: world.arn("application-autoscaling", `scalable-target/${world.random.hex(30)}`),
      createdAt: world.time.now(),
      min,
      max,
      suspended: { scaleIn: false, scaleOut: false, scheduled: false },
      roleArn: `arn:aws:iam::${world.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
      alarmAt: null,
    };
    if (!known) state.targets.push(found);
    found.min = min;
    found.max = max;
    if (suspended) {
      found.suspended = {
        scaleIn: flag(suspended, "DynamicScalingInSuspended") ?? found.suspended.scaleIn,
        scaleOut: flag(suspended, "DynamicScalingOutSuspended") ?? found.suspended.scaleOut,
        scheduled: flag(suspended, "ScheduledScalingSuspended") ?? found.suspended.scheduled,
      };
    }
    autoscaler.boundsChanged(found);
    return found;
  }

  function putPolicy(input: Input): PolicyRecord {
    const id = resource(input);
    target(id);
    const name = text(input, "PolicyName");
    if (!name)
      throw invalid(
        "1 validation error detected: Value null at 'policyName' failed to satisfy constraint: Member must not be null",
      );
    const type = text(input, "PolicyType") ?? "StepScaling";
    const tracking = record(input, "TargetTrackingScalingPolicyConfiguration");
    const steps = record(input, "StepScalingPolicyConfiguration");
    if (type !== "TargetTrackingScaling" && type !== "StepScaling") throw invalid(`Unsupported policy type: ${type}`);
    const configuration = (type === "TargetTrackingScaling" ? tracking : steps) as JsonObject | undefined;
    if (!configuration) throw invalid(`A configuration is needed for a policy of type ${type}`);
    const known = state.policies.find((one) => one.resource === id && one.name === name);
    if (known) {
      known.type = type;
      known.configuration = configuration;
      return known;
    }
    const { hex } = world.random;
    const uuid = () => [hex(8), hex(4), hex(4), hex(4), hex(12)].join("-");
    const alarms = (type === "TargetTrackingScaling" ? ["AlarmHigh", "AlarmLow"] : []).map((kind) => {
      const AlarmName = `TargetTracking-${id}-${kind}-${uuid()}`;
      return { AlarmName, AlarmARN: world.arn("cloudwatch", `alarm:${AlarmName}`) };
    });
    const arn = world.arn("autoscaling", `scalingPolicy:${uuid()}:resource/ecs/${id}:policyName/${name}`);
    const policy: PolicyRecord = { resource: id, name, arn, createdAt: world.time.now(), type, configuration, alarms };
    state.policies.push(policy);
    return policy;
  }

  /** Takes out what matches; refuses when there was nothing. */
  function remove(all: { resource: string; name: string }[], input: Input, nameField: string, what: string): object {
    const id = resource(input);
    const name = text(input, nameField);
    const index = all.findIndex((one) => one.resource === id && one.name === name);
    if (index === -1) {
      throw new CloudError(
        "ObjectNotFoundException",
        `No ${what} found for service namespace: ${namespace}, resource ID: ${id}, scalable dimension: ${dimension}, name: ${name}`,
      );
    }
    all.splice(index, 1);
    return {};
  }

  return {
    service: "application-autoscaling",
    protocol: "json-1.1",
    marker: "AnyScaleFrontendService",
    // AWS publishes no figures for this API.
    buckets: [],
    operations: {
      DescribeScalableTargets: (input) => {
        const ids = list(input, "ResourceIds");
        const found = aboutEcs(input) ? state.targets.filter((one) => !ids?.length || ids.includes(one.resource)) : [];
        return paged(input, "ScalableTargets", found.map(targetShape));
      },
      RegisterScalableTarget: (input) => ({ ScalableTargetARN: register(input).arn }),
      DeregisterScalableTarget: (input) => {
        const id = resource(input);
        state.targets.splice(state.targets.indexOf(target(id)), 1);
        state.policies = state.policies.filter((one) => one.resource !== id);
        state.scheduledActions = state.scheduledActions.filter((one) => one.resource !== id);
        return {};
      },
      DescribeScalingPolicies: (input) => {
        const names = list(input, "PolicyNames");
        const found = matching(input, state.policies).filter((one) => !names?.length || names.includes(one.name));
        return paged(input, "ScalingPolicies", found.map(policyShape));
      },
      PutScalingPolicy: (input) => {
        const policy = putPolicy(input);
        return { PolicyARN: policy.arn, Alarms: policy.alarms };
      },
      DeleteScalingPolicy: (input) => ({ ...remove(state.policies, input, "PolicyName", "scaling policy") }),
      DescribeScheduledActions: (input) => {
        const names = list(input, "ScheduledActionNames");
        const found = matching(input, state.scheduledActions).filter(
          (one) => !names?.length || names.includes(one.name),
        );
        const shapes = found.map((one) => ({ ...common, ...scheduledShape(one) }));
        return paged(input, "ScheduledActions", shapes);
      },
      PutScheduledAction: (input) => {
        putScheduledAction(autoscaler, target(resource(input)), input);
        return {};
      },
      DeleteScheduledAction: (input) => ({
        ...remove(state.scheduledActions, input, "ScheduledActionName", "scheduled action"),
      }),
      DescribeScalingActivities: (input) =>
        paged(input, "ScalingActivities", matching(input, state.activities).map(activityShape)),
    },
  };

  function matching<Item extends { readonly resource: string }>(input: Input, all: readonly Item[]): readonly Item[] {
    if (!aboutEcs(input)) return [];
    const id = text(input, "ResourceId");
    if (id !== undefined && text(input, "ScalableDimension") === undefined && id === "")
      throw invalid("ResourceId is empty");
    return all.filter((one) => id === undefined || one.resource === id);
  }
}

const targetShape = (one: ScalableTargetRecord) => ({
  ...common,
  ResourceId: one.resource,
  MinCapacity: one.min,
  MaxCapacity: one.max,
  RoleARN: one.roleArn,
  CreationTime: seconds(one.createdAt),
  ScalableTargetARN: one.arn,
  SuspendedState: {
    DynamicScalingInSuspended: one.suspended.scaleIn,
    DynamicScalingOutSuspended: one.suspended.scaleOut,
    ScheduledScalingSuspended: one.suspended.scheduled,
  },
});

const policyShape = (one: PolicyRecord) => ({
  ...common,
  PolicyARN: one.arn,
  PolicyName: one.name,
  ResourceId: one.resource,
  PolicyType: one.type,
  [`${one.type}PolicyConfiguration`]: one.configuration,
  Alarms: one.alarms,
  CreationTime: seconds(one.createdAt),
});

const activityShape = (one: ActivityRecord) => ({
  ...common,
  ActivityId: one.id,
  ResourceId: one.resource,
  Description: one.description,
  Cause: one.cause,
  StartTime: seconds(one.startedAt),
  EndTime: one.endedAt === undefined ? undefined : seconds(one.endedAt),
  StatusCode: one.code,
  StatusMessage: one.message,
});
