import { StopTaskCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const scale = (desiredCount: number, service = backend.service) =>
  new UpdateServiceCommand({ cluster, service, desiredCount });

test("scaling out keeps the deployment, starts tasks one by one through their states and ends steady", async () => {
  const { ecs, service, seconds, events, tasks } = await startBench();
  const before = await service();
  const { service: updated } = await ecs.send(scale(6));
  expect(updated).toMatchObject({
    desiredCount: 6,
    runningCount: 4,
    pendingCount: 0,
    deployments: [{ id: before.deployments?.[0]?.id, desiredCount: 6, rolloutState: "COMPLETED" }],
  });

  const seen = new Set<string>();
  const counts: string[] = [];
  for (let second = 0; second < 120; second += 1) {
    await seconds(1);
    const { runningCount, pendingCount } = await service();
    if (counts.at(-1) !== `${runningCount} running, ${pendingCount} pending`) {
      counts.push(`${runningCount} running, ${pendingCount} pending`);
    }
    for (const task of await tasks("RUNNING")) seen.add(task.lastStatus ?? "");
  }
  expect(counts[0]).toBe("4 running, 0 pending");
  expect(counts[1]).toBe("4 running, 2 pending");
  expect(counts.at(-1)).toBe("6 running, 0 pending");
  expect(seen).toEqual(new Set(["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]));

  const texts = await events();
  expect(texts[0]).toMatch(
    /^\(service waooaw-backend\) has started 2 tasks: \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\)\.$/,
  );
  expect(texts).toContainEqual(
    expect.stringMatching(/^\(service waooaw-backend\) registered \d targets in \(target-group arn:aws:/),
  );
  expect(texts.at(-1)).toBe("(service waooaw-backend) has reached a steady state.");
  expect((await service()).deployments?.map((one) => one.id)).toEqual(before.deployments?.map((one) => one.id));
});

test("a task runs half a minute or so after it was created, and is spread over the zones", async () => {
  const { ecs, seconds, tasks } = await startBench();
  await ecs.send(scale(6));
  await seconds(120);
  const all = await tasks("RUNNING");
  const fresh = all.filter((task) => (task.createdAt?.getTime() ?? 0) > Date.parse("2026-11-02"));
  expect(fresh).toHaveLength(2);
  for (const task of fresh) {
    const took = ((task.startedAt?.getTime() ?? 0) - (task.createdAt?.getTime() ?? 0)) / 1000;
    expect(took).toBeGreaterThanOrEqual(28);
    expect(took).toBeLessThanOrEqual(45);
  }
  expect(new Set(all.map((task) => task.availabilityZone)).size).toBe(3);
});

test("two minutes in one step are enough for 4 to 6", async () => {
  const { ecs, clock, service } = await startBench();
  await ecs.send(scale(6));
  await clock.advance(120_000);
  expect(await service()).toMatchObject({ desiredCount: 6, runningCount: 6, pendingCount: 0 });
});

test("scaling in drains the targets, stops the tasks with a reason and an exit code, and says so", async () => {
  const { ecs, seconds, service, events, tasks } = await startBench();
  await ecs.send(scale(2));
  await seconds(8);
  expect(await service()).toMatchObject({ desiredCount: 2, runningCount: 2 });
  const stopping = await tasks("STOPPED");
  expect(stopping.map((task) => [task.lastStatus, task.desiredStatus, task.stopCode])).toEqual([
    ["DEACTIVATING", "STOPPED", "ServiceSchedulerInitiated"],
    ["DEACTIVATING", "STOPPED", "ServiceSchedulerInitiated"],
  ]);
  expect(stopping[0]?.stoppedReason).toMatch(/^Scaling activity initiated by \(deployment ecs-svc\/\d{19}\)$/);

  await seconds(60);
  const stopped = await tasks("STOPPED");
  expect(stopped.map((task) => [task.lastStatus, task.containers?.[0]?.exitCode])).toEqual([
    ["STOPPED", 0],
    ["STOPPED", 0],
  ]);
  const texts = (await events()).map((text) => text.replace(/task [0-9a-f]{32}/g, "task T").replace(/\d{19}/, "N"));
  const group = stopped && (await service()).loadBalancers?.[0]?.targetGroupArn;
  expect(texts).toEqual([
    "(service waooaw-backend) has stopped 2 running tasks: (task T) (task T).",
    `(service waooaw-backend) deregistered 2 targets in (target-group ${group})`,
    "(service waooaw-backend, taskSet ecs-svc/N) has begun draining connections on 2 tasks.",
    "(service waooaw-backend) has reached a steady state.",
  ]);
});

test("a service scales to nothing and back", async () => {
  const { ecs, seconds, service } = await startBench();
  await ecs.send(scale(0));
  await seconds(90);
  expect(await service()).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0 });
  await ecs.send(scale(3));
  await seconds(120);
  expect(await service()).toMatchObject({ desiredCount: 3, runningCount: 3, pendingCount: 0 });
});

test("changing one's mind stops the tasks that have not started yet", async () => {
  const { ecs, seconds, events, service } = await startBench();
  await ecs.send(scale(7));
  await seconds(10);
  expect(await service()).toMatchObject({ pendingCount: 3 });
  await ecs.send(scale(4));
  await seconds(30);
  expect(await events()).toContain("(service waooaw-backend) stopped 3 pending tasks.");
  expect(await service()).toMatchObject({ runningCount: 4, pendingCount: 0 });
});

test("without a load balancer a task counts as healthy by its own health check", async () => {
  const { ecs, seconds, events } = await startBench();
  await ecs.send(scale(3, "waooaw-agent"));
  await seconds(40);
  expect(await events("waooaw-agent")).not.toContain("(service waooaw-agent) has reached a steady state.");
  await seconds(60);
  const texts = await events("waooaw-agent");
  expect(texts.at(-1)).toBe("(service waooaw-agent) has reached a steady state.");
  expect(texts).toHaveLength(2);
});

test("a task that somebody stopped is replaced", async () => {
  const { ecs, seconds, service, tasks } = await startBench();
  const [first] = await tasks("RUNNING");
  const { task } = await ecs.send(
    new StopTaskCommand({ cluster, task: first?.taskArn ?? "", reason: "stuck, see incident 42" }),
  );
  expect(task).toMatchObject({
    desiredStatus: "STOPPED",
    stopCode: "UserInitiated",
    stoppedReason: "stuck, see incident 42",
  });
  expect(await service()).toMatchObject({ desiredCount: 4, runningCount: 3 });
  await seconds(120);
  expect(await service()).toMatchObject({ desiredCount: 4, runningCount: 4 });
});

test("many tasks come in several rounds", async () => {
  const { ecs, seconds, service, events } = await startBench();
  await ecs.send(scale(64, "waooaw-agent"));
  await seconds(150);
  expect(await service("waooaw-agent")).toMatchObject({ desiredCount: 64, runningCount: 64 });
  const started = (await events("waooaw-agent")).filter((text) => text.includes("has started"));
  expect(started.map((text) => Number(/started (\d+)/.exec(text)?.[1]))).toEqual([25, 25, 12]);
});

test("a steady service says so again after six hours, and not before", async () => {
  const { ecs, seconds, events } = await startBench();
  await ecs.send(scale(5));
  await seconds(2 * 60);
  const steady = async () => (await events()).filter((text) => text.includes("steady")).length;
  expect(await steady()).toBe(1);
  await seconds(5.9 * 60 * 60);
  expect(await steady()).toBe(1);
  await seconds(0.2 * 60 * 60);
  expect(await steady()).toBe(2);
});
