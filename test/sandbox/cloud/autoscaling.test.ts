import {
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
} from "@aws-sdk/client-application-auto-scaling";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const about = {
  ServiceNamespace: "ecs",
  ResourceId: `service/${cluster}/${backend.service}`,
  ScalableDimension: "ecs:service:DesiredCount",
} as const;
const register = (change: Partial<RegisterScalableTargetCommandInput>) =>
  new RegisterScalableTargetCommand({ ...about, ...change });
const scale = (desiredCount: number) => new UpdateServiceCommand({ ...backend, desiredCount });
const activities = new DescribeScalingActivitiesCommand(about);

test("only the backend is scaled by itself: 2 to 8 on 60 % of cpu", async () => {
  const { scaling } = await startBench();
  const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
  expect(ScalableTargets).toMatchObject([
    {
      ...about,
      MinCapacity: 2,
      MaxCapacity: 8,
      SuspendedState: {
        DynamicScalingInSuspended: false,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: false,
      },
    },
  ]);
  expect(ScalableTargets?.[0]?.CreationTime).toBeInstanceOf(Date);
  const { ScalingPolicies } = await scaling.send(new DescribeScalingPoliciesCommand(about));
  expect(ScalingPolicies).toMatchObject([
    {
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 60 },
      Alarms: [{ AlarmName: expect.stringContaining("AlarmHigh") }, { AlarmName: expect.stringContaining("AlarmLow") }],
    },
  ]);
  const others = await scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs", ResourceIds: [`service/${cluster}/waooaw-agent`] }),
  );
  expect(others.ScalableTargets).toEqual([]);
  expect((await scaling.send(activities)).ScalingActivities).toEqual([]);
});

test("a range that leaves the count outside moves it at once, and says so", async () => {
  const { scaling, service, seconds } = await startBench();
  await scaling.send(register({ MinCapacity: 6 }));
  expect(await service()).toMatchObject({ desiredCount: 6 });
  const latest = async () => (await scaling.send(activities)).ScalingActivities?.[0];
  expect(await latest()).toMatchObject({
    Description: "Setting desired count to 6.",
    Cause: "minimum capacity was set to 6",
    StatusCode: "InProgress",
  });
  await seconds(120);
  expect(await latest()).toMatchObject({
    StatusCode: "Successful",
    StatusMessage: "Successfully set desired count to 6. Change successfully fulfilled by ecs.",
  });
  await scaling.send(register({ MinCapacity: 1, MaxCapacity: 3 }));
  expect(await service()).toMatchObject({ desiredCount: 3 });
  expect((await latest())?.Cause).toBe("maximum capacity was set to 3");
});

test("a range around the count moves nothing, and what is not given stays", async () => {
  const { scaling, service } = await startBench();
  await scaling.send(register({ MaxCapacity: 12 }));
  await scaling.send(register({ SuspendedState: { DynamicScalingInSuspended: true } }));
  expect(await service()).toMatchObject({ desiredCount: 4 });
  const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
  expect(ScalableTargets).toMatchObject([
    {
      MinCapacity: 2,
      MaxCapacity: 12,
      SuspendedState: { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false },
    },
  ]);
});

test("a manual count above the range is respected until an alarm fires a quarter of an hour later", async () => {
  const { ecs, scaling, seconds, service } = await startBench();
  await ecs.send(scale(10));
  await seconds(14 * 60);
  expect(await service()).toMatchObject({ desiredCount: 10, runningCount: 10 });
  await seconds(20 * 60);
  expect(await service()).toMatchObject({ desiredCount: 8, runningCount: 8 });
  const { ScalingActivities } = await scaling.send(activities);
  expect(ScalingActivities?.[0]).toMatchObject({
    Description: "Setting desired count to 8.",
    Cause: expect.stringMatching(
      /^monitor alarm TargetTracking-service\/.*-AlarmLow-.* in state ALARM triggered policy cpu-60$/,
    ),
  });
});

test("a manual count below the range is lifted after three minutes", async () => {
  const { ecs, seconds, service } = await startBench();
  await ecs.send(scale(1));
  await seconds(2 * 60);
  expect(await service()).toMatchObject({ desiredCount: 1 });
  await seconds(4 * 60);
  expect(await service()).toMatchObject({ desiredCount: 2, runningCount: 2 });
});

