import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/domain/access/caller.ts";
import type { Configuration, PolicyRule } from "../../../src/domain/configuration.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { recordSlice } from "../../../src/domain/operation/applying.ts";
import {
  approveOperation,
  cancelOperation,
  confirmOperation,
  rejectOperation,
  stopOperation,
} from "../../../src/domain/operation/decision.ts";
import { buttonsFor, lifecycle } from "../../../src/domain/operation/lifecycle.ts";
import { anyOperation, operationStates } from "../../../src/domain/operation/operation.ts";
import { requestOperation } from "../../../src/domain/operation/request.ts";
import { planAgain, undoOf, undoOperation } from "../../../src/domain/operation/undo.ts";
import type { RefusalCode } from "../../../src/errors.ts";
import { operations } from "../../../src/operations/index.ts";
import { scaleService } from "../../../src/operations/scale-service.ts";
import { fakeService, providerError } from "../../support/fake-service.ts";
import { ana, backend, ben, chi, member, operationsApp, policyRule } from "../../support/operations-app.ts";

const asked = { channelId: "C0OPS", channelName: "ops" };

function start(
  options: {
    readonly rule?: Partial<PolicyRule>;
    readonly config?: Partial<Configuration>;
    readonly incident?: Incident;
  } = {},
) {
  const service = fakeService();
  const bot = operationsApp({
    service,
    config: { policy: [policyRule(options.rule)], ...options.config },
    ...(options.incident ? { incident: options.incident } : {}),
  });
  return {
    ...bot,
    service,
    ask: async (
      count: number,
      more: { readonly caller?: Caller; readonly yes?: boolean; readonly channelId?: string } = {},
    ) => {
      const record = await bot.transact((app) =>
        requestOperation(app, {
          operation: anyOperation(scaleService),
          target: backend,
          input: { count },
          reason: null,
          caller: more.caller ?? ana,
          asked: { ...asked, channelId: more.channelId ?? asked.channelId },
          skipConfirm: more.yes ?? false,
        }),
      );
      await bot.runJobs();
      return record.id;
    },
    confirm: async (id: string, caller = ana, typed: string | null = null) => {
      await bot.transact((app) => confirmOperation(app, operations, id, caller, typed));
      await bot.runJobs();
    },
    approve: async (id: string, caller = ben) => {
      await bot.transact((app) => approveOperation(app, id, caller));
      await bot.runJobs();
    },
  };
}

describe("the table of states", () => {
  test("every state is in it, and every final one offers a way on", () => {
    for (const state of operationStates) {
      expect(lifecycle[state]).toBeDefined();
      expect(buttonsFor({ state, outcome: null }).length).toBeGreaterThan(0);
    }
  });

  test("breaking the glass is offered where it may lift what refused, and not for what is not there", () => {
    const offered = (refusedFor: RefusalCode) => buttonsFor({ state: "refused", outcome: null, refusedFor });
    for (const code of ["frozen", "locked", "outside_window", "over_limit", "not_allowed"] as const)
      expect(offered(code), code).toEqual(["plan-again", "break-glass"]);
    for (const code of ["not_found", "not_possible", "bad_argument"] as const)
      expect(offered(code), code).toEqual(["plan-again"]);
  });

  test("nothing that has begun can still expire, be refused or go stale", () => {
    for (const state of ["applying", "verifying"] as const) {
      for (const never of ["expired", "refused", "stale"] as const) expect(lifecycle[state]).not.toContain(never);
    }
  });
});

