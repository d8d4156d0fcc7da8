import { describe, expect, test } from "vitest";
import type { Standing } from "../../../src/domain/health/status.ts";
import type { Deployed } from "../../../src/domain/operation/deployments.ts";
import type { Lease } from "../../../src/domain/operation/lease.ts";
import type { OperationRecord } from "../../../src/domain/operation/operation.ts";
import type { ReleaseWatch } from "../../../src/domain/release-care/watch.ts";
import type { Reply } from "../../../templates/kit.ts";
import {
  deploymentBegun,
  deploymentJudged,
  deploymentOver,
  deploymentSeen,
} from "../../../templates/ops/announcement.ts";
import { deploymentsCard } from "../../../templates/ops/deployments.ts";
import { leaseCard, leaseList } from "../../../templates/ops/leases.ts";
import { type OperationFacts, operationCard, operationFollowed } from "../../../templates/ops/operation-card.ts";
import { confirmForm, scaleForm } from "../../../templates/ops/operation-forms.ts";
import { operationList } from "../../../templates/ops/operation-list.ts";
import { statusCard } from "../../../templates/ops/status.ts";
import { rollout } from "../../support/fake-releases.ts";
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

const ticked = { byId: "U0BEN", at: at("10:00:40") };
const checklist: NonNullable<OperationRecord["checked"]> = [
  {
    text: "The migrations were <reviewed>",
    required: true,
    byHand: true,
    state: "done",
    detail: null,
    tick: { item: "The migrations were <reviewed>", ...ticked },
  },
  { text: "CI is green", required: true, byHand: true, state: "open", detail: null, tick: null },
  { text: "Somebody watches", required: false, byHand: true, state: "open", detail: null, tick: null },
  { text: "A backup", required: true, byHand: false, state: "done", detail: "tocsin-1 is 3 h old", tick: null },
  { text: "The load is normal", required: true, byHand: false, state: "unknown", detail: "not read yet", tick: null },
  { text: "Calm", required: false, byHand: false, state: "open", detail: "INC-4 (SEV1) open", tick: null },
];

