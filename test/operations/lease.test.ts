import { describe, expect, test } from "vitest";
import { confirmOperation } from "../../src/domain/operation/decision.ts";
import { endLease, extendLease, refuseSecondLease } from "../../src/domain/operation/end-lease.ts";
import { anyOperation, type Json } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { undoOperation } from "../../src/domain/operation/undo.ts";
import { operations } from "../../src/operations/index.ts";
import { leaseSeconds } from "../../src/operations/scale-lease.ts";
import { scaleService } from "../../src/operations/scale-service.ts";
import { stopService } from "../../src/operations/stop-service.ts";
import { autoscaled, fakeService, providerError } from "../support/fake-service.ts";
import { ana, backend, ben, chi, member, operationsApp, policyRule } from "../support/operations-app.ts";

const asked = { channelId: "C0OPS", channelName: "ops" };

function start(rule: Parameters<typeof policyRule>[0] = { confirm: "none" }) {
  const service = fakeService();
  service.world.autoscaling = autoscaled;
  service.world.balancer = { healthy: 4, total: 4 };
  const bot = operationsApp({ service, config: { policy: [policyRule({ actions: ["*"], ...rule })] } });
  const settle = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 5) {
      service.settle();
      await bot.advance(5);
    }
  };
  const request = async (input: Json, operation: unknown = scaleService) => {
    const { id } = await bot.transact((app) =>
      requestOperation(app, {
        operation: anyOperation(operation as typeof scaleService),
        target: backend,
        input,
        reason: null,
        caller: ana,
        asked,
        skipConfirm: true,
      }),
    );
    await bot.runJobs();
    return id;
  };
  const lease = () => [...bot.kept.leases.values()].at(-1);
  const last = () => [...bot.kept.operations.values()].at(-1);
  return { ...bot, service, settle, request, lease, last };
}

