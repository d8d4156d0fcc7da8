import {
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeServiceDeploymentsCommand,
  DescribeTaskSetsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
} from "@aws-sdk/client-ecs";
import { DescribeRulesCommand, DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { backend, type CloudBench, startBench } from "./cloud-bench.ts";

const update = (change: object) => new UpdateServiceCommand({ ...backend, ...change });

async function stage({ ecs, service }: CloudBench) {
  const arn = (await service()).currentServiceDeployment ?? "";
  const { serviceDeployments } = await ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }),
  );
  return serviceDeployments?.[0];
}

/** Healthy targets in the group the rule sends requests to, and in the other one. */
async function sides({ balancing, service }: CloudBench): Promise<readonly [number, number]> {
  const [balanced] = (await service()).loadBalancers ?? [];
  const { Rules } = await balancing.send(
    new DescribeRulesCommand({ RuleArns: [balanced?.advancedConfiguration?.productionListenerRule ?? ""] }),
  );
  const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const healthy = async (weighs: boolean) => {
    const TargetGroupArn = groups.find(({ Weight }) => (Weight === 100) === weighs)?.TargetGroupArn ?? "";
    const { TargetHealthDescriptions = [] } = await balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy").length;
  };
  return [await healthy(true), await healthy(false)];
}

test("blue/green: green comes up whole, takes all requests, bakes, and only then blue goes", async () => {
  const bench = await startBench();
  const { cloud, ecs, service, seconds } = bench;
  cloud.world.useBlueGreen(backend.service, 5);
  expect((await service()).deploymentConfiguration).toMatchObject({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 });
  await ecs.send(update({ taskDefinition: "waooaw-backend:41" }));
  const seen = new Set<string>();
  const running: number[] = [];
  for (let waited = 0; waited < 90; waited += 1) {
    await seconds(10);
    const now = await stage(bench);
    if (now?.lifecycleStage) seen.add(now.lifecycleStage);
    const [blue] = (await service()).deployments?.slice(1) ?? [];
    if (blue && now?.lifecycleStage !== "CLEAN_UP") running.push(blue.runningCount ?? 0);
    if (now?.lifecycleStage === "SCALE_UP") expect((await sides(bench))[0]).toBe(4);
    if (now?.lifecycleStage === "BAKE_TIME") expect(await sides(bench)).toEqual([4, 4]);
    if (now?.status === "SUCCESSFUL") break;
  }
  expect([...seen]).toEqual(["SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"]);
  expect(new Set(running)).toEqual(new Set([4]));
  expect((await service()).deployments).toMatchObject([{ rolloutState: "COMPLETED", runningCount: 4 }]);
  await seconds(120);
  expect(await sides(bench)).toEqual([4, 0]);
  // The next one goes back into the group that is free now.
  await ecs.send(update({ taskDefinition: "waooaw-backend:42" }));
  await seconds(120);
  expect((await sides(bench))[0]).toBe(4);
});

test("stopped while it bakes, the requests go back to blue at once", async () => {
  const bench = await startBench();
  const { cloud, ecs, service, seconds } = bench;
  cloud.world.useBlueGreen(backend.service, 30);
  const before = (await service()).deployments?.[0]?.id;
  await ecs.send(update({ taskDefinition: "waooaw-backend:41" }));
  for (let waited = 0; waited < 40 && (await stage(bench))?.lifecycleStage !== "BAKE_TIME"; waited += 1) {
    await seconds(10);
  }
  const serviceDeploymentArn = (await stage(bench))?.serviceDeploymentArn ?? "";
  await ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: "ROLLBACK" }));
  await seconds(120);
  expect((await service()).deployments).toMatchObject([{ id: before, rolloutState: "COMPLETED", runningCount: 4 }]);
  expect(await sides(bench)).toEqual([4, 0]);
});

test("a service whose deployments CodeDeploy makes is scaled, and neither deployed nor restarted", async () => {
  const { cloud, ecs, service, seconds } = await startBench();
  cloud.world.handOver(backend.service, "CODE_DEPLOY");
  expect(await service()).toMatchObject({
    deploymentController: { type: "CODE_DEPLOY" },
    deployments: [],
    taskSets: [{ status: "PRIMARY", computedDesiredCount: 4, runningCount: 4, stabilityStatus: "STEADY_STATE" }],
  });
  await ecs.send(update({ desiredCount: 6 }));
  await seconds(180);
  expect(await service()).toMatchObject({ runningCount: 6, taskSets: [{ computedDesiredCount: 6, runningCount: 6 }] });
  await ecs.send(update({ desiredCount: 3 }));
  await seconds(180);
  expect(await service()).toMatchObject({ runningCount: 3 });
  const only = "on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.";
  await expect(ecs.send(update({ taskDefinition: "waooaw-backend:41" }))).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: `Unable to update task definition ${only}`,
  });
  await expect(ecs.send(update({ forceNewDeployment: true }))).rejects.toMatchObject({
    message: `Cannot force a new deployment ${only}`,
  });
  await expect(
    ecs.send(new CreateTaskSetCommand({ ...backend, taskDefinition: "waooaw-backend:41" })),
  ).rejects.toMatchObject({ name: "InvalidParameterException" });
});

test("task sets of an EXTERNAL service are made, scaled, made primary and deleted by whoever controls it", async () => {
  const { cloud, ecs, service, seconds } = await startBench();
  cloud.world.handOver(backend.service, "EXTERNAL");
  const old = (await service()).taskSets?.[0]?.id ?? "";
  expect((await service()).taskDefinition).toBeUndefined();
  const { taskSet } = await ecs.send(
    new CreateTaskSetCommand({
      ...backend,
      taskDefinition: "waooaw-backend:41",
      scale: { value: 50, unit: "PERCENT" },
      ...{ loadBalancers: (await service()).loadBalancers },
    }),
  );
  const id = taskSet?.id ?? "";
  expect(taskSet).toMatchObject({ status: "ACTIVE", computedDesiredCount: 2, stabilityStatus: "STABILIZING" });
  await seconds(180);
  expect((await service()).runningCount).toBe(6);
  await ecs.send(new UpdateTaskSetCommand({ ...backend, taskSet: id, scale: { value: 100, unit: "PERCENT" } }));
  await ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...backend, primaryTaskSet: id }));
  await expect(ecs.send(new DeleteTaskSetCommand({ ...backend, taskSet: old }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
  await ecs.send(new DeleteTaskSetCommand({ ...backend, taskSet: old, force: true }));
  expect((await service()).taskSets?.map(({ status }) => status)).toEqual(["DRAINING", "PRIMARY"]);
  await seconds(240);
  const { taskSets, failures } = await ecs.send(new DescribeTaskSetsCommand({ ...backend, taskSets: [old, id] }));
  expect(taskSets).toMatchObject([{ id, status: "PRIMARY", runningCount: 4, stabilityStatus: "STEADY_STATE" }]);
  expect(failures).toMatchObject([{ arn: old, reason: "MISSING" }]);
  await expect(
    ecs.send(new UpdateTaskSetCommand({ ...backend, taskSet: old, scale: { value: 1, unit: "PERCENT" } })),
  ).rejects.toMatchObject({ name: "TaskSetNotFoundException" });
});