describe("an operation", () => {
  test("is planned, confirmed, applied, and verified once it was steady", async () => {
    const bot = start();
    const id = await bot.ask(6);
    expect(bot.record(id).state).toBe("planned");
    expect(bot.service.world.writes).toEqual([]);
    await bot.confirm(id);
    expect(bot.service.world.writes).toEqual(["count 6"]);
    expect(bot.record(id).state).toBe("verifying");
    bot.service.settle();
    await bot.advance(5);
    expect(bot.record(id).state).toBe("verifying");
    await bot.advance(65);
    expect(bot.record(id)).toMatchObject({
      state: "ended",
      outcome: "verified",
      stepsDone: ["desired count set to 6"],
    });
    expect(bot.kept.locks.size).toBe(0);
  });

  test("leaves an audit entry for every change of state", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    bot.service.settle();
    await bot.advance(70);
    expect(bot.kept.audit.map((entry) => entry.action)).toEqual([
      "operation.requested",
      "operation.planning",
      "operation.planned",
      "operation.confirmed",
      "operation.applying",
      "operation.step",
      "operation.verifying",
      "operation.verified",
    ]);
    expect(new Set(bot.kept.audit.map((entry) => entry.subject))).toEqual(new Set([bot.record(id).code]));
  });

  test("draws one card, in the channel where it was asked", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    const cards = bot.kept.intents.map(({ intent }) => intent);
    expect(cards.length).toBeGreaterThan(3);
    for (const card of cards) {
      expect(card).toEqual({ kind: "card", view: "ops.operation", subject: id, place: { channel: "C0OPS" } });
    }
  });

  test("only the person who asked can confirm it", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await expect(bot.confirm(id, ben)).rejects.toThrow(/Only <@U0ANA>/);
    expect(bot.record(id).state).toBe("planned");
  });

  test("starts by itself with --yes where the policy wants no click, and only there", async () => {
    const free = start({ rule: { confirm: "none" } });
    expect(free.record(await free.ask(6, { yes: true })).state).toBe("verifying");
    const asking = start({ rule: { confirm: "none" } });
    expect(asking.record(await asking.ask(6)).state).toBe("planned");
    const strict = start({ rule: { confirm: "click" } });
    expect(strict.record(await strict.ask(6, { yes: true })).state).toBe("planned");
  });

  test("where the policy wants it typed, the target's name must be right", async () => {
    const bot = start({ rule: { confirm: "type" } });
    const id = await bot.ask(6);
    await expect(bot.confirm(id)).rejects.toMatchObject({ code: "needs_confirmation", field: null });
    await expect(bot.confirm(id, ana, "frontend")).rejects.toMatchObject({ code: "needs_confirmation", field: "name" });
    await bot.confirm(id, ana, " backend ");
    expect(bot.record(id).state).toBe("verifying");
  });

  test("typed first, then approved, where the policy wants both", async () => {
    const bot = start({ rule: { confirm: "type", approvals: 1 } });
    const id = await bot.ask(6);
    await expect(bot.approve(id)).rejects.toMatchObject({ code: "already_done" });
    await bot.confirm(id, ana, "backend");
    expect(bot.record(id).state).toBe("awaiting-approval");
    await bot.approve(id);
    expect(bot.record(id).state).toBe("verifying");
  });

  test("waits for as many other people as the policy wants", async () => {
    const bot = start({ rule: { approvals: 2, approvers: ["U0BEN", "U0CHI", "U0ANA"] } });
    const id = await bot.ask(6);
    expect(bot.record(id).state).toBe("awaiting-approval");
    await expect(bot.approve(id, ana)).rejects.toMatchObject({ code: "not_yours" });
    await bot.approve(id, ben);
    expect(bot.record(id).state).toBe("awaiting-approval");
    await expect(bot.approve(id, ben)).rejects.toMatchObject({ code: "already_done" });
    await expect(bot.approve(id, member("U0SAM"))).rejects.toMatchObject({ code: "not_allowed" });
    await expect(bot.approve(id, { ...chi, kind: "guest" })).rejects.toMatchObject({ code: "not_allowed" });
    await bot.approve(id, chi);
    expect(bot.record(id).state).toBe("verifying");
    expect(bot.record(id).approvals.map((approval) => approval.planHash)).toEqual([
      bot.record(id).planHash,
      bot.record(id).planHash,
    ]);
  });

  test("can be rejected by an approver, not by a bystander", async () => {
    const bot = start({ rule: { approvals: 1, approvers: ["@oncall"] } });
    const id = await bot.ask(6);
    await expect(bot.transact((app) => rejectOperation(app, id, chi))).rejects.toMatchObject({ code: "not_allowed" });
    await bot.transact((app) => rejectOperation(app, id, ben));
    expect(bot.record(id)).toMatchObject({ state: "refused", detail: "Rejected by <@U0BEN>." });
  });

  test("loses an approval whose giver may no longer give it when it starts", async () => {
    const bot = start({ rule: { approvals: 1, approvers: ["@oncall"] } });
    const id = await bot.ask(6);
    bot.people.set("U0BEN", { ...ben, groupIds: [], groupHandles: [] });
    await bot.approve(id, ben);
    expect(bot.record(id).state).toBe("refused");
    expect(bot.record(id).detail).toContain("0 of those given still hold");
    expect(bot.service.world.writes).toEqual([]);
  });

  test("is refused when whoever asked was deactivated before it starts", async () => {
    const bot = start();
    const id = await bot.ask(6);
    bot.people.set("U0ANA", { ...ana, kind: "deleted" });
    await bot.confirm(id);
    expect(bot.record(id)).toMatchObject({ state: "refused" });
    expect(bot.service.world.writes).toEqual([]);
  });

  test("beyond the limits is refused with the way out, once the count is known", async () => {
    const bot = start({ rule: { within: { min: 1, max: 12, step: 4 } } });
    const id = await bot.ask(9);
    expect(bot.record(id)).toMatchObject({
      state: "refused",
      detail: "Denied: “production scaling” allows at least 1, at most 12, step 4. Try `/ops scale backend 8`.",
    });
  });

  test("expires when nobody acts, and its buttons say so", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.advance(15 * 60 + 5);
    expect(bot.record(id).state).toBe("expired");
    await expect(bot.confirm(id)).rejects.toMatchObject({ code: "expired" });
  });

  test("is not confirmed after its time even when the clock's job is late", async () => {
    const bot = start();
    const id = await bot.ask(6);
    bot.kept.now = new Date(bot.kept.now.getTime() + 16 * 60_000);
    await expect(bot.transact((app) => confirmOperation(app, operations, id, ana))).rejects.toMatchObject({
      code: "expired",
    });
  });

  test("does not start when the world has moved since it was planned, and says what moved", async () => {
    const bot = start();
    const id = await bot.ask(6);
    bot.service.change({ desired: 5 });
    await bot.confirm(id);
    expect(bot.record(id)).toMatchObject({
      state: "stale",
      detail: "Since the plan was made, the desired count is 5, was 4. Nothing was changed.",
    });
    expect(bot.service.world.writes).toEqual([]);
    expect(bot.kept.locks.size).toBe(0);
    const again = await bot.transact((app) => planAgain(app, operations, id, ana, asked));
    await bot.runJobs();
    expect(bot.record(again.id).plan?.summary).toBe("Scale backend in production from 5 to 6");
  });

  test("does not care how many are running", async () => {
    const bot = start();
    const id = await bot.ask(6);
    bot.service.change({ running: 3, pending: 1 });
    await bot.confirm(id);
    expect(bot.record(id).state).toBe("verifying");
  });

  test("with nothing to do ends at once", async () => {
    const bot = start();
    const id = await bot.ask(4);
    expect(bot.record(id)).toMatchObject({ state: "ended", outcome: "nothing-to-do" });
  });

  test("cannot be confirmed while another runs on the same target", async () => {
    const bot = start();
    const first = await bot.ask(6);
    const second = await bot.ask(7);
    await bot.confirm(first);
    await expect(bot.confirm(second)).rejects.toMatchObject({ code: "locked" });
    expect(bot.record(second).state).toBe("planned");
  });

  test("that loses the race for its target is told who won", async () => {
    const bot = start();
    const first = await bot.ask(6);
    const second = await bot.ask(7);
    await bot.transact((app) => confirmOperation(app, operations, first, ana));
    await bot.transact((app) => confirmOperation(app, operations, second, ana));
    await bot.runJobs();
    expect(bot.record(first).state).toBe("verifying");
    expect(bot.record(second).state).toBe("stale");
    expect(bot.record(second).detail).toContain(bot.record(first).code);
  });
});

