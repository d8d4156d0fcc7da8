import { describe, expect, test } from "vitest";
import type { OperationRecord } from "../../../src/domain/operation/operation.ts";
import type { App } from "../../../src/domain/ports.ts";
import { checklistStanding, type Measured } from "../../../src/domain/release-care/checklist.ts";
import { type ConfiguredItem, checklistFor, type ItemProof } from "../../../src/domain/release-care/settings.ts";
import { backend } from "../../support/operations-app.ts";

const now = new Date("2026-11-22T10:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

interface World {
  readonly backups?: readonly { readonly name: string; readonly takenAt: Date }[];
  readonly incidents?: readonly object[];
  readonly operations?: readonly object[];
  readonly change?: { readonly number: number; readonly state: string } | null;
  readonly private?: boolean;
}

/** How one proof stands in a world of records. */
async function standing(proof: ItemProof, world: World = {}, more: Partial<OperationRecord> = {}) {
  const app = {
    now,
    redact: (text: string) => text,
    config: { freezes: [] },
    ticks: { of: async () => [] },
    backups: { list: async () => world.backups ?? [] },
    incidents: { list: async () => world.incidents ?? [], byId: async () => ({ isPrivate: world.private ?? false }) },
    operations: { list: async () => world.operations ?? [] },
    changes: { byId: async () => world.change ?? null },
  } as unknown as App;
  const record = {
    id: "op",
    code: "op-7F3K",
    target: backend,
    request: { operation: "deploy-service", target: backend, input: { version: "v43" } },
    plan: { checklist: [{ text: "It", required: true, proof }] },
    ...more,
  } as unknown as OperationRecord;
  const [one] = await checklistStanding(app, record);
  return `${one?.state}: ${one?.detail}`;
}

describe("a backup", () => {
  const proof: ItemProof = { kind: "backup", database: "postgres", withinSeconds: 24 * 3600 };
  test.each([
    ["none", [], "open: no backup of production/postgres was made from here"],
    ["a young one", [{ name: "tocsin-1", takenAt: hoursAgo(3) }], "done: tocsin-1 is 3 h old"],
    ["one just old enough", [{ name: "tocsin-1", takenAt: hoursAgo(24) }], "done: tocsin-1 is 24 h old"],
    ["only an old one", [{ name: "tocsin-1", takenAt: hoursAgo(25) }], "open: tocsin-1 is 25 h old, and may be 24 h"],
  ] as const)("%s", async (_name, backups, said) => {
    expect(await standing(proof, { backups })).toBe(said);
  });
});

describe("no incident", () => {
  const proof: ItemProof = { kind: "no-incident", severities: ["SEV1", "SEV2"] };
  const incident = { number: 4, severity: "SEV1", kind: "real", isPrivate: false };
  test.each([
    ["none", [], "done: none of SEV1, SEV2 is open on backend"],
    ["a lesser one", [{ ...incident, severity: "SEV3" }], "done: none of SEV1, SEV2 is open on backend"],
    ["a drill", [{ ...incident, kind: "drill" }], "done: none of SEV1, SEV2 is open on backend"],
    ["one", [incident], "open: INC-4 (SEV1) open"],
    ["a private one is not named", [{ ...incident, isPrivate: true }], "open: an incident of SEV1, SEV2 is open"],
  ] as const)("%s", async (_name, incidents, said) => {
    expect(await standing(proof, { incidents })).toBe(said);
  });
});

describe("deployed in another environment", () => {
  const proof: ItemProof = { kind: "deployed-in", environment: "staging" };
  const last = {
    code: "op-AAAA",
    appliedAt: now,
    state: "ended",
    outcome: "verified",
    incidentId: null,
    request: { operation: "deploy-service", input: { version: "v43" } },
  };
  const word = (version: string) => ({ ...last, request: { operation: "deploy-service", input: { version } } });
  const back = { ...last, request: { operation: "rollback-service", input: {} } };
  test.each([
    ["nothing", [], /^open: nothing was deployed from here in staging/],
    ["only planned", [{ ...last, appliedAt: null }], /^open: nothing was deployed/],
    ["the same, verified", [last], /^done: op-AAAA in staging: v43, done and verified/],
    ["another image", [word("v42")], /^open: .*v42, done and verified, and this is v43/],
    ["a number, which differs between environments", [word("12")], /^done: op-AAAA in staging: 12/],
    ["not verified", [{ ...last, outcome: "applied-not-verified" }], /^open: .*done, but not verified/],
    ["still on its way", [{ ...last, outcome: null, state: "verifying" }], /^open: .*running/],
    ["rolled back since", [back, last], /^open: .*rollback-service/],
    ["restarted since", [{ ...last, request: { operation: "restart-service", input: null } }, last], /^done/],
  ] as const)("%s", async (_name, operations, said) => {
    expect(await standing(proof, { operations })).toMatch(said);
  });

  test("another service that comes first is looked for in the same environment", async () => {
    const first: ItemProof = { kind: "deployed-first", service: "agent" };
    expect(await standing(first, { operations: [last] })).toMatch(/^done: op-AAAA in production\/agent: v43/);
    expect(await standing(first)).toBe("open: nothing was deployed from here in production/agent");
  });

  test("what belongs to a private incident is not named", async () => {
    const operations = [{ ...last, incidentId: "i" }];
    expect(await standing(proof, { operations, private: true })).toMatch(/^done: the last in staging/);
  });
});

test("a change is one that is in progress", async () => {
  const proof: ItemProof = { kind: "under-change" };
  expect(await standing(proof)).toMatch(/^open: it was asked without/);
  const under = { changeId: "c" };
  expect(await standing(proof, { change: { number: 3, state: "verified" } }, under)).toBe("open: CHG-3");
  expect(await standing(proof, { change: { number: 3, state: "in-progress" } }, under)).toBe(
    "done: CHG-3 is in progress",
  );
});

describe("figures", () => {
  const measured = (findings: Measured["findings"], unread: readonly string[] = []) => ({
    measured: { at: now.toISOString(), findings, unread },
  });
  const cpu = { title: "CPU utilization", state: "ok", detail: "40 %" } as const;
  const errors = { title: "HTTP 5xx rate", state: "critical", detail: "3 %" } as const;
  const dark = { title: "Memory utilization", state: "unknown", detail: "no figure" } as const;
  const all: ItemProof = { kind: "normal", metrics: null };
  const some: ItemProof = { kind: "normal", metrics: ["cpu utilization"] };
  test.each([
    ["not read yet", some, {}, "unknown: not read yet"],
    ["normal", some, measured([cpu, errors, dark]), "done: CPU utilization: 40 %"],
    ["one is not there", some, measured([errors]), "unknown: not read: cpu utilization"],
    ["all, one critical", all, measured([cpu, errors, dark]), "open: HTTP 5xx rate: 3 %"],
    ["all, one unknown", all, measured([cpu, dark]), "unknown: Memory utilization: no figure"],
    ["all, one unread", all, measured([cpu], ["Disk usage"]), "unknown: not read: Disk usage"],
    ["nothing at all", all, measured([]), "unknown: nothing is measured of it"],
  ] as const)("%s", async (_name, proof, more, said) => {
    expect(await standing(proof, {}, more)).toBe(said);
  });
});

test("a list is that of the service and the environment, and no environment waits for itself", () => {
  const item = (text: string, more: Partial<ConfiguredItem> = {}): ConfiguredItem => ({
    text,
    required: true,
    proof: null,
    service: null,
    environments: null,
    ...more,
  });
  const config = {
    deploymentChecklist: [
      item("for all"),
      item("production only", { environments: ["production"] }),
      item("staging has it", { proof: { kind: "deployed-in", environment: "staging" } }),
      item("the agent's own", { service: "agent" }),
      item("the agent first", { proof: { kind: "deployed-first", service: "agent" } }),
    ],
  };
  const texts = (name: string, environment: string) =>
    checklistFor(config, { name, environment }).map(({ text }) => text);
  expect(texts("backend", "production")).toEqual(["for all", "production only", "staging has it", "the agent first"]);
  expect(texts("agent", "staging")).toEqual(["for all", "the agent's own"]);
});