const cards: readonly (readonly [string, Partial<OperationRecord>, Partial<OperationFacts>])[] = [
  ["requested", { state: "requested", plan: null, ruling: null, expiresAt: null }, {}],
  ["planned", {}, {}],
  ["planned-checklist", {}, { checklist }],
  [
    "scheduled",
    {
      ...{ ...ended, outcome: "verified", facts: { waitsUntil: "2026-11-29T03:00:00.000Z" } },
      detail: "scheduled: db.r6g.large in its maintenance window, Sunday 2026-11-29 02:30 to 03:00 UTC.",
    },
    { undo: { possible: true } },
  ],
  ["verified-checked", { ...ended, outcome: "verified", detail: "4 of 4.", checked: checklist }, { checklist }],
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

test("people outside hear in one sentence that a deployment began, and in one how it ended", () => {
  const deploy: OperationRecord = { ...planned, request: { ...planned.request, operation: "deploy-service" } };
  const services = [
    { title: "Backend API <!channel>", version: "v43" },
    { title: "Agent", version: null },
  ];
  expectGolden("ops/deployment-begun", deploymentBegun({ ...deploy, state: "applying" }, services));
  const ended: OperationRecord = { ...deploy, state: "ended", outcome: "applied-then-reverted" };
  expectGolden("ops/deployment-over", deploymentOver(ended, services.slice(0, 1)));
  const watch: ReleaseWatch = {
    ...{ id: "0199-watch", service: "backend", environment: "production", version: "backend:43", byId: null },
    ...{ since: at("10:00:00"), untilAt: at("10:30:00"), state: "ended", lookedAt: at("10:30:00"), red: 0 },
    ...{ rows: [], gates: [], verdict: "same", steps: [] },
  };
  expectGolden("ops/deployment-seen", deploymentSeen(watch, "Backend API"));
  expectGolden("ops/deployment-judged", deploymentJudged({ ...watch, verdict: null }, "Backend API"));
});

test("what became of a change that its platform made in its window is told to who asked for it", () => {
  const detail = "Done in its window: available, db.r6g.large with 100 GiB.";
  expectGolden(
    "ops/operation-followed",
    operationFollowed({ ...planned, state: "ended", outcome: "verified", detail }),
  );
});

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

const state: NonNullable<Standing["service"]> = {
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
};

const denied = "the platform did not let the bot do it (DescribeServices: AccessDeniedException). Not allowed.";

const seen: Standing = {
  kind: "service",
  name: "backend",
  title: "Backend API",
  environment: "production",
  service: state,
  balancer: { healthy: 4, total: 4 },
  findings: [
    { title: "Running", state: "ok", detail: "4 of 4" },
    { title: "Load balancer", state: "ok", detail: "4 of 4 healthy" },
    { title: "CPU utilization", state: "ok", detail: "41 %, normal < 70 %; an hour ago 40 %, a day ago 42 %" },
  ],
  depth: {
    autoscaling: autoscaled,
    events: [{ at: at("09:59:00"), text: "has reached a steady state.", trouble: false }],
    failures: [],
    rollouts: null,
    unread: [],
  },
};

const deployment: (typeof state)["deployments"][number] = {
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
};

const troubled: Standing = {
  ...seen,
  name: "agent",
  title: "Agent",
  service: { ...state, running: 2, pending: 1, deployments: [deployment] },
  balancer: null,
  findings: [
    { title: "Alarm agent-cpu", state: "critical", detail: "Threshold Crossed: <!channel> 1 datapoint" },
    { title: "CPU utilization", state: "warning", detail: "81 %, warning > 70 %, for 4 minutes; an hour ago 40 %" },
    { title: "Memory utilization", state: "unknown", detail: "did not answer in 5 s" },
    { title: "Running", state: "warning", detail: "2 of 4" },
  ],
  depth: {
    autoscaling: null,
    events: [{ at: at("09:59:00"), text: "was unable to place a task.", trouble: true }],
    failures: [{ at: at("09:58:00"), reason: "Essential container in task exited (exit code 1)" }],
    rollouts: [
      {
        ...rollout("42", "succeeded", { startedAt: at("08:00:00"), endedAt: at("08:03:00") }),
        revision: state.revision,
        images: [{ container: "app", image: state.images[0] ?? "", digest: `sha256:${"4f2a".repeat(16)}` }],
      },
    ],
    unread: ["autoscaling: did not answer in 5 s"],
  },
};

const unseen: Standing = {
  ...seen,
  name: "grafana",
  title: "Grafana",
  service: null,
  balancer: null,
  findings: [
    {
      title: "Running",
      state: "unknown",
      detail: denied,
      untold: { provider: "AWS", operation: "DescribeServices", fault: "denied" },
    },
  ],
  depth: { autoscaling: null, events: [], failures: [], rollouts: null, unread: [] },
};

const down: Standing = {
  ...seen,
  name: "prometheus",
  title: "Prometheus",
  service: { ...state, running: 0, desired: 1 },
  balancer: null,
};

const store: Standing = {
  kind: "database",
  name: "postgres",
  title: "PostgreSQL",
  environment: "production",
  service: null,
  balancer: null,
  findings: [
    { title: "Database connections", state: "warning", detail: "88 of 100, warning > 80, for 3 minutes" },
    { title: "Instance", state: "ok", detail: "available", platform: true },
  ],
  depth: null,
};

const lease: Lease = {
  id: "0199-lease",
  operationId: planned.id,
  target: { environment: "production", name: "backend" },
  requesterId: "U0ANA",
  place: { channel: "C0OPS" },
  held: { count: 6, bounds: { min: 6, max: 8 } },
  restore: {
    operation: "scale-service",
    target: { environment: "production", name: "backend" },
    input: { count: 4, bounds: { min: 2, max: 8 } },
  },
  seconds: 7200,
  startedAt: at("10:00:00"),
  untilAt: at("12:00:00"),
  state: "held",
  endedBy: null,
  detail: null,
  tries: 0,
};
/** What keeps a service out of its load balancer. */
const isolated: Lease = {
  ...lease,
  held: {
    count: 4,
    bounds: null,
    routes: [{ id: "arn:rule/1", title: "HTTPS 443, rule 20 (path /api/*)", state: "{}" }],
  },
  restore: { ...lease.restore, operation: "reconnect-service" },
  seconds: null,
  untilAt: null,
};

const asked = {
  id: "look-1",
  askedBy: "U0ANA",
  askedAt: at("10:00:00"),
  place: { channel: "C0OPS" },
  incidentId: null,
};

describe("the status of what there is", () => {
  const all = { ...asked, kind: "status" as const, question: { target: null } };
  const of = (name: string) => ({ ...all, question: { target: { name, environment: "production" } } });
  const found = (standings: readonly Standing[]) => ({ at: at("10:00:01"), standings });
  const done = { ...planned, ...ended, outcome: "verified", code: "op-1111" } as OperationRecord;

  test.each([
    ["status-looking", { ...all, found: null }],
    ["status-all", { ...all, found: found([seen, store, troubled, unseen, down]) }],
    ["status-none", { ...all, found: found([]) }],
    ["status-one", { ...of("backend"), found: found([seen]) }],
    ["status-troubled", { ...of("agent"), found: found([troubled]) }],
    ["status-unseen", { ...of("grafana"), found: found([unseen]) }],
    ["status-store", { ...of("postgres"), found: found([store]) }],
  ])("%s", (name, drawn) => {
    holds(name, statusCard(drawn, name === "status-one" ? [done] : []));
  });

  test("says that a service is out of its load balancer, by whom and since when", () => {
    const isolation = { lease: isolated, setUp: planned };
    holds("status-isolated", statusCard({ ...of("backend"), found: found([seen]) }, [], [isolation]));
    const glance = JSON.stringify(statusCard({ ...all, found: found([seen, down]) }, [], [isolation]).blocks);
    expect(glance.match(/\*isolated\* · /g)).toHaveLength(1);
    const secretly = JSON.stringify(
      statusCard({ ...of("backend"), found: found([seen]) }, [], [{ ...isolation, setUp: null }]).blocks,
    );
    expect(secretly).toContain("*Isolated* since");
    expect(secretly).not.toContain("U0ANA>: its");
  });

  test("puts the worst first", () => {
    const card = statusCard({ ...all, found: found([seen, store, unseen, troubled, down]) });
    const text = JSON.stringify(card.blocks);
    const places = ["agent", "prometheus", "postgres", "grafana", "backend"].map((name) => text.indexOf(`*${name}*`));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });

  test("stays within Slack's limits with two hundred things and long words", () => {
    const long = { title: "x".repeat(200), state: "critical" as const, detail: "y".repeat(3000) };
    const many = Array.from({ length: 230 }, (_, index) => ({ ...store, name: `store-${index}`, findings: [long] }));
    expect(problems(statusCard({ ...all, found: found(many) }))).toEqual([]);
    const much = { ...troubled, findings: Array.from({ length: 60 }, () => long) };
    expect(problems(statusCard({ ...of("agent"), found: found([much]) }))).toEqual([]);
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

describe("the deployments of services", () => {
  const look = { ...asked, kind: "deployments" as const, question: { target: null } };
  const one = { ...look, question: { target: { name: "backend", environment: "production" } } };
  const found = (services: readonly Deployed[]) => ({ at: at("10:00:01"), services });
  const { name, title, environment } = seen;
  const events = seen.depth?.events ?? [];
  const deployed: Deployed = { name, title, environment, trouble: null, state, events, rollouts: null };
  const hidden: Deployed = { ...deployed, name: "grafana", trouble: denied, state: null, events: [] };
  const rollouts = [
    rollout("43", "rolled-back", {
      startedAt: at("09:40:00"),
      endedAt: at("09:44:10"),
      reason: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
    }),
    rollout("42", "succeeded", { startedAt: at("09:00:00"), endedAt: at("09:03:00") }),
    rollout("41", "succeeded", { startedAt: at("08:00:00"), endedAt: at("08:03:00") }),
  ];

  test.each([
    ["deployments-looking", { ...look, found: null }],
    [
      "deployments-all",
      { ...look, found: found([{ ...deployed, rollouts }, hidden, { ...deployed, name: "prometheus", rollouts: [] }]) },
    ],
    ["deployments-none", { ...look, found: found([]) }],
    ["deployments-one", { ...one, found: found([{ ...deployed, rollouts }]) }],
    ["deployments-one-none", { ...one, found: found([{ ...deployed, rollouts: [] }]) }],
    ["deployments-unseen", { ...one, found: found([{ ...hidden, name: "backend" }]) }],
  ])("%s", (name, drawn) => {
    holds(name, deploymentsCard(drawn));
  });

  test("offer the way back to what went well, and not to what is current or was rolled back", () => {
    const text = JSON.stringify(deploymentsCard({ ...one, found: found([{ ...deployed, rollouts }]) }).blocks);
    expect(text.match(/production\/backend@waooaw-backend:4\d/g)).toEqual(["production/backend@waooaw-backend:41"]);
  });
});

describe("leases", () => {
  const facts = { lease, setUp: planned, endedBy: null };
  const over = { ...lease, state: "over" as const, detail: "op-9XYZ brought back what was before." };
  const stopped = { ...lease, seconds: null, untilAt: null, held: { count: 0, bounds: null } };
  const detail = "Its time is up, and <@U0ANA> could not end it: Denied. <!channel>";

  test.each([
    ["lease-held", leaseCard(facts)],
    ["lease-stays", leaseCard({ ...facts, lease: { ...lease, detail } })],
    ["lease-ending", leaseCard({ ...facts, lease: { ...lease, state: "ending" }, endedBy: "op-9XYZ" })],
    ["lease-over", leaseCard({ ...facts, lease: over, endedBy: "op-9XYZ" })],
    ["lease-list", leaseList([facts, { ...facts, lease: { ...stopped, id: "0199-stop" } }])],
    ["lease-list-empty", leaseList([])],
    ["lease-isolated", leaseCard({ ...facts, lease: isolated })],
    ["lease-reconnected", leaseCard({ ...facts, lease: { ...isolated, state: "over", detail: over.detail } })],
  ])("%s", (name, drawn) => {
    holds(name, drawn);
  });
});
