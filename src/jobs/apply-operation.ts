import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import type { Caller } from "../domain/access/caller.ts";
import {
  beginApplying,
  beginVerifying,
  letGo,
  recordApplyTrouble,
  recordSlice,
  recordStep,
  recordUnreadable,
  stillApplying,
  takeTarget,
  takeUp,
} from "../domain/operation/applying.ts";
import type { OperationRecord, Run } from "../domain/operation/operation.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { measuredFor } from "./check-operation.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { actingFor, logReference, type OperationContext, toolsFor } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Thrown between two slices of a long step when a handler's time is up: the next one goes on. */
class ToBeContinued extends Error {
  readonly seconds: number;
  constructor(seconds = 0) {
    super();
    this.seconds = seconds;
  }
}

/** A handler ends within 30 s; a slice takes some seconds. */
const handlerMilliseconds = 18_000;

/** Thrown between two steps when a person has stopped the operation. */
class Stopped extends Error {}

const retrySeconds = 5;

/**
 * Carries out an approved operation: rights and world checked anew, the target locked, then step by step. Handed the
 * same job again after a crash it skips the steps that are recorded, and the operation is told that it was interrupted.
 */
export function applyOperation(context: Needs): JobHandler {
  return jobHandler({
    name: "apply-operation",
    handle: async ({ operationId: id }) => {
      const record = await context.transact((app) => app.operations.byId(id));
      if (record === null) return;
      await actingFor(context, record, async () => {
        // Stopped by a person between two slices: nothing goes on, and what is under way is cleared away.
        if (record.state === "ended" && (record.cursor ?? null) !== null) return carryOut(context, record);
        const isBegun = record.state === "applying";
        const begun = isBegun ? await context.transact((app) => takeUp(app, id)) : await begin(context, record);
        if (begun !== null) await carryOut(context, begun);
      });
    },
  });
}

async function begin(context: Needs, record: OperationRecord): Promise<OperationRecord | null> {
  if (record.state !== "approved" || record.plan === null) return null;
  const { plan, id } = record;
  try {
    const { operation, port, target } = toolsFor(context, record);
    const people = await identifyAll(context, record);
    const { taken, config } = await context.transact(async (app) => ({
      taken: await takeTarget(app, operation, id, people),
      config: app.config,
    }));
    if (taken === null || taken.state === "applying") return taken;
    const [seen, measured] = await Promise.all([
      operation.expectations(plan, target, port.read),
      measuredFor(context, config, record.target, plan.checklist ?? []),
    ]);
    return await context.transact((app) => beginApplying(app, id, seen, measured));
  } catch (error) {
    const isAnswer = error instanceof ProviderError || (error instanceof Refusal && error.code === "not_possible");
    if (!isAnswer) throw error;
    const why = error instanceof ProviderError ? providerTroubleInWords(error) : error.message;
    await context.transact((app) => recordUnreadable(app, id, why));
    return null;
  }
}

async function identifyAll(context: OperationContext, record: OperationRecord): Promise<ReadonlyMap<string, Caller>> {
  const ids = new Set([record.requesterId, ...record.approvals.map((approval) => approval.userId)]);
  const callers = await Promise.all(
    [...ids].map((userId) => context.identify(userId, { fresh: true, patienceSeconds: 10 })),
  );
  return new Map(callers.map((caller) => [caller.userId, caller]));
}

async function carryOut(context: OperationContext, record: OperationRecord): Promise<void> {
  const { id, plan } = record;
  if (plan === null) return;
  const { operation, port, target } = toolsFor(context, record);
  try {
    await operation.apply(plan, target, port.write, runFor(context, record));
    await context.transact((app) => beginVerifying(app, id));
  } catch (error) {
    if (error instanceof Stopped) return;
    if (error instanceof ToBeContinued) {
      await context.transact(async (app) => {
        await letGo(app, id);
        await app.jobs.add(
          "apply-operation",
          { operationId: id },
          { key: id, after: addSeconds(app.now, error.seconds) },
        );
      });
      return;
    }
    if (error instanceof Refusal && (error.code === "stale" || error.code === "try_again")) throw error;
    if (record.state === "ended") return clearAwayLater(context, record, error);
    const trouble =
      error instanceof ProviderError || (error instanceof Refusal && error.code === "not_possible")
        ? error
        : `something broke on our side (reference ${logReference(context, error, "An operation could not be applied", { operationId: id })}).`;
    await context.transact(async (app) => {
      if ((await recordApplyTrouble(app, id, trouble)) === "over") return;
      await app.jobs.add("apply-operation", { operationId: id }, { key: id, after: addSeconds(app.now, retrySeconds) });
    });
  }
}

/** So long after a person stopped it what is under way is tried to be cleared away. */
const clearingMinutes = 5;

async function clearAwayLater(context: OperationContext, record: OperationRecord, error: unknown): Promise<void> {
  const { id, endedAt } = record;
  await context.transact(async (app) => {
    if (endedAt === null || app.now > addMinutes(endedAt, clearingMinutes)) {
      logReference(context, error, "What a stopped operation had under way is left", { operationId: id });
      return;
    }
    await app.jobs.add("apply-operation", { operationId: id }, { key: id, after: addSeconds(app.now, retrySeconds) });
  });
}

function runFor(context: OperationContext, record: OperationRecord): Run {
  const done = new Set(record.stepsDone);
  let cursor = record.cursor ?? null;
  return {
    operationId: record.id,
    interrupted: (record.interruptions ?? 0) > 0,
    inDoubt: record.inDoubt === true,
    ...(record.appliedAt === null ? {} : { begunAt: record.appliedAt }),
    askedBy: record.requesterId,
    incidentId: record.incidentId,
    step: async (name, work) => {
      if (done.has(name)) return;
      if ((await context.transact((app) => stillApplying(app, record.id))) === null) throw new Stopped();
      await work();
      await context.transact((app) => recordStep(app, record.id, name));
      done.add(name);
    },
    slices: async (name, work, stopped) => {
      if ([...done].some((one) => one.startsWith(`${name}: `))) return;
      const started = performance.now();
      for (;;) {
        const now = await context.transact((app) => stillApplying(app, record.id));
        if (now === null) {
          await stopped?.();
          throw new Stopped();
        }
        const slice = await work(cursor, now);
        await context.transact((app) => recordSlice(app, record.id, name, slice));
        if (slice.cursor === null) {
          done.add(`${name}: ${slice.progress}`);
          cursor = null;
          return;
        }
        cursor = slice.cursor;
        const isLate = performance.now() - started > handlerMilliseconds;
        if (slice.waitSeconds !== undefined || isLate) throw new ToBeContinued(slice.waitSeconds);
      }
    },
  };
}
