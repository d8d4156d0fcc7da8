import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { confirmOperation } from "../../src/domain/operation/decision.ts";
import { anyOperation, type OperationRecord } from "../../src/domain/operation/operation.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import type { App } from "../../src/domain/ports.ts";
import { applyOperation } from "../../src/jobs/apply-operation.ts";
import { expireOperation } from "../../src/jobs/expire-operation.ts";
import { planOperation } from "../../src/jobs/plan-operation.ts";
import { createQueue } from "../../src/jobs/queue.ts";
import { watchOperation } from "../../src/jobs/watch-operation.ts";
import { operations } from "../../src/operations/index.ts";
import { scaleService } from "../../src/operations/scale-service.ts";
import { alertRecords } from "../../src/store/alerts.ts";
import { auditRecords } from "../../src/store/audit.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { executorOf } from "../../src/store/executor.ts";
import { holdRecords } from "../../src/store/holds.ts";
import { incidentRecords } from "../../src/store/incidents.ts";
import { leaseRecords } from "../../src/store/leases.ts";
import { lockRecords } from "../../src/store/locks.ts";
import { migrate } from "../../src/store/migrate.ts";
import { operationRecords } from "../../src/store/operations.ts";
import { createTransact } from "../../src/store/transact.ts";
import { fakeService, providerError } from "../support/fake-service.ts";
import { ana, backend, configuration } from "../support/operations-app.ts";
import { createTestDatabase } from "../support/postgres.ts";

/** Two processes' worth of workers on one database, with a service in memory. */
async function start() {
  const { url, drop } = await createTestDatabase(async (template) => {
    const pool = openPool(template, { statementMilliseconds: 0 });
    await migrate(openDatabase(pool));
    await pool.end();
  });
  const pool = openPool(url);
  const logged: string[] = [];
  const log = {
    warn: (_fields: object, message: string) => void logged.push(message),
    error: (_fields: object, message: string) => void logged.push(message),
  };
  const queues = [1, 2].map(() => createQueue({ connectionString: url, log }));
  const [queue] = queues;
  if (!queue) throw new Error("no queue");
  const config = configuration({
    operations: { expireMinutes: 15, verifyMinutes: 15, steadySeconds: 1, diagnoseIncidents: true },
  });
  const transact = createTransact({
    pool,
    now: () => new Date(),
    newId: randomUUID,
    app: (context) =>
      ({
        now: context.now,
        config,
        newId: context.newId,
        redact: (text: string) => text,
        workspace: { botUserId: "U0TOC", teamId: "T0WAOOAW", permalink: () => "", channelLink: () => "" },
        alerts: alertRecords(context),
        incidents: incidentRecords(context),
        operations: operationRecords(context),
        leases: leaseRecords(context),
        locks: lockRecords(context),
        holds: holdRecords(context),
        turns: { open: async () => [] },
        audit: auditRecords(context),
        outbox: { add: async () => {}, missing: async () => [], posted: async () => null },
        jobs: queue.jobs(executorOf(context.db)),
      }) as unknown as App,
  });
  const service = fakeService();
  const context = {
    transact,
    operations,
    providers: [service.provider],
    identify: async () => ana,
    newId: randomUUID,
    now: () => new Date(),
    log,
  };
  onTestFinished(async () => {
    for (const one of queues) await one.stop();
    await pool.end();
    await drop();
  });
  for (const one of queues) {
    await one.open();
    await one.work([
      planOperation(context),
      applyOperation(context),
      watchOperation(context),
      expireOperation(context),
    ]);
  }
  const record = async (id: string): Promise<OperationRecord> => {
    const found = await transact((app) => app.operations.byId(id));
    if (!found) throw new Error(`There is no operation ${id}`);
    return found;
  };
  return {
    service,
    logged,
    transact,
    record,
    audited: async (code: string) => {
      const entries = await transact((app) => app.audit.recent(100));
      return entries
        .filter((entry) => entry.subject === code)
        .map((entry) => entry.action)
        .toReversed();
    },
    scale: (count: number) =>
      transact((app) =>
        requestOperation(app, {
          operation: anyOperation(scaleService),
          target: backend,
          input: { count },
          reason: null,
          caller: ana,
          asked: { channelId: "C0OPS", channelName: "ops" },
          skipConfirm: false,
        }),
      ),
    confirm: (id: string) => transact((app) => confirmOperation(app, operations, id, ana)),
    until: async (id: string, is: (record: OperationRecord) => boolean): Promise<OperationRecord> => {
      const end = Date.now() + 25_000;
      for (;;) {
        const found = await record(id);
        if (is(found)) return found;
        if (Date.now() > end) throw new Error(`${found.code} stays ${found.state}: ${found.detail ?? found.progress}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

describe("the jobs of an operation, by two workers on one database", () => {
  test("plan, apply once, watch and verify it, every change in the audit log once", async () => {
    const bot = await start();
    const { id, code } = await bot.scale(6);
    await bot.until(id, ({ state }) => state === "planned");
    await bot.confirm(id);
    await bot.until(id, ({ state }) => state === "verifying");
    bot.service.settle();
    const done = await bot.until(id, ({ state }) => state === "ended");
    expect(done.outcome).toBe("verified");
    expect(bot.service.world.writes).toEqual(["count 6"]);
    expect(await bot.audited(code)).toEqual([
      "operation.requested",
      "operation.planning",
      "operation.planned",
      "operation.confirmed",
      "operation.applying",
      "operation.step",
      "operation.verifying",
      "operation.verified",
    ]);
    expect(await bot.transact((app) => app.locks.holder("production/backend"))).toBeNull();
    expect(bot.logged).toEqual([]);
  });

  test("a lost answer is asked for again, and ends the same", async () => {
    const bot = await start();
    bot.service.failNext("setCount afterwards", providerError("timeout", "TimeoutError"));
    const { id } = await bot.scale(6);
    await bot.until(id, ({ state }) => state === "planned");
    await bot.confirm(id);
    const trying = await bot.until(id, ({ progress }) => progress?.includes("TimeoutError") ?? false);
    expect(trying).toMatchObject({ state: "applying", stepsDone: [] });
    await bot.until(id, ({ state }) => state === "verifying");
    expect(bot.service.world.state.desired).toBe(6);
  });

  test("two confirmed at the same moment on one target: one runs, the other is told", async () => {
    const bot = await start();
    const [first, second] = [await bot.scale(6), await bot.scale(7)];
    for (const { id } of [first, second]) await bot.until(id, ({ state }) => state === "planned");
    const confirmed = await Promise.allSettled([bot.confirm(first.id), bot.confirm(second.id)]);
    const ends = await Promise.all(
      [first, second].map(({ id }) =>
        bot.until(id, ({ state }) => state === "verifying" || state === "stale" || state === "planned"),
      ),
    );
    expect(ends.filter((end) => end.state === "verifying")).toHaveLength(1);
    expect(bot.service.world.writes).toHaveLength(1);
    expect(confirmed.some(({ status }) => status === "fulfilled")).toBe(true);
  });

  test("a second click on confirm changes nothing", async () => {
    const bot = await start();
    const { id } = await bot.scale(6);
    await bot.until(id, ({ state }) => state === "planned");
    const clicks = await Promise.allSettled([bot.confirm(id), bot.confirm(id), bot.confirm(id)]);
    expect(clicks.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await bot.until(id, ({ state }) => state === "verifying");
    expect(bot.service.world.writes).toEqual(["count 6"]);
  });
});
