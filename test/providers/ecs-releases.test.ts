import { describe, expect, test } from "vitest";
import type { ReleasesRead, ReleasesWrite } from "../../src/domain/platform/releases.ts";
import type { Port } from "../../src/domain/platform.ts";
import { agentPlace, backendPlace, startEcs } from "./ecs-bench.ts";

async function start() {
  const bench = await startEcs();
  if (!bench.provider.releases) throw new Error("ECS offers releases");
  const releases: Port<ReleasesRead, ReleasesWrite> = bench.provider.releases;
  const { revision } = await bench.read.describe(backendPlace);
  return { ...bench, releases, current: revision, older: revision.replace(/42$/, "41") };
}

const called = (bench: Awaited<ReturnType<typeof start>>, operation: string) =>
  bench.cloud.calls().filter((call) => call.operation === operation);

describe("reading versions", () => {
  test("tells what was deployed when, newest first, with digests", async () => {
    const { releases } = await start();
    const rollouts = await releases.read.rollouts(backendPlace, 3);
    expect(rollouts.map(({ version, state }) => [version, state])).toEqual([
      ["waooaw-backend:42", "succeeded"],
      ["waooaw-backend:41", "succeeded"],
      ["waooaw-backend:40", "succeeded"],
    ]);
    expect(rollouts[0]?.images).toMatchObject([
      { container: "backend", image: expect.stringMatching(/:v42$/), digest: expect.stringMatching(/^sha256:\w{64}$/) },
    ]);
    expect(rollouts[0]).toMatchObject({ guarded: true, endedAt: expect.any(Date) });
  });

  test("finds a version by number, by name, and the current one", async () => {
    const { releases, current } = await start();
    expect(await releases.read.release(backendPlace, null)).toMatchObject({
      revision: current,
      active: true,
      cpu: 1024,
      memory: 2048,
      sizes: expect.arrayContaining([{ cpu: 1024, memory: 2048 }]),
      main: "backend",
      madeBy: null,
    });
    expect((await releases.read.release(backendPlace, "40")).version).toBe("waooaw-backend:40");
    expect((await releases.read.release(backendPlace, "waooaw-backend:40")).version).toBe("waooaw-backend:40");
    expect((await releases.read.release(agentPlace, null)).main).toBe("agent");
    await expect(releases.read.release(backendPlace, "7")).rejects.toMatchObject({
      fault: "not_found",
      code: "UnknownVersion",
    });
  });

  test("lists those that can be deployed, newest first", async () => {
    const { releases, cloud } = await start();
    cloud.world.deregisterTaskDefinition("waooaw-backend:40");
    expect(await releases.read.versions(backendPlace)).toEqual(
      ["42", "41", "39"].map((number) => `waooaw-backend:${number}`),
    );
    expect((await releases.read.release(backendPlace, "40")).active).toBe(false);
  });

  test("tells what differs by name and never by value", async () => {
    const { releases, current } = await start();
    const copy = await releases.write.copy(backendPlace, current, { cpu: 512 }, "op-1");
    const same = await releases.read.difference(backendPlace, current, copy);
    expect(same).toEqual({
      environment: { added: [], removed: [], changed: [] },
      secrets: { added: [], removed: [], changed: [] },
      other: [],
    });
  });
});