test("a suspended target leaves a manual count alone", async () => {
  const { ecs, scaling, seconds, service } = await startBench();
  await scaling.send(
    register({ SuspendedState: { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: true } }),
  );
  await ecs.send(scale(10));
  await seconds(60 * 60);
  expect(await service()).toMatchObject({ desiredCount: 10, runningCount: 10 });
});

test("autoscaler-fights: a minute after a manual change the count is set back", async () => {
  const { cloud, ecs, scaling, seconds, service } = await startBench();
  cloud.faults.set("autoscaler-fights", backend.service, true);
  await ecs.send(scale(6));
  await seconds(58);
  expect(await service()).toMatchObject({ desiredCount: 6 });
  await seconds(4);
  expect(await service()).toMatchObject({ desiredCount: 4 });
  const { ScalingActivities } = await scaling.send(activities);
  expect(ScalingActivities?.map((one) => one.Description)).toEqual(["Setting desired count to 4."]);
  await seconds(600);
  expect(await service()).toMatchObject({ desiredCount: 4, runningCount: 4 });
});

test("the autoscaler can move the count at any time behind one's back", async () => {
  const { cloud, scaling, service } = await startBench();
  cloud.world.autoscale(backend.service, 7);
  expect(await service()).toMatchObject({ desiredCount: 7 });
  expect((await scaling.send(activities)).ScalingActivities).toHaveLength(1);
});

test("a deregistered target and its policies are gone", async () => {
  const { scaling } = await startBench();
  await scaling.send(new DeregisterScalableTargetCommand(about));
  const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
  expect(ScalableTargets).toEqual([]);
  expect((await scaling.send(new DescribeScalingPoliciesCommand(about))).ScalingPolicies).toEqual([]);
  await expect(scaling.send(new DeregisterScalableTargetCommand(about))).rejects.toMatchObject({
    name: "ObjectNotFoundException",
    message: `No scalable target registered for service namespace: ecs, resource ID: ${about.ResourceId}, scalable dimension: ecs:service:DesiredCount`,
  });
});

test("a new target needs both bounds, a service, and bounds in order", async () => {
  const { scaling } = await startBench();
  const agent = { ResourceId: `service/${cluster}/waooaw-agent` };
  const refused = { name: "ValidationException" };
  await expect(scaling.send(register({ ...agent, MinCapacity: 1 }))).rejects.toMatchObject(refused);
  await expect(scaling.send(register({ ...agent, MinCapacity: 5, MaxCapacity: 1 }))).rejects.toMatchObject(refused);
  await expect(scaling.send(register({ ...agent, MinCapacity: -1, MaxCapacity: 1 }))).rejects.toMatchObject(refused);
  await expect(
    scaling.send(register({ ResourceId: `service/${cluster}/nowhere`, MinCapacity: 1, MaxCapacity: 2 })),
  ).rejects.toMatchObject(refused);
  await expect(
    scaling.send(register({ ScalableDimension: "dynamodb:table:ReadCapacityUnits", MinCapacity: 1 })),
  ).rejects.toMatchObject(refused);
  await scaling.send(register({ ...agent, MinCapacity: 1, MaxCapacity: 3 }));
});

test("policies are put, replaced, listed and deleted; scheduled actions are listed", async () => {
  const { cloud, scaling } = await startBench();
  const put = (TargetValue: number) =>
    scaling.send(
      new PutScalingPolicyCommand({
        ...about,
        PolicyName: "memory",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: { TargetValue },
      }),
    );
  const { PolicyARN } = await put(70);
  expect((await put(80)).PolicyARN).toBe(PolicyARN);
  const named = new DescribeScalingPoliciesCommand({ ...about, PolicyNames: ["memory"] });
  expect((await scaling.send(named)).ScalingPolicies).toMatchObject([
    { TargetTrackingScalingPolicyConfiguration: { TargetValue: 80 } },
  ]);
  await scaling.send(new DeleteScalingPolicyCommand({ ...about, PolicyName: "memory" }));
  await expect(scaling.send(new DeleteScalingPolicyCommand({ ...about, PolicyName: "memory" }))).rejects.toMatchObject({
    name: "ObjectNotFoundException",
  });
  cloud.world.addScheduledAction(backend.service, { name: "night", schedule: "cron(0 22 * * ? *)", min: 1, max: 2 });
  expect((await scaling.send(new DescribeScheduledActionsCommand(about))).ScheduledActions).toMatchObject([
    {
      ScheduledActionName: "night",
      Schedule: "cron(0 22 * * ? *)",
      ScalableTargetAction: { MinCapacity: 1, MaxCapacity: 2 },
    },
  ]);
});
