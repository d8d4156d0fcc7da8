import { describe, expect, test } from "vitest";
import { confirmOperation, stopOperation } from "../../src/domain/operation/decision.ts";
import { endLease, refuseSecondLease } from "../../src/domain/operation/end-lease.ts";
import { anyOperation, type Json, type OperationRecord, type Target } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import { undoOperation } from "../../src/domain/operation/undo.ts";
import { operations } from "../../src/operations/index.ts";
import { isolateService } from "../../src/operations/isolate-service.ts";
import { scaleService } from "../../src/operations/scale-service.ts";
import { cloudwatchProvider } from "../../src/providers/cloudwatch/cloudwatch.ts";
import { agentPlace, startEcs } from "../providers/ecs-bench.ts";
import { ana, backend, operationsApp, policyRule } from "../support/operations-app.ts";

const asked = { channelId: "C0OPS", channelName: "ops" };
/** Nobody else has to approve, which only production asks for. */
const target: Target = { ...backend, production: false };

/** Both operations against the sandbox's cloud, on one clock for both. */
async function start(prepare: (cloud: Awaited<ReturnType<typeof startEcs>>["cloud"]) => void = () => {}) {
  const ecs = await startEcs();
  const { cloud } = ecs;
  const aws = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const bot = operationsApp({
    providers: [ecs.provider, cloudwatchProvider(aws)],
    config: { policy: [policyRule({ actions: ["*"] })] },
  });
  bot.kept.now = ecs.now();
  prepare(cloud);
  const traffic = async () => {
    const seen = await ecs.provider.traffic?.read.traffic(backend.placement);
    return { routes: seen?.routes ?? [], holds: seen?.holds ?? [] };
  };
  const ask = async (operation: unknown, on: Target = target, input: Json = {}): Promise<OperationRecord> => {
    const { id } = await bot.transact((app) =>
      requestOperation(app, {
        operation: anyOperation(operation as typeof isolateService),
        target: on,
        input,
        reason: null,
        caller: ana,
        asked,
        skipConfirm: false,
      }),
    );
    await bot.runJobs();
    return bot.record(id);
  };
  const confirm = async ({ id }: OperationRecord) => {
    await bot.transact((app) => confirmOperation(app, operations, id, ana, "backend"));
    await bot.runJobs();
  };
  const advance = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 5) {
      await ecs.advance(5);
      bot.kept.now = ecs.now();
      await bot.runJobs();
    }
  };
  const lease = () => [...bot.kept.leases.values()].at(-1);
  return {
    ...bot,
    cloud,
    traffic,
    ask,
    confirm,
    advance,
    lease,
    isolated: async () => {
      const record = await ask(isolateService);
      await confirm(record);
      await advance(90);
      expect(bot.record(record.id)).toMatchObject({ outcome: "verified" });
      return record;
    },
    reconnect: async () => {
      const { id } = await bot.transact((app) => endLease(app, operations, lease()?.id ?? "", ana, asked));
      await bot.runJobs();
      return bot.record(id);
    },
  };
}

