import { describe, expect, test } from "vitest";
import type { Service } from "../../src/domain/configuration.ts";
import type { OperationRecord, Target } from "../../src/domain/operation/operation.ts";
import { undoOf } from "../../src/domain/operation/undo.ts";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { type SandboxCloud, startCloud } from "../../src/sandbox/cloud/cloud.ts";
import { killable } from "../support/killable.ts";
import { policyRule, servicesNamed } from "../support/operations-app.ts";

const placed = (name: string) => ({
  environment: "production",
  provider: "ecs",
  at: { cluster: "waooaw-production", service: `waooaw-${name}` },
});
const target: Target = {
  kind: "service",
  name: "backend",
  environment: "production",
  production: true,
  placement: placed("backend"),
};
const index = { name: "index", summary: "", command: ["reindex"], container: null, timeoutSeconds: 300, lines: 20 };

type Bot = ReturnType<typeof killable>;
type Story = (bot: Bot, cloud: SandboxCloud) => Promise<void>;

/** The backend with these steps and then the agent, planned by Ana. */
async function withBot(
  { steps, policy }: { readonly steps: Service["steps"]; readonly policy?: readonly ReturnType<typeof policyRule>[] },
  story: Story,
): Promise<void> {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  const aws = { region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials };
  const services = servicesNamed(["backend", "agent", "grafana"]).map((service) => ({
    ...service,
    runs: [placed(service.name)],
    tasks: [index],
    ...(service.name === "backend" && steps ? { steps } : {}),
  }));
  const bot = killable({
    providers: () => [ecsProvider(aws)],
    advance: (seconds: number) => clock.advance(seconds * 1000),
    target,
    operation: "deploy-in-order",
    input: {
      services: [
        { name: "backend", version: "v43" },
        { name: "agent", version: "v18" },
      ],
    },
    config: { services, ...(policy ? { policy } : {}) },
  });
  try {
    await story(bot, cloud);
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
