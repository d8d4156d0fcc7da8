import { describe, expect, test } from "vitest";
import { ProviderError } from "../../src/errors.ts";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { agentPlace, backendPlace, startEcs } from "./ecs-bench.ts";

async function faultOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return error as ProviderError;
}

describe("reading a service", () => {
  test("tells its counts, what runs and when it was deployed", async () => {
    const { read } = await startEcs();
    const state = await read.describe(backendPlace);
    expect(state).toMatchObject({
      status: "active",
      desired: 4,
      running: 4,
      pending: 0,
      version: "waooaw-backend:42",
      notScalable: null,
    });
    expect(state.revision).toMatch(/^arn:aws:ecs:eu-west-1:123456789012:task-definition\/waooaw-backend:42$/);
    expect(state.images).toHaveLength(1);
    expect(state.deployments).toMatchObject([{ primary: true, state: "completed", desired: 4, running: 4 }]);
    expect(state.lastDeployedAt).toBeInstanceOf(Date);
  });

  test("tells its autoscaler in words, and that there is none", async () => {
    const { read } = await startEcs();
    expect(await read.autoscaling(backendPlace)).toEqual({
      min: 2,
      max: 8,
      suspended: false,
      policies: ["cpu at 60 %"],
      activities: [],
    });
    expect(await read.autoscaling(agentPlace)).toBeNull();
  });

  test("tells the bounds also where what explains them cannot be had", async () => {
    const { read, cloud } = await startEcs();
    for (const operation of ["DescribeScalingPolicies", "DescribeScheduledActions", "DescribeScalingActivities"]) {
      cloud.faults.fail(operation, { error: "AccessDeniedException" });
    }
    expect(await read.autoscaling(backendPlace)).toEqual({
      min: 2,
      max: 8,
      suspended: false,
      policies: ["policies that could not be read"],
      activities: [],
    });
  });

  test("counts the healthy targets behind its load balancer, and tells that there is none", async () => {
    const { read } = await startEcs();
    expect(await read.balancer(backendPlace)).toEqual({ healthy: 4, total: 4 });
    expect(await read.balancer(agentPlace)).toBeNull();
  });

  test("that there is none is not_found", async () => {
    const { read } = await startEcs();
    const error = await faultOf(read.describe({ ...backendPlace, at: { ...backendPlace.at, service: "nope" } }));
    expect(error).toMatchObject({ fault: "not_found", code: "MISSING" });
    expect(error.message).toContain("nope");
  });

  test("knows a daemon cannot be scaled", async () => {
    const { read, cloud } = await startEcs();
    cloud.world.configure("waooaw-agent", { schedulingStrategy: "DAEMON" });
    expect((await read.describe(agentPlace)).notScalable).toContain("DAEMON");
  });

  test("shows a deployment on its way", async () => {
    const { read, cloud, advance } = await startEcs();
    cloud.world.deploy("waooaw-backend", "waooaw-backend:41");
    await advance(5);
    const state = await read.describe(backendPlace);
    expect(state.version).toBe("waooaw-backend:41");
    expect(state.deployments.find((deployment) => deployment.primary)).toMatchObject({
      state: "in-progress",
      version: "waooaw-backend:41",
    });
  });
});

