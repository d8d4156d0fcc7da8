import { against, newestGood, utc } from "../domain/backup/backup.ts";
import type { ValidationQuery } from "../domain/backup/settings.ts";
import type { Operation, Plan, Run, Slice, Target } from "../domain/operation/operation.ts";
import type { DumpProgress, DumpReadiness, DumpsRead, DumpsWrite, KeptDump } from "../domain/platform/dumps.ts";
import { Refusal } from "../errors.ts";
import { type DrillFacts, drillSeen } from "./drill-facts.ts";
import { keptOf, reportInWords, scratchName } from "./dump-database.ts";
import { parseRestore, type RestoreInput, refuseChecks } from "./restore-input.ts";
import { checksInWords } from "./restore-instance.ts";
import { sizeInWords } from "./size-words.ts";

export interface DumpSteps {
  readonly name: string;
  readonly sha256: string;
  /** The moment the data is of. */
  readonly dataAt: string;
  /** Null: a name made of the operation's id. */
  readonly to: string | null;
  readonly validate: readonly ValidationQuery[];
  readonly rtoSeconds: number | null;
  readonly rpoSeconds: number | null;
}

/** What a restore found out, as it is recorded. */
export interface DumpFacts extends DrillFacts {
  readonly began?: string;
}

/** Restores a dump into a new database on the same server. */
export const restoreDump: Operation<RestoreInput, DumpsRead, DumpsWrite> = {
  name: "restore-dump",
  verb: "restore",
  summary: "Restore a dump into a new database",
  targetKind: "database",
  ports: ["dumps"],
  parse: parseRestore,
  plan: (input, target, see) => plan("restore", input, target, see),
  expectations: async (made, target, see) => expects(made, target, see),
  apply: async (made, target, act, run) => {
    const steps = dumpSteps(made);
    const to = steps.to ?? scratchName(run.operationId);
    await run.slices(
      "restored",
      (cursor, at) => restoreSlice(act, target, run, { ...steps, to }, cursor, at),
      () => stopRestore(act, target, run, to),
    );
  },
  look: async (made, target, see) => {
    const { to, dataAt, validate } = dumpSteps(made);
    const at = { events: [], reason: null, share: null };
    const found = await see.restored(target.placement, to ?? "", validate);
    if (found === null) {
      return { ...at, verdict: "failed", progress: "not there", reason: `There is no database ${to}.` };
    }
    const progress = `${to} is there, data of ${utc(new Date(dataAt))}; ${checksInWords(found.checks, validate)}`;
    const refused = refuseChecks(found.checks);
    if (refused !== null) return { ...at, verdict: "failed", progress, reason: `${progress}. ${refused}` };
    return { ...at, verdict: "as-asked", progress, share: 1, final: true };
  },
  keep: async (app, record, seen) => {
    const { name, to, dataAt, rtoSeconds } = dumpSteps(record.plan as Plan);
    const facts = (record.facts ?? {}) as DumpFacts;
    const began = facts.began ? new Date(facts.began) : (record.appliedAt ?? record.requestedAt);
    const good = seen.verdict === "as-asked" && facts.good === true;
    const seconds = facts.seconds ?? 0;
    await app.backups.keepRestore({
      id: record.id,
      target: record.request.target,
      how: "restore",
      from: name,
      to: to ?? "",
      endedAt: app.now,
      seconds,
      dataAgeSeconds: (began.getTime() - Date.parse(dataAt)) / 1000,
      good,
      detail: `${seen.reason ?? seen.progress}; ${facts.looked ?? "not compared"}; took ${against(seconds, rtoSeconds, "RTO")}`,
    });
    if (good) await app.backups.proved(record.request.target, name, app.now, `restored: ${facts.looked ?? ""}`);
  },
};