describe("isolating a service", () => {
  test("says what is no longer reached, holds everything back, and remembers it before anything is touched", async () => {
    const bot = await start();
    const before = await bot.traffic();
    const record = await bot.ask(isolateService);
    expect(record).toMatchObject({
      state: "planned",
      ruling: { confirm: "type" },
      plan: {
        summary: "Isolate backend in production from its load balancer",
        changes: [
          { label: "HTTPS 443, rule 20 (host api.waooaw.example)", to: "answered with 503" },
          { label: "HTTPS 443, default rule", from: "100 % of its requests to backend", to: "answered with 503" },
        ],
        undoLabel: "Reconnect",
      },
    });
    expect(record.plan?.risks.join(" ")).toMatch(/no longer reached through 2 rules: 4 targets get no requests/);
    await bot.confirm(record);
    expect(bot.lease()).toMatchObject({ state: "held", seconds: null, held: { count: 4 } });
    expect(bot.lease()?.held.routes?.map(({ state }) => state)).toEqual(before.routes.map(({ state }) => state));
    await bot.advance(90);
    expect(bot.record(record.id)).toMatchObject({
      outcome: "verified",
      detail: expect.stringMatching(/requests of 2 of 2 rules held back, running 4 of 4, 4 of 4 targets healthy/),
    });
    expect((await bot.traffic()).routes).toEqual(before.routes);
    await expect(bot.transact((app) => refuseSecondLease(app, backend, "isolation"))).rejects.toThrow(
      /reconnect|already/,
    );
    await expect(bot.transact((app) => refuseSecondLease(app, backend))).resolves.toBeUndefined();
  });

  test("takes a second person in production, whatever the policy says", async () => {
    const bot = await start();
    const record = await bot.ask(isolateService, backend);
    expect(record).toMatchObject({ state: "planned", ruling: { confirm: "type", approvals: 1 } });
  });

  test("gives what is held back to who shares its rules", async () => {
    const bot = await start((cloud) => cloud.world.forwardRule(30, { "waooaw-backend": 1, "waooaw-canary": 3 }));
    const { plan } = await bot.ask(isolateService);
    expect(plan?.changes[1]).toMatchObject({ from: "25 % of its requests to backend", to: "all to waooaw-canary" });
    expect(plan?.risks.join(" ")).toContain("waooaw-canary must carry what backend carries now");
  });

  test.each<
    readonly [string, (cloud: Parameters<NonNullable<Parameters<typeof start>[0]>>[0]) => void, Target, RegExp]
  >([
    [
      "behind no load balancer",
      () => {},
      { ...target, name: "agent", placement: agentPlace },
      /no load balancer[\s\S]*\/ops stop agent/,
    ],
    [
      "that ECS deploys blue/green",
      (cloud) => cloud.world.useBlueGreen("waooaw-backend", 5),
      target,
      /ECS itself[\s\S]*\/ops stop/,
    ],
    [
      "whose rule has no room before it",
      (cloud) => cloud.world.forwardRule(19, { other: 1 }),
      target,
      /19 is taken; give it a higher/,
    ],
  ])("is refused for one %s, with what to do instead", async (_what, prepare, on, why) => {
    const bot = await start(prepare);
    expect(await bot.ask(isolateService, on)).toMatchObject({ state: "refused", detail: expect.stringMatching(why) });
  });

  test("that somebody undoes behind its back is told as reverted; one whose rules moved does not start", async () => {
    const bot = await start();
    const record = await bot.ask(isolateService);
    await bot.confirm(record);
    await bot.advance(20);
    bot.cloud.world.removeRule(19);
    await bot.advance(30);
    expect(bot.record(record.id)).toMatchObject({
      outcome: "applied-then-reverted",
      detail: expect.stringMatching(/Requests reach it by HTTPS 443, rule 20/),
    });
    const other = await start();
    const late = await other.ask(isolateService);
    other.cloud.world.forwardRule(40, { "waooaw-backend": 1 });
    await other.confirm(late);
    expect(other.record(late.id)).toMatchObject({ state: "stale" });
    expect((await other.traffic()).holds).toEqual([]);
  });

  test("stands beside a count that is held, and neither ends the other", async () => {
    const bot = await start();
    await bot.isolated();
    const scaled = await bot.ask(scaleService, target, { count: 5, forSeconds: 3600 });
    expect(scaled.plan?.risks.join(" ")).not.toMatch(/brings nothing back/);
    await bot.confirm(scaled);
    await bot.advance(150);
    expect(bot.record(scaled.id)).toMatchObject({ outcome: "verified" });
    expect([...bot.kept.leases.values()].map(({ state }) => state)).toEqual(["held", "held"]);
  });
});

