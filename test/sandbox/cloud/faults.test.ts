import {
  DescribeServiceDeploymentsCommand,
  DescribeTasksCommand,
  ListServicesCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const scale = (desiredCount: number, service = backend.service) =>
  new UpdateServiceCommand({ cluster, service, desiredCount });
const deploy = (taskDefinition: string, service = backend.service) =>
  new UpdateServiceCommand({ cluster, service, taskDefinition });
const inconsistent =
  "(service waooaw-backend) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

test("crash-on-start: scaling out leaves stopped tasks with exit code 1 and no steady state", async () => {
  const { cloud, ecs, seconds, service, events, tasks } = await startBench();
  cloud.faults.set("crash-on-start", backend.service, true);
  await ecs.send(scale(6));
  await seconds(70);
  const [first] = await tasks("STOPPED");
  expect(first).toMatchObject({
    lastStatus: "STOPPED",
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    containers: [{ exitCode: 1, lastStatus: "STOPPED" }],
  });
  expect(await events()).not.toContain(inconsistent);
  await seconds(5 * 60);
  expect(await events()).toContain(inconsistent);
  expect((await events()).filter((text) => text.endsWith("steady state."))).toEqual([]);
  expect(await service()).toMatchObject({ desiredCount: 6, deployments: [{ rolloutState: "COMPLETED" }] });
  expect((await service()).deployments?.[0]?.failedTasks).toBeGreaterThan(3);

  cloud.faults.clear();
  await seconds(30 * 60);
  expect(await service()).toMatchObject({ runningCount: 6, deployments: [{ failedTasks: 0 }] });
});

test("crash-on-start: retries wait longer and longer", async () => {
  const { cloud, ecs, seconds, events } = await startBench();
  cloud.faults.set("crash-on-start", "waooaw-agent", true);
  await ecs.send(scale(3, "waooaw-agent"));
  const starts = async () => (await events("waooaw-agent")).filter((text) => text.includes("has started")).length;
  await seconds(10 * 60);
  const early = await starts();
  await seconds(50 * 60);
  expect(early).toBeGreaterThanOrEqual(5);
  expect((await starts()) - early).toBeLessThan(early);
});

test("crash-on-start: the breaker fails a deployment and rolls it back to what still runs", async () => {
  const { cloud, ecs, seconds, service, events } = await startBench();
  cloud.faults.set("crash-on-start", backend.service, true);
  const before = (await service()).deployments?.[0]?.id;
  const { service: updated } = await ecs.send(deploy("waooaw-backend:41"));
  const mine = updated?.deployments?.[0]?.id;
  const arn = updated?.currentServiceDeployment ?? "";
  const describe = async () =>
    (await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }))).serviceDeployments?.[0];

  let tripped = await service();
  for (let waited = 0; waited < 300 && tripped.deployments?.[0]?.id === mine; waited += 1) {
    await seconds(1);
    tripped = await service();
    expect(tripped.runningCount).toBeGreaterThanOrEqual(4);
  }
  expect(tripped).toMatchObject({
    taskDefinition: expect.stringMatching(/:42$/),
    deployments: [
      {
        id: before,
        status: "PRIMARY",
        rolloutState: "IN_PROGRESS",
        rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${before}.`,
      },
      {
        id: mine,
        status: "ACTIVE",
        rolloutState: "FAILED",
        rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
        failedTasks: 3,
      },
    ],
  });
  expect(await describe()).toMatchObject({
    status: "ROLLBACK_IN_PROGRESS",
    deploymentCircuitBreaker: { status: "TRIGGERED", failureCount: 3, threshold: 3 },
  });
  const texts = await events();
  const failed = texts.indexOf(
    `(service waooaw-backend) (deployment ${mine}) deployment failed: tasks failed to start.`,
  );
  expect(texts[failed + 1]).toBe(`(service waooaw-backend) rolling back to deployment ${before}.`);

  await seconds(120);
  expect(await describe()).toMatchObject({ status: "ROLLBACK_SUCCESSFUL" });
  expect(await service()).toMatchObject({
    runningCount: 4,
    deployments: [{ id: before, rolloutState: "COMPLETED" }],
  });
});

test("a broken task definition fails by itself while others start", async () => {
  const { cloud, ecs, seconds, service } = await startBench();
  cloud.faults.set("crash-on-start", "waooaw-backend:41", true);
  await ecs.send(deploy("waooaw-backend:40"));
  await seconds(240);
  expect(await service()).toMatchObject({ deployments: [{ rolloutState: "COMPLETED" }] });
  await ecs.send(deploy("waooaw-backend:41"));
  await seconds(240);
  expect((await service()).taskDefinition).toMatch(/:40$/);
  expect(cloud.state().faults).toContainEqual(
    expect.objectContaining({ name: "crash-on-start", target: "waooaw-backend:41", on: true }),
  );
});

test("a rollback for which nothing is left running starts its tasks anew, and can fail itself", async () => {
  const { cloud, ecs, seconds, service } = await startBench();
  cloud.world.configure(backend.service, { minimumHealthyPercent: 0, maximumPercent: 100 });
  cloud.faults.set("crash-on-start", backend.service, true);
  const { service: updated } = await ecs.send(deploy("waooaw-backend:41"));
  await seconds(15 * 60);
  const arn = updated?.currentServiceDeployment ?? "";
  const answer = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }));
  expect(answer.serviceDeployments?.[0]?.status).toBe("ROLLBACK_FAILED");
  expect(await service()).toMatchObject({
    taskDefinition: expect.stringMatching(/:42$/),
    runningCount: 0,
    deployments: [{ status: "PRIMARY", rolloutState: "FAILED" }],
  });
});

test("without rollback the failed deployment stays PRIMARY and the old tasks keep running", async () => {
  const { cloud, ecs, seconds, service } = await startBench();
  cloud.world.configure(backend.service, {
    circuitBreaker: {
      enable: true,
      rollback: false,
      resetOnHealthyTask: true,
      thresholdConfiguration: { type: "COUNT", value: 5 },
    },
  });
  cloud.faults.set("crash-on-start", backend.service, true);
  const { service: updated } = await ecs.send(deploy("waooaw-backend:41"));
  await seconds(10 * 60);
  expect(await service()).toMatchObject({
    runningCount: 4,
    taskDefinition: expect.stringMatching(/:41$/),
    deployments: [
      { status: "PRIMARY", rolloutState: "FAILED", runningCount: 0, pendingCount: 0 },
      { status: "ACTIVE", runningCount: 4 },
    ],
  });
  const arn = updated?.currentServiceDeployment ?? "";
  const answer = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }));
  expect(answer.serviceDeployments?.[0]).toMatchObject({
    status: "STOPPED",
    deploymentCircuitBreaker: { status: "TRIGGERED", failureCount: 5, threshold: 5 },
  });
});

test("without a breaker a broken deployment goes on for ever", async () => {
  const { cloud, ecs, seconds, service } = await startBench();
  cloud.faults.set("crash-on-start", "waooaw-agent", true);
  await ecs.send(new UpdateServiceCommand({ cluster, service: "waooaw-agent", forceNewDeployment: true }));
  await seconds(30 * 60);
  expect(await service("waooaw-agent")).toMatchObject({
    deployments: [
      { status: "PRIMARY", rolloutState: "IN_PROGRESS" },
      { status: "ACTIVE", runningCount: 2 },
    ],
  });
});

test("image-pull-fails: the task never runs and the event names the image", async () => {
  const { cloud, ecs, seconds, events, tasks } = await startBench();
  cloud.faults.set("image-pull-fails", backend.service, true);
  await ecs.send(scale(5));
  await seconds(130);
  const [task] = await tasks("STOPPED");
  expect(task).toMatchObject({
    lastStatus: "STOPPED",
    stopCode: "TaskFailedToStart",
    stoppedReason: expect.stringMatching(/^CannotPullContainerError: .*waooaw-backend:v42: not found$/),
  });
  expect(task?.startedAt).toBeUndefined();
  expect(task?.containers?.[0]?.exitCode).toBeUndefined();
  expect(await events()).toContainEqual(
    expect.stringMatching(
      /^\(service waooaw-backend\) was unable to place a task\. Reason: CannotPullContainerError: /,
    ),
  );
  // The same text again is held back.
  await seconds(10 * 60);
  expect((await events()).filter((text) => text.includes("unable to place"))).toHaveLength(1);
});

test("failing-health-check: targets turn unhealthy, the task is named, stopped and replaced", async () => {
  const { cloud, ecs, balancing, seconds, service, events, tasks } = await startBench();
  cloud.faults.set("failing-health-check", backend.service, true);
  await ecs.send(scale(5));
  const group = (await service()).loadBalancers?.[0]?.targetGroupArn ?? "";
  const states = async () =>
    (await balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }))).TargetHealthDescriptions?.map(
      (one) => one.TargetHealth,
    );
  await seconds(50);
  expect(await states()).toContainEqual(expect.objectContaining({ State: "initial" }));
  await seconds(15);
  expect(await states()).toContainEqual({
    State: "unhealthy",
    Reason: "Target.ResponseCodeMismatch",
    Description: "Health checks failed with these codes: [503]",
  });
  await seconds(90);
  const [task] = await tasks("STOPPED");
  expect(task).toMatchObject({
    stopCode: "ServiceSchedulerInitiated",
    stoppedReason: `Task failed ELB health checks in (target-group ${group})`,
  });
  const texts = (await events()).map((text) => text.replace(/task [0-9a-f]{32}/g, "task T"));
  expect(texts).toContain(
    `(service waooaw-backend) (task T) (port 8000) is unhealthy in (target-group ${group}) due to (reason Health checks failed with these codes: [503]).`,
  );
  expect(texts).toContain(
    "(service waooaw-backend) has started 1 tasks: (task T). Amazon ECS replaced 1 tasks due to an unhealthy status.",
  );
});

test("failing-health-check: without a load balancer it is the container's own check", async () => {
  const { cloud, ecs, seconds, events, tasks } = await startBench();
  cloud.faults.set("failing-health-check", "waooaw-agent", true);
  await ecs.send(scale(3, "waooaw-agent"));
  await seconds(120);
  const [task] = await tasks("STOPPED", "waooaw-agent");
  expect(task).toMatchObject({ stoppedReason: "Task failed container health checks", healthStatus: "UNHEALTHY" });
  expect(await events("waooaw-agent")).toContain(
    `(service waooaw-agent) (task ${task?.taskArn?.split("/").at(-1)}) failed container health checks.`,
  );
});

test("no-capacity: nothing is started and the event says why", async () => {
  const { cloud, ecs, seconds, service, events } = await startBench();
  cloud.faults.set("no-capacity", backend.service, true);
  await ecs.send(scale(6));
  await seconds(60);
  expect(await service()).toMatchObject({ desiredCount: 6, runningCount: 4, pendingCount: 0 });
  expect((await events())[0]).toMatch(/was unable to place a task\. Reason: Capacity is unavailable at this time\./);
  cloud.faults.set("no-capacity", backend.service, false);
  await seconds(180);
  expect(await service()).toMatchObject({ runningCount: 6 });
});

test("throttle and deny refuse every call of one API, in its own words", async () => {
  const { cloud, ecs, balancing } = await startBench();
  cloud.faults.set("throttle", "ecs", true);
  await expect(ecs.send(new ListServicesCommand({ cluster }))).rejects.toMatchObject({
    name: "ThrottlingException",
    message: "Rate exceeded",
  });
  const group = new DescribeTargetHealthCommand({ TargetGroupArn: "x" });
  await expect(balancing.send(group)).rejects.toMatchObject({ name: "TargetGroupNotFoundException" });
  cloud.faults.clear();
  cloud.faults.set("deny", "all", true);
  await expect(ecs.send(scale(6))).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining("is not authorized to perform: ecs:UpdateService"),
  });
  await expect(balancing.send(group)).rejects.toMatchObject({ name: "AccessDenied" });
});

test("slow-api: an answer takes eight seconds of the sandbox's time", async () => {
  const { cloud, clock, ecs } = await startBench();
  cloud.faults.set("slow-api", "ecs", true);
  let answered = false;
  const call = ecs.send(new ListServicesCommand({ cluster })).then(() => {
    answered = true;
  });
  while (cloud.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(7000);
  expect(answered).toBe(false);
  await clock.advance(2000);
  await call;
});

test("a fault or a target that does not exist is refused with those that do", async () => {
  const { cloud } = await startBench();
  expect(cloud.act({ act: "fault", name: "earthquake", target: "all", on: true })).toEqual({
    ok: false,
    error: expect.stringContaining("There are: image-pull-fails, crash-on-start"),
  });
  expect(cloud.act({ act: "fault", name: "deny", target: "waooaw-backend", on: true })).toEqual({
    ok: false,
    error: expect.stringContaining("It can for: all, ecs, application-autoscaling, elasticloadbalancing, "),
  });
  expect(() => cloud.faults.set("crash-on-start", "nowhere", true)).toThrow(/nowhere/);
});

test("single calls can be made to fail by code, by status, by a broken connection, so many times", async () => {
  const { cloud, ecs } = await startBench();
  const call = () => ecs.send(new ListServicesCommand({ cluster }));
  cloud.faults.fail("ListServices", { error: "ServerException", message: "Service is down", times: 2 });
  await expect(call()).rejects.toMatchObject({ name: "ServerException", $metadata: { httpStatusCode: 500 } });
  await expect(call()).rejects.toMatchObject({ message: "Service is down" });
  await call();
  cloud.faults.fail("*", { status: 503, times: 1 });
  await expect(call()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  cloud.faults.fail("ListServices", { drop: true, times: 1 });
  await expect(call()).rejects.toThrow(/socket hang up|ECONNRESET/);
  await call();
  expect(cloud.calls().map((one) => one.error)).toEqual([
    "ServerException",
    "ServerException",
    null,
    "HTTP 503",
    "connection dropped",
    null,
  ]);
});

test("an answer can get lost after the call was carried out", async () => {
  const { cloud, ecs, service } = await startBench();
  cloud.faults.fail("UpdateService", { drop: true, afterwards: true, times: 1 });
  await expect(ecs.send(scale(6))).rejects.toThrow();
  expect((await service()).desiredCount).toBe(6);
});

test("running tasks can crash or turn unhealthy behind one's back", async () => {
  const { cloud, seconds, service, tasks } = await startBench();
  cloud.world.crashTasks(backend.service, 2);
  expect(await service()).toMatchObject({ desiredCount: 4, runningCount: 2 });
  expect((await tasks("STOPPED")).map((task) => task.containers?.[0]?.exitCode)).toEqual([137, 137]);
  await seconds(120);
  expect(await service()).toMatchObject({ runningCount: 4 });
  cloud.world.makeUnhealthy(backend.service, 1);
  await seconds(40);
  expect(await service()).toMatchObject({ runningCount: 3 });
  await seconds(120);
  expect(await service()).toMatchObject({ runningCount: 4 });
});

test("a task run by hand does its work and ends, or fails like any other", async () => {
  const { cloud, ecs, seconds } = await startBench();
  const run = new RunTaskCommand({
    cluster,
    taskDefinition: "waooaw-backend",
    startedBy: "me",
    count: 1,
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
  });
  const { tasks } = await ecs.send(run);
  expect(tasks).toMatchObject([{ lastStatus: "PROVISIONING", group: "family:waooaw-backend", startedBy: "me" }]);
  await seconds(120);
  const end = async (arn = "") => (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }))).tasks?.[0];
  expect(await end(tasks?.[0]?.taskArn)).toMatchObject({ lastStatus: "STOPPED", containers: [{ exitCode: 0 }] });
  cloud.faults.set("crash-on-start", "waooaw-backend:42", true);
  const failing = await ecs.send(run);
  await seconds(120);
  expect(await end(failing.tasks?.[0]?.taskArn)).toMatchObject({
    lastStatus: "STOPPED",
    containers: [{ exitCode: 1 }],
  });
});
