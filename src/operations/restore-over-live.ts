import { against, utc } from "../domain/backup/backup.ts";
import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { DumpReadiness, DumpsRead, DumpsWrite } from "../domain/platform/dumps.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { chosenFormat, dumpName, dumpNow, roomRisk, scratchName } from "./dump-database.ts";
import {
  chosenDump,
  type DumpFacts,
  type DumpSteps,
  refuseRestorable,
  restoreSlice,
  stepsOf,
  stopRestore,
} from "./restore-dump.ts";
import { parseRestore, type RestoreInput, refuseChecks } from "./restore-input.ts";
import { checksInWords } from "./restore-instance.ts";
import { sizeInWords } from "./size-words.ts";

/** How the step begins with which the live one changes. */
const exchanged = "exchanged";

interface OverSteps extends DumpSteps {
  /** Under which the live one is kept. */
  readonly aside: string;
  /** For the name of the fresh backup. */
  readonly asked: string;
  readonly format: "custom" | "gzip";
}

/**
 * Restores a dump over the live database: a fresh dump of it first, the restore into a scratch database, both exchanged
 * by their names. What was live is kept under a dated name, so that there is a way back.
 */
export const restoreOverLive: Operation<RestoreInput, DumpsRead, DumpsWrite> = {
  name: "restore-over-live",
  verb: "restore-over-live",
  summary: "Restore a dump over the live database, which is backed up first and kept aside",
  targetKind: "database",
  ports: ["dumps"],
  parse: parseRestore,
  plan,
  expectations: async (made, target, see) => {
    const { name, aside } = overSteps(made);
    const [ready, all, taken] = await Promise.all([
      see.ready(target.placement),
      see.list(target.placement),
      see.restored(target.placement, aside, []),
    ]);
    const found = all.find((one) => one.name === name && one.fault === null);
    return {
      ...(found ? { dump: `${name} ${found.sha256}` } : {}),
      server: ready.engine,
      database: ready.database,
      "name to keep it under": taken === null ? "free" : "taken",
    };
  },
  apply: async (made, target, act, run) => {
    const steps = overSteps(made);
    const to = scratchName(run.operationId);
    const fresh = dumpName(target, steps.asked, run.operationId, steps.format);
    await dumpNow(act, target, run, { name: fresh, format: steps.format, asked: steps.asked });
    await run.slices(
      "restored",
      async (cursor, at) => {
        const slice = await restoreSlice(act, target, run, { ...steps, to }, cursor, at);
        const facts = slice.facts as DumpFacts | undefined;
        if (facts?.good !== false) return slice;
        await act.drop(target.placement, to, run.operationId);
        throw notGood(facts.looked ?? "");
      },
      () => stopRestore(act, target, run, to),
    );
    await run.step(`${exchanged}; what was live is kept as ${steps.aside}`, async () => {
      try {
        await act.swap(target.placement, to, steps.aside, run.operationId);
      } catch (error) {
        // A no for good: what was restored beside it is of no use any more, and as large as the live one.
        const isOver = error instanceof ProviderError && (error.fault === "refused" || error.fault === "denied");
        if (isOver) await act.drop(target.placement, to, run.operationId);
        throw error;
      }
    });
    // Where tables were exchanged rather than names, the emptied one is left.
    await run.step("scratch database dropped", () => act.drop(target.placement, to, run.operationId));
  },
  look: async (made, target, see) => {
    const { aside, dataAt, validate } = overSteps(made);
    return lookExchanged(target, see, { aside, validate, data: `data of ${utc(new Date(dataAt))}` });
  },
  keep: async (app, record, seen) => {
    const { name, dataAt, rtoSeconds, asked, format } = overSteps(record.plan as Plan);
    const facts = (record.facts ?? {}) as DumpFacts & {
      readonly dumped?: { readonly name: string; readonly sha256: string; readonly bytes: number };
    };
    const began = record.appliedAt ?? record.requestedAt;
    const seconds = (app.now.getTime() - began.getTime()) / 1000;
    const good = seen.verdict === "as-asked";
    const place = (seen.facts as { readonly place?: string } | undefined)?.place ?? "where dumps are put";
    if (facts.dumped) {
      await app.backups.keep({
        id: record.id,
        target: record.request.target,
        kind: "dump",
        name: facts.dumped.name,
        place,
        format,
        bytes: facts.dumped.bytes,
        sha256: facts.dumped.sha256,
        takenAt: new Date(asked),
        requesterId: record.requesterId,
        incidentId: record.incidentId,
        provedAt: null,
        proof: null,
      });
    }
    await app.backups.keepRestore({
      id: record.id,
      target: record.request.target,
      how: "restore",
      from: name,
      to: record.request.target.name,
      endedAt: app.now,
      seconds,
      dataAgeSeconds: (began.getTime() - Date.parse(dataAt)) / 1000,
      good,
      detail: `over the live database: ${seen.reason ?? seen.progress}; ${facts.looked ?? ""}; took ${against(seconds, rtoSeconds, "RTO")} with the fresh backup`,
    });
    if (good)
      await app.backups.proved(record.request.target, name, app.now, `restored over the live one: ${facts.looked}`);
  },
};

