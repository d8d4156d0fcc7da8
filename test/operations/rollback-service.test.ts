import { describe, expect, test } from "vitest";
import type { Service } from "../../src/domain/configuration.ts";
import type { Run } from "../../src/domain/operation/operation.ts";
import { rollbackService } from "../../src/operations/rollback-service.ts";
import { arn, deployment, fakeReleases, release, rollout } from "../support/fake-releases.ts";
import { providerError } from "../support/fake-service.ts";
import { backend } from "../support/operations-app.ts";

const since = new Date("2026-11-22T10:00:00Z");
type World = ReturnType<typeof fakeReleases>;

const plan = (world: World, version: string | null = null, entry: Partial<Service> = {}) =>
  rollbackService.plan({ version }, backend, world.see, entry as Service);

/** Runs the steps, each recorded as done the moment it is. */
function run(done: string[] = []): Run {
  return {
    operationId: "op-1",
    step: async (name, work) => {
      await work();
      done.push(name);
    },
    slices: async () => {},
  };
}

describe("the version gone back to", () => {
  test.each([
    ["what was deployed well before", ["42", "41", "40"], "42", "41"],
    ["not one that failed", ["42", "41 rolled-back", "40"], "42", "40"],
    ["not the same one restarted", ["42", "42", "41"], "42", "41"],
    ["further back the second time, not forward again", ["41", "42", "41", "40"], "41", "40"],
    ["what ran right before one that did not come up", ["40 in-progress", "42", "41", "40"], "40", "42"],
    ["what ran right before one that failed", ["40 stopped", "42", "41", "40"], "40", "42"],
  ])("is %s", async (_why, history, current, wanted) => {
    const world = fakeReleases();
    world.versions.rollouts = history.map((one) => rollout(...(one.split(" ") as ["42", "succeeded"])));
    world.change({ revision: arn(current) });
    expect((await plan(world)).steps).toMatchObject({ to: { revision: arn(wanted) } });
  });

  test("is further back for a copy of an earlier one too", async () => {
    const world = fakeReleases();
    world.versions.releases.push(release("43", { sameAs: arn("41") }));
    world.versions.rollouts = ["43", "42", "41", "40"].map((one) => rollout(one));
    world.change({ revision: arn("43") });
    expect((await plan(world)).steps).toMatchObject({ to: { revision: arn("40") } });
  });

  test("is the one before where the last good one was deleted, and that is said", async () => {
    const world = fakeReleases();
    world.versions.releases = world.versions.releases.filter(({ revision }) => revision !== arn("41"));
    const { steps, risks, observed } = await plan(world);
    expect(steps).toMatchObject({ to: { revision: arn("40") } });
    expect(risks[0]).toBe(
      "waooaw-backend:41 ran well later, and was deleted since: this goes further back, to waooaw-backend:40.",
    );
    expect(observed[0]).toBe(
      "waooaw-backend:40 is the last version still there that was deployed well before waooaw-backend:42.",
    );
  });

  test("is refused in plain words where all that ran well were deleted", async () => {
    const world = fakeReleases();
    world.versions.releases = world.versions.releases.filter(({ revision }) => revision === arn("42"));
    await expect(plan(world)).rejects.toThrow(
      "No version of backend is known that was deployed well before waooaw-backend:42: waooaw-backend:41, waooaw-backend:40 were deleted since.",
    );
  });

  test.each(["old-backend:7", arn("7").replace("waooaw-", "old-")])(
    "can be one of another family that ran here: %s",
    async (word) => {
      const world = fakeReleases();
      const old = { revision: arn("7").replace("waooaw-", "old-"), version: "old-backend:7" };
      world.versions.releases.push(release("7", old));
      await expect(plan(world, word)).rejects.toThrow(/old-backend:7 is no version of backend/);
      world.versions.rollouts.push(rollout("7", "succeeded", old));
      expect((await plan(world, word)).steps).toMatchObject({ to: old });
    },
  );

  test("is refused where none is known", async () => {
    const world = fakeReleases();
    world.versions.rollouts = [rollout("42")];
    await expect(plan(world)).rejects.toThrow(/No version of backend is known that was deployed well before/);
  });

  test.each(["41", "waooaw-backend:41", "v41", `sha256:${"41".padStart(64, "0")}`])(
    "can be named: %s",
    async (word) => {
      expect((await plan(fakeReleases(), word)).steps).toMatchObject({ to: { revision: arn("41") } });
    },
  );

  test("is the one registered before where the platform does not tell what ran, and that is said", async () => {
    const world = fakeReleases();
    const see = { ...world.see, rollouts: async () => Promise.reject(providerError("refused", "NotImplemented")) };
    const { steps, risks, observed } = await rollbackService.plan({ version: null }, backend, see, null);
    expect(steps).toMatchObject({ to: { revision: arn("41") } });
    expect(risks[0]).toBe(
      "What was deployed here could not be read (NotImplemented): waooaw-backend:41 is only the one registered before waooaw-backend:42. Whether it ever ran well is not known.",
    );
    expect(observed.join()).not.toMatch(/deployed well|No deployment/);
    world.change({ revision: arn("40") });
    await expect(rollbackService.plan({ version: null }, backend, see, null)).rejects.toThrow(
      /no version was registered before waooaw-backend:40/,
    );
  });

  test("can be named where the platform does not tell what ran, and is not guessed at while it is only slow", async () => {
    const world = fakeReleases();
    const failing = (fault: "denied" | "throttled") => ({
      ...world.see,
      rollouts: async () => Promise.reject(providerError(fault, "Said")),
    });
    const { steps, risks } = await rollbackService.plan({ version: "40" }, backend, failing("denied"), null);
    expect(steps).toMatchObject({ to: { revision: arn("40") } });
    expect(risks[0]).toMatch(/could not be read \(Said\): whether waooaw-backend:40 ever ran well is not known/);
    await expect(rollbackService.plan({ version: null }, backend, failing("throttled"), null)).rejects.toThrow();
  });

  test("that never was is refused with the nearest", async () => {
    await expect(plan(fakeReleases(), "44")).rejects.toMatchObject({ code: "not_found", next: "There is 42, 41, 40." });
  });
});

