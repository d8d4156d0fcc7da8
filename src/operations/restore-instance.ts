import { against, newestGood, utc } from "../domain/backup/backup.ts";
import type { ValidationQuery } from "../domain/backup/settings.ts";
import type { Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import type {
  CheckedQuery,
  InstanceState,
  RestoredInstance,
  Snapshot,
  SnapshotsRead,
  SnapshotsWrite,
} from "../domain/platform/snapshots.ts";
import { Refusal } from "../errors.ts";
import { type DrillFacts, drillSeen } from "./drill-facts.ts";
import { parseRestore, type RestoreInput, refuseChecks } from "./restore-input.ts";
import { keptOf, refuseCluster } from "./snapshot-database.ts";

interface Steps {
  readonly from: { readonly snapshot: string } | { readonly moment: string };
  /** The moment the data is of. */
  readonly dataAt: string;
  readonly to: string;
  readonly validate: readonly ValidationQuery[];
  readonly rtoSeconds: number | null;
  readonly rpoSeconds: number | null;
}

/** Restores a database of RDS into a new instance beside the live one, of a snapshot or to a moment. */
export const restoreInstance: Operation<RestoreInput, SnapshotsRead, SnapshotsWrite> = {
  name: "restore-instance",
  verb: "restore",
  summary: "Restore a database beside the live one",
  targetKind: "database",
  ports: ["snapshots"],
  parse: parseRestore,
  plan: (input, target, see) => plan("restore", input, target, see),
  expectations: async (_plan, target, see) => ({ instance: (await see.instance(target.placement)).name }),
  apply: async (plan, target, act, run) => {
    await run.step("new instance asked for", () => begin(plan, target, act, run));
  },
  look: (made, target, see) => lookAtInstance(made, target, see),
  keep: async (app, record, seen) => {
    const { from, to, dataAt, rtoSeconds } = stepsOf(record.plan as Plan);
    const began = record.appliedAt ?? record.requestedAt;
    const seconds = (app.now.getTime() - began.getTime()) / 1000;
    await app.backups.keepRestore({
      id: record.id,
      target: record.request.target,
      how: "restore",
      from: "snapshot" in from ? from.snapshot : from.moment,
      to,
      endedAt: app.now,
      seconds,
      dataAgeSeconds: (began.getTime() - Date.parse(dataAt)) / 1000,
      good: seen.verdict === "as-asked",
      detail: `${seen.reason ?? seen.progress}; took ${against(seconds, rtoSeconds, "RTO")}`,
    });
  },
};

/** Restores into a scratch instance, looks at it, measures, and deletes it. */
export const drillInstance: Operation<RestoreInput, SnapshotsRead, SnapshotsWrite> = {
  ...restoreInstance,
  name: "drill-instance",
  verb: "drill",
  summary: "Try a restore out: into a scratch copy that is deleted again",
  plan: (input, target, see) => plan("drill", input, target, see),
  apply: async (plan, target, act, run) => {
    const steps = stepsOf(plan);
    await run.step("scratch instance asked for", () => begin(plan, target, act, run));
    await run.slices(
      "restored",
      async (cursor, now) => {
        // From before it was asked for: a process that ended since has lost no time of it.
        const past = cursor as { readonly began: string; readonly wasThere: boolean } | null;
        const began = past?.began ?? (run.begunAt ?? now).toISOString();
        const seen = await act.restored(target.placement, steps.to, steps.validate);
        const status = seen?.instance.status ?? (past?.wasThere ? "deleted by somebody else" : "not seen yet");
        const seconds = (now.getTime() - Date.parse(began)) / 1000;
        if (status === "available") {
          const found = checksInWords(seen?.checks ?? [], steps.validate);
          const dataAge = (Date.parse(began) - Date.parse(steps.dataAt)) / 1000;
          // While nobody looked it may have been there already.
          const most = run.interrupted === true ? "at most " : "";
          const figures = `available after ${most}${against(seconds, steps.rtoSeconds, "RTO")}, data ${against(dataAge, steps.rpoSeconds, "RPO")} old`;
          const checks = seen?.checks ?? [];
          const isWhole = checks.length === steps.validate.length;
          const good = isWhole && checks.every((check) => check.why === null || check.result !== null);
          return {
            cursor: null,
            progress: `${figures}; ${found}`,
            share: 1,
            facts: { seconds, dataAge, good, looked: found, figures },
          };
        }
        if (isBroken(status)) {
          const figures = `ended as ${status} after ${Math.round(seconds)} s`;
          return {
            cursor: null,
            progress: figures,
            share: null,
            facts: { seconds, good: false, looked: "it never became available", figures },
          };
        }
        const wasThere = seen !== null;
        return { cursor: { began, wasThere }, progress: `scratch instance is ${status}`, share: null, waitSeconds: 20 };
      },
      () => act.removeInstance(target.placement, steps.to, run.operationId),
    );
    await run.step("scratch instance deleted", () => act.removeInstance(target.placement, steps.to, run.operationId));
  },
  look: async (made, target, see, _since, _operationId, facts) => {
    const { to } = stepsOf(made);
    const left = await see.restored(target.placement, to, []);
    if (left !== null) {
      const { status } = left.instance;
      const seen = { events: [], reason: null, share: null, progress: `the scratch instance is ${status}` };
      return { ...seen, verdict: "on-the-way", ...(status === "deleting" ? { working: true as const } : {}) };
    }
    return drillSeen(facts as DrillFacts | undefined, `the scratch instance ${to} is gone again`);
  },
  keep: async (app, record, seen) => {
    const { from, to, dataAt } = stepsOf(record.plan as Plan);
    const facts = record.facts as DrillFacts | undefined;
    const good = facts?.good === true && seen.verdict === "as-asked";
    const name = "snapshot" in from ? from.snapshot : from.moment;
    await app.backups.keepRestore({
      id: record.id,
      target: record.request.target,
      how: "drill",
      from: name,
      to,
      endedAt: app.now,
      seconds: facts?.seconds ?? 0,
      dataAgeSeconds: facts?.dataAge ?? (app.now.getTime() - Date.parse(dataAt)) / 1000,
      good,
      detail: `${facts?.figures ?? "not known"}; ${facts?.looked ?? ""}`,
    });
    if (good) await app.backups.proved(record.request.target, name, app.now, `restored in a drill: ${facts?.looked}`);
  },
};

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

async function begin(
  plan: Plan,
  target: Target,
  act: SnapshotsWrite,
  run: { readonly operationId: string; readonly incidentId?: string | null; readonly askedBy?: string },
): Promise<void> {
  const { from, to } = stepsOf(plan);
  await act.restore(target.placement, "snapshot" in from ? from : { moment: new Date(from.moment) }, to, {
    operation: run.operationId,
    incident: run.incidentId ?? null,
    requester: run.askedBy ?? null,
  });
}

async function plan(how: "restore" | "drill", input: RestoreInput, target: Target, see: SnapshotsRead): Promise<Plan> {
  const where = `${target.name} in ${target.environment}`;
  if (input.overLive) {
    throw new Refusal(
      "not_possible",
      "RDS restores only into a new instance, never over a live one.",
      "Leave out `--over-live`; then point the service at the new instance. A dump can be restored over: name one.",
    );
  }
  const state = await see.instance(target.placement);
  refuseCluster(state, where);
  const source = await sourceOf(input, see, target, state);
  const to = input.to ?? nameFor(state.name, how, input.stamp);
  refuseName(to);
  if ((await see.restored(target.placement, to, [])) !== null) {
    throw new Refusal("not_possible", `There is an instance ${to} already.`, "Name another one with `--to`.");
  }
  const data = `of ${utc(new Date(source.dataAt))}`;
  return {
    summary:
      how === "drill"
        ? `Drill: restore ${where} ${data} into ${to}, look at it, and delete it`
        : `Restore ${where} ${data} into the new instance ${to}`,
    changes: [{ label: `Instance ${to}`, from: "none", to: how === "drill" ? "made, then deleted" : source.words }],
    risks: [
      how === "drill"
        ? "The scratch instance costs what an instance of its size costs while it is there."
        : "The new instance costs as much as the live one until somebody deletes it; the live one is not touched.",
      ...(source.risk === null ? [] : [source.risk]),
    ],
    observed: [
      `From ${source.words}. Same network, class and parameters, in one zone.`,
      input.validate.length === 0
        ? "No validation queries are configured for it."
        : `Then ${input.validate.length} validation ${input.validate.length === 1 ? "query is" : "queries are"} run.`,
    ],
    expects: { instance: state.name },
    steps: {
      from: source.from,
      dataAt: source.dataAt,
      to,
      validate: input.validate.map((query) => ({ ...query })),
      rtoSeconds: input.rtoSeconds,
      rpoSeconds: input.rpoSeconds,
    },
    undo: null,
    nothingToDo: null,
    count: null,
    ...(how === "drill" ? { part: `drill ${to}` } : { part: `instance ${to}` }),
  };
}

interface Source {
  readonly from: Steps["from"];
  readonly dataAt: string;
  readonly words: string;
  readonly risk: string | null;
}

async function sourceOf(
  input: RestoreInput,
  see: SnapshotsRead,
  target: Target,
  state: InstanceState,
): Promise<Source> {
  if (input.at !== null) return momentOf(input.at, state);
  const all = (await see.list(target.placement)).map(keptOf);
  if (input.backup !== null) return snapshotOf(named(all, input.backup));
  const before = input.before === null ? null : new Date(input.before);
  const chosen = newestGood(all, before);
  if (chosen !== null) return snapshotOf(chosen);
  throw new Refusal(
    "not_found",
    before === null ? "There is no snapshot to restore from." : `There is no snapshot from before ${utc(before)}.`,
    "See what there is with `/ops backups`.",
  );
}

function momentOf(at: string, state: InstanceState): Source {
  const moment = new Date(at);
  const { restorable } = state;
  if (restorable === null) {
    throw new Refusal(
      "not_possible",
      "It cannot be restored to a moment: its automated backups are off.",
      "Restore a snapshot instead; see `/ops backups`.",
    );
  }
  if (moment > restorable.to) {
    throw new Refusal(
      "not_possible",
      `${utc(moment)} is too late: the latest moment it can be restored to is ${restorable.to.toISOString().slice(0, 19).replace("T", " ")} UTC.`,
      "RDS stores its transaction logs every 5 minutes; wait, or name an earlier moment.",
    );
  }
  if (restorable.from !== null && moment < restorable.from) {
    throw new Refusal(
      "not_possible",
      `${utc(moment)} is too early: it can be restored to moments from ${utc(restorable.from)} on.`,
      "Restore a snapshot instead; see `/ops backups`.",
    );
  }
  return { from: { moment: at }, dataAt: at, words: `its state at ${utc(moment)}`, risk: null };
}

function named<T extends Snapshot>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const listed = all.slice(0, 5).map((one) => one.name);
  throw new Refusal(
    "not_found",
    `It has no snapshot ${name}.`,
    listed.length > 0 ? `The newest are ${listed.join(", ")}.` : "It has none at all.",
  );
}

