import { describe, expect, test } from "vitest";
import type { StatusQuestion } from "../../src/domain/health/status.ts";
import { type Inquiry, inquire } from "../../src/domain/inquiry/inquiry.ts";
import { confirmOperation } from "../../src/domain/operation/decision.ts";
import { anyOperation } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { undoOperation } from "../../src/domain/operation/undo.ts";
import { operations } from "../../src/operations/index.ts";
import { scaleService } from "../../src/operations/scale-service.ts";
import { ana, backend, operationsApp } from "../support/operations-app.ts";
import { startEcs } from "./ecs-bench.ts";

/** Operations from ask to end against the sandbox's cloud, on one clock for both. */
async function start() {
  const ecs = await startEcs();
  const bot = operationsApp({ providers: [ecs.provider] });
  bot.kept.now = ecs.now();
  const asked = { channelId: "C0OPS", channelName: "ops" };
  return {
    ...bot,
    cloud: ecs.cloud,
    read: ecs.read,
    asked,
    advance: async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 5) {
        await ecs.advance(5);
        bot.kept.now = ecs.now();
        await bot.runJobs();
      }
    },
    scale: async (count: number) => {
      const { id } = await bot.transact((app) =>
        requestOperation(app, {
          operation: anyOperation(scaleService),
          target: backend,
          input: { count },
          reason: null,
          caller: ana,
          asked,
          skipConfirm: false,
        }),
      );
      await bot.runJobs();
      return id;
    },
    confirm: async (id: string) => {
      await bot.transact((app) => confirmOperation(app, operations, id, ana));
      await bot.runJobs();
    },
  };
}

describe("scaling on ECS", () => {
  test("up ends verified, and undo brings count and bounds back", async () => {
    const bot = await start();
    const id = await bot.scale(10);
    expect(bot.record(id).plan?.changes).toEqual([
      { label: "Desired count", from: "4", to: "10" },
      { label: "Autoscaling maximum", from: "8", to: "10" },
    ]);
    await bot.confirm(id);
    await bot.advance(300);
    expect(bot.record(id)).toMatchObject({ outcome: "verified", share: 1 });
    expect(bot.record(id).events.length).toBeGreaterThan(0);
    const undo = await bot.transact((app) => undoOperation(app, operations, id, ana, bot.asked));
    await bot.runJobs();
    await bot.confirm(undo.id);
    await bot.advance(400);
    expect(bot.record(undo.id).outcome).toBe("verified");
    expect((await bot.read.describe(backend.placement)).desired).toBe(4);
    expect(await bot.read.autoscaling(backend.placement)).toMatchObject({ min: 2, max: 8 });
  });

  test("that the autoscaler takes back ends as applied, then reverted, with what it said", async () => {
    const bot = await start();
    bot.cloud.faults.set("autoscaler-fights", "waooaw-backend", true);
    const id = await bot.scale(6);
    await bot.confirm(id);
    await bot.advance(300);
    expect(bot.record(id)).toMatchObject({ outcome: "applied-then-reverted" });
    expect(bot.record(id).detail).toMatch(/Setting desired count to 4/);
  });

  test.each(["image-pull-fails", "crash-on-start", "no-capacity"])(
    "with %s fails well before the deadline",
    async (fault) => {
      const bot = await start();
      bot.cloud.faults.set(fault, "waooaw-backend", true);
      const id = await bot.scale(6);
      await bot.confirm(id);
      await bot.advance(600);
      expect(bot.record(id)).toMatchObject({ outcome: "failed-partial" });
      expect(bot.record(id).detail).toBeTruthy();
    },
  );

  test("that somebody else moved meanwhile does not start", async () => {
    const bot = await start();
    const id = await bot.scale(6);
    bot.cloud.world.setDesiredCount("waooaw-backend", 5);
    await bot.confirm(id);
    expect(bot.record(id)).toMatchObject({ state: "stale" });
    expect((await bot.read.describe(backend.placement)).desired).toBe(5);
  });

  test("whose answer is lost is made all the same, once", async () => {
    const bot = await start();
    const id = await bot.scale(6);
    bot.cloud.faults.fail("UpdateService", { afterwards: true, drop: true, times: 3 });
    await bot.confirm(id);
    await bot.advance(300);
    expect(bot.record(id)).toMatchObject({ outcome: "verified" });
  });
});

test("a status sees everything of the catalog, and what cannot be read says why", async () => {
  const bot = await start();
  const ask = (target: StatusQuestion["target"]) =>
    bot.transact((app) => inquire(app, "status", { userId: "U0ANA", asked: bot.asked, question: { target } }));
  const seen = async (target: StatusQuestion["target"]) => {
    const { id } = await ask(target);
    await bot.runJobs();
    return (bot.kept.inquiries.get(id) as Inquiry<"status"> | undefined)?.found?.standings;
  };
  const well = await seen(null);
  expect(well).toMatchObject([{ name: "backend", service: { desired: 4, running: 4 }, depth: null }]);
  bot.cloud.faults.set("deny", "all", true);
  const denied = await seen({ name: "backend", environment: "production" });
  expect(denied).toMatchObject([{ service: null, depth: { events: [], rollouts: null } }]);
  expect(denied?.[0]?.findings.find(({ title }) => title === "Running")).toMatchObject({
    state: "unknown",
    detail: expect.stringContaining("AccessDeniedException"),
  });
});
