import { expired, newestGood, utc } from "../domain/backup/backup.ts";
import { smallDatabaseBytes } from "../domain/backup/settings.ts";
import type { Json, Operation, Plan, Run, Sighting, Target } from "../domain/operation/operation.ts";
import { targetName } from "../domain/operation/operation.ts";
import {
  type DumpFile,
  type DumpFormat,
  type DumpReadiness,
  type DumpsRead,
  type DumpsWrite,
  dumpEndings,
  dumpFormats,
  type KeptDump,
  type RestoreReport,
} from "../domain/platform/dumps.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { sizeInWords } from "./size-words.ts";

export interface DumpInput {
  /** Own dumps from before this moment may go, ISO 8601. */
  readonly expireBefore: string;
  /** Null: custom where there is that, else gzip. */
  readonly format: DumpFormat | null;
  /** Whether it is restored for a test; null: where the database is small. */
  readonly testRestore: boolean | null;
  /** The moment it was asked for, ISO 8601. */
  readonly asked: string;
}

interface Steps {
  readonly format: DumpFormat;
  readonly asked: string;
  readonly testRestore: boolean;
  readonly expired: readonly string[];
}

/** What apply found out, as it is recorded. */
interface Facts {
  readonly file?: DumpFile;
  readonly proof?: string | null;
  readonly provedAt?: string | null;
}

/** Has the server's own client program write a dump, reads it back, and then lets own ones that are too old go. */
export const dumpDatabase: Operation<DumpInput, DumpsRead, DumpsWrite> = {
  name: "dump-database",
  verb: "backup",
  summary: "Back a database up: a snapshot, or a dump",
  targetKind: "database",
  ports: ["dumps"],
  parse,
  plan,
  expectations: async (_plan, target, see) => expects(await see.ready(target.placement)),
  apply: async (plan, target, act, run) => {
    const { testRestore, expired: old, ...steps } = plan.steps as unknown as Steps;
    const name = dumpName(target, steps.asked, run.operationId, steps.format);
    const file = await dumpNow(act, target, run, { name, format: steps.format, asked: steps.asked });
    if (testRestore) await tryOut(act, target, run, file);
    for (const one of old) await run.step(`deleted ${one}`, () => act.remove(target.placement, one));
  },
  look: async (made, target, see, _since, operationId) => {
    const { asked, format, expired: old } = made.steps as unknown as Steps;
    return lookAtDump(dumpName(target, asked, operationId ?? "", format), target, see, old);
  },
  keep: async (app, record, seen) => {
    const facts = (record.facts ?? {}) as Facts;
    const file = seen.facts as unknown as (DumpFile & { readonly place: string }) | undefined;
    if (!file || seen.verdict !== "as-asked") return;
    await app.backups.keep({
      id: record.id,
      target: record.request.target,
      kind: "dump",
      name: file.name,
      place: file.place,
      format: file.format,
      bytes: file.bytes,
      sha256: file.sha256,
      takenAt: new Date(file.at),
      requesterId: record.requesterId,
      incidentId: record.incidentId,
      provedAt: facts.provedAt ? new Date(facts.provedAt) : null,
      proof: facts.proof ?? null,
    });
  },
};