export interface SwapInput {
  /** The database that was set aside. */
  readonly from: string;
  /** Under which the one that is live now is kept. */
  readonly aside: string;
}

/** Puts a database that was set aside back in the place of the live one, which is kept aside in turn. */
export const swapDatabase: Operation<SwapInput, DumpsRead, DumpsWrite> = {
  name: "swap-database",
  verb: "restore-over-live",
  summary: "Put the database that was set aside back in the place of the live one",
  targetKind: "database",
  ports: ["dumps"],
  parse: (input) => {
    const given = (input ?? {}) as { readonly [key: string]: Json };
    const { from, aside } = given;
    if (
      typeof from === "string" &&
      typeof aside === "string" &&
      isAsideName(from) &&
      isAsideName(aside) &&
      from !== aside
    )
      return { from, aside };
    throw new Refusal("bad_argument", "It was not said which database to put back.", "Use Undo on the restore's card.");
  },
  plan: async ({ from, aside }, target, see) => {
    const [ready, there, taken] = await Promise.all([
      see.ready(target.placement),
      see.restored(target.placement, from, []),
      see.restored(target.placement, aside, []),
    ]);
    if (there === null)
      throw new Refusal("not_found", `There is no database ${from} any more.`, "Restore a backup instead.");
    if (taken !== null) throw new Refusal("not_possible", `There is a database ${aside} already.`, "Drop it first.");
    refuseSwap(ready);
    return {
      summary: `Put ${from} back in the place of ${target.name} in ${target.environment} (${ready.database})`,
      changes: [
        { label: `Database ${ready.database}`, from: "the restored one", to: from },
        { label: "What is live now", from: ready.database, to: aside },
      ],
      risks: [
        "Every session on the database is ended, and nobody gets in until the names are exchanged.",
        "What was written since the restore stays behind in the one set aside.",
      ],
      observed: [`${ready.engine}.`],
      expects: { server: ready.engine, database: ready.database, "database to put back": "there" },
      steps: { from, aside },
      undo: { operation: "swap-database", target: placeOf(target), input: { from: aside, aside: from } },
      undoLabel: `Back to ${aside}`,
      nothingToDo: null,
      count: null,
      confirm: "type",
      approvals: 1,
    };
  },
  expectations: async (made, target, see) => {
    const { from } = made.steps as unknown as SwapInput;
    const [ready, there] = await Promise.all([see.ready(target.placement), see.restored(target.placement, from, [])]);
    return {
      server: ready.engine,
      database: ready.database,
      "database to put back": there === null ? "gone" : "there",
    };
  },
  apply: async (made, target, act, run) => {
    const { from, aside } = made.steps as unknown as SwapInput;
    await run.step(`exchanged; what was live is kept as ${aside}`, () =>
      act.swap(target.placement, from, aside, run.operationId),
    );
  },
  look: async (made, target, see) => {
    const { aside } = made.steps as unknown as SwapInput;
    return lookExchanged(target, see, { aside, validate: [], data: "as it was set aside" });
  },
};

function overSteps(plan: Plan): OverSteps {
  return plan.steps as unknown as OverSteps;
}