describe("changing versions", () => {
  test("deploys one, and bears repeating", async () => {
    const bench = await start();
    const { releases, read, current, older, advance } = bench;
    await releases.write.release(backendPlace, { from: current, to: older });
    await releases.write.release(backendPlace, { from: current, to: older });
    expect(called(bench, "UpdateService").map((call) => Object.keys(call.input).toSorted())).toEqual([
      ["cluster", "service", "taskDefinition"],
    ]);
    await advance(240);
    expect(await read.describe(backendPlace)).toMatchObject({ version: "waooaw-backend:41", running: 4 });
  });

  test("leaves alone a service that runs neither version", async () => {
    const { releases, cloud, current, older } = await start();
    cloud.world.deploy("waooaw-backend", "waooaw-backend:39");
    await expect(releases.write.release(backendPlace, { from: current, to: older })).rejects.toMatchObject({
      fault: "refused",
      code: "DeploymentMoved",
    });
  });

  test("registers a copy with what is to be different, once for each token, also when the answer was lost", async () => {
    const bench = await start();
    const { releases, cloud, older } = bench;
    cloud.faults.fail("RegisterTaskDefinition", { drop: true, afterwards: true, times: 3 });
    const changes = { images: { backend: "host/backend:v50" }, memory: 4096, same: true };
    await releases.write.copy(backendPlace, older, changes, "op-1").catch(() => null);
    const made = await releases.write.copy(backendPlace, older, changes, "op-1");
    expect(await releases.write.copy(backendPlace, older, changes, "op-1")).toBe(made);
    expect(await releases.read.release(backendPlace, made)).toMatchObject({
      images: [{ image: "host/backend:v50" }],
      cpu: 1024,
      memory: 4096,
      madeBy: "op-1",
      sameAs: older,
    });
    const again = await releases.write.copy(backendPlace, older, { cpu: 512 }, "op-2");
    expect(again).not.toBe(made);
    expect((await releases.read.release(backendPlace, again)).sameAs).toBeNull();
  });

  test("stops what is on its way and goes back; what is over is refused", async () => {
    const bench = await start();
    const { releases, read, cloud, advance } = bench;
    const [over] = await releases.read.rollouts(backendPlace, 1);
    await expect(releases.write.stopRollout(backendPlace, over?.id ?? "")).rejects.toMatchObject({
      code: "RolloutOver",
    });
    cloud.world.deploy("waooaw-backend", "waooaw-backend:40");
    await advance(10);
    const [running] = await releases.read.rollouts(backendPlace, 1);
    expect(running?.state).toBe("in-progress");
    await releases.write.stopRollout(backendPlace, running?.id ?? "");
    await releases.write.stopRollout(backendPlace, running?.id ?? "");
    expect(called(bench, "StopServiceDeployment")).toHaveLength(1);
    await advance(240);
    expect(await read.describe(backendPlace)).toMatchObject({ version: "waooaw-backend:42", running: 4 });
    expect((await releases.read.rollouts(backendPlace, 1))[0]).toMatchObject({ state: "rolled-back" });
  });

  test("keeps the image that ran apart from what its tag names today", async () => {
    const { releases, read, cloud } = await start();
    const image = (await read.describe(backendPlace)).images[0] ?? "";
    const before = (await releases.read.rollouts(backendPlace, 1))[0]?.images[0]?.digest;
    cloud.world.pushImage(image);
    expect((await releases.read.rollouts(backendPlace, 1))[0]?.images[0]?.digest).toBe(before);
    cloud.world.deploy("waooaw-backend", "waooaw-backend:42");
    expect((await releases.read.rollouts(backendPlace, 1))[0]?.images[0]?.digest).not.toBe(before);
  });
});

describe("a one-off task", () => {
  test.each([
    [["npm", "run", "check"], 0],
    [["sh", "-c", "exit 3"], 3],
  ])("running %j ends with its exit code, started once for each token", async (command, exitCode) => {
    const bench = await start();
    const { releases, current, advance } = bench;
    expect(await releases.read.task(backendPlace, "op-1")).toBeNull();
    const ask = { revision: current, container: "backend", command };
    await releases.write.runTask(backendPlace, ask, "op-1");
    await releases.write.runTask(backendPlace, ask, "op-1");
    expect(await releases.read.task(backendPlace, "op-1")).toMatchObject({ state: "starting", exitCode: null });
    await advance(120);
    expect(await releases.read.task(backendPlace, "op-1")).toMatchObject({ state: "stopped", exitCode });
    // Where it is known already it is not asked for again: an emulator may not remember its token.
    expect(called(bench, "RunTask")).toHaveLength(1);
    const [run] = called(bench, "RunTask");
    expect(run?.input).toMatchObject({ networkConfiguration: expect.anything(), count: 1 });
    expect((await bench.read.describe(backendPlace)).running).toBe(4);
  });
});