function snapshotOf(one: Snapshot): Source {
  if (one.status !== "available") {
    throw new Refusal("not_possible", `The snapshot ${one.name} is ${one.status}.`, "Name one that is available.");
  }
  return {
    from: { snapshot: one.name },
    dataAt: one.at.toISOString(),
    words: `snapshot ${one.name} of ${utc(one.at)}`,
    risk: one.encrypted ? null : "The snapshot is not encrypted, and neither will the new instance be.",
  };
}

function nameFor(instance: string, how: string, stamp: string): string {
  return `${instance.slice(0, 62 - how.length - stamp.length - 1)}-${how}-${stamp}`.replaceAll(/-{2,}/g, "-");
}

/** Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.Constraints */
function refuseName(name: string): void {
  if (/^[a-z](?:-?[a-z0-9])*$/.test(name) && name.length <= 63) return;
  throw new Refusal(
    "bad_argument",
    `“${name.slice(0, 80)}” is no name for an instance.`,
    "Use lower-case letters, digits and single dashes, at most 63.",
  );
}

function isBroken(status: string): boolean {
  return /^(failed|incompatible|inaccessible|storage-full|delet(ing|ed)|restore-error)/.test(status);
}

async function lookAtInstance(made: Plan, target: Target, see: SnapshotsRead): Promise<Sighting> {
  const { to, validate, dataAt } = stepsOf(made);
  const seen: RestoredInstance | null = await see.restored(target.placement, to, validate);
  const at = { events: [], reason: null };
  if (seen === null) return { ...at, verdict: "on-the-way", progress: `${to} is not seen yet`, share: null };
  const { status, endpoint } = seen.instance;
  if (isBroken(status)) {
    const reason = `The new instance ${to} is ${status}.`;
    return { ...at, verdict: "failed", progress: status, share: null, reason };
  }
  if (status !== "available") {
    return { ...at, verdict: "on-the-way", progress: `${to} is ${status}`, share: null, working: true };
  }
  const found = checksInWords(seen.checks, validate);
  const progress = `${to} is available at ${endpoint ?? "an address not told"}, data of ${utc(new Date(dataAt))}; ${found}`;
  const refused = refuseChecks(seen.checks);
  if (refused !== null) return { ...at, verdict: "failed", progress, share: null, reason: `${progress}. ${refused}` };
  return { ...at, verdict: "as-asked", progress, share: 1, final: true };
}

/** What the validation queries said, in a line; one that was not run says why. */
export function checksInWords(checks: readonly CheckedQuery[], wanted: readonly ValidationQuery[]): string {
  if (wanted.length === 0) return "no validation queries are configured";
  if (checks.length === 0) return "validation queries were not run";
  return checks.map((one) => `${one.name}: ${one.result ?? `not run (${one.why ?? "not known why"})`}`).join(", ");
}