describe("reconnecting a service", () => {
  test("that has its rules to itself brings everything back at once, watches it, and leaves nothing behind", async () => {
    const bot = await start();
    const before = await bot.traffic();
    await bot.isolated();
    const record = await bot.reconnect();
    expect(record.plan).toMatchObject({ summary: "Reconnect backend in production to its load balancer" });
    expect(record.plan?.observed.join(" ")).toMatch(/watched for 3 min[\s\S]*more than 5 %/);
    await bot.confirm(record);
    await bot.advance(60);
    expect(bot.record(record.id)).toMatchObject({
      state: "applying",
      progress: expect.stringMatching(/all its requests/),
    });
    await bot.advance(240);
    expect(bot.record(record.id)).toMatchObject({ outcome: "verified" });
    expect(bot.record(record.id).stepsDone).toEqual([
      expect.stringMatching(/^requests let back: 100 %; 4 of 4 targets healthy, 0 % errors \(5xx\)$/),
    ]);
    expect(await bot.traffic()).toEqual(before);
    expect(bot.lease()).toMatchObject({ state: "over" });
  });

  test("that shares rules goes from 10 to 50 to 100 %", async () => {
    const bot = await start((cloud) => {
      for (const rule of [20, null]) cloud.world.forwardRule(rule, { "waooaw-backend": 1, "waooaw-canary": 1 });
    });
    await bot.isolated();
    const record = await bot.reconnect();
    await bot.confirm(record);
    const seen = new Set<string>();
    for (let passed = 0; passed < 800; passed += 20) {
      seen.add((await bot.traffic()).holds.map(({ percent }) => percent).join(" ") || "gone");
      await bot.advance(20);
    }
    expect([...seen]).toEqual(["10 10", "50 50", "gone"]);
    expect(bot.record(record.id)).toMatchObject({ outcome: "verified" });
  });

  test.each<readonly [string, (bot: Awaited<ReturnType<typeof start>>) => void, RegExp]>([
    [
      "errors rise",
      (bot) => bot.cloud.faults.set("bad-deploy", "waooaw-backend", true),
      /% of the answers in a minute were errors/,
    ],
    ["targets fail", (bot) => bot.cloud.world.makeUnhealthy("waooaw-backend", 2), /only 2 of 4 targets are healthy/],
  ])("goes back to isolated where %s, says why, and can be tried again", async (_what, spoil, why) => {
    const bot = await start();
    await bot.isolated();
    const record = await bot.reconnect();
    await bot.confirm(record);
    await bot.advance(15);
    expect((await bot.traffic()).holds).toEqual([]);
    spoil(bot);
    await bot.advance(200);
    expect(bot.record(record.id)).toMatchObject({
      outcome: "applied-then-reverted",
      detail: expect.stringMatching(why),
    });
    expect(bot.record(record.id).detail).toMatch(/It is isolated again/);
    expect((await bot.traffic()).holds.map(({ percent }) => percent)).toEqual([0, 0]);
    expect(bot.lease()).toMatchObject({ state: "held", detail: expect.stringMatching(why) });
    bot.cloud.faults.clear();
    await bot.advance(300);
    const again = await bot.reconnect();
    await bot.confirm(again);
    await bot.advance(320);
    expect(bot.record(again.id)).toMatchObject({ outcome: "verified" });
    expect(bot.lease()).toMatchObject({ state: "over" });
  });

  test("that a person stops partway is isolated again, and can be tried again", async () => {
    const bot = await start((cloud) => {
      for (const rule of [20, null]) cloud.world.forwardRule(rule, { "waooaw-backend": 1, "waooaw-canary": 1 });
    });
    await bot.isolated();
    const record = await bot.reconnect();
    await bot.confirm(record);
    await bot.advance(30);
    expect((await bot.traffic()).holds.map(({ percent }) => percent)).toEqual([10, 10]);
    await bot.transact((app) => stopOperation(app, operations, record.id, ana));
    // More than the client itself tries again.
    bot.cloud.faults.fail("ModifyRule", { error: "ThrottlingException", times: 4 });
    await bot.advance(25);
    expect(bot.record(record.id)).toMatchObject({
      outcome: "failed-partial",
      detail: expect.stringMatching(
        /Stopped by <@U0ANA> partway: 10 % of its requests let through[\s\S]*isolates it again/,
      ),
    });
    expect((await bot.traffic()).holds.map(({ percent }) => percent)).toEqual([0, 0]);
    expect(bot.lease()).toMatchObject({ state: "held" });
    const again = await bot.reconnect();
    await bot.confirm(again);
    await bot.advance(720);
    expect(bot.record(again.id)).toMatchObject({ outcome: "verified" });
  });

  test("takes away what was put there where isolating failed partway", async () => {
    const bot = await start();
    const record = await bot.ask(isolateService);
    // The first of two rules is made, the second is refused.
    bot.cloud.world.forwardRule(50_000, { other: 1 }, "late.waooaw.example");
    await bot.confirm(record);
    expect(bot.record(record.id)).toMatchObject({
      outcome: "failed-partial",
      detail: expect.stringMatching(/Done: HTTPS 443, rule 20[\s\S]*PlaceTaken/),
    });
    expect(bot.lease()).toMatchObject({ state: "held" });
    const back = await bot.reconnect();
    expect(back.plan?.changes.map(({ label }) => label)).toEqual(["HTTPS 443, rule 20 (host api.waooaw.example)"]);
    await bot.confirm(back);
    await bot.advance(320);
    expect(bot.record(back.id)).toMatchObject({ outcome: "verified" });
    expect((await bot.traffic()).holds).toEqual([]);
    expect(bot.lease()).toMatchObject({ state: "over" });
  });

  test("is refused while targets are not healthy, and while what led to it is another than it was", async () => {
    const bot = await start();
    await bot.isolated();
    bot.cloud.faults.set("failing-health-check", "waooaw-backend", true);
    bot.cloud.world.makeUnhealthy("waooaw-backend", 1);
    await bot.advance(40);
    expect(await bot.reconnect()).toMatchObject({
      state: "refused",
      detail: expect.stringMatching(/Only 3 of 4 targets[\s\S]*\/ops diagnose backend/),
    });
    expect(bot.lease()).toMatchObject({ state: "held" });
    bot.cloud.faults.clear();
    await bot.advance(300);
    bot.cloud.world.forwardRule(20, { other: 1 });
    expect(await bot.reconnect()).toMatchObject({
      state: "refused",
      detail: expect.stringMatching(
        /somebody changed what led requests to it: HTTPS 443, rule 20[\s\S]*by hand \(HTTPS 443, rule 19/,
      ),
    });
    expect((await bot.traffic()).holds).toHaveLength(2);
  });

  test("finds nothing to do where somebody took the bot's rules away, and it is over", async () => {
    const bot = await start();
    await bot.isolated();
    for (const rule of [19, 50_000]) bot.cloud.world.removeRule(rule);
    expect(await bot.reconnect()).toMatchObject({ outcome: "nothing-to-do" });
    expect(bot.lease()).toMatchObject({ state: "over" });
  });

  test("is the way back of isolating, by its button", async () => {
    const bot = await start();
    const { id } = await bot.isolated();
    const undo = await bot.transact((app) => undoOperation(app, operations, id, ana, asked));
    await bot.runJobs();
    expect(bot.record(undo.id).request.operation).toBe("reconnect-service");
    await bot.confirm(undo);
    await bot.advance(320);
    expect(bot.record(undo.id)).toMatchObject({ outcome: "verified" });
    expect(bot.lease()).toMatchObject({ state: "over" });
  });
});
