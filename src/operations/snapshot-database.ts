import { expired, newestGood, utc } from "../domain/backup/backup.ts";
import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import { beside } from "../domain/platform/beside.ts";
import type { InstanceState, Snapshot, SnapshotsRead, SnapshotsWrite } from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";

export interface SnapshotInput {
  /** Own snapshots from before this moment may go, ISO 8601. */
  readonly expireBefore: string;
}

interface Steps {
  readonly encrypted: boolean;
  readonly expired: readonly string[];
}

/** Has RDS take a snapshot, and then lets own ones that are too old go. */
export const snapshotDatabase: Operation<SnapshotInput, SnapshotsRead, SnapshotsWrite> = {
  name: "snapshot-database",
  verb: "backup",
  summary: "Back a database up: a snapshot, or a dump",
  targetKind: "database",
  ports: ["snapshots"],
  parse,
  plan,
  expectations: async (_plan, target, see) => expects(await see.instance(target.placement)),
  apply: async (plan, target, act, run) => {
    await run.step("snapshot begun", () =>
      act.create(target.placement, snapshotName(run.operationId), {
        operation: run.operationId,
        incident: run.incidentId ?? null,
        requester: run.askedBy ?? null,
      }),
    );
    for (const name of stepsOf(plan).expired) {
      await run.step(`deleted ${name}`, () => act.remove(target.placement, name));
    }
  },
  look,
  keep: async (app, record, seen) => {
    const facts = seen.facts as { readonly name: string; readonly at: string } | undefined;
    if (!facts || seen.verdict !== "as-asked") return;
    await app.backups.keep({
      id: record.id,
      target: record.request.target,
      kind: "snapshot",
      name: facts.name,
      place: "RDS",
      format: null,
      bytes: null,
      sha256: null,
      takenAt: new Date(facts.at),
      requesterId: record.requesterId,
      incidentId: record.incidentId,
      provedAt: null,
      proof: null,
    });
  },
};

/** Made of the operation's id, so that a repeated call finds its own. */
export function snapshotName(operationId: string): string {
  return `tocsin-${operationId.toLowerCase()}`;
}

/** A snapshot as far as choosing goes. */
export function keptOf(one: Snapshot) {
  return { ...one, good: one.status === "available", own: one.madeBy !== null };
}

function parse(input: Json): SnapshotInput {
  const given = (input as { readonly expireBefore?: Json } | null)?.expireBefore;
  if (typeof given === "string" && !Number.isNaN(Date.parse(given))) return { expireBefore: given };
  throw new Refusal("bad_argument", "It was not said how long snapshots are kept.", "Ask for it with `/ops backup`.");
}

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

async function plan(input: SnapshotInput, target: Target, see: SnapshotsRead): Promise<Plan> {
  const state = await see.instance(target.placement);
  const where = `${target.name} in ${target.environment}`;
  refuseCluster(state, where);
  if (!["available", "storage-optimization"].includes(state.status)) {
    throw new Refusal(
      "not_possible",
      `${where} is ${state.status}; RDS takes a snapshot only of an instance that is available.`,
      state.status === "stopped" ? "Start it first." : "Ask again when it is available.",
    );
  }
  const all = (await see.list(target.placement)).map(keptOf);
  const newest = newestGood(all);
  const old = expired(all, new Date(input.expireBefore)).filter((one) => ["available", "failed"].includes(one.status));
  const days = `older than ${utc(new Date(input.expireBefore))}`;
  return {
    summary: `Take a snapshot of ${where} (${state.name})`,
    changes: [
      { label: "Newest snapshot", from: newest ? utc(newest.at) : "none", to: "now" },
      ...(old.length > 0 ? [{ label: `Own snapshots ${days}`, from: String(old.length), to: "deleted" }] : []),
    ],
    risks: state.multiAz
      ? []
      : ["It runs in one zone: reading and writing may be held up for seconds to minutes while the snapshot begins."],
    observed: [
      `${state.engine}, ${state.storageGigabytes ?? "?"} GB, ${state.encrypted ? "encrypted" : "not encrypted"}.`,
      state.restorable === null
        ? "It cannot be restored to a moment: automated backups are off."
        : `It can be restored to any moment up to ${utc(state.restorable.to)}.`,
    ],
    expects: expects(state),
    steps: { encrypted: state.encrypted, expired: old.map((one) => one.name) },
    undo: null,
    nothingToDo: null,
    count: null,
  };
}

/** Clusters have snapshots of their own kind, which are not taken from here. */
export function refuseCluster(state: InstanceState, where: string): void {
  if (state.cluster === null) return;
  throw new Refusal(
    "not_possible",
    `${where} is a member of the cluster ${state.cluster.name}: its snapshots are the cluster's, and are not handled from here.`,
    "Use the RDS console, or a dump with `--format custom`.",
  );
}

function expects(state: InstanceState): Readonly<Record<string, string>> {
  return { instance: state.name, "engine version": state.engine };
}

async function look(
  made: Plan,
  target: Target,
  see: SnapshotsRead,
  since: Date,
  operationId?: string,
): Promise<Sighting> {
  const name = snapshotName(operationId ?? "");
  const steps = stepsOf(made);
  const [all, { found }] = await Promise.all([see.list(target.placement), beside(see.events(target.placement, since))]);
  const told = found ?? [];
  const own = all.find((one) => one.name === name);
  const seen = { events: told.map((event) => ({ at: event.at.toISOString(), text: event.text })) };
  if (!own) return { ...seen, verdict: "on-the-way", progress: "not seen yet", share: null, reason: null };
  if (own.status === "available") {
    if (own.encrypted !== steps.encrypted) {
      const reason = `The snapshot is ${own.encrypted ? "" : "not "}encrypted, other than its database.`;
      return { ...seen, verdict: "failed", progress: own.status, share: null, reason };
    }
    const left = all.filter((one) => steps.expired.includes(one.name) && one.status === "available");
    const old = left.length > 0 ? `; not deleted yet: ${left.map((one) => one.name).join(", ")}` : "";
    return {
      ...seen,
      verdict: "as-asked",
      progress: `${name} is available, of ${utc(own.at)}, ${own.engine}${old}`,
      share: 1,
      reason: null,
      final: true,
      facts: { name, at: own.at.toISOString() },
    };
  }
  if (own.status !== "creating" && own.status !== "pending") {
    const why = told.findLast((event) => /fail/i.test(event.text))?.text ?? "RDS does not say why.";
    return {
      ...seen,
      verdict: "failed",
      progress: own.status,
      share: null,
      reason: `The snapshot ${name} is ${own.status}: it is no backup. ${why}`,
    };
  }
  const percent = own.percent ?? 0;
  return {
    ...seen,
    verdict: "on-the-way",
    progress: `${own.status}, ${percent} %`,
    share: percent / 100,
    reason: null,
    working: true,
  };
}
