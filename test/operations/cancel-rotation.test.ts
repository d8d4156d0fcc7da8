import { describe, expect, test } from "vitest";
import type { Run, Target } from "../../src/domain/operation/operation.ts";
import type { SecretState, SecretsRead } from "../../src/domain/platform/secrets.ts";
import { cancelRotation } from "../../src/operations/cancel-rotation.ts";

const placement = { environment: "production", provider: "secrets-manager", at: { id: "key" } };
const target: Target = { kind: "secret", name: "key", environment: "production", production: true, placement };
const stuck: SecretState = {
  createdAt: new Date("2026-01-01T00:00:00Z"),
  changedAt: null,
  rotatedAt: null,
  rotation: { on: true, by: "rotate-key", everyDays: 30, nextAt: null },
  current: "v1",
  pending: "v2",
  pendingSince: new Date("2026-11-22T10:00:00Z"),
  previous: null,
  deletedAt: null,
};
const run: Run = { operationId: "op", step: (_name, work) => work(), slices: async () => {} };

const seeing = (found: Partial<SecretState>): SecretsRead => ({ describe: async () => ({ ...stuck, ...found }) });

describe("the plan", () => {
  test("takes a second person and the typed name, and warns of a value that is set already", async () => {
    const plan = await cancelRotation.plan(null, target, seeing({}));
    expect(plan).toMatchObject({ confirm: "type", approvals: 1, undo: null, nothingToDo: null });
    expect(plan.changes).toEqual([
      { label: "Pending value", from: "made at 2026-11-22T10:00:00.000Z", to: "given up" },
      { label: "Rotating by itself", from: "on", to: "off until the next `/ops rotate`" },
    ]);
    expect(plan.risks.join()).toMatch(/locks everybody out\. Look first at what rotate-key logged\./);
  });

  test("says where nothing is under way, and refuses what has nothing to go back to", async () => {
    expect((await cancelRotation.plan(null, target, seeing({ pending: null }))).nothingToDo).toBe(
      "No rotation of key in production is under way.",
    );
    await expect(cancelRotation.plan(null, target, seeing({ current: null }))).rejects.toThrow(/no current value/);
    await expect(cancelRotation.plan(null, target, seeing({ deletedAt: new Date(0) }))).rejects.toThrow(/deleted/);
  });

  test("is stale once the pending value became current", async () => {
    const plan = await cancelRotation.plan(null, target, seeing({}));
    const later = await cancelRotation.expectations(plan, target, seeing({ current: "v2", pending: null }));
    expect(later).not.toEqual(plan.expects);
  });
});

describe("carried out", () => {
  test("cancels first, then takes the labels off the version the plan names", async () => {
    const done: string[] = [];
    const act = {
      cancelRotation: async () => void done.push("cancelled"),
      revoke: async (_at: unknown, version: string) => void done.push(`revoked ${version}`),
    };
    await cancelRotation.apply(await cancelRotation.plan(null, target, seeing({})), target, act, run);
    expect(done).toEqual(["cancelled", "revoked v2"]);
  });

  test.each([
    [{ pending: null }, "as-asked"],
    [{ pending: "v3" }, "reverted"],
    [{ current: "v2", pending: null }, "reverted"],
  ] as const)("is seen: %j is %s", async (found, verdict) => {
    const plan = await cancelRotation.plan(null, target, seeing({}));
    expect((await cancelRotation.look(plan, target, seeing(found), new Date(0))).verdict).toBe(verdict);
  });
});
