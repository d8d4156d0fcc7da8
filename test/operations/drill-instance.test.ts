import { expect, test } from "vitest";
import type { Json, Plan, Run, Slice, Target } from "../../src/domain/operation/operation.ts";
import type { CheckedQuery, InstanceState, RestoredInstance } from "../../src/domain/platform/snapshots.ts";
import { drillInstance } from "../../src/operations/restore-instance.ts";

const placement = { environment: "production", provider: "rds", at: { instance: "pg" } };
const target: Target = { kind: "database", name: "pg", environment: "production", production: true, placement };
const steps = {
  ...{ from: { snapshot: "s" }, dataAt: "2026-11-22T06:00:00Z", to: "pg-drill", validate: [] },
  ...{ rtoSeconds: 900, rpoSeconds: 86_400 },
};
const up = { status: "available", endpoint: "pg:5432" } as InstanceState;

const nobody = { reachable: async () => null, list: async () => [], events: async () => [], instance: async () => up };

/** Carries the drill out from its first slice on, and answers what that slice found. */
async function firstLook(
  run: Partial<Run>,
  found: RestoredInstance | null = { instance: up, checks: [] },
  made: object = steps,
  cursor: Json = null,
): Promise<Slice> {
  const slices: Slice[] = [];
  const nothing = async (): Promise<void> => {};
  await drillInstance.apply(
    { steps: made } as unknown as Plan,
    target,
    {
      ...{ create: nothing, remove: nothing, restore: nothing, failOver: nothing, removeInstance: nothing },
      restored: async () => found,
    },
    {
      operationId: "op-1",
      step: async (_name, work) => work(),
      slices: async (_name, work) => void slices.push(await work(cursor, new Date("2026-11-22T12:20:00Z"))),
      ...run,
    },
  );
  return slices[0] as Slice;
}

test("a drill is measured from when it began, whatever became of the process meanwhile", async () => {
  const begunAt = new Date("2026-11-22T12:00:00Z");
  const straight = await firstLook({ begunAt });
  expect(straight.progress).toContain("available after 20 min (RTO 15 min: missed), data 6 h (RPO 24 h: kept) old");
  expect(straight.facts).toMatchObject({ seconds: 1200 });
  const resumed = await firstLook({ begunAt, interrupted: true });
  expect(resumed.progress).toContain("available after at most 20 min (RTO 15 min: missed)");
});

const orders = { name: "orders", sql: "select count(*) from orders" };
const checked = (one: Partial<CheckedQuery>): CheckedQuery => ({ name: "orders", result: null, why: null, ...one });
const broken = { ...up, status: "inaccessible-encryption-credentials" } as InstanceState;

test.each([
  [
    "is good where its queries answered",
    { instance: up, checks: [checked({ result: "42" })] },
    "as-asked",
    /orders: 42/,
  ],
  [
    "fails where a query could not be run",
    { instance: up, checks: [checked({ why: "Nothing listens there." })] },
    "failed",
    /The backup is not proved by it: .*orders: not run \(Nothing listens there\.\)/,
  ],
  ["fails where no query was run", { instance: up, checks: [] }, "failed", /validation queries were not run/],
  [
    "fails where the copy never came up",
    { instance: broken, checks: [] },
    "failed",
    /not proved by it: ended as inaccessible-encryption-credentials after 1200 s.*never became available/,
  ],
  ["fails where somebody else deleted the copy", null, "failed", /ended as deleted by somebody else/],
])("a drill %s, once its copy is gone again", async (_why, found, verdict, says) => {
  const made = { ...steps, validate: [orders] };
  const cursor = { began: "2026-11-22T12:00:00Z", wasThere: true };
  const { facts } = await firstLook({}, found, made, cursor);
  const see = { ...nobody, restored: async () => null };
  const seen = await drillInstance.look({ steps: made } as unknown as Plan, target, see, new Date(), "op-1", facts);
  expect(seen.verdict).toBe(verdict);
  expect(seen.reason ?? seen.progress).toMatch(says);
  expect(seen.progress).toContain("the scratch instance pg-drill is gone again");
});