describe("cancelling", () => {
  test("before it starts changes nothing", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.transact((app) => cancelOperation(app, operations, id, ana));
    expect(bot.record(id)).toMatchObject({ state: "ended", outcome: "cancelled" });
    await expect(bot.confirm(id)).rejects.toMatchObject({ code: "already_done" });
  });

  test("is refused to people who might not ask for the same", async () => {
    const bot = start({ rule: { allow: ["U0ANA"] } });
    const id = await bot.ask(6);
    await expect(bot.transact((app) => cancelOperation(app, operations, id, chi))).rejects.toMatchObject({
      code: "not_allowed",
    });
  });

  test("between confirming and starting wins, and nothing is applied", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.transact((app) => confirmOperation(app, operations, id, ana));
    await bot.transact((app) => cancelOperation(app, operations, id, ana));
    await bot.runJobs();
    expect(bot.record(id).outcome).toBe("cancelled");
    expect(bot.service.world.writes).toEqual([]);
  });

  test("while it is watched stops watching and says what was done", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    await bot.transact((app) => stopOperation(app, operations, id, ana));
    expect(bot.record(id)).toMatchObject({
      state: "ended",
      outcome: "applied-not-verified",
      detail: "Stopped by <@U0ANA>. The change is made (desired count set to 6) and was not seen steady yet.",
    });
    expect(bot.kept.locks.size).toBe(0);
    await bot.advance(60);
    expect(bot.record(id).outcome).toBe("applied-not-verified");
  });
});