function isAsideName(name: string): boolean {
  return /^[a-z0-9_]{1,63}$/.test(name) && /_(before|after)_\d{12}$/.test(name);
}

function placeOf(target: Target) {
  return { environment: target.environment, name: target.name };
}

function refuseSwap(ready: DumpReadiness): void {
  refuseRestorable(ready);
  if (ready.notSwappable.length === 0) return;
  throw new Refusal(
    "not_possible",
    ready.notSwappable.join(" "),
    "Restore it beside the live one, without `--over-live`, and point the service at it.",
  );
}

async function plan(input: RestoreInput, target: Target, see: DumpsRead): Promise<Plan> {
  const where = `${target.name} in ${target.environment}`;
  const [ready, dump] = await Promise.all([see.ready(target.placement), chosenDump(input, target, see)]);
  refuseSwap(ready);
  // Restored names are as servers take them unquoted, so the live one's may have to give some letters.
  const base = ready.database
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, "_")
    .slice(0, 40);
  const aside = `${base}_before_${input.stamp}`;
  const after = `${base}_after_${input.stamp}`;
  if ((await see.restored(target.placement, aside, [])) !== null) {
    throw new Refusal("not_possible", `There is a database ${aside} already.`, "Ask again in a minute.");
  }
  const format = chosenFormat(null, ready, where) === "custom" ? "custom" : "gzip";
  return {
    summary: `Restore ${where} of ${utc(new Date(dump.at))} over the live database ${ready.database}`,
    changes: [
      { label: `Database ${ready.database}`, from: "as it is now", to: dump.name },
      { label: "What is live now", from: ready.database, to: aside },
    ],
    risks: [
      `Everything written since ${utc(new Date(dump.at))} is missing afterwards; it stays in ${aside}.`,
      "Every session on the database is ended, and nobody gets in until the names are exchanged.",
      `It needs about ${sizeInWords(2 * ready.bytes)} more on the server's disk while it lasts.`,
      ...(ready.notSwapped ?? []),
      ...ready.risks,
      ...roomRisk(ready),
    ],
    observed: [
      `First a fresh dump of the live one is made (${format}). Then ${dump.name} is checked, restored beside it, compared and exchanged by name.`,
      `${ready.engine}, ${sizeInWords(ready.bytes)}.`,
    ],
    expects: {
      dump: `${dump.name} ${dump.sha256}`,
      server: ready.engine,
      database: ready.database,
      "name to keep it under": "free",
    },
    steps: { ...stepsOf(input, dump, null), aside, asked: input.asked, format },
    undo: { operation: "swap-database", target: placeOf(target), input: { from: aside, aside: after } },
    undoLabel: `Back to ${aside}`,
    undoAfter: exchanged,
    nothingToDo: null,
    count: null,
    confirm: "type",
    approvals: 1,
  };
}

async function lookExchanged(
  target: Target,
  see: DumpsRead,
  wanted: { readonly aside: string; readonly validate: OverSteps["validate"]; readonly data: string },
) {
  const { aside, validate, data } = wanted;
  const ready = await see.ready(target.placement);
  const [kept, live] = await Promise.all([
    see.restored(target.placement, aside, []),
    see.restored(target.placement, ready.database, validate),
  ]);
  const at = { events: [], reason: null, share: null, facts: { place: ready.place } };
  if (kept === null || live === null) {
    const reason = `There is no database ${kept === null ? aside : ready.database}.`;
    return { ...at, verdict: "failed" as const, progress: "not exchanged", reason };
  }
  const progress = `${ready.database} is ${data}, what was live is kept as ${aside}; ${checksInWords(live.checks, validate)}`;
  const refused = refuseChecks(live.checks);
  if (refused !== null) return { ...at, verdict: "failed" as const, progress, reason: `${progress}. ${refused}` };
  return { ...at, verdict: "as-asked" as const, progress, share: 1, final: true as const };
}

function notGood(found: string): ProviderError {
  return new ProviderError({
    provider: "Backups",
    operation: "restore",
    fault: "refused",
    code: "NotGood",
    message: `What was restored is not good enough to take the live one's place: ${found}. The live one was left alone.`,
  });
}