describe("scaling a service", () => {
  test("sets the count and nothing else, and bears repeating", async () => {
    const { read, write, cloud, advance } = await startEcs();
    const before = await read.describe(backendPlace);
    await write.setCount(backendPlace, 6);
    await write.setCount(backendPlace, 6, { from: 4 });
    const after = await read.describe(backendPlace);
    expect(after).toMatchObject({ desired: 6, revision: before.revision });
    expect(after.deployments.map((one) => one.id)).toEqual(before.deployments.map((one) => one.id));
    const updates = cloud.calls().filter((call) => call.operation === "UpdateService");
    expect(updates.map((call) => Object.keys(call.input).toSorted())).toEqual([["cluster", "desiredCount", "service"]]);
    await advance(180);
    expect(await read.describe(backendPlace)).toMatchObject({ running: 6, pending: 0 });
    expect(await read.balancer(backendPlace)).toEqual({ healthy: 6, total: 6 });
  });

  test("leaves alone a count that moved since it was planned", async () => {
    const { read, write, cloud } = await startEcs();
    cloud.world.setDesiredCount("waooaw-backend", 5);
    const error = await faultOf(write.setCount(backendPlace, 6, { from: 4 }));
    expect(error).toMatchObject({ fault: "refused", code: "CountMoved" });
    expect((await read.describe(backendPlace)).desired).toBe(5);
  });

  test("sets one bound and leaves the other", async () => {
    const { read, write } = await startEcs();
    await write.setBounds(backendPlace, { min: null, max: 12 });
    expect(await read.autoscaling(backendPlace)).toMatchObject({ min: 2, max: 12 });
    await write.setBounds(backendPlace, { min: 1, max: null });
    expect(await read.autoscaling(backendPlace)).toMatchObject({ min: 1, max: 12 });
  });

  test("gives the platform's events since, oldest first, without its own name in front", async () => {
    const { read, write, now, advance } = await startEcs();
    const since = now();
    expect(await read.events(backendPlace, since)).toEqual([]);
    await write.setCount(backendPlace, 6);
    await advance(180);
    const events = await read.events(backendPlace, since);
    expect(events[0]?.text).toMatch(/^has started 2 tasks/);
    expect(events.map((event) => event.at.getTime())).toEqual(
      events.map((event) => event.at.getTime()).toSorted((left, right) => left - right),
    );
    expect(events.every((event) => !event.trouble)).toBe(true);
  });

  test("down stops tasks, which are no failures", async () => {
    const { read, write, now, advance } = await startEcs();
    const since = now();
    await write.setCount(backendPlace, 2);
    await advance(300);
    expect(await read.describe(backendPlace)).toMatchObject({ desired: 2, running: 2 });
    expect(await read.failures(backendPlace, since)).toEqual([]);
  });

  test.each([
    ["image-pull-fails", /CannotPull/],
    ["crash-on-start", /exit code 1/],
  ])("with %s tells why tasks stopped", async (fault, reason) => {
    const { read, write, cloud, now, advance } = await startEcs();
    const since = now();
    cloud.faults.set(fault, "waooaw-backend", true);
    await write.setCount(backendPlace, 6);
    await advance(240);
    const failures = await read.failures(backendPlace, since);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures[0]?.reason).toMatch(reason);
  });

  test("without capacity has an event of trouble", async () => {
    const { read, write, cloud, now, advance } = await startEcs();
    const since = now();
    cloud.faults.set("no-capacity", "waooaw-backend", true);
    await write.setCount(backendPlace, 6);
    await advance(60);
    expect((await read.events(backendPlace, since)).some((event) => event.trouble)).toBe(true);
  });

  test("by the autoscaler is told in its activities", async () => {
    const { read, cloud } = await startEcs();
    cloud.world.autoscale("waooaw-backend", 7);
    const autoscaling = await read.autoscaling(backendPlace);
    expect(autoscaling?.activities[0]?.text).toMatch(/^Setting desired count to 7\. .*ALARM/);
  });
});

describe("trouble", () => {
  test.each([
    [{ error: "AccessDeniedException" }, "denied", "AccessDeniedException"],
    [{ error: "ThrottlingException" }, "throttled", "ThrottlingException"],
    [{ error: "ServiceNotActiveException" }, "refused", "ServiceNotActiveException"],
    [{ error: "ClusterNotFoundException" }, "not_found", "ClusterNotFoundException"],
    [{ error: "ServerException", status: 500 }, "unreachable", "ServerException"],
    [{ drop: true }, "unreachable", /ECONNRESET|TimeoutError|ECONN/],
  ])("%o becomes %s", async (failure, fault, code) => {
    const { write, cloud } = await startEcs();
    cloud.faults.fail("UpdateService", failure);
    const error = await faultOf(write.setCount(backendPlace, 6));
    expect(error).toMatchObject({ provider: "AWS", operation: "UpdateService", fault });
    expect(error.code).toMatch(code);
  });

  test("keeps the request id AWS gave", async () => {
    const { write, cloud } = await startEcs();
    cloud.faults.fail("UpdateService", { error: "AccessDeniedException" });
    const error = await faultOf(write.setCount(backendPlace, 6));
    expect(error.requestId).toBe(cloud.calls().at(-1)?.requestId);
  });

  test("that passes is tried again without a word", async () => {
    const { write, read, cloud } = await startEcs();
    cloud.faults.fail("UpdateService", { error: "ThrottlingException", times: 1 });
    await write.setCount(backendPlace, 6);
    expect((await read.describe(backendPlace)).desired).toBe(6);
  });

  test("of nobody there is unreachable, soon", async () => {
    const provider = ecsProvider({
      region: "eu-west-1",
      endpoint: "http://127.0.0.1:1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    const error = await faultOf(provider.services?.read.describe(backendPlace) ?? Promise.resolve());
    expect(error.fault).toBe("unreachable");
  });
});

describe("the check for doctor", () => {
  test("says what was found, and how to put right what was not", async () => {
    const { provider, cloud } = await startEcs();
    const missing = { ...backendPlace, at: { ...backendPlace.at, service: "nope" } };
    const [good, bad] = await provider.check([backendPlace, missing]);
    expect(good).toMatchObject({ ok: true, found: "active, 4 of 4 running, autoscaling 2 to 8", fix: null });
    expect(bad).toMatchObject({ ok: false, fix: "Correct cluster, service or region in the configuration." });
    cloud.faults.set("deny", "all", true);
    const [denied] = await provider.check([backendPlace]);
    expect(denied).toMatchObject({ ok: false });
    expect(denied?.fix).toContain("docs/iam/read.json");
  });
});
