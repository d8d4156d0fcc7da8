import { afterAll, describe, expect, test } from "vitest";
import type { Standing } from "../../src/domain/health/status.ts";
import type { Inquiry } from "../../src/domain/inquiry/inquiry.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { Refusal } from "../../src/errors.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { inquiryRecords } from "../../src/store/inquiries.ts";
import { lockRecords } from "../../src/store/locks.ts";
import { migrate } from "../../src/store/migrate.ts";
import { operationRecords } from "../../src/store/operations.ts";
import { rollout } from "../support/fake-releases.ts";
import { fakeService } from "../support/fake-service.ts";
import { ana, backend } from "../support/operations-app.ts";
import { testDatabase } from "../support/postgres.ts";

const url = await testDatabase(async (template) => {
  const pool = openPool(template, { statementMilliseconds: 0 });
  await migrate(openDatabase(pool));
  await pool.end();
});
const pool = openPool(url);
const db = openDatabase(pool);
afterAll(() => pool.end());

const now = new Date("2026-11-22T10:00:00.123Z");
const context = { db, now, newId: () => crypto.randomUUID() };
const operations = operationRecords(context);
const locks = lockRecords(context);
const inquiries = inquiryRecords(context);
let made = 0;

function operation(more: Partial<OperationRecord> = {}): Omit<OperationRecord, "version"> {
  made += 1;
  return {
    id: `op-id-${made}`,
    code: `op-${String(made).padStart(4, "0")}`,
    request: {
      operation: "scale-service",
      target: { environment: "production", name: "backend" },
      input: { count: 6 },
    },
    target: backend,
    reason: 'it\'s "needed"',
    requesterId: "U0ANA",
    caller: ana,
    incidentId: null,
    channelId: "C0OPS",
    place: { channel: "C0OPS" },
    state: "requested",
    outcome: null,
    plan: null,
    planHash: null,
    ruling: null,
    approvals: [],
    stepsDone: [],
    skipConfirm: false,
    progress: null,
    share: null,
    events: [],
    detail: null,
    requestedAt: new Date(now.getTime() + made * 1000),
    plannedAt: null,
    appliedAt: null,
    steadySince: null,
    endedAt: null,
    expiresAt: null,
    undoOf: null,
    ...more,
  };
}

describe("operations", () => {
  test("come back as they were written, moments and all", async () => {
    const full = operation({
      state: "verifying",
      approvals: [{ userId: "U0BEN", at: now, planHash: "h" }],
      stepsDone: ["desired count set to 6"],
      share: 0.5,
      events: [{ at: now.toISOString(), text: "has started 2 tasks" }],
      ruling: { rule: "r", approvals: 1, approvers: ["@oncall"], confirm: "type" },
      plannedAt: now,
      appliedAt: now,
      steadySince: now,
      endedAt: now,
      expiresAt: now,
      place: { configured: "operations" },
      undoOf: "other",
    });
    const written = await operations.insert(full);
    expect(written).toEqual({ ...full, version: 1 });
    expect(await operations.byId(full.id)).toEqual(written);
  });

  test("are found by their code in any case, with or without op-", async () => {
    const { id } = await operations.insert(operation({ code: "op-7F3K" }));
    for (const typed of ["op-7F3K", "OP-7f3k", "7f3k"]) expect((await operations.byCode(typed))?.id).toBe(id);
    expect(await operations.byCode("op-XXXX")).toBeNull();
  });

  test("change only from the version that was read", async () => {
    const first = await operations.insert(operation());
    const second = await operations.update(first, { state: "planning" });
    expect(second).toMatchObject({ state: "planning", version: 2 });
    await expect(operations.update(first, { state: "refused" })).rejects.toThrow(Refusal);
    await expect(operations.update(first, { state: "refused" })).rejects.toMatchObject({ code: "stale" });
    expect(await operations.byId(first.id)).toEqual(second);
  });

  test("are listed newest first, by target, incident and whether they are open", async () => {
    const target = { environment: "staging", name: "worker" };
    const request = { operation: "scale-service", target, input: { count: 1 } };
    const older = await operations.insert(operation({ request, state: "ended", incidentId: "inc-1" }));
    const newer = await operations.insert(operation({ request, state: "planned" }));
    const ids = async (filter: Parameters<typeof operations.list>[0]) =>
      (await operations.list(filter)).map((one) => one.id);
    expect(await ids({ target, limit: 10 })).toEqual([newer.id, older.id]);
    expect(await ids({ target, limit: 1 })).toEqual([newer.id]);
    expect(await ids({ target, open: true, limit: 10 })).toEqual([newer.id]);
    expect(await ids({ target, open: false, limit: 10 })).toEqual([older.id]);
    expect(await ids({ incidentId: "inc-1", limit: 10 })).toEqual([older.id]);
    expect(await ids({ target: { environment: "production", name: "worker" }, limit: 10 })).toEqual([]);
  });
});

describe("locks", () => {
  test("have one holder at a time, who may take them again", async () => {
    expect(await locks.take("production/a", "one")).toEqual({ taken: true });
    expect(await locks.take("production/a", "one")).toEqual({ taken: true });
    expect(await locks.take("production/a", "two")).toEqual({ taken: false, operationId: "one" });
    expect(await locks.holder("production/a")).toBe("one");
    await locks.release("production/a", "two");
    expect(await locks.holder("production/a")).toBe("one");
    await locks.release("production/a", "one");
    expect(await locks.holder("production/a")).toBeNull();
  });

  test("are given to one of two who ask at the same moment", async () => {
    const ask = (id: string) =>
      db.transaction().execute((trx) => lockRecords({ ...context, db: trx }).take("production/b", id));
    const answers = await Promise.all(["one", "two", "three", "four"].map(ask));
    expect(answers.filter((answer) => answer.taken)).toHaveLength(1);
  });
});

test("inquiries keep what was seen, moments and all", async () => {
  const inquiry: Inquiry<"status"> = {
    id: "inquiry-1",
    kind: "status",
    askedBy: "U0ANA",
    askedAt: now,
    place: { user: "U0ANA" },
    incidentId: null,
    question: { target: { name: "backend", environment: "production" } },
    found: null,
  };
  await inquiries.insert(inquiry);
  expect(await inquiries.byId("status", "inquiry-1")).toEqual(inquiry);
  expect(await inquiries.byId("deployments", "inquiry-1")).toBeNull();
  const seen: Standing = {
    kind: "service",
    name: "backend",
    title: "Backend API",
    environment: "production",
    service: { ...fakeService().world.state, lastDeployedAt: now },
    balancer: null,
    findings: [{ title: "CPU", state: "warning", detail: "88 %", since: now }],
    depth: {
      autoscaling: { min: 1, max: 2, suspended: false, policies: [], activities: [{ at: now, text: "x" }] },
      events: [{ at: now, text: "y", trouble: false }],
      failures: [{ at: now, reason: "z" }],
      rollouts: [rollout("42", "succeeded", { startedAt: now, endedAt: now }), rollout("41")],
      unread: ["autoscaling: AccessDenied"],
    },
  };
  const found = { at: now, standings: [seen] };
  await inquiries.found("inquiry-1", found);
  expect(await inquiries.byId("status", "inquiry-1")).toEqual({ ...inquiry, found });
  expect(await inquiries.byId("status", "none")).toBeNull();
});
