import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const deploy = (change: object) => new UpdateServiceCommand({ ...backend, ...change });
const list = (status?: "SUCCESSFUL" | "IN_PROGRESS") =>
  new ListServiceDeploymentsCommand({ ...backend, ...(status ? { status: [status] } : {}) });

test("a new task definition starts a deployment beside the old one", async () => {
  const { ecs, service } = await startBench();
  const old = (await service()).deployments?.[0];
  const { service: updated } = await ecs.send(deploy({ taskDefinition: "waooaw-backend:41" }));
  const [primary, former] = updated?.deployments ?? [];
  expect(updated?.taskDefinition).toBe("arn:aws:ecs:eu-west-1:123456789012:task-definition/waooaw-backend:41");
  expect(primary?.id).toMatch(/^ecs-svc\/\d{19}$/);
  expect(primary).toMatchObject({
    status: "PRIMARY",
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment ${primary?.id} in progress.`,
    desiredCount: 4,
    runningCount: 0,
    pendingCount: 0,
    failedTasks: 0,
  });
  expect(former).toMatchObject({ id: old?.id, status: "ACTIVE", rolloutState: "COMPLETED", runningCount: 4 });
});

test("what starts a deployment and what does not", async () => {
  const { ecs, service } = await startBench();
  const id = async () => (await service()).deployments?.[0]?.id;
  const first = await id();
  await ecs.send(deploy({ desiredCount: 5, healthCheckGracePeriodSeconds: 20, enableExecuteCommand: true }));
  await ecs.send(deploy({ deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 } }));
  expect(await id()).toBe(first);
  expect(await service()).toMatchObject({
    enableExecuteCommand: true,
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
  });
  await ecs.send(deploy({ forceNewDeployment: true }));
  const second = await id();
  expect(second).not.toBe(first);
  await ecs.send(deploy({ taskDefinition: "waooaw-backend" }));
  expect(await id()).not.toBe(second);
});

test("a family without a revision is its newest ACTIVE one, and an inactive one is refused", async () => {
  const { cloud, ecs, service } = await startBench();
  cloud.world.deregisterTaskDefinition("waooaw-backend:42");
  await expect(ecs.send(deploy({ taskDefinition: "waooaw-backend:42" }))).rejects.toMatchObject({
    name: "ClientException",
    message: "TaskDefinition is inactive",
  });
  await ecs.send(deploy({ taskDefinition: "waooaw-backend" }));
  expect((await service()).taskDefinition).toMatch(/waooaw-backend:41$/);
});

test("a rolling deployment never has fewer running or more tasks than allowed, and ends with one deployment", async () => {
  const { ecs, seconds, service, events } = await startBench();
  await ecs.send(deploy({ taskDefinition: "waooaw-backend:41" }));
  const order: string[] = [];
  for (let second = 0; second < 240; second += 2) {
    await seconds(2);
    const { runningCount = 0, pendingCount = 0, deployments = [] } = await service();
    expect(runningCount).toBeGreaterThanOrEqual(4);
    expect(runningCount + pendingCount).toBeLessThanOrEqual(8);
    const state = deployments.map((one) => `${one.status} ${one.rolloutState}`).join(", ");
    if (order.at(-1) !== state) order.push(state);
  }
  expect(order).toEqual(["PRIMARY IN_PROGRESS, ACTIVE COMPLETED", "PRIMARY COMPLETED"]);
  const [primary] = (await service()).deployments ?? [];
  expect(primary).toMatchObject({
    rolloutStateReason: `ECS deployment ${primary?.id} completed.`,
    runningCount: 4,
    desiredCount: 4,
  });
  expect((await events()).slice(-2)).toEqual([
    `(service waooaw-backend) (deployment ${primary?.id}) deployment completed.`,
    "(service waooaw-backend) has reached a steady state.",
  ]);
});

test("with 50 to 100 percent half of the old tasks make room first", async () => {
  const { cloud, ecs, seconds, service } = await startBench();
  cloud.world.configure(backend.service, { minimumHealthyPercent: 50, maximumPercent: 100 });
  await ecs.send(deploy({ forceNewDeployment: true }));
  let fewest = 4;
  for (let second = 0; second < 300; second += 2) {
    await seconds(2);
    const { runningCount = 0, pendingCount = 0 } = await service();
    expect(runningCount + pendingCount).toBeLessThanOrEqual(4);
    fewest = Math.min(fewest, runningCount);
  }
  expect(fewest).toBe(2);
  expect(await service()).toMatchObject({ runningCount: 4, deployments: [{ rolloutState: "COMPLETED" }] });
});

test("the client's own waiter is content after a deployment", async () => {
  const { ecs, seconds } = await startBench();
  await ecs.send(deploy({ taskDefinition: "waooaw-backend:41" }));
  await seconds(240);
  const { state } = await waitUntilServicesStable(
    { client: ecs, maxWaitTime: 20, minDelay: 1 },
    { cluster, services: [backend.service] },
  );
  expect(state).toBe("SUCCESS");
});

test("a service deployment tells the whole story, newest first", async () => {
  const { ecs, seconds, service } = await startBench();
  const history = (await ecs.send(list())).serviceDeployments ?? [];
  expect(history.map((one) => one.status)).toEqual(Array(4).fill("SUCCESSFUL"));
  await ecs.send(deploy({ taskDefinition: "waooaw-backend:40" }));
  const arn = (await service()).currentServiceDeployment ?? "";
  expect(arn).toMatch(
    /^arn:aws:ecs:eu-west-1:123456789012:service-deployment\/waooaw-production\/waooaw-backend\/.{21}$/,
  );
  const describe = async () => {
    const answer = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }));
    return answer.serviceDeployments?.[0];
  };
  expect((await describe())?.status).toBe("PENDING");
  await seconds(20);
  expect(await describe()).toMatchObject({
    status: "IN_PROGRESS",
    sourceServiceRevisions: [{ requestedTaskCount: 4, runningTaskCount: 4, pendingTaskCount: 0 }],
    targetServiceRevision: { requestedTaskCount: 4, runningTaskCount: 0, pendingTaskCount: 4 },
    deploymentCircuitBreaker: { status: "MONITORING", failureCount: 0, threshold: 3 },
  });
  expect((await ecs.send(list("IN_PROGRESS"))).serviceDeployments?.map((one) => one.serviceDeploymentArn)).toEqual([
    arn,
  ]);
  await seconds(220);
  const done = await describe();
  expect(done).toMatchObject({ status: "SUCCESSFUL", deploymentCircuitBreaker: { status: "MONITORING_COMPLETE" } });
  expect(done?.finishedAt?.getTime()).toBeGreaterThan(done?.startedAt?.getTime() ?? Number.POSITIVE_INFINITY);
  expect((await ecs.send(list())).serviceDeployments?.[0]?.serviceDeploymentArn).toBe(arn);

  const { serviceRevisions, failures } = await ecs.send(
    new DescribeServiceRevisionsCommand({
      serviceRevisionArns: [done?.targetServiceRevision?.arn ?? "", `${done?.targetServiceRevision?.arn}0`],
    }),
  );
  expect(serviceRevisions).toMatchObject([
    {
      taskDefinition: expect.stringMatching(/waooaw-backend:40$/),
      containerImages: [{ containerName: "backend", image: expect.stringMatching(/waooaw-backend:v40$/) }],
    },
  ]);
  expect(failures).toMatchObject([{ reason: "MISSING" }]);
});

test("a second deployment replaces the first one", async () => {
  const { ecs, seconds, service } = await startBench();
  await ecs.send(deploy({ taskDefinition: "waooaw-backend:40" }));
  await seconds(30);
  await ecs.send(deploy({ taskDefinition: "waooaw-backend:41" }));
  expect((await ecs.send(list())).serviceDeployments?.map((one) => one.status).slice(0, 3)).toEqual([
    "PENDING",
    "STOPPED",
    "SUCCESSFUL",
  ]);
  expect((await service()).deployments).toHaveLength(3);
  await seconds(240);
  expect(await service()).toMatchObject({
    runningCount: 4,
    taskDefinition: expect.stringMatching(/:41$/),
    deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }],
  });
});

test("stopping a deployment rolls it back", async () => {
  const { ecs, seconds, service, events } = await startBench();
  await ecs.send(deploy({ taskDefinition: "waooaw-backend:40" }));
  const { currentServiceDeployment: arn = "", deployments } = await service();
  await seconds(20);
  await ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: arn, stopType: "ROLLBACK" }));
  const status = async () =>
    (await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }))).serviceDeployments?.[0];
  expect((await status())?.status).toBe("ROLLBACK_REQUESTED");
  await seconds(6);
  expect((await status())?.status).toBe("ROLLBACK_IN_PROGRESS");
  await seconds(120);
  expect(await status()).toMatchObject({
    status: "ROLLBACK_SUCCESSFUL",
    rollback: { serviceRevisionArn: expect.stringContaining("service-revision") },
  });
  expect(await service()).toMatchObject({
    taskDefinition: expect.stringMatching(/:42$/),
    runningCount: 4,
    deployments: [{ id: deployments?.[1]?.id, rolloutState: "COMPLETED" }],
  });
  expect(await events()).toContain(`(service waooaw-backend) rolling back to deployment ${deployments?.[1]?.id}.`);
});

test("a deployment that is over, unknown, or to be aborted is not stopped", async () => {
  const { ecs, service } = await startBench();
  const arn = (await service()).currentServiceDeployment ?? "";
  await expect(ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: arn }))).rejects.toMatchObject({
    name: "ConflictException",
  });
  await expect(ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: `${arn}x` }))).rejects.toMatchObject({
    name: "ServiceDeploymentNotFoundException",
  });
  await expect(
    ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: arn, stopType: "ABORT" })),
  ).rejects.toMatchObject({ name: "InvalidParameterException" });
});