/** Restores a dump into a scratch database, looks at it, measures, and drops it. */
export const drillDump: Operation<RestoreInput, DumpsRead, DumpsWrite> = {
  ...restoreDump,
  name: "drill-dump",
  verb: "drill",
  summary: "Try the restore of a dump out: into a scratch database that is dropped again",
  plan: (input, target, see) => plan("drill", input, target, see),
  apply: async (made, target, act, run) => {
    const to = scratchName(run.operationId);
    await run.slices(
      "restored",
      (cursor, at) => restoreSlice(act, target, run, { ...dumpSteps(made), to }, cursor, at),
      () => stopRestore(act, target, run, to),
    );
    await run.step("scratch database dropped", () => act.drop(target.placement, to, run.operationId));
  },
  look: async (_made, target, see, _since, operationId, facts) => {
    const to = scratchName(operationId ?? "");
    const at = { events: [], reason: null, share: null };
    const left = await see.restored(target.placement, to, []);
    if (left !== null) return { ...at, verdict: "on-the-way", progress: `the scratch database ${to} is still there` };
    return drillSeen(facts as DrillFacts | undefined, "the scratch database is gone again");
  },
  keep: async (app, record, seen) => {
    const { name, dataAt } = dumpSteps(record.plan as Plan);
    const facts = (record.facts ?? {}) as DumpFacts;
    const good = facts.good === true && seen.verdict === "as-asked";
    await app.backups.keepRestore({
      id: record.id,
      target: record.request.target,
      how: "drill",
      from: name,
      to: scratchName(record.id),
      endedAt: app.now,
      seconds: facts.seconds ?? 0,
      dataAgeSeconds: facts.dataAge ?? (app.now.getTime() - Date.parse(dataAt)) / 1000,
      good,
      detail: `${facts.figures ?? "not known"}; ${facts.looked ?? ""}`,
    });
    if (good) await app.backups.proved(record.request.target, name, app.now, `restored in a drill: ${facts.looked}`);
  },
};

export function dumpSteps(plan: Plan): DumpSteps {
  return plan.steps as unknown as DumpSteps;
}

/** One wait for a restore that is under way; the last one has its figures. */
export async function restoreSlice(
  act: DumpsWrite,
  target: Target,
  run: Run,
  steps: DumpSteps & { readonly to: string },
  cursor: Parameters<Parameters<Run["slices"]>[1]>[0],
  now: Date,
): Promise<Slice> {
  const began = (cursor as { readonly began?: string } | null)?.began ?? now.toISOString();
  const seen: DumpProgress = await act.restore(target.placement, {
    operation: run.operationId,
    name: steps.name,
    sha256: steps.sha256,
    to: steps.to,
    validate: steps.validate,
  });
  if (!seen.done || seen.restored === null) {
    return { cursor: { began }, progress: `restoring: ${seen.text}`, share: null };
  }
  // A restore that was begun anew after a restart took longer than its last run did.
  const seconds = Math.max((now.getTime() - Date.parse(began)) / 1000, seen.restored.seconds);
  const dataAge = (Date.parse(began) - Date.parse(steps.dataAt)) / 1000;
  const found = `${reportInWords(seen.restored)}; ${checksInWords(seen.restored.checks, steps.validate)}`;
  const figures = `restored in ${against(seconds, steps.rtoSeconds, "RTO")}, data ${against(dataAge, steps.rpoSeconds, "RPO")} old`;
  const good = seen.restored.differences.length === 0 && refuseChecks(seen.restored.checks) === null;
  return {
    cursor: null,
    progress: `${figures}; ${found}`,
    share: 1,
    facts: { began, seconds, dataAge, good, looked: found, figures },
  };
}

export async function stopRestore(act: DumpsWrite, target: Target, run: Run, to: string): Promise<void> {
  await act.stop(target.placement, run.operationId);
  await act.drop(target.placement, to, run.operationId);
}

/** The dump that is meant: by name, the newest good one, or the newest good one from before a moment. */
export async function chosenDump(input: RestoreInput, target: Target, see: DumpsRead): Promise<KeptDump> {
  if (input.at !== null) {
    throw new Refusal(
      "not_possible",
      "A dump holds one moment only, so nothing can be restored to another one from it.",
      "Take the newest from before a moment with `--before`.",
    );
  }
  const all = await see.list(target.placement);
  const chosen = input.backup === null ? newest(all, input.before) : named(all, input.backup);
  if (chosen.fault !== null) {
    throw new Refusal(
      "not_possible",
      `${chosen.name} is damaged: ${chosen.fault}.`,
      "Name another one; see `/ops backups`.",
    );
  }
  if (chosen.format === "schema") {
    throw new Refusal("not_possible", `${chosen.name} holds no rows.`, "Name one with rows; see `/ops backups`.");
  }
  const wrong = await see.inspect(target.placement, chosen);
  if (wrong !== null) {
    throw new Refusal("not_possible", `${chosen.name} is not what its name says: ${wrong}.`, "Name another one.");
  }
  return chosen;
}

