import { describe, expect, test } from "vitest";
import type { Held, Json, Run } from "../../src/domain/operation/operation.ts";
import { resizeService } from "../../src/operations/resize-service.ts";
import { cpuFrom, memoryFrom } from "../../src/operations/task-size.ts";
import { arn, deployment, fakeReleases, release } from "../support/fake-releases.ts";
import { backend } from "../support/operations-app.ts";

type World = ReturnType<typeof fakeReleases>;

const plan = async (world: World, input: Json) => resizeService.plan(resizeService.parse(input), backend, world.see);
const run: Run = { operationId: "op-1", step: async (_name, work) => work(), slices: async () => {} };

/** The service as it stands once the copy of 42 with 2048 CPU and 4096 MiB runs. */
async function resized(): Promise<{ readonly world: World; readonly held: Held }> {
  const world = fakeReleases();
  const made = await plan(world, { cpu: 2048, memory: 4096, forSeconds: 3600 });
  await resizeService.apply(made, backend, world.act, run);
  world.change({ revision: arn("43"), version: "waooaw-backend:43", deployments: [deployment("new", "43")] });
  if (!made.lease) throw new Error("It is a lease");
  return { world, held: made.lease.held };
}

test.each([
  ["512", 512],
  ["0.5", 512],
  ["1", 1024],
  ["2 vCPU", 2048],
])("%s is %i CPU units", (typed, units) => expect(cpuFrom(typed)).toBe(units));
test.each([
  ["1024", 1024],
  ["2gb", 2048],
  ["512MiB", 512],
])("%s is %i MiB", (typed, mib) => expect(memoryFrom(typed)).toBe(mib));
test.each(["x", "-1", "0", "0.3", ""])("%s is no CPU", (typed) => expect(() => cpuFrom(typed)).toThrow(/no CPU/));
test.each(["lots", "-1gb", "0", "1tb"])("%s is no memory", (typed) =>
  expect(() => memoryFrom(typed)).toThrow(/no memory/),
);

describe("the plan", () => {
  test("is a copy that differs in nothing else, with the way back to exactly what ran", async () => {
    const made = await plan(fakeReleases(), { cpu: 2048, memory: 4096 });
    expect(made.summary).toBe("Resize backend in production from 1024 CPU, 2048 MiB to 2048 CPU, 4096 MiB");
    expect(made.changes).toEqual([
      { label: "CPU", from: "1024", to: "2048" },
      { label: "Memory", from: "2048 MiB", to: "4096 MiB" },
    ]);
    expect(made.steps).toMatchObject({ copy: { cpu: 2048, memory: 4096 } });
    expect(made.undo).toMatchObject({ operation: "resize-service", input: { back: arn("42") } });
    expect(made.lease).toBeUndefined();
  });

  test("leaves what is not named, and warns of less memory", async () => {
    const made = await plan(fakeReleases(), { cpu: 512, memory: null });
    expect(made.steps).toMatchObject({ copy: { cpu: 512, memory: 2048 } });
    expect((await plan(fakeReleases(), { cpu: 512, memory: 1024 })).risks.join()).toContain(
      "more than 1024 MiB is killed",
    );
  });

  test("offers the nearest sizes for one that Fargate does not have", async () => {
    await expect(plan(fakeReleases(), { cpu: 4096, memory: null })).rejects.toMatchObject({
      message: "4096 CPU with the 2048 MiB it has is no size that tasks can have here.",
      next: expect.stringContaining("`--cpu 4096 --memory 8192`"),
    });
    await expect(plan(fakeReleases(), { cpu: 1024, memory: 1000 })).rejects.toMatchObject({
      next: expect.stringContaining("`--cpu 1024 --memory 2048`"),
    });
  });

  test("takes any size where the platform does, and refuses a version that sets none", async () => {
    const world = fakeReleases();
    world.versions.releases[2] = release("42", { sizes: null });
    expect((await plan(world, { cpu: 300, memory: 700 })).nothingToDo).toBeNull();
    world.versions.releases[2] = release("42", { cpu: null });
    await expect(plan(world, { cpu: 300, memory: 700 })).rejects.toThrow(/sets no CPU and memory/);
  });

  test("is nothing where it has that size, and nothing was asked is refused", async () => {
    expect((await plan(fakeReleases(), { cpu: 1024, memory: null })).nothingToDo).toContain("already");
    expect(() => resizeService.parse({ cpu: null, memory: null })).toThrow(/how much/);
  });
});

describe("the way back", () => {
  test("is exactly the version that ran, and registers nothing", async () => {
    const { world } = await resized();
    const made = await plan(world, { cpu: null, memory: null, back: arn("42") });
    expect(made.changes).toContainEqual({ label: "Version", from: "waooaw-backend:43", to: "waooaw-backend:42" });
    expect(made.risks.join()).not.toContain("somebody deployed");
    expect(made.steps).toMatchObject({ copy: null, to: { revision: arn("42") } });
    await resizeService.apply(made, backend, world.act, run);
    expect(world.versions.writes).toEqual([expect.stringContaining("copy 42"), "release 43", "release 42"]);
  });

  test("of a lease leaves alone what somebody deployed since, and says so to a person", async () => {
    const { world, held } = await resized();
    const back = { cpu: null, memory: null, back: arn("42") };
    const due = { ...back, held: held as unknown as Json };
    expect((await plan(world, due)).nothingToDo).toBeNull();
    world.change({ revision: arn("41"), version: "waooaw-backend:41", deployments: [deployment("x", "41")] });
    expect((await plan(world, due)).nothingToDo).toMatch(/somebody deployed it since\. It is left alone/);
    expect((await plan(world, back)).risks[0]).toMatch(/somebody deployed it since/);
  });

  test("to a version that was deregistered is a copy of it", async () => {
    const { world } = await resized();
    world.versions.releases[2] = release("42", { active: false });
    expect((await plan(world, { back: arn("42") })).steps).toMatchObject({ copy: { same: true } });
  });
});