describe("a lease", () => {
  test("is written down with what was before, before anything is touched", async () => {
    const bot = start();
    bot.service.failNext("setCount", providerError("timeout", "TimeoutError"));
    await bot.request({ count: 6, forSeconds: 3600 });
    expect(bot.service.world.writes).toEqual([]);
    expect(bot.lease()).toMatchObject({
      state: "held",
      held: { count: 6, bounds: { min: 6, max: 8 } },
      restore: { operation: "scale-service", input: { count: 4, bounds: { min: 2, max: 8 } } },
    });
  });

  test("sets everything back when its time is up, without asking anybody again", async () => {
    const bot = start();
    await bot.request({ count: 6, forSeconds: 3600 });
    await bot.settle(90);
    expect(bot.last()).toMatchObject({ outcome: "verified" });
    await bot.settle(3600);
    expect(bot.last()).toMatchObject({ outcome: "verified", requesterId: "U0ANA", restores: { granted: true } });
    expect(bot.service.world.state.desired).toBe(4);
    expect(bot.service.world.autoscaling).toMatchObject({ min: 2, max: 8 });
    expect(bot.lease()).toMatchObject({ state: "over" });
    expect(bot.kept.intents.some(({ intent }) => "view" in intent && intent.view === "ops.lease")).toBe(true);
  });

  test.each([
    ["the count, where nothing scales it", null, { desired: 9 }, /set to 9, and the lease had left 6/],
    ["the bounds", { min: 3, max: 12 }, {}, /set to 3 to 12, and the lease had left 6 to 8/],
  ])("leaves alone what was changed since: %s", async (_what, bounds, state, why) => {
    const bot = start();
    if (bounds === null) bot.service.world.autoscaling = null;
    await bot.request({ count: 6, forSeconds: 3600 });
    await bot.settle(90);
    if (bounds) bot.service.world.autoscaling = { ...autoscaled, ...bounds };
    bot.service.change(state);
    const writes = bot.service.world.writes.length;
    await bot.settle(3600);
    expect(bot.last()).toMatchObject({ outcome: "nothing-to-do", detail: expect.stringMatching(why) });
    expect(bot.lease()).toMatchObject({ state: "over", detail: expect.stringMatching(why) });
    expect(bot.service.world.writes).toHaveLength(writes);
  });

  test("that the autoscaler moved within what it was left is set back all the same", async () => {
    const bot = start();
    await bot.request({ count: 6, forSeconds: 3600 });
    await bot.settle(90);
    bot.service.change({ desired: 8 });
    await bot.settle(3600);
    expect(bot.lease()).toMatchObject({ state: "over" });
    expect(bot.service.world.state.desired).toBe(4);
  });

  test("tries again where the platform is away, and ends when it is back", async () => {
    const bot = start();
    await bot.request({ count: 6, forSeconds: 600 });
    await bot.settle(90);
    bot.service.failNext("describe", providerError("unreachable", "ECONNREFUSED"));
    await bot.settle(540);
    expect(bot.lease()).toMatchObject({ state: "held", tries: 1, detail: expect.stringContaining("tried again") });
    await bot.settle(600);
    expect(bot.lease()).toMatchObject({ state: "over" });
    expect(bot.service.world.state.desired).toBe(4);
  });

  test("stays, and says so, where who asked may not any more; somebody else ends it", async () => {
    const bot = start();
    await bot.request({ count: 6, forSeconds: 600 });
    await bot.settle(90);
    bot.people.set("U0ANA", member("U0ANA", { kind: "deleted" }));
    await bot.settle(600);
    expect(bot.lease()).toMatchObject({ state: "held", detail: expect.stringContaining("deactivated") });
    expect(bot.service.world.state.desired).toBe(6);
    await bot.transact((app) => endLease(app, operations, bot.lease()?.id ?? "", ben, asked));
    await bot.settle(90);
    expect(bot.service.world.state.desired).toBe(4);
    expect(bot.lease()).toMatchObject({ state: "over" });
  });

  test("is over when it is undone, and where nothing was changed at all", async () => {
    const bot = start();
    const id = await bot.request({ count: 6, forSeconds: 3600 });
    await bot.settle(90);
    await expect(bot.transact((app) => refuseSecondLease(app, backend))).rejects.toThrow(/holds backend/);
    const undo = await bot.transact((app) => undoOperation(app, operations, id, ana, asked));
    await bot.runJobs();
    await bot.transact((app) => confirmOperation(app, operations, undo.id, ana));
    await bot.settle(120);
    expect(bot.lease()).toMatchObject({ state: "over" });
    bot.service.failNext("setCount", providerError("denied", "AccessDeniedException"));
    await bot.request({ count: 7, forSeconds: 3600 });
    expect(bot.last()).toMatchObject({ outcome: "failed-no-change" });
    expect(bot.lease()).toMatchObject({ state: "over", detail: expect.stringContaining("Nothing was changed") });
  });

  test("is extended by as long again, up to a day, and by an approver where the policy wants approval", async () => {
    const bot = start();
    await bot.request({ count: 6, forSeconds: 36_000 });
    await bot.settle(90);
    const id = bot.lease()?.id ?? "";
    const before = bot.lease()?.untilAt?.getTime() ?? 0;
    await bot.transact((app) => extendLease(app, operations, id, ben));
    expect((bot.lease()?.untilAt?.getTime() ?? 0) - before).toBe(36_000_000);
    await expect(bot.transact((app) => extendLease(app, operations, id, ben))).rejects.toThrow(/24 hours at most/);
    (bot.config.policy as unknown[])[0] = policyRule({ actions: ["*"], approvals: 1, approvers: ["@oncall"] });
    for (const who of [ana, chi]) {
      await expect(bot.transact((app) => extendLease(app, operations, id, who))).rejects.toThrow(/24 hours|approve/);
    }
  });

  test("of a stopped service has no end, and the name is typed whatever the policy says", async () => {
    const bot = start();
    const id = await bot.request({}, stopService);
    expect(bot.record(id)).toMatchObject({
      state: "planned",
      ruling: { confirm: "type" },
      plan: { lease: { seconds: null }, undo: { operation: "start-service" }, undoLabel: "Start → 4" },
    });
  });
});

test.each([
  ["5m", 300],
  ["45m", 2700],
  ["2h", 7200],
  ["1h30m", 5400],
  ["24h", 86_400],
  ["90 min", 5400],
])("a lease of %s lasts %i s", (text, seconds) => {
  expect(leaseSeconds(text)).toBe(seconds);
});

test.each(["", "0", "0m", "-5m", "1y", "4m", "25h", "2d", "two hours", "2h; rm -rf"])("%j is no lease", (text) => {
  expect(() => leaseSeconds(text)).toThrow();
});