describe("the plan", () => {
  test("shows images by digest, sizes, and names of variables without values", async () => {
    const world = fakeReleases();
    world.versions.releases[1] = release("41", { cpu: 512 });
    world.versions.difference = {
      environment: { added: ["OLD_FLAG"], removed: ["NEW_FLAG"], changed: ["LOG_LEVEL"] },
      secrets: { added: [], removed: [], changed: [] },
      other: ["command"],
    };
    const { changes, undo, undoLabel, risks } = await plan(world, null, { deployedBy: "GitHub Actions" });
    expect(changes).toEqual([
      { label: "Image", from: "backend:v42 (sha256:000000000000)", to: "backend:v41 (sha256:000000000000)" },
      { label: "CPU", from: "1024", to: "512" },
      { label: "Environment (names only)", from: "now", to: "added OLD_FLAG; removed NEW_FLAG; changed LOG_LEVEL" },
      { label: "Also different", from: "now", to: "command" },
    ]);
    expect(undo).toMatchObject({ operation: "rollback-service", input: { version: arn("42") } });
    expect(undoLabel).toBe("Forward again → waooaw-backend:42");
    expect(risks.join()).toContain("GitHub Actions deploys it: its next run brings waooaw-backend:42 back");
  });

  test("is refused where both run the same image", async () => {
    const world = fakeReleases();
    const images = [{ container: "backend", image: "backend:latest", digest: `sha256:${"a".repeat(64)}` }];
    world.versions.releases = ["41", "42"].map((one) => release(one, { images }));
    world.versions.rollouts = ["42", "41"].map((one) => rollout(one, "succeeded", { images }));
    await expect(plan(world)).rejects.toThrow("would change nothing: both run sha256:aaaaaaaaaaaa.");
  });

  test("pins the image that ran where its tag was moved since", async () => {
    const world = fakeReleases();
    const images = (letter: string) => [
      { container: "backend", image: "host/backend:latest", digest: `sha256:${letter.repeat(64)}` },
    ];
    world.versions.releases = ["41", "42"].map((one) =>
      release(one, { images: images("a").map((image) => ({ ...image, digest: null })) }),
    );
    world.versions.rollouts = [
      rollout("42", "succeeded", { images: images("b") }),
      rollout("41", "succeeded", { images: images("a") }),
    ];
    const made = await plan(world);
    expect(made.steps).toMatchObject({
      copy: { same: true, images: { backend: `host/backend@sha256:${"a".repeat(64)}` } },
    });
    expect(made.risks.join()).toContain("The tag of backend:latest was moved since");
  });

  test("says that the code may stay as it is where both versions name one tag and what it was cannot be read", async () => {
    const world = fakeReleases();
    const images = [{ container: "backend", image: "host/backend:latest", digest: null }];
    world.versions.releases = ["41", "42"].map((one) => release(one, { images }));
    world.versions.rollouts = ["42", "41"].map((one) => rollout(one, "succeeded", { images }));
    world.versions.difference = { ...world.versions.difference, other: ["command"] };
    expect((await plan(world)).risks).toContain(
      "Both versions name backend:latest, and which image that was could not be read: its tasks run what the tag names now, so the code may stay as it is.",
    );
    const beside = (tag: string) => [...images, { container: "worker", image: `worker:${tag}`, digest: null }];
    world.versions.releases = ["41", "42"].map((one) => release(one, { images: beside(one) }));
    world.versions.rollouts = ["42", "41"].map((one) => rollout(one, "succeeded", { images: beside(one) }));
    expect((await plan(world)).risks.join()).not.toContain("Both versions name");
  });

  test("is refused for what is not this platform's to deploy, and while a rollback is on its way", async () => {
    const world = fakeReleases();
    world.change({ notReleasable: "its deployments are made by CodeDeploy" });
    await expect(plan(world)).rejects.toThrow(/made by CodeDeploy/);
    world.change({ notReleasable: null });
    world.versions.rollouts = [rollout("42", "rolling-back"), rollout("41")];
    await expect(plan(world)).rejects.toThrow(/rollback is on its way already/);
  });
});

