import { describe, expect, test } from "vitest";
import type { Service } from "../../src/domain/configuration.ts";
import { anyOperation } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { undoOf } from "../../src/domain/operation/undo.ts";
import type { OneOffTask } from "../../src/domain/platform/releases.ts";
import { deployService } from "../../src/operations/deploy-service.ts";
import { arn, deployment, fakeReleases, release } from "../support/fake-releases.ts";
import { providerError } from "../support/fake-service.ts";
import { ana, backend, operationsApp, policyRule, servicesNamed } from "../support/operations-app.ts";

const named = (name: string) => ({
  name,
  summary: "",
  command: ["run", name],
  container: null,
  timeoutSeconds: 600,
  lines: 20,
});
const withBefore = (tasks: readonly string[], back: string | null = null): Partial<Service> => ({
  name: "backend",
  tasks: ["migrate", "check", "unmigrate"].map(named),
  before: tasks.map((task) => ({ task, back })),
});
const plan = (world: ReturnType<typeof fakeReleases>, version: string, entry: Partial<Service>) =>
  deployService.plan({ version }, backend, world.see, entry as Service);
const task = (more: Partial<OneOffTask>): OneOffTask => ({
  id: "0123456789abcdef",
  state: "running",
  exitCode: null,
  reason: null,
  byItself: false,
  ...more,
});
const ended = (exitCode: number) => task({ state: "stopped", exitCode, byItself: true });

describe("the plan", () => {
  test("has the tasks in their order and says that nothing takes them back by itself", async () => {
    const made = await plan(fakeReleases(), "41", withBefore(["migrate", "check"], "unmigrate"));
    expect(made.changes.slice(0, 2)).toEqual([
      { label: "Before it, the task migrate", from: "none", to: "run migrate in backend of waooaw-backend:41" },
      { label: "Before it, the task check", from: "none", to: "run check in backend of waooaw-backend:41" },
    ]);
    expect(made.risks.join("\n")).toContain("`/ops task backend unmigrate --env production` takes it back.");
    expect(made.observed[0]).toBe(
      "In this order: the task migrate, the task check, the deployment. It ends at the first that fails.",
    );
  });

  test("has none where the version runs already, or none are asked for", async () => {
    expect((await plan(fakeReleases(), "42", withBefore(["migrate"]))).changes).toEqual([]);
    const made = await plan(fakeReleases(), "41", withBefore([]));
    expect(made.undoAfter).toBeUndefined();
    expect(JSON.stringify(made)).not.toContain("Step 1");
  });

  test("is refused where the container is not clear, or the task has left the list", async () => {
    const world = fakeReleases();
    world.versions.releases[1] = release("41", { main: null });
    await expect(plan(world, "41", withBefore(["migrate"]))).rejects.toThrow(/not clear/);
    await expect(plan(fakeReleases(), "41", withBefore(["gone"]))).rejects.toThrow(
      /No task gone is allowed for backend/,
    );
  });
});

/** A deployment that has been asked for and runs as soon as it is planned. */
async function begun(tasks: readonly string[]) {
  const world = fakeReleases();
  const services = servicesNamed(["backend"]).map((service) => ({ ...service, ...withBefore(tasks, "unmigrate") }));
  const bot = operationsApp({
    providers: [world.provider],
    config: { services, policy: [policyRule({ actions: ["*"], confirm: "none" })] },
  });
  const { id } = await bot.transact((app) =>
    requestOperation(app, {
      operation: anyOperation(deployService),
      target: backend,
      input: { version: "41" },
      reason: null,
      caller: ana,
      asked: { channelId: "C0OPS", channelName: "ops" },
      skipConfirm: true,
    }),
  );
  world.versions.task = task({});
  await bot.runJobs();
  return { world, bot, record: () => bot.record(id) };
}

describe("the run", () => {
  test("gives each task a token of its own, and the service the version only after the last", async () => {
    const { world, bot, record } = await begun(["migrate", "check"]);
    const { id } = record();
    await bot.advance(30);
    expect(world.versions.writes).toEqual([`task run migrate ${id}`]);
    expect(record().progress).toBe("running");
    world.versions.task = ended(0);
    await bot.advance(10);
    expect(world.versions.writes).toEqual([`task run migrate ${id}`, `task run check ${id}-2`, "release 41"]);
  });

  test("ends at a task that fails: nothing of the service changed, so that there is nothing to undo", async () => {
    const { world, bot, record } = await begun(["migrate", "check"]);
    world.versions.task = ended(2);
    await bot.advance(10);
    expect(record()).toMatchObject({ state: "ended", outcome: "failed-partial" });
    expect(record().detail).toBe(
      "Done: task migrate started. migrate did not end well: exit code 2. Not done: the task check, the deployment; backend still runs waooaw-backend:42. See what it wrote with `/ops logs backend`. `/ops task backend unmigrate --env production` takes it back.",
    );
    expect(world.versions.writes).toHaveLength(1);
    expect(bot.kept.locks.size).toBe(0);
    expect(await bot.transact((app) => undoOf(app, record()))).toEqual({ possible: false, reason: null });
  });

  test("stops a task whose time is up, and goes no further", async () => {
    const { world, bot, record } = await begun(["migrate"]);
    await bot.advance(605);
    expect(world.versions.writes.at(-1)).toMatch(/^stop task .*Stopped by Tocsin after 10 min$/);
    world.versions.task = task({ state: "stopped", reason: "Stopped by Tocsin after 10 min" });
    await bot.advance(10);
    expect(record().detail).toContain("migrate did not end well: Stopped by Tocsin after 10 min");
    expect(world.versions.writes).not.toContain("release 41");
  });

  test("outlasts a platform that does not answer for a minute, however long it has run by then", async () => {
    const { world, bot, record } = await begun(["migrate"]);
    await bot.advance(300);
    const { read } = world.provider.releases ?? {};
    if (!read) throw new Error("no port");
    const answers = read.task;
    Object.assign(read, { task: async () => Promise.reject(providerError("timeout", "TimeoutError")) });
    await bot.advance(60);
    expect(record()).toMatchObject({ state: "applying", inDoubt: true });
    Object.assign(read, { task: answers });
    world.versions.task = ended(0);
    await bot.advance(10);
    expect(world.versions.writes.at(-1)).toBe("release 41");
    // Reads trail behind writes, and the time to be seen begins, when everything is sent: not when it began.
    expect(record().state).toBe("verifying");
    const deployments = [deployment("new", "41", { state: "in-progress", running: 1 })];
    Object.assign(world.world.state, { revision: arn("41"), version: "waooaw-backend:41", deployments });
    await bot.advance(600);
    expect(record().state).toBe("verifying");
    await bot.advance(400);
    expect(record().outcome).toBe("applied-not-verified");
  });

  test("is given up when nothing answers for longer", async () => {
    const { world, bot, record } = await begun(["migrate"]);
    await bot.advance(60);
    const { read } = world.provider.releases ?? {};
    if (!read) throw new Error("no port");
    Object.assign(read, { task: async () => Promise.reject(providerError("timeout", "TimeoutError")) });
    await bot.advance(180);
    expect(record()).toMatchObject({ state: "ended", outcome: "failed-partial" });
    expect(world.versions.writes).not.toContain("release 41");
  });
});
