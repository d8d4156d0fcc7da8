import { describe, expect, test } from "vitest";
import type { ServiceSeen } from "../../../src/domain/operation/look.ts";
import type { OperationRecord } from "../../../src/domain/operation/operation.ts";
import type { Reply } from "../../../templates/kit.ts";
import { type OperationFacts, operationCard } from "../../../templates/ops/operation-card.ts";
import { confirmForm, scaleForm } from "../../../templates/ops/operation-forms.ts";
import { operationList } from "../../../templates/ops/operation-list.ts";
import { statusCard } from "../../../templates/ops/status.ts";
import { autoscaled } from "../../support/fake-service.ts";
import { expectGolden, problems } from "../../support/golden.ts";
import { ana, backend } from "../../support/operations-app.ts";

const at = (time: string) => new Date(`2026-11-22T${time}Z`);

const planned: OperationRecord = {
  id: "0199-op",
  code: "op-7F3K",
  request: {
    operation: "scale-service",
    target: { environment: "production", name: "backend" },
    input: { count: 10 },
  },
  target: backend,
  reason: "queue grows <!channel>",
  requesterId: "U0ANA",
  caller: ana,
  incidentId: null,
  channelId: "C0OPS",
  place: { channel: "C0OPS" },
  state: "planned",
  outcome: null,
  plan: {
    summary: "Scale backend in production from 4 to 10",
    changes: [
      { label: "Desired count", from: "4", to: "10" },
      { label: "Autoscaling maximum", from: "8", to: "10" },
    ],
    risks: [
      "Autoscaling (cpu at 60 %) may change the count again, between 2 and 10.",
      "10 is outside the autoscaler's 2 to 8: its bounds are widened first, and stay so until this is undone.",
    ],
    observed: [
      "Running 4 of 4, pending 0, version waooaw-backend:42.",
      "Autoscaling between 2 and 8 on cpu at 60 %.",
      "Load balancer: 4 of 4 targets healthy.",
    ],
    expects: { "desired count": "4" },
    steps: {},
    undo: { operation: "scale-service", target: { environment: "production", name: "backend" }, input: { count: 4 } },
    nothingToDo: null,
    count: { from: 4, to: 10 },
  },
  planHash: "hash",
  ruling: { rule: "production scaling", approvals: 0, approvers: ["members"], confirm: "click" },
  approvals: [],
  stepsDone: [],
  skipConfirm: false,
  progress: null,
  share: null,
  events: [],
  detail: null,
  requestedAt: at("10:00:00"),
  plannedAt: at("10:00:01"),
  appliedAt: null,
  steadySince: null,
  endedAt: null,
  expiresAt: at("10:15:01"),
  undoOf: null,
  version: 3,
};

const events = [
  { at: "2026-11-22T10:01:07Z", text: "has started 6 tasks: (task 0123456789abcdef0123456789abcdef)." },
  {
    at: "2026-11-22T10:01:40Z",
    text: "registered 6 targets in (target-group arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/backend/0123456789abcdef)",
  },
];

const applied = {
  stepsDone: ["autoscaling widened to max 10", "desired count set to 10"],
  appliedAt: at("10:01:05"),
  events,
} satisfies Partial<OperationRecord>;

const ended = { ...applied, state: "ended", endedAt: at("10:03:10") } satisfies Partial<OperationRecord>;

const cards: readonly (readonly [string, Partial<OperationRecord>, Partial<OperationFacts>])[] = [
  ["requested", { state: "requested", plan: null, ruling: null, expiresAt: null }, {}],
  ["planned", {}, {}],
  ["planned-taken", { skipConfirm: true }, { takenBy: "op-2222" }],
  ["planned-typed", { ruling: { rule: "large", approvals: 1, approvers: ["members"], confirm: "type" } }, {}],
  [
    "awaiting-approval",
    {
      state: "awaiting-approval",
      ruling: { rule: "large", approvals: 2, approvers: ["@oncall", "U0CHI"], confirm: "click" },
      approvals: [{ userId: "U0BEN", at: at("10:00:30"), planHash: "hash" }],
    },
    {},
  ],
  ["starting", { state: "approved" }, {}],
  [
    "running",
    { ...applied, state: "verifying", progress: "running 7 of 10, pending 3, healthy 6 of 10", share: 0.5 },
    { now: at("10:02:17") },
  ],
  [
    "running-steady",
    {
      ...applied,
      state: "verifying",
      progress: "running 10 of 10, pending 0",
      share: 1,
      steadySince: at("10:02:10"),
      events: [],
    },
    { now: at("10:02:17") },
  ],
  [
    "verified",
    { ...ended, outcome: "verified", detail: "running 10 of 10, pending 0, healthy 10 of 10, steady for 60 s." },
    { undo: { possible: true } },
  ],
  [
    "verified-not-undoable",
    { ...ended, outcome: "verified", detail: "running 10 of 10, pending 0, steady for 60 s." },
    { undo: { possible: false, reason: "op-9999 has changed it since" }, takesBack: "op-1111" },
  ],
  [
    "reverted",
    {
      ...ended,
      outcome: "applied-then-reverted",
      detail: "The desired count is 4 again, not 10: Setting desired count to 4.",
    },
    { undo: { possible: true } },
  ],
  [
    "failed",
    { ...ended, outcome: "failed-partial", detail: "was unable to place a task. Reason: <secret> & more" },
    { undo: { possible: true } },
  ],
  ["not-verified", { ...ended, outcome: "applied-not-verified", detail: "Stopped by <@U0BEN>." }, {}],
  [
    "failed-no-change",
    { state: "ended", outcome: "failed-no-change", plan: null, ruling: null, detail: "No plan could be made." },
    {},
  ],
  ["cancelled", { state: "ended", outcome: "cancelled", detail: "Cancelled by <@U0ANA>; nothing was changed." }, {}],
  ["stale", { state: "stale", detail: "Since the plan was made, the desired count is 5, was 4." }, {}],
  ["expired", { state: "expired", detail: "Nobody confirmed it in time; nothing was changed." }, {}],
  [
    "refused",
    { state: "refused", detail: "Denied: production scaling allows at most 8. Try `/ops scale backend 8`." },
    {},
  ],
  ["nothing-to-do", { state: "ended", outcome: "nothing-to-do", detail: "backend is already set to 4." }, {}],
];

