import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/domain/access/caller.ts";
import type { PolicyRule } from "../../../src/domain/configuration.ts";
import { factorResults } from "../../../src/domain/factor/doctor.ts";
import type { FactorKind } from "../../../src/domain/factor/factor.ts";
import type { Proof } from "../../../src/domain/factor/proof.ts";
import { approveOperation, confirmOperation } from "../../../src/domain/operation/decision.ts";
import { anyOperation } from "../../../src/domain/operation/operation.ts";
import { requestOperation } from "../../../src/domain/operation/request.ts";
import { operations } from "../../../src/operations/index.ts";
import { scaleService } from "../../../src/operations/scale-service.ts";
import { fakeService } from "../../support/fake-service.ts";
import { ana, backend, ben, configuration, operationsApp, policyRule } from "../../support/operations-app.ts";

function start(rule: Partial<PolicyRule>) {
  const service = fakeService();
  const bot = operationsApp({ service, config: { policy: [policyRule({ secondFactor: "any", ...rule })] } });
  return {
    ...bot,
    service,
    ask: async (skipConfirm = false) => {
      const record = await bot.transact((app) =>
        requestOperation(app, {
          operation: anyOperation(scaleService),
          target: backend,
          input: { count: 6 },
          reason: null,
          caller: ana,
          asked: { channelId: "C0OPS", channelName: "ops" },
          skipConfirm,
        }),
      );
      await bot.runJobs();
      return record.id;
    },
    proof: (id: string, by: Caller, kind: FactorKind = "code"): Proof => ({
      userId: by.userId,
      kind,
      operationId: id,
      planHash: bot.record(id).planHash ?? "",
    }),
    confirm: (id: string, proof: Proof | null) =>
      bot.transact((app) => confirmOperation(app, operations, id, ana, null, proof)),
    approve: (id: string, proof: Proof | null) => bot.transact((app) => approveOperation(app, id, ben, proof)),
  };
}

const asksForOne = /“production scaling” asks for a second factor, shown for the plan/;

describe("a rule that asks for a second factor", () => {
  test("lets nothing start by --yes, and needs the requester's word although others approve", async () => {
    const yes = start({ confirm: "none" });
    expect(yes.record(await yes.ask(true)).state).toBe("planned");
    const both = start({ approvals: 1 });
    expect(both.record(await both.ask()).state).toBe("planned");
  });

  test.each<[string, (proof: Proof) => Proof | null]>([
    ["none", () => null],
    ["another person's", (proof) => ({ ...proof, userId: "U0BEN" })],
    ["one for another operation", (proof) => ({ ...proof, operationId: "id-9999" })],
    ["one for another plan", (proof) => ({ ...proof, planHash: "0".repeat(64) })],
  ])("takes no word with %s", async (_title, forge) => {
    const bot = start({ approvals: 1 });
    const id = await bot.ask();
    await expect(bot.confirm(id, forge(bot.proof(id, ana)))).rejects.toThrow(asksForOne);
    expect(bot.record(id).state).toBe("planned");
    await bot.confirm(id, bot.proof(id, ana));
    await expect(bot.approve(id, forge(bot.proof(id, ben)) && { ...bot.proof(id, ana) })).rejects.toThrow(asksForOne);
    await expect(bot.approve(id, null)).rejects.toThrow(asksForOne);
    expect(bot.record(id)).toMatchObject({ state: "awaiting-approval", approvals: [] });
    await bot.approve(id, bot.proof(id, ben));
    await bot.runJobs();
    expect(bot.service.world.writes).toEqual(["count 6"]);
    const given = bot.kept.audit
      .filter(({ details }) => JSON.stringify(details).includes('"secondFactor":"code"'))
      .map(({ action }) => action);
    expect(given).toEqual(["operation.confirmed", "operation.approved"]);
  });

  test("takes no code where it asks for a passkey", async () => {
    const bot = start({ secondFactor: "passkey" });
    const id = await bot.ask();
    await expect(bot.confirm(id, bot.proof(id, ana, "code"))).rejects.toThrow(/asks for a passkey/);
    await bot.confirm(id, bot.proof(id, ana, "passkey"));
    await bot.runJobs();
    expect(bot.service.world.writes).toEqual(["count 6"]);
  });

  test("is held to again at the start: what was written past the check starts nothing", async () => {
    const bot = start({});
    const id = await bot.ask();
    await bot.confirm(id, bot.proof(id, ana));
    bot.kept.operations.set(id, { ...bot.record(id), confirmedWith: { factor: "code", planHash: "another" } });
    await bot.runJobs();
    expect(bot.record(id)).toMatchObject({
      state: "refused",
      detail: expect.stringMatching(/none was shown for this/),
    });
    expect(bot.service.world.writes).toEqual([]);
  });

  test("does not count an approval that was given without one", async () => {
    const bot = start({ approvals: 1 });
    const id = await bot.ask();
    await bot.confirm(id, bot.proof(id, ana));
    await bot.approve(id, bot.proof(id, ben));
    const record = bot.record(id);
    const approvals = record.approvals.map(({ userId, at, planHash }) => ({ userId, at, planHash }));
    bot.kept.operations.set(id, { ...record, approvals });
    await bot.runJobs();
    expect(bot.record(id)).toMatchObject({ state: "refused", detail: expect.stringMatching(/0 of those given/) });
    expect(bot.service.world.writes).toEqual([]);
  });

  test("is not asked for where a lease brings back what it held: nobody is there, and it was granted with the lease", async () => {
    const bot = start({});
    const record = await bot.transact((app) =>
      requestOperation(app, {
        operation: anyOperation(scaleService),
        target: backend,
        input: { count: 6 },
        reason: null,
        caller: ana,
        asked: { channelId: "C0OPS", channelName: "ops" },
        skipConfirm: true,
        restores: { leaseId: "lease", granted: true },
      }),
    );
    await bot.runJobs();
    expect(bot.record(record.id).state).not.toBe("planned");
    expect(bot.service.world.writes).toEqual(["count 6"]);
  });
});

describe("doctor", () => {
  const { policy } = configuration({
    policy: [policyRule({ name: "a", secondFactor: "any" }), policyRule({ name: "b", secondFactor: "passkey" })],
  });

  test("says that a rule asks for what the installation has no key for, and how to get one", () => {
    const [fault, ...rest] = factorResults(configuration({ policy }), false);
    expect(rest).toEqual([]);
    expect(fault).toMatchObject({
      ok: false,
      found: expect.stringMatching(/^“a” and 1 more asks for one/),
      fix: expect.stringMatching(/^Set SECOND_FACTOR_KEY .* and PUBLIC_URL/),
    });
    expect(factorResults(configuration({ policy }), true)).toMatchObject([{ ok: true }]);
  });

  test("says nothing where no rule asks", () => {
    expect(factorResults(configuration(), false)).toEqual([]);
  });
});