describe("applying", () => {
  test("a deregistered version registers one copy however often it is repeated", async () => {
    const world = fakeReleases();
    world.versions.releases[1] = release("41", { active: false });
    const made = await plan(world);
    const done: string[] = [];
    await rollbackService.apply(made, backend, world.act, run(done));
    await rollbackService.apply(made, backend, world.act, run());
    expect(done).toEqual(["copy of waooaw-backend:41 registered", "deployment of the copy started"]);
    expect(world.versions.writes.filter((write) => write.startsWith("copy"))).toHaveLength(1);
    expect(world.versions.writes.at(-1)).toBe("release 43");
  });

  test("what is on its way is stopped, and nothing is deployed", async () => {
    const world = fakeReleases();
    world.versions.rollouts = [rollout("42", "in-progress"), rollout("41")];
    await rollbackService.apply(await plan(world), backend, world.act, run());
    expect(world.versions.writes).toEqual(["stop rollout-42"]);
  });
});

describe("the look", () => {
  const at41 = { revision: arn("41"), version: "waooaw-backend:41" };
  test.each([
    ["on-the-way", { ...at41, deployments: [deployment("new", "41", { state: "in-progress", running: 2 })] }],
    ["as-asked", { ...at41, deployments: [deployment("new", "41")] }],
    ["on-the-way", { ...at41, deployments: [deployment("new", "41")], pending: 1 }],
    [
      "failed",
      { ...at41, deployments: [deployment("new", "41", { state: "failed", reason: "tasks failed to start" })] },
    ],
    ["reverted", { deployments: [deployment("old", "42")] }],
    ["reverted", { revision: arn("40"), deployments: [deployment("new", "40")] }],
  ] as const)("says %s", async (verdict, state) => {
    const world = fakeReleases();
    const made = await plan(world);
    world.change(state);
    expect((await rollbackService.look(made, backend, world.see, since)).verdict).toBe(verdict);
  });

  test("waits as long as a blue/green deployment bakes", async () => {
    const world = fakeReleases();
    const made = await plan(world);
    const green = deployment("new", "41", { state: "in-progress", running: 4 });
    const blue = deployment("old", "42", { primary: false, running: 4 });
    world.change({ ...at41, running: 8, deployments: [green, blue] });
    expect((await rollbackService.look(made, backend, world.see, since)).working).toBeUndefined();
    world.change({ beside: { strategy: "blue/green", bakeMinutes: 60 } });
    expect(await rollbackService.look(made, backend, world.see, since)).toMatchObject({
      verdict: "on-the-way",
      working: true,
      progress: expect.stringContaining("4 of before still running"),
    });
  });

  test.each([
    [true, "on-the-way"],
    [false, "failed"],
  ])("with failing tasks, where the platform ends that itself (%s), says %s", async (guarded, verdict) => {
    const world = fakeReleases();
    const made = await plan(world);
    world.versions.rollouts.unshift(rollout("41", "in-progress", { guarded }));
    world.change({ ...at41, deployments: [deployment("new", "41", { state: "in-progress", running: 0, failed: 2 })] });
    expect((await rollbackService.look(made, backend, world.see, since)).verdict).toBe(verdict);
  });

  test("compares health with before, and waits longer for an alarm that was on", async () => {
    const world = fakeReleases();
    const alarm = { name: "5xx", state: "alarm" as "alarm" | "ok", reason: null };
    const see = {
      ...world.see,
      measures: {
        groups: { ecs: [] },
        alarms: async () => ({ alarms: [alarm], all: true }),
      },
    };
    world.world.balancer = { healthy: 2, total: 4 };
    const made = await rollbackService.plan({ version: null }, backend, see);
    world.world.balancer = { healthy: 4, total: 4 };
    world.change({ ...at41, deployments: [deployment("new", "41")] });
    const waiting = await rollbackService.look(made, backend, see, since);
    expect(waiting).toMatchObject({ verdict: "as-asked", steadySeconds: 300 });
    alarm.state = "ok";
    const over = await rollbackService.look(made, backend, see, since);
    expect(over.steadySeconds).toBeUndefined();
    expect(over.progress).toContain("Health is better than before: healthy 2 of 4, now healthy 4 of 4");
    expect(over.progress).toContain("alarms on: 1 before, none now");
  });
});