function card(record: Partial<OperationRecord>, more: Partial<OperationFacts> = {}): Reply {
  return operationCard({
    operation: { ...planned, ...record },
    now: at("10:00:05"),
    undo: { possible: false, reason: null },
    takenBy: null,
    takesBack: null,
    ...more,
  });
}

function holds(name: string, drawn: Reply): void {
  expectGolden(`ops/${name}`, drawn);
}

describe("the card of an operation", () => {
  test.each(cards)("when it is %s", (name, record, more) => {
    holds(`operation-${name}`, card(record, more));
  });

  test("lets no mention through from what people or platforms wrote", () => {
    for (const [, record, more] of cards) {
      expect(JSON.stringify(card(record, more).blocks)).not.toMatch(/<!channel>|<secret>/);
    }
  });

  test("stays within Slack's limits whatever it is given", () => {
    const long = "x".repeat(5000);
    const drawn = card({
      ...ended,
      outcome: "failed-partial",
      detail: long,
      reason: long,
      events: Array.from({ length: 20 }, () => ({ at: "2026-11-22T10:01:07Z", text: long })),
    });
    expect(problems(drawn)).toEqual([]);
  });
});

describe("forms", () => {
  test.each([
    ["confirm-form", confirmForm(planned)],
    [
      "scale-form",
      scaleForm({
        choices: [
          { value: "production/backend", text: "Backend API (backend)" },
          { value: "production/agent", text: "Agent (agent)" },
        ],
        chosen: "production/agent",
        channelId: "C0INC",
      }),
    ],
  ])("%s", (name, modal) => {
    expectGolden(`ops/${name}`, modal);
  });
});

const seen: ServiceSeen = {
  name: "backend",
  title: "Backend API",
  environment: "production",
  trouble: null,
  state: {
    status: "active",
    desired: 4,
    running: 4,
    pending: 0,
    version: "waooaw-backend:42",
    revision: "arn:aws:ecs:eu-west-1:123456789012:task-definition/waooaw-backend:42",
    images: ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/waooaw-backend:1.42.0"],
    deployments: [],
    lastDeployedAt: at("08:30:00"),
    notScalable: null,
  },
  autoscaling: autoscaled,
  balancer: { healthy: 4, total: 4 },
  events: [{ at: at("09:59:00"), text: "has reached a steady state.", trouble: false }],
  failures: [],
};

const troubled: ServiceSeen = {
  ...seen,
  name: "agent",
  title: "Agent",
  state: {
    ...seen.state,
    running: 2,
    pending: 1,
    deployments: [
      {
        id: "ecs-svc/1",
        primary: true,
        state: "in-progress",
        reason: "ECS deployment ecs-svc/1 in progress.",
        version: "waooaw-agent:18",
        desired: 4,
        running: 1,
        pending: 1,
        failed: 2,
        since: at("09:50:00"),
      },
    ],
  } as NonNullable<ServiceSeen["state"]>,
  autoscaling: { ...autoscaled, suspended: true },
  balancer: null,
  events: [{ at: at("09:59:00"), text: "was unable to place a task.", trouble: true }],
  failures: [{ at: at("09:58:00"), reason: "Essential container in task exited (exit code 1)" }],
};

const unseen: ServiceSeen = {
  ...seen,
  name: "grafana",
  title: "Grafana",
  trouble: "the platform did not let the bot do it (DescribeServices: AccessDeniedException). Not allowed.",
  state: null,
  autoscaling: null,
  balancer: null,
  events: [],
};

const down: ServiceSeen = {
  ...seen,
  name: "prometheus",
  title: "Prometheus",
  state: { ...seen.state, running: 0, desired: 1 } as NonNullable<ServiceSeen["state"]>,
  balancer: null,
};

describe("the status of services", () => {
  const look = { id: "look-1", askedBy: "U0ANA", askedAt: at("10:00:00"), place: { channel: "C0OPS" }, service: null };
  const found = (services: readonly ServiceSeen[]) => ({ at: at("10:00:01"), services });

  test.each([
    ["status-looking", { ...look, found: null }],
    ["status-all", { ...look, found: found([seen, troubled, unseen, down]) }],
    ["status-none", { ...look, found: found([]) }],
    ["status-one", { ...look, service: { name: "backend", environment: "production" }, found: found([seen]) }],
    ["status-troubled", { ...look, service: { name: "agent", environment: "production" }, found: found([troubled]) }],
    ["status-unseen", { ...look, service: { name: "grafana", environment: "production" }, found: found([unseen]) }],
  ])("%s", (name, drawn) => {
    holds(name, statusCard(drawn));
  });

  test("puts the worst first", () => {
    const text = JSON.stringify(statusCard({ ...look, found: found([seen, troubled, unseen, down]) }).blocks);
    const places = ["prometheus", "grafana", "agent", "backend"].map((name) => text.indexOf(`*${name}*`));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });
});

test("the list of operations shows what runs first", () => {
  holds(
    "operation-list",
    operationList([
      { ...planned, ...ended, outcome: "verified", code: "op-1111" } as OperationRecord,
      { ...planned, state: "verifying", code: "op-2222" },
    ]),
  );
  holds("operation-list-empty", operationList([]));
});