test("what a step did while a person stopped it is told all the same, once", async () => {
  const bot = start();
  const id = await bot.ask(6);
  await bot.transact((app) => confirmOperation(app, operations, id, ana));
  await bot.transact(async (app) => {
    const record = await app.operations.byId(id);
    if (record) await app.operations.update(record, { state: "applying", appliedAt: app.now });
  });
  await bot.transact((app) => stopOperation(app, operations, id, ana));
  const slice = { cursor: { at: "7" }, progress: "4000 keys of about 9000", share: 0.4 };
  await bot.transact((app) => recordSlice(app, id, "deleted", slice));
  await bot.transact((app) => recordSlice(app, id, "deleted", { ...slice, progress: "8000 keys of about 9000" }));
  expect(bot.record(id)).toMatchObject({
    state: "ended",
    outcome: "applied-not-verified",
    stepsDone: ["deleted by then: 4000 keys of about 9000"],
  });
});

describe("undo", () => {
  async function done() {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    bot.service.settle();
    await bot.advance(70);
    return { bot, id };
  }

  test("is another request that goes through the same door", async () => {
    const { bot, id } = await done();
    const undo = await bot.transact((app) => undoOperation(app, operations, id, ben, asked));
    await bot.runJobs();
    expect(bot.record(undo.id)).toMatchObject({ state: "planned", requesterId: "U0BEN", undoOf: id });
    expect(bot.record(undo.id).plan?.summary).toBe("Scale backend in production from 6 to 4");
    expect(await bot.transact((app) => undoOf(app, bot.record(id)))).toMatchObject({ possible: false });
  });

  test("says so when the count is no longer what it was left at", async () => {
    const { bot, id } = await done();
    bot.service.change({ desired: 9, running: 9 });
    const undo = await bot.transact((app) => undoOperation(app, operations, id, ana, asked));
    await bot.runJobs();
    expect(bot.record(undo.id).plan?.risks).toContain(
      `The count is 9 now, and ${bot.record(id).code} had left it at 6: somebody changed it since.`,
    );
  });

  test("is greyed with a reason once something else has changed the target", async () => {
    const { bot, id } = await done();
    const later = await bot.ask(8);
    await bot.confirm(later);
    const undo = await bot.transact((app) => undoOf(app, bot.record(id)));
    expect(undo).toEqual({ possible: false, reason: `${bot.record(later).code} has changed it since` });
    await expect(bot.transact((app) => undoOperation(app, operations, id, ana, asked))).rejects.toMatchObject({
      code: "not_possible",
    });
  });

  test("is greyed on the card at once: the card of what it takes back is drawn anew", async () => {
    const { bot, id } = await done();
    const drawn = () => bot.kept.intents.filter(({ intent }) => intent.kind === "card" && intent.subject === id).length;
    const before = drawn();
    const undo = await bot.transact((app) => undoOperation(app, operations, id, ana, asked));
    expect(drawn()).toBe(before + 1);
    await bot.runJobs();
    await bot.transact((app) => cancelOperation(app, operations, undo.id, ana));
    expect(drawn()).toBeGreaterThan(before + 1);
    expect(await bot.transact((app) => undoOf(app, bot.record(id)))).toEqual({ possible: true });
  });

  test("is not offered where nothing was changed", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.transact((app) => cancelOperation(app, operations, id, ana));
    expect(await bot.transact((app) => undoOf(app, bot.record(id)))).toEqual({ possible: false, reason: null });
  });
});