function newest(all: readonly KeptDump[], before: string | null): KeptDump {
  const chosen = newestGood(all.map(keptOf), before === null ? null : new Date(before));
  const found = all.find((one) => one.name === chosen?.name);
  if (found) return found;
  throw new Refusal(
    "not_found",
    before === null ? "There is no dump to restore from." : `There is no dump from before ${utc(new Date(before))}.`,
    "See what there is with `/ops backups`.",
  );
}

function named(all: readonly KeptDump[], name: string): KeptDump {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const listed = all.slice(0, 3).map((one) => one.name);
  throw new Refusal(
    "not_found",
    `It has no dump ${name.slice(0, 120)}: only what was dumped from here, with its description beside it, is restored.`,
    listed.length > 0 ? `The newest are ${listed.join(", ")}.` : "It has none at all.",
  );
}

export function refuseRestorable(ready: DumpReadiness): void {
  const [why] = ready.notRestorable;
  if (why !== undefined) throw new Refusal("not_possible", why, "See docs/configuration.md, backups.");
}

async function plan(how: "restore" | "drill", input: RestoreInput, target: Target, see: DumpsRead): Promise<Plan> {
  const where = `${target.name} in ${target.environment}`;
  const [ready, dump] = await Promise.all([see.ready(target.placement), chosenDump(input, target, see)]);
  refuseRestorable(ready);
  const to = how === "drill" ? null : (input.to ?? `${ready.database.slice(0, 40)}_restored_${input.stamp}`);
  if (to !== null) {
    refuseName(to);
    if ((await see.restored(target.placement, to, [])) !== null) {
      throw new Refusal("not_possible", `There is a database ${to} already.`, "Name another one with `--to`.");
    }
  }
  const data = `of ${utc(new Date(dump.at))}`;
  const shown = to ?? "a scratch database";
  return {
    summary:
      how === "drill"
        ? `Drill: restore ${where} ${data} into a scratch database, look at it, and drop it`
        : `Restore ${where} ${data} into the new database ${to}`,
    changes: [{ label: `Database ${shown}`, from: "none", to: how === "drill" ? "made, then dropped" : dump.name }],
    risks: [
      `It needs about ${sizeInWords(ready.bytes)} on the disk of the live server, and works it while it lasts.`,
      ...(dump.engine.split(".")[0] === ready.engine.split(".")[0]
        ? []
        : [`It was dumped from ${dump.engine}; the server is ${ready.engine}.`]),
    ],
    observed: [
      `From ${dump.name} in ${ready.place}: ${dump.format}, ${sizeInWords(dump.bytes)}. Its checksum is checked first.`,
      input.validate.length === 0
        ? "Then its tables are compared with what was dumped; no validation queries are configured for it."
        : `Then its tables are compared with what was dumped, and ${input.validate.length} validation ${input.validate.length === 1 ? "query is" : "queries are"} run.`,
    ],
    expects: { dump: `${dump.name} ${dump.sha256}`, server: ready.engine },
    steps: stepsOf(input, dump, to),
    undo: null,
    nothingToDo: null,
    count: null,
    part: how === "drill" ? `drill ${dump.name}` : `database ${to}`,
  };
}

/** What apply needs of a dump that was chosen. */
export function stepsOf(input: RestoreInput, dump: KeptDump, to: string | null) {
  return {
    name: dump.name,
    sha256: dump.sha256,
    dataAt: dump.at,
    to,
    validate: input.validate.map((query) => ({ ...query })),
    rtoSeconds: input.rtoSeconds,
    rpoSeconds: input.rpoSeconds,
  };
}

async function expects(made: Plan, target: Target, see: DumpsRead): Promise<Readonly<Record<string, string>>> {
  const { name } = dumpSteps(made);
  const [ready, all] = await Promise.all([see.ready(target.placement), see.list(target.placement)]);
  const found = all.find((one) => one.name === name && one.fault === null);
  return { ...(found ? { dump: `${name} ${found.sha256}` } : {}), server: ready.engine };
}

/** What every server takes as a database's name without quoting it. */
export function refuseName(name: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return;
  throw new Refusal(
    "bad_argument",
    `“${name.slice(0, 80)}” is no name for a database.`,
    "Use lower-case letters, digits and underscores, at most 63, not beginning with a digit.",
  );
}
