import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { backend, startBench } from "./cloud-bench.ts";

test("the state shows services, bounds, deployments and events", async () => {
  const { cloud } = await startBench();
  const { now, speed, services, calls } = cloud.state();
  expect([now, speed, calls]).toEqual(["2026-11-02T09:00:00.000Z", 1, []]);
  expect(services[0]).toMatchObject({
    cluster: "waooaw-production",
    name: "waooaw-backend",
    desired: 4,
    running: 4,
    pending: 0,
    taskDefinition: "waooaw-backend:42",
    bounds: { min: 2, max: 8 },
    deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", taskDefinition: "waooaw-backend:42", running: 4 }],
  });
  expect(services[0]?.events[0]).toEqual({
    at: "2026-11-02T07:00:00.000Z",
    message: "(service waooaw-backend) has reached a steady state.",
  });
  expect(services.map((service) => service.bounds).slice(1)).toEqual([null, null, null]);
});

test("it moves on by itself as the clock does", async () => {
  const { cloud, ecs, seconds } = await startBench();
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 6 }));
  await seconds(15);
  expect(cloud.state().services[0]).toMatchObject({ desired: 6, running: 4, pending: 2 });
  await seconds(60);
  expect(cloud.state().services[0]).toMatchObject({ desired: 6, running: 6, pending: 0 });
});

test("listeners hear of calls, of acts and of what happens by itself, until they are taken off", async () => {
  const { cloud, ecs, seconds } = await startBench();
  let heard = 0;
  const stop = cloud.onChange(() => {
    heard += 1;
  });
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 6 }));
  expect(heard).toBeGreaterThan(0);
  heard = 0;
  await seconds(60);
  expect(heard).toBeGreaterThan(5);
  heard = 0;
  cloud.act({ act: "fault", name: "deny", target: "ecs", on: true });
  expect(heard).toBe(1);
  stop();
  await seconds(60);
  cloud.act({ act: "fault", name: "deny", target: "ecs", on: false });
  expect(heard).toBe(1);
});

test("calls are listed newest first in a few words, thirty at most, refused ones with their code", async () => {
  const { cloud, ecs, service } = await startBench();
  for (let count = 0; count < 35; count += 1) await service();
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: 6 }));
  await ecs.send(new UpdateServiceCommand({ ...backend, desiredCount: -6 })).catch(() => {});
  const { calls } = cloud.state();
  expect(calls).toHaveLength(30);
  expect(calls.slice(0, 3)).toEqual([
    {
      at: "2026-11-02T09:00:00.000Z",
      operation: "UpdateService",
      summary: "waooaw-backend, desiredCount -6",
      error: "InvalidParameterException",
    },
    {
      at: "2026-11-02T09:00:00.000Z",
      operation: "UpdateService",
      summary: "waooaw-backend, desiredCount 6",
      error: null,
    },
    { at: "2026-11-02T09:00:00.000Z", operation: "DescribeServices", summary: "waooaw-backend", error: null },
  ]);
  expect(cloud.calls()).toHaveLength(37);
  cloud.forgetCalls();
  expect(cloud.calls()).toEqual([]);
});

test("every fault can be switched on where it is listed, and has a sentence", async () => {
  const { cloud } = await startBench();
  const { faults } = cloud.state();
  expect(new Set(faults.map((fault) => fault.name))).toEqual(
    new Set([
      "image-pull-fails",
      "crash-on-start",
      "failing-health-check",
      "no-capacity",
      "autoscaler-fights",
      "throttle",
      "deny",
      "slow-api",
      "credentials-expired",
      "bad-deploy",
      "high-load",
      "slow-query",
      "lock-chain",
      "pool-exhausted",
      "replica-lag",
      "storage-full",
      "cache-evicting",
      "queue-backlog",
      "stuck-rotation",
      "full-disk",
      "cost-surge",
      "failed-snapshot",
    ]),
  );
  for (const { name, target, summary, on } of faults) {
    expect(on).toBe(false);
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(cloud.act({ act: "fault", name, target, on: true })).toEqual({ ok: true });
  }
  expect(cloud.state().faults.every((fault) => fault.on)).toBe(true);
});

test("changes behind one's back leave no call in the log", async () => {
  const { cloud, service } = await startBench();
  cloud.world.setDesiredCount(backend.service, 7);
  cloud.world.setBounds(backend.service, 3, 9);
  cloud.world.deploy(backend.service, "waooaw-backend:40");
  expect(cloud.calls()).toEqual([]);
  expect(cloud.state().services[0]).toMatchObject({
    desired: 7,
    bounds: { min: 3, max: 9 },
    taskDefinition: "waooaw-backend:40",
  });
  cloud.world.removeScalableTarget(backend.service);
  expect(cloud.state().services[0]?.bounds).toBeNull();
  expect((await service()).desiredCount).toBe(7);
  expect(() => cloud.world.setDesiredCount("nowhere", 1)).toThrow("There is no service nowhere");
});