describe("trouble with the platform", () => {
  test("while planning ends it with the platform's own words", async () => {
    const bot = start();
    bot.service.failNext("describe", providerError("denied", "AccessDeniedException"));
    const id = await bot.ask(6);
    expect(bot.record(id)).toMatchObject({ state: "ended", outcome: "failed-no-change" });
    expect(bot.record(id).detail).toContain("AccessDeniedException, request req-1");
  });

  test("of our own while planning gives a reference, and is logged", async () => {
    const bot = start();
    bot.service.failNext("describe", new TypeError("oops"));
    const id = await bot.ask(6);
    expect(bot.record(id).detail).toMatch(/something broke on our side \(reference \S+\)/);
    expect(bot.kept.logged).toEqual(["An operation could not be planned"]);
  });

  test("that refuses the change ends it with nothing changed", async () => {
    const bot = start();
    const id = await bot.ask(6);
    bot.service.failNext("setCount", providerError("denied", "AccessDeniedException"));
    await bot.confirm(id);
    expect(bot.record(id)).toMatchObject({ state: "ended", outcome: "failed-no-change" });
    expect(bot.kept.locks.size).toBe(0);
  });

  test("that loses the answer tries again, and the change is made once over", async () => {
    const bot = start();
    const id = await bot.ask(6);
    bot.service.failNext("setCount afterwards", providerError("timeout", "TimeoutError"));
    await bot.confirm(id);
    expect(bot.record(id).state).toBe("applying");
    await bot.advance(6);
    expect(bot.record(id).state).toBe("verifying");
    expect(bot.service.world.state.desired).toBe(6);
  });

  test("that stays away ends it without claiming to know", async () => {
    const bot = start();
    const id = await bot.ask(6);
    for (let i = 0; i < 60; i += 1) bot.service.failNext("setCount", providerError("unreachable", "ECONNREFUSED"));
    await bot.confirm(id);
    await bot.advance(130);
    expect(bot.record(id)).toMatchObject({ state: "ended", outcome: "failed-partial" });
    expect(bot.record(id).detail).toContain("It is not known whether the change was made");
  });

  test("while watching is shown, and watching goes on", async () => {
    const bot = start();
    const id = await bot.ask(6);
    bot.service.settle();
    await bot.confirm(id);
    bot.service.settle();
    bot.service.failNext("describe", providerError("throttled", "ThrottlingException"));
    await bot.advance(5);
    expect(bot.record(id).progress).toContain("ThrottlingException");
    await bot.advance(75);
    expect(bot.record(id).outcome).toBe("verified");
  });

  test("while watching for too long ends as not verified", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    await bot.advance(15 * 60 + 10);
    expect(bot.record(id)).toMatchObject({ state: "ended", outcome: "applied-not-verified" });
    expect(bot.record(id).detail).toContain("Not as asked after 15 min: running 4 of 6");
  });
});

describe("what is seen while it is verified", () => {
  test("must stay as asked for the whole time", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    bot.service.settle();
    await bot.advance(30);
    bot.service.change({ running: 5, pending: 1 });
    await bot.advance(10);
    bot.service.settle();
    await bot.advance(50);
    expect(bot.record(id).state).toBe("verifying");
    await bot.advance(20);
    expect(bot.record(id).outcome).toBe("verified");
  });

  test("a count that was moved away again is told apart: applied, then reverted", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    bot.service.settle();
    await bot.advance(15);
    bot.service.change({ desired: 4 });
    await bot.advance(5);
    expect(bot.record(id)).toMatchObject({ outcome: "applied-then-reverted" });
    expect(bot.record(id).detail).toContain("The desired count is 4 again, not 6");
  });

  test("an old reading right after the change is not taken for a revert", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.transact((app) => confirmOperation(app, operations, id, ana));
    await bot.handlers.get("apply-operation")?.handle({ operationId: id });
    bot.service.change({ desired: 4 });
    await bot.runJobs();
    expect(bot.record(id).state).toBe("verifying");
    bot.service.change({ desired: 6 });
    bot.service.settle();
    await bot.advance(70);
    expect(bot.record(id).outcome).toBe("verified");
  });

  test("fails fast when tasks cannot start", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    const at = new Date(bot.kept.now.getTime() + 1000);
    bot.service.world.events.push({ at, text: "was unable to place a task.", trouble: true });
    bot.service.world.failures.push({ at, reason: "CannotPullContainerError" });
    await bot.advance(5);
    expect(bot.record(id)).toMatchObject({
      outcome: "failed-partial",
      detail: "New tasks do not stay up. CannotPullContainerError. The count stays 6: running 4 of 6, pending 0.",
    });
    expect(bot.record(id).events).toHaveLength(1);
  });
});

