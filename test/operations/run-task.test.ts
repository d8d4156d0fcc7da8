import { describe, expect, test } from "vitest";
import type { Service } from "../../src/domain/configuration.ts";
import type { Json, Run } from "../../src/domain/operation/operation.ts";
import type { OneOffTask } from "../../src/domain/platform/releases.ts";
import { runTask } from "../../src/operations/run-task.ts";
import { fakeReleases, release } from "../support/fake-releases.ts";
import { backend } from "../support/operations-app.ts";

type World = ReturnType<typeof fakeReleases>;
const since = new Date("2026-11-22T10:00:00Z");
const allowed = {
  name: "check",
  summary: "Say what is wrong",
  command: ["npm", "run", "check"],
  container: null,
  timeoutSeconds: 300,
  lines: 20,
};
const entry = { tasks: [allowed] } as unknown as Service;
const plan = (world: World, name = "check", service: Service = entry) =>
  runTask.plan({ name }, backend, world.see, service);
const task = (more: Partial<OneOffTask>): OneOffTask => ({
  id: "0123456789abcdef",
  state: "running",
  exitCode: null,
  reason: null,
  byItself: false,
  ...more,
});

/** Runs it as the job does, five seconds to a slice; `then` changes the world before each. */
function runner(then: (seconds: number) => void, stopAfter = 100): Run & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    operationId: "op-1",
    step: async (_name, work) => work(),
    slices: async (_name, work, stopped) => {
      let cursor: Json = null;
      for (let slice = 0; ; slice += 1) {
        if (slice >= stopAfter) return stopped?.();
        then(slice * 5);
        const made = await work(cursor, new Date(since.getTime() + slice * 5000));
        seen.push(made.progress);
        if (made.cursor === null) return;
        cursor = made.cursor;
      }
    },
  };
}

describe("the plan", () => {
  test("names the command, the container and the version, and is a part of its own", async () => {
    const made = await plan(fakeReleases());
    expect(made.changes[0]?.to).toBe("npm run check in backend of waooaw-backend:42");
    expect(made.part).toBe("task check");
    expect(made.observed.join(" ")).toMatch(/stopped after 5 min[\s\S]*What it writes is not shown/);
    expect(made.undo).toBeNull();
  });

  test("is refused for what is not allowed, whatever it looks like", async () => {
    await expect(plan(fakeReleases(), "chekc")).rejects.toMatchObject({ next: "There is check." });
    await expect(plan(fakeReleases(), "check", {} as Service)).rejects.toThrow(/No task check is allowed/);
    expect(() => runTask.parse({ name: "rm -rf /" })).toThrow(/named as the configuration names it/);
    expect(() => runTask.parse({ command: ["rm"] })).toThrow(/named as the configuration names it/);
  });

  test("is refused where the container is not clear, or not there", async () => {
    const world = fakeReleases();
    const other = { tasks: [{ ...allowed, container: "worker" }] } as unknown as Service;
    await expect(plan(world, "check", other)).rejects.toThrow(/has no container worker/);
    world.versions.releases[2] = release("42", { main: null });
    await expect(plan(world)).rejects.toThrow(/not clear/);
  });
});

describe("the run", () => {
  test("is followed until it has ended", async () => {
    const world = fakeReleases();
    const states = [
      null,
      task({ state: "starting" }),
      task({}),
      task({ state: "stopped", exitCode: 0, byItself: true }),
    ];
    const run = runner((seconds) => {
      world.versions.task = states[seconds / 5] ?? null;
    });
    await runTask.apply(await plan(world), backend, world.act, run);
    expect(run.seen).toEqual(["not seen yet", "starting", "running", "exit code 0"]);
    expect(world.versions.writes).toEqual(["task npm run check op-1"]);
  });

  test("is stopped when its time is up, and when a person stops it", async () => {
    const world = fakeReleases();
    world.versions.task = task({});
    const run = runner((seconds) => {
      if (seconds > 305) world.versions.task = task({ state: "stopped", reason: "Stopped by Tocsin after 5 min" });
    });
    await runTask.apply(await plan(world), backend, world.act, run);
    expect(world.versions.writes).toContain("stop task op-1: Stopped by Tocsin after 5 min");
    expect(run.seen.at(-1)).toBe("Stopped by Tocsin after 5 min");
    world.versions.task = task({});
    await runTask.apply(
      await plan(world),
      backend,
      world.act,
      runner(() => {}, 3),
    );
    expect(world.versions.writes.at(-1)).toBe("stop task op-1: Stopped from Slack");
  });

  test("fails where the platform never knows of the task", async () => {
    const world = fakeReleases();
    await expect(
      runTask.apply(
        await plan(world),
        backend,
        world.act,
        runner(() => {}),
      ),
    ).rejects.toMatchObject({
      code: "TaskUnknown",
    });
  });
});

test.each([
  [task({ state: "stopped", exitCode: 0, byItself: true }), "as-asked", null],
  [task({ state: "stopped", exitCode: 3, byItself: true }), "failed", "check ended with exit code 3."],
  [
    task({ state: "stopped", exitCode: 0, reason: "Stopped by Tocsin" }),
    "failed",
    "check ended with Stopped by Tocsin.",
  ],
  [task({ state: "stopped", reason: "CannotPullContainerError" }), "failed", /CannotPullContainerError/],
  [null, "failed", /no longer knows the task/],
] as const)("the look at %o says %s", async (state, verdict, reason) => {
  const world = fakeReleases();
  const made = await plan(world);
  world.versions.task = state;
  const seen = await runTask.look(made, backend, world.see, since, "op-1");
  expect(seen.verdict).toBe(verdict);
  if (reason === null) expect(seen.reason).toBeNull();
  else expect(seen.reason).toMatch(reason);
});
