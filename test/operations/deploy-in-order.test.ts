import { describe, expect, test } from "vitest";
import type { Service } from "../../src/domain/configuration.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { undoOf } from "../../src/domain/operation/undo.ts";
import type { SandboxCloud } from "../../src/sandbox/cloud/cloud.ts";
import { freezeFrom, index, inOrder } from "../support/in-order.ts";
import { killable } from "../support/killable.ts";
import { policyRule } from "../support/operations-app.ts";

type Bot = ReturnType<typeof killable>;
type Story = (bot: Bot, cloud: SandboxCloud) => Promise<void>;

/** The backend with these steps and then the agent. */
async function withBot(
  { steps, policy }: { readonly steps: Service["steps"]; readonly policy?: readonly ReturnType<typeof policyRule>[] },
  story: Story,
): Promise<void> {
  const { bench, cloud } = await inOrder({ steps, config: policy ? { policy } : {} });
  try {
    await story(killable(bench), cloud);
  } finally {
    await cloud.stop();
  }
}

const partsOf = (bot: Bot, record: OperationRecord) => (record.parts ?? []).map((id) => bot.record(id));
const any = (more: Parameters<typeof policyRule>[0]) => policyRule({ environments: null, confirm: "none", ...more });

describe("[O21] deploying in order", () => {
  test("what rests on an earlier step is planned when its turn comes, and the steps belong to one whole", async () => {
    await withBot({ steps: [{ kind: "release" }, { kind: "task", task: "index" }] }, async (bot) => {
      const planned = await bot.plan();
      expect(planned.plan?.sequence?.map(({ what, plan }) => [what, plan === null])).toEqual([
        ["Deploy v43 on backend", false],
        ["Run index beside backend: reindex", true],
        ["Deploy v18 on agent", false],
      ]);
      expect(Object.keys(planned.plan?.expects ?? {})).toContain("task definition of agent (step 3)");
      await bot.confirm(planned.id);
      expect(await bot.run(planned.id)).toBe("over");
      const record = bot.record(planned.id);
      expect(record).toMatchObject({ state: "ended", outcome: "verified" });
      const parts = partsOf(bot, record);
      expect(parts.map(({ outcome, partOf }) => [outcome, partOf?.step])).toEqual([
        ["verified", 0],
        ["verified", 1],
        ["verified", 2],
      ]);
      expect(parts[1]?.plan?.changes[0]?.to).toMatch(/reindex in backend of waooaw-backend:43/);
      const [first] = parts;
      // The task came after it, and was meant to.
      if (first) expect(await bot.transact((app) => undoOf(app, first))).toEqual({ possible: true });
    });
  });

  test("a command that the configuration has changed meanwhile is not run, and what stands is said", async () => {
    await withBot({ steps: [{ kind: "release" }, { kind: "task", task: "index" }] }, async (bot) => {
      const planned = await bot.plan();
      await bot.confirm(planned.id);
      const [service] = bot.config.services;
      if (service) Object.assign(service, { tasks: [{ ...index, command: ["rm", "-rf", "/"] }] });
      await bot.run(planned.id);
      const { outcome, detail, parts } = bot.record(planned.id);
      expect(outcome).toBe("failed-partial");
      expect(parts).toHaveLength(1);
      expect(detail).toMatch(/Step 2, Run index beside backend: reindex .*not begun\. The configuration has changed/);
      expect(detail).toMatch(/backend runs the new version\. Not done: Deploy v18 on agent\./);
    });
  });

  test("a change to the second service before anything began makes the whole out of date", async () => {
    await withBot({ steps: undefined }, async (bot, cloud) => {
      const planned = await bot.plan();
      cloud.world.deploy("waooaw-agent", "waooaw-grafana:8");
      await bot.confirm(planned.id);
      await bot.run(planned.id);
      const { state, detail, parts } = bot.record(planned.id);
      expect(state).toBe("stale");
      expect(detail).toMatch(/task definition of agent \(step 2\) is waooaw-grafana:8, was waooaw-agent:17/);
      expect(parts).toBeUndefined();
    });
  });

  test("the second service failing leaves the first as it is, and says so", async () => {
    await withBot({ steps: undefined }, async (bot, cloud) => {
      const planned = await bot.plan();
      await bot.confirm(planned.id);
      cloud.faults.set("crash-on-start", "waooaw-agent", true);
      await bot.run(planned.id);
      const record = bot.record(planned.id);
      expect(record.outcome).toBe("failed-partial");
      expect(record.detail).toMatch(/Step 2, Deploy v18 on agent \(op-\w+\): .*backend runs the new version/);
      expect(partsOf(bot, record).map(({ outcome }) => outcome)[0]).toBe("verified");
      expect(bot.kept.locks.size).toBe(0);
    });
  });

  test("a freeze that begins while the first step runs lets that one end, and holds up what comes after", async () => {
    await withBot({ steps: [{ kind: "release" }, { kind: "task", task: "index" }] }, async (bot, cloud) => {
      const planned = await bot.plan();
      await bot.confirm(planned.id);
      Object.assign(bot.config, { freezes: [freezeFrom(new Date(bot.kept.now.getTime() + 30_000))] });
      expect(await bot.run(planned.id)).toBe("over");
      const record = bot.record(planned.id);
      expect(record.outcome).toBe("failed-partial");
      expect(record.detail).toMatch(
        /^Step 2, Run index beside backend: reindex \(op-\w+\): refused\. Denied: the freeze “year end” holds in production/,
      );
      expect(record.detail).toMatch(/backend runs the new version\. Not done: Deploy v18 on agent\./);
      expect(partsOf(bot, record).map(({ state, outcome }) => outcome ?? state)).toEqual(["verified", "refused"]);
      expect(cloud.calls().filter(({ operation }) => operation === "RunTask")).toEqual([]);
      expect(bot.kept.locks.size).toBe(0);
      // What is done can be taken back, by the same door as any other change.
      const [first] = partsOf(bot, record);
      if (first) expect(await bot.transact((app) => undoOf(app, first))).toEqual({ possible: true });
    });
  });

  test("a freeze that begins before a step that was planned with the whole holds that one up too", async () => {
    await withBot({ steps: undefined }, async (bot, cloud) => {
      const planned = await bot.plan();
      await bot.confirm(planned.id);
      Object.assign(bot.config, { freezes: [freezeFrom(new Date(bot.kept.now.getTime() + 30_000))] });
      await bot.run(planned.id);
      const record = bot.record(planned.id);
      expect(record.outcome).toBe("failed-partial");
      expect(record.detail).toMatch(/Step 2, Deploy v18 on agent \(op-\w+\): refused\. Denied: the freeze “year end”/);
      const released = cloud.calls().filter(({ operation }) => operation === "UpdateService");
      expect(released.map(({ input }) => (input as { readonly service: string }).service)).toEqual(["waooaw-backend"]);
    });
  });

  test("every rule has its own approver's word, before and at each step", async () => {
    const policy = [
      any({ name: "deploying", actions: ["deploy"], approvals: 1, approvers: ["U0BEN"] }),
      any({ name: "restarting", actions: ["restart"], approvals: 1, approvers: ["U0CHI"] }),
    ];
    await withBot({ steps: [{ kind: "release" }, { kind: "restart", service: "grafana" }], policy }, async (bot) => {
      const planned = await bot.plan();
      expect(planned).toMatchObject({ state: "awaiting-approval", ruling: { rule: "deploying; restarting" } });
      expect((await bot.approve(planned.id, "U0BEN")).state).toBe("awaiting-approval");
      expect((await bot.approve(planned.id, "U0CHI")).state).toBe("approved");
      expect(await bot.run(planned.id)).toBe("over");
      expect(bot.record(planned.id).outcome).toBe("verified");
    });
  });

  test("a step that nobody may do refuses the whole, and names its rule", async () => {
    const policy = [any({ actions: ["deploy"] }), any({ name: "no restarts", actions: ["restart"], allow: [] })];
    await withBot({ steps: [{ kind: "restart", service: "grafana" }, { kind: "release" }], policy }, async (bot) => {
      const planned = await bot.plan();
      expect(planned.state).toBe("refused");
      expect(planned.detail).toMatch(/“no restarts” allows nobody/);
    });
  });
});
