import { addSeconds } from "date-fns/addSeconds";
import type { Caller } from "../domain/access/caller.ts";
import {
  beginApplying,
  beginVerifying,
  isStillApplying,
  recordApplyTrouble,
  recordSlice,
  recordStep,
  recordUnreadable,
  takeTarget,
} from "../domain/operation/applying.ts";
import type { OperationRecord, Run } from "../domain/operation/operation.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { logReference, type OperationContext, toolsFor } from "./operation-context.ts";

/** Thrown between two slices of a long step when a handler's time is up: the next one goes on. */
class ToBeContinued extends Error {}

/** A handler ends within 30 s; a slice takes some seconds. */
const handlerMilliseconds = 18_000;

/** Thrown between two steps when a person has stopped the operation. */
class Stopped extends Error {}

const retrySeconds = 5;

/**
 * Carries out an approved operation: rights and world checked anew, the target locked, then step by step. Handed the
 * same job again after a crash it skips the steps that are recorded.
 */
export function applyOperation(context: OperationContext): JobHandler {
  return jobHandler({
    name: "apply-operation",
    handle: async ({ operationId: id }) => {
      const record = await context.transact((app) => app.operations.byId(id));
      if (record === null) return;
      const begun = record.state === "applying" ? record : await begin(context, record);
      if (begun !== null) await carryOut(context, begun);
    },
  });
}

async function begin(context: OperationContext, record: OperationRecord): Promise<OperationRecord | null> {
  if (record.state !== "approved" || record.plan === null) return null;
  const { plan, id } = record;
  try {
    const { operation, port, target } = toolsFor(context, record);
    const people = await identifyAll(context, record);
    const taken = await context.transact((app) => takeTarget(app, operation, id, people));
    if (taken === null || taken.state === "applying") return taken;
    const seen = await operation.expectations(plan, target, port.read);
    return await context.transact((app) => beginApplying(app, id, seen));
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
      await context.transact((app) => app.jobs.add("apply-operation", { operationId: id }, { key: id }));
      return;
    }
    if (error instanceof Refusal && (error.code === "stale" || error.code === "try_again")) throw error;
    const trouble =
      error instanceof ProviderError
        ? error
        : `something broke on our side (reference ${logReference(context, error, "An operation could not be applied", { operationId: id })}).`;
    await context.transact(async (app) => {
      if ((await recordApplyTrouble(app, id, trouble)) === "over") return;
      await app.jobs.add("apply-operation", { operationId: id }, { key: id, after: addSeconds(app.now, retrySeconds) });
    });
  }
}

function runFor(context: OperationContext, record: OperationRecord): Run {
  const done = new Set(record.stepsDone);
  return {
    operationId: record.id,
    step: async (name, work) => {
      if (done.has(name)) return;
      if (!(await context.transact((app) => isStillApplying(app, record.id)))) throw new Stopped();
      await work();
      await context.transact((app) => recordStep(app, record.id, name));
      done.add(name);
    },
    slices: async (name, work) => {
      if ([...done].some((one) => one.startsWith(`${name}: `))) return;
      let cursor = record.cursor ?? null;
      const started = performance.now();
      for (;;) {
        if (!(await context.transact((app) => isStillApplying(app, record.id)))) throw new Stopped();
        const slice = await work(cursor);
        await context.transact((app) => recordSlice(app, record.id, name, slice));
        if (slice.cursor === null) return;
        cursor = slice.cursor;
        if (performance.now() - started > handlerMilliseconds) throw new ToBeContinued();
      }
    },
  };
}
