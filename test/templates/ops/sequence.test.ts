import { describe, expect, test } from "vitest";
import type { OperationRecord, Plan } from "../../../src/domain/operation/operation.ts";
import { newRecord } from "../../../src/domain/operation/request.ts";
import type { SequenceStep } from "../../../src/domain/operation/sequence.ts";
import { operationCard } from "../../../templates/ops/operation-card.ts";
import { mostWaysBack, type StepFacts } from "../../../templates/ops/sequence.ts";
import { expectGolden } from "../../support/golden.ts";
import { ana, backend } from "../../support/operations-app.ts";

const at = (time: string) => new Date(`2026-11-22T${time}Z`);
const place = { environment: "production", name: "backend" };

function plan(more: Partial<Plan> = {}): Plan {
  return {
    summary: "Deploy v43 on backend in production, in 3 steps",
    changes: [],
    risks: [],
    observed: ["Each step is verified before the next begins."],
    expects: {},
    steps: {},
    undo: null,
    nothingToDo: null,
    count: null,
    ...more,
  };
}

function step(what: string, operation: string, made: Plan | null, more: Partial<SequenceStep> = {}): SequenceStep {
  const request = { operation, target: place, input: {} };
  return { what, of: "backend", request, target: backend, verb: "deploy", plan: made, ...more };
}

function record(code: string, operation: string, more: Partial<OperationRecord> = {}): OperationRecord {
  const request = { operation, target: place, input: {} };
  return {
    ...newRecord({ id: `id-${code}`, code, request, target: backend, caller: ana, now: at("10:00:00") }),
    place: { channel: "C0OPS" },
    version: 2,
    ...more,
  };
}

const paused = plan({ changes: [{ label: "emails", from: "running", to: "paused" }], risks: ["New jobs <pile> up."] });
const released = plan({
  changes: [{ label: "Image", from: "backend:v42", to: "backend:v43" }],
  undoLabel: "Roll back → backend:42",
});
const sequence: readonly SequenceStep[] = [
  step("Pause jobs", "pause-queues", paused, { target: { ...backend, kind: "queue", name: "jobs" } }),
  step("Deploy v43 on backend", "deploy-service", released),
  step("Resume jobs", "resume-queues", null, { takesBack: 0 }),
];
const whole = plan({ sequence });
const ruling = { rule: "deploying", approvals: 0, approvers: ["members"], confirm: "click" as const };
const unbegun: readonly StepFacts[] = sequence.map((one) => ({ step: one, part: null, canGoBack: false }));
const done = { state: "ended", outcome: "verified" } as const;

const cards: readonly (readonly [string, Partial<OperationRecord>, readonly StepFacts[]])[] = [
  ["planned", { state: "planned", expiresAt: at("10:15:00") }, unbegun],
  [
    "awaiting-approvals",
    {
      state: "awaiting-approval",
      approvals: [{ userId: "U0BEN", at: at("10:00:30"), planHash: "x", rules: ["queues"] }],
      ruling: {
        ...ruling,
        rule: "queues; deploying",
        approvals: 1,
        approvers: ["U0BEN", "U0CHI"],
        each: [
          { rule: "queues", approvals: 1, approvers: ["U0BEN"] },
          { rule: "deploying", approvals: 1, approvers: ["U0CHI"] },
        ],
      },
    },
    unbegun,
  ],
  [
    "running",
    { state: "applying", appliedAt: at("10:01:00"), progress: "step 2 of 3, Deploy v43 on backend", share: 0.4 },
    unbegun.map((one, index) =>
      index === 0
        ? { ...one, part: record("op-AAAA", "pause-queues", done) }
        : index === 1
          ? { ...one, part: record("op-BBBB", "deploy-service", { state: "verifying", progress: "v43 <2> of 4" }) }
          : one,
    ),
  ],
  [
    "failed",
    {
      state: "ended",
      outcome: "failed-partial",
      appliedAt: at("10:01:00"),
      endedAt: at("10:06:00"),
      detail: "Step 3, Resume jobs (op-CCCC): refused. backend runs the new version. jobs is still paused.",
    },
    [
      { step: sequence[0] as SequenceStep, part: record("op-AAAA", "pause-queues", done), canGoBack: true },
      {
        step: sequence[1] as SequenceStep,
        part: record("op-BBBB", "deploy-service", { ...done, plan: released }),
        canGoBack: true,
      },
      {
        step: sequence[2] as SequenceStep,
        part: record("op-CCCC", "resume-queues", { state: "refused" }),
        canGoBack: false,
      },
    ],
  ],
];

const draw = (more: Partial<OperationRecord>, steps: readonly StepFacts[]) =>
  operationCard({
    operation: record("op-7F3K", "deploy-in-order", { plan: whole, ruling, ...more }),
    now: at("10:02:30"),
    undo: { possible: false, reason: null },
    takenBy: null,
    takesBack: null,
    steps,
  });

describe("the card of ordered steps", () => {
  test.each(cards)("%s", (name, more, steps) => {
    expectGolden(`ops/sequence-${name}`, draw(more, steps));
  });

  test("however many steps there are, Slack takes it", () => {
    const long = plan({ changes: [{ label: "Image", from: "a".repeat(900), to: "b".repeat(900) }] });
    const many: readonly StepFacts[] = Array.from({ length: 40 }, (_, index) => ({
      step: step(`Deploy ${index}`, "deploy-service", long),
      part: record(`op-${index}`, "deploy-service", { ...done, plan: released }),
      canGoBack: true,
    }));
    const planned = draw(
      { state: "planned" },
      many.map((one) => ({ ...one, part: null, canGoBack: false })),
    );
    expectGolden("ops/sequence-many", planned);
    const over = draw({ state: "ended", outcome: "verified", detail: "All 40 steps are done." }, many);
    expect(JSON.stringify(over).match(/ops\.take-back-/g)).toHaveLength(mostWaysBack);
  });
});