describe("a restart", () => {
  test("between the change and its record does the step again, to the same end", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.transact((app) => confirmOperation(app, operations, id, ana));
    bot.service.failNext("setCount afterwards", new Error("killed"));
    const apply = bot.handlers.get("apply-operation");
    await apply?.handle({ operationId: id });
    expect(bot.record(id)).toMatchObject({ state: "applying", stepsDone: [] });
    await apply?.handle({ operationId: id });
    expect(bot.record(id).state).toBe("verifying");
    expect(bot.service.world.state.desired).toBe(6);
  });

  test("after a job was handed over twice does nothing twice", async () => {
    const bot = start();
    const id = await bot.ask(6);
    await bot.confirm(id);
    for (const name of ["plan-operation", "apply-operation", "expire-operation"] as const) {
      await bot.handlers.get(name)?.handle({ operationId: id });
    }
    expect(bot.service.world.writes).toEqual(["count 6"]);
    expect(bot.record(id).state).toBe("verifying");
  });
});

describe("where the card goes", () => {
  test.each([
    ["a channel the bot is in", "C0OPS", { channel: "C0OPS" }],
    ["a channel it is not in", "C0OUT", { configured: "operations" }],
    ["a direct message", "D0ANA", { user: "U0ANA" }],
    ["App Home", null, { configured: "operations" }],
  ])("asked in %s", async (_title, channelId, place) => {
    const bot = operationsApp({ isIn: (id) => id === "C0OPS" });
    const record = await bot.transact((app) =>
      requestOperation(app, {
        operation: anyOperation(scaleService),
        target: backend,
        input: { count: 6 },
        reason: null,
        caller: ana,
        asked: { channelId, channelName: null },
        skipConfirm: false,
      }),
    );
    expect(record.place).toEqual(place);
  });
});

describe("in an incident's channel", () => {
  const incident = {
    id: "inc-1",
    number: 42,
    phase: "investigating",
    channelId: "C0INC",
    roles: [{ role: "commander", userId: "U0ANA", since: new Date(0) }],
  } as unknown as Incident;

  test("it belongs to the incident: timeline, card and the roles held there", async () => {
    const bot = start({ incident, rule: { allow: ["role:commander"], duringIncident: true } });
    await expect(bot.ask(6)).rejects.toMatchObject({ code: "not_allowed" });
    await expect(bot.ask(6, { channelId: "C0INC", caller: ben })).rejects.toMatchObject({ code: "not_allowed" });
    const id = await bot.ask(6, { channelId: "C0INC" });
    await bot.confirm(id);
    bot.service.settle();
    await bot.advance(70);
    expect(bot.record(id)).toMatchObject({ incidentId: "inc-1", outcome: "verified" });
    expect(bot.kept.timeline.map((entry) => [entry.actorId, entry.text.replace(/op-\w+/, "op")])).toEqual([
      ["U0ANA", "op: asked: Scale backend in production to 6"],
      [null, "op: planned: Scale backend in production from 4 to 6; waiting for confirmation"],
      ["U0ANA", "op: confirmed"],
      [null, "op: started: Scale backend in production from 4 to 6"],
      [null, "op: verified: running 6 of 6, pending 0, steady for 60 s."],
    ]);
    expect(bot.kept.intents.some(({ intent }) => intent.kind === "card" && intent.view === "incident.card")).toBe(true);
  });
});