/** production-postgres-20261122T100512Z-0123456789ab.dump: what it is of, when, and the end of the operation's id. */
export function dumpName(target: Target, asked: string, operationId: string, format: DumpFormat): string {
  const stamp = `${asked.slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const mark = operationId.replaceAll("-", "").toLowerCase().slice(-12);
  return `${targetName(target).replaceAll(/[^\w]+/g, "-")}-${stamp}-${mark}${dumpEndings[format]}`;
}

/** A dump as far as choosing goes: one without rows restores nothing that matters. */
export function keptOf(one: KeptDump) {
  return { ...one, at: new Date(one.at), good: one.fault === null && one.format !== "schema", own: true };
}

/** Dumps in slices; a restart goes on waiting for the run, or begins it anew. Answers what was written. */
export async function dumpNow(
  act: DumpsWrite,
  target: Target,
  run: Run,
  job: { readonly name: string; readonly format: DumpFormat; readonly asked: string },
): Promise<string> {
  await run.slices(
    "dumped",
    async (cursor, at) => {
      const began = (cursor as { readonly began: string } | null)?.began ?? at.toISOString();
      const seen = await act.dump(target.placement, {
        operation: run.operationId,
        name: job.name,
        format: job.format,
        at: began,
      });
      if (!seen.done || seen.file === null) {
        return { cursor: { began }, progress: `dumping: ${seen.text}`, share: null };
      }
      const { file } = seen;
      return {
        cursor: null,
        progress: `${file.name}, ${sizeInWords(file.bytes)}, listed`,
        share: 1,
        facts: { dumped: { name: file.name, sha256: file.sha256, bytes: file.bytes } },
      };
    },
    () => act.stop(target.placement, run.operationId),
  );
  return job.name;
}

/** Restores what was just written into a scratch database, compares, and drops it again. */
async function tryOut(act: DumpsWrite, target: Target, run: Run, name: string): Promise<void> {
  const scratch = scratchName(run.operationId);
  await run.slices(
    "test-restored",
    async (cursor, at) => {
      const began = (cursor as { readonly began: string } | null)?.began ?? at.toISOString();
      const found = await act.dump(target.placement, dumpedAlready(run, name, began));
      const sha256 = found.file?.sha256;
      if (sha256 === undefined) return { cursor: { began }, progress: `dumping: ${found.text}`, share: null };
      const seen = await act.restore(target.placement, {
        operation: run.operationId,
        name,
        sha256,
        to: scratch,
        validate: [],
      });
      if (!seen.done || seen.restored === null) {
        return { cursor: { began }, progress: `test restore: ${seen.text}`, share: null };
      }
      const proof = reportInWords(seen.restored);
      if (seen.restored.differences.length > 0) {
        await act.drop(target.placement, scratch, run.operationId);
        await act.remove(target.placement, name);
        throw differs(name, proof);
      }
      return {
        cursor: null,
        progress: proof,
        share: 1,
        facts: { proof: `test-restored: ${proof}`, provedAt: at.toISOString() },
      };
    },
    async () => {
      await act.stop(target.placement, run.operationId);
      await act.drop(target.placement, scratch, run.operationId);
    },
  );
  await run.step("scratch database dropped", () => act.drop(target.placement, scratch, run.operationId));
}

function differs(name: string, found: string): ProviderError {
  return new ProviderError({
    provider: "Backups",
    operation: "test restore",
    fault: "refused",
    code: "Differs",
    message: `What was restored of ${name} is not what was dumped: ${found}. It was removed; older dumps were kept.`,
  });
}

/** The job that is done: asked again, it answers with what was written. */
function dumpedAlready(run: Run, name: string, at: string) {
  const format = dumpFormats.findLast((one) => name.endsWith(dumpEndings[one])) ?? "custom";
  return { operation: run.operationId, name, format, at };
}

/** A name for a database that goes again; made of the operation's id, so that a repeated call finds its own. */
export function scratchName(operationId: string): string {
  return `tocsin_scratch_${operationId.replaceAll("-", "").toLowerCase().slice(-12)}`;
}

/** "12 tables, 40,211 rows as dumped" */
export function reportInWords(report: RestoreReport): string {
  const counted = `${report.tables} ${report.tables === 1 ? "table" : "tables"}, ${report.rows.toLocaleString("en-US")} rows as dumped`;
  if (report.differences.length === 0) return counted;
  const some = report.differences.slice(0, 3).join("; ");
  const more = report.differences.length > 3 ? `; and ${report.differences.length - 3} more` : "";
  return `${counted}, but ${some}${more}`;
}

function parse(input: Json): DumpInput {
  const given = (input ?? {}) as { readonly [key: string]: Json };
  const moment = (key: string) => {
    const value = given[key];
    if (typeof value === "string" && !Number.isNaN(Date.parse(value))) return value;
    throw new Refusal("bad_argument", "It was not said when it was asked for.", "Ask for it with `/ops backup`.");
  };
  const format = given.format ?? null;
  if (format !== null && !dumpFormats.includes(format as DumpFormat)) {
    throw new Refusal(
      "bad_argument",
      `There is no format “${String(format).slice(0, 40)}”.`,
      `Say one of ${dumpFormats.join(", ")}.`,
    );
  }
  return {
    expireBefore: moment("expireBefore"),
    asked: moment("asked"),
    format: format as DumpFormat | null,
    testRestore: typeof given.testRestore === "boolean" ? given.testRestore : null,
  };
}

async function plan(input: DumpInput, target: Target, see: DumpsRead): Promise<Plan> {
  const where = `${target.name} in ${target.environment}`;
  const [ready, listed] = await Promise.all([see.ready(target.placement), see.list(target.placement)]);
  const format = chosenFormat(input.format, ready, where);
  const all = listed.map(keptOf);
  const newest = newestGood(all);
  const old = expired(all, new Date(input.expireBefore));
  const isTried =
    format !== "schema" &&
    (input.testRestore ?? (ready.bytes <= smallDatabaseBytes && ready.notRestorable.length === 0));
  return {
    summary: `Dump ${where} (${ready.database}) as ${format} to ${ready.place}`,
    changes: [
      {
        label: "Newest good dump",
        from: newest ? utc(newest.at) : "none",
        to: format === "schema" ? "the same" : "now",
      },
      ...(old.length > 0
        ? [
            {
              label: `Own dumps older than ${utc(new Date(input.expireBefore))}`,
              from: String(old.length),
              to: "deleted",
            },
          ]
        : []),
    ],
    risks: [
      ...ready.risks,
      ...roomRisk(ready),
      ...(isTried
        ? [`The test restore needs up to ${sizeInWords(ready.bytes)} on the server's disk for as long as it lasts.`]
        : []),
      ...(format === "schema" ? ["It holds no rows: it is no backup of the data."] : []),
    ],
    observed: [
      `${ready.engine}, ${sizeInWords(ready.bytes)}; by ${ready.program}.`,
      isTried
        ? "It is listed, restored into a scratch database, compared table by table, and dropped again."
        : ["It is listed; it is not restored for a test.", ...ready.notRestorable].join(" "),
    ],
    expects: expects(ready),
    steps: { format, asked: input.asked, testRestore: isTried, expired: old.map((one) => one.name) },
    undo: null,
    nothingToDo: null,
    count: null,
    part: "dump",
  };
}

