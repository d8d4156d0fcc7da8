import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/domain/access/caller.ts";
import { isSamePerson } from "../../../src/domain/access/same-person.ts";
import type { Configuration, PolicyRule } from "../../../src/domain/configuration.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { approveOperation, confirmOperation } from "../../../src/domain/operation/decision.ts";
import { anyOperation } from "../../../src/domain/operation/operation.ts";
import { requestOperation } from "../../../src/domain/operation/request.ts";
import { planAgain, undoOperation } from "../../../src/domain/operation/undo.ts";
import { operations } from "../../../src/operations/index.ts";
import { scaleService } from "../../../src/operations/scale-service.ts";
import { fakeService } from "../../support/fake-service.ts";
import { ana, backend, ben, chi, member, operationsApp, policyRule } from "../../support/operations-app.ts";

const asked = { channelId: "C0OPS", channelName: "ops" };

function start(rule: Partial<PolicyRule>, more: { config?: Partial<Configuration>; incident?: Incident } = {}) {
  const service = fakeService();
  const bot = operationsApp({
    service,
    config: { policy: [policyRule({ approvals: 1, ...rule })], ...more.config },
    ...(more.incident ? { incident: more.incident } : {}),
  });
  const known = (caller: Caller): Caller => {
    bot.people.set(caller.userId, caller);
    return caller;
  };
  return {
    ...bot,
    service,
    known,
    ask: async (caller = ana, channelId = "C0OPS") => {
      const record = await bot.transact((app) =>
        requestOperation(app, {
          operation: anyOperation(scaleService),
          target: backend,
          input: { count: 6 },
          reason: null,
          caller,
          asked: { ...asked, channelId },
          skipConfirm: false,
        }),
      );
      await bot.runJobs();
      return record.id;
    },
    approve: async (id: string, caller: Caller, run = true) => {
      await bot.transact((app) => approveOperation(app, id, caller));
      if (run) await bot.runJobs();
    },
  };
}

const mine = /yourself, so somebody else must approve it/;

describe("who asked approves through no second door", () => {
  test.each<[string, Caller]>([
    ["the same account", ana],
    ["the same account, made an admin since", { ...ana, kind: "admin" }],
    [
      "the same account, whose groups were renamed to fit",
      { ...ana, groupHandles: ["approvers"], groupIds: ["S0APPR"] },
    ],
    ["another account with the same mailbox", member("U0ANA2", { email: "Ana@WAOOAW.example" })],
    ["another account with the same mailbox and a tag", member("U0ANA3", { email: "ana+ops@waooaw.example" })],
    ["an account that the configuration links", member("U0ANA4", { email: "ana@private.example" })],
  ])("%s", async (_title, caller) => {
    const bot = start(
      { approvers: ["members", "@approvers"] },
      {
        config: {
          people: [{ reference: "U0ANA", name: null, title: null, accounts: ["ana@private.example"] }] as never,
        },
      },
    );
    const id = await bot.ask();
    await expect(bot.approve(id, bot.known(caller))).rejects.toThrow(mine);
    expect(bot.record(id)).toMatchObject({ state: "awaiting-approval", approvals: [] });
    await bot.approve(id, ben);
    expect(bot.service.world.writes).toEqual(["count 6"]);
  });

  test("taking it back is an ask of one's own, which needs another's yes as well", async () => {
    const bot = start({});
    const first = await bot.ask();
    await bot.approve(first, ben);
    bot.service.settle();
    await bot.advance(70);
    expect(bot.record(first).outcome).toBe("verified");
    const undo = await bot.transact((app) => undoOperation(app, operations, first, ana, asked));
    await bot.runJobs();
    await expect(bot.approve(undo.id, ana)).rejects.toThrow(mine);
    expect(bot.record(undo.id).state).toBe("awaiting-approval");
  });

  test("planning it again drops the approval there was, and makes who pressed it the one who asked", async () => {
    const bot = start({ approvals: 2 });
    const first = await bot.ask();
    await bot.approve(first, ben);
    await bot.advance(16 * 60);
    expect(bot.record(first).state).toBe("expired");
    const again = await bot.transact((app) => planAgain(app, operations, first, ben, asked));
    await bot.runJobs();
    expect(bot.record(again.id).approvals).toEqual([]);
    await expect(bot.approve(again.id, ben)).rejects.toThrow(mine);
  });

  test("two approvals take two people, not two accounts of one", async () => {
    const bot = start({ approvals: 2 });
    const id = await bot.ask();
    await bot.approve(id, ben);
    const twin = bot.known(member("U0BEN2", { email: "ben+2@waooaw.example" }));
    await expect(bot.approve(id, twin)).rejects.toThrow(/You have approved/);
    await bot.approve(id, chi);
    expect(bot.service.world.writes).toEqual(["count 6"]);
  });

  test("an approval smuggled into the record counts for nothing when it is the requester's own", async () => {
    const bot = start({});
    const id = await bot.ask();
    await bot.approve(id, ben, false);
    const record = bot.record(id);
    const forged = record.approvals.map((approval) => ({ ...approval, userId: "U0ANA" }));
    bot.kept.operations.set(id, { ...record, approvals: forged });
    await bot.runJobs();
    expect(bot.record(id)).toMatchObject({
      state: "refused",
      detail: expect.stringMatching(/0 of those given still hold/),
    });
    expect(bot.service.world.writes).toEqual([]);
  });

  test("who left the group of approvers between the click and the start approved nothing", async () => {
    const bot = start({ approvers: ["@oncall"] });
    const id = await bot.ask();
    await bot.approve(id, ben, false);
    bot.known({ ...ben, groupHandles: [], groupIds: [] });
    await bot.runJobs();
    expect(bot.record(id).state).toBe("refused");
    expect(bot.service.world.writes).toEqual([]);
  });
});