/** The format asked for, or the usual one; refuses one that this kind of server has not. */
export function chosenFormat(asked: DumpFormat | null, ready: DumpReadiness, where: string): DumpFormat {
  if (asked === null) return ready.formats[0] ?? "gzip";
  if (ready.formats.includes(asked)) return asked;
  throw new Refusal(
    "not_possible",
    `${where} is a ${ready.engine}, which has no dumps of format ${asked}.`,
    `Say one of ${ready.formats.join(", ")}.`,
  );
}

/** Said where what is free may not do for a dump as large as the database. */
export function roomRisk(ready: DumpReadiness): readonly string[] {
  if (ready.freeBytes === null || ready.freeBytes > ready.bytes) return [];
  return [`${ready.place} has ${sizeInWords(ready.freeBytes)} free, and the database has ${sizeInWords(ready.bytes)}.`];
}

function expects(ready: DumpReadiness): Readonly<Record<string, string>> {
  return { database: ready.database, server: ready.engine, place: ready.place };
}

async function lookAtDump(name: string, target: Target, see: DumpsRead, old: readonly string[]): Promise<Sighting> {
  const [all, { place }] = await Promise.all([see.list(target.placement), see.ready(target.placement)]);
  const own = all.find((one) => one.name === name);
  const seen = { events: [], share: null, reason: null };
  if (!own) {
    const reason = `${place} holds no ${name}.`;
    return { ...seen, verdict: "failed", progress: "not there", reason };
  }
  if (own.fault !== null) {
    return { ...seen, verdict: "failed", progress: "damaged", reason: `${name}: ${own.fault}. It is no backup.` };
  }
  const left = all.filter((one) => old.includes(one.name));
  const still = left.length > 0 ? `; not deleted yet: ${left.map((one) => one.name).join(", ")}` : "";
  const { rows, fault: _, ...file } = own;
  const tables = Object.keys(rows).length;
  const counted = tables === 0 ? "" : `, ${tables} ${tables === 1 ? "table" : "tables"}`;
  return {
    ...seen,
    verdict: "as-asked",
    progress: `${name} lies in ${place}: ${sizeInWords(own.bytes)}, data of ${utc(new Date(own.at))}${counted}${still}`,
    share: 1,
    final: true,
    facts: { ...file, place } as unknown as Json,
  };
}