describe("approvals", () => {
  test("count for as long as the rule says", async () => {
    const bot = start({ approvals: 2, approvalMinutes: 5 });
    const id = await bot.ask();
    await bot.approve(id, ben);
    await bot.advance(5 * 60);
    await bot.approve(id, chi);
    expect(bot.record(id)).toMatchObject({ state: "awaiting-approval", approvals: [{ userId: "U0CHI" }] });
    await bot.approve(id, ben);
    expect(bot.service.world.writes).toEqual(["count 6"]);
  });

  const incident = {
    id: "inc-1",
    number: 1,
    severity: "SEV1",
    phase: "investigating",
    channelId: "C0INC",
    isPrivate: false,
    roles: [{ role: "commander", userId: "U0BEN", since: new Date("2026-11-22T09:00:00Z") }],
  } as unknown as Incident;

  test("by a role of the incident hold in an incident of the severities named, and from nobody else", async () => {
    const bot = start({ severities: ["SEV1", "SEV2"], approvers: ["role:commander"] }, { incident });
    const id = await bot.ask(ana, "C0INC");
    await expect(bot.approve(id, chi)).rejects.toThrow(/wants approval by the incident's commander/);
    await bot.approve(id, ben);
    expect(bot.service.world.writes).toEqual(["count 6"]);
  });

  test.each([
    ["outside of an incident", incident, "C0OPS"],
    ["in one of another severity", { ...incident, severity: "SEV3" }, "C0INC"],
    ["in one that is over", { ...incident, phase: "resolved" as const }, "C0INC"],
  ])("that rule does not hold %s", async (_title, one, channel) => {
    const bot = start({ severities: ["SEV1"], approvers: ["role:commander"] }, { incident: one });
    await expect(bot.ask(ana, channel)).rejects.toThrow(/holds only in an open incident of SEV1/);
  });
});

describe("a second look at the freeze and the lock", () => {
  const freeze = {
    name: "Launch",
    times: { kind: "once" as const, from: new Date("2026-11-22T10:05:00Z"), to: new Date("2026-11-22T12:00:00Z") },
    except: [],
    environments: ["production"],
    targets: null,
  };

  test("is taken at the click and at the start: what was planned before the freeze waits", async () => {
    const bot = start({ approvals: 0 }, { config: { freezes: [freeze] } });
    const id = await bot.ask();
    await bot.advance(6 * 60);
    await expect(bot.transact((app) => confirmOperation(app, operations, id, ana))).rejects.toThrow(
      "Denied: the freeze “Launch” holds in production until 2026-11-22 12:00 UTC.",
    );
  });

  test("an approval given before it began does not start it in the freeze", async () => {
    const bot = start({}, { config: { freezes: [freeze] } });
    const id = await bot.ask();
    await bot.approve(id, ben, false);
    bot.kept.now = new Date("2026-11-22T10:06:00Z");
    await bot.runJobs();
    expect(bot.record(id)).toMatchObject({ state: "refused", detail: expect.stringMatching(/freeze “Launch”/) });
    expect(bot.service.world.writes).toEqual([]);
  });
});

test.each<[string, string | null, string, string | null, boolean]>([
  ["U1", "a@x.example", "U1", null, true],
  ["U1", "a@x.example", "U2", "A+b@x.example", true],
  ["U1", "a@x.example", "U2", "a@y.example", false],
  ["U1", null, "U2", null, false],
  ["U1", "", "U2", "", false],
])("%s %s and %s %s are one person: %s", (one, email, other, mail, same) => {
  expect(isSamePerson([], { userId: one, email }, { userId: other, email: mail })).toBe(same);
});
