import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { operationById, operationNamed, operationOf } from "./decision.ts";
import { isRunning } from "./lifecycle.ts";
import type { AnyOperation, OperationRecord } from "./operation.ts";
import type { Asked } from "./place.ts";
import { stateInWords } from "./record.ts";
import { requestOperation } from "./request.ts";

/** Whether an operation can be taken back now; where it has a way back that no longer fits, why not. */
export type Undo = { readonly possible: true } | { readonly possible: false; readonly reason: string | null };

/** Reads only what is recorded; whether the platform still is as it was left is seen when the undo is planned. */
export async function undoOf(app: App, record: OperationRecord): Promise<Undo> {
  if (record.state !== "ended" || !record.plan?.undo || record.appliedAt === null || !changedSomething(record)) {
    return { possible: false, reason: null };
  }
  const since = record.appliedAt;
  const others = await app.operations.list({ target: record.request.target, limit: 20 });
  const taken = others.find(
    (other) => other.undoOf === record.id && (isRunning(other) || other.outcome === "verified"),
  );
  if (taken) {
    return { possible: false, reason: `${taken.code} takes it back and is ${stateInWords(taken)}` };
  }
  const later = others.find(
    (other) =>
      other.id !== record.id &&
      other.appliedAt !== null &&
      other.appliedAt > since &&
      changedSomething(other) &&
      !isOfOneWhole(record, other),
  );
  if (later) return { possible: false, reason: `${later.code} has changed it since` };
  return { possible: true };
}

/** The steps of one whole were meant to follow one another: a later one does not stand in the way of taking one back. */
function isOfOneWhole(record: OperationRecord, other: OperationRecord): boolean {
  return record.partOf !== undefined && record.partOf.id === other.partOf?.id && other.undoOf !== record.id;
}

function changedSomething(record: OperationRecord): boolean {
  const after = record.plan?.undoAfter ?? "";
  // A call whose answer is not known may have been that step.
  const reached = record.inDoubt === true || record.stepsDone.some((step) => step.startsWith(after));
  return (
    record.stepsDone.length > 0 && reached && record.outcome !== "failed-no-change" && record.outcome !== "cancelled"
  );
}

/** Asks for the way back, through the same door as any other ask: it is planned, ruled on and confirmed anew. */
export async function undoOperation(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
  asked: Asked,
): Promise<OperationRecord> {
  const record = await operationById(app, id);
  const undo = await undoOf(app, record);
  if (!undo.possible || !record.plan?.undo) {
    const reason = undo.possible ? null : undo.reason;
    throw new Refusal(
      "not_possible",
      reason === null
        ? `${record.code} changed nothing that could be undone.`
        : `${record.code} can no longer be undone: ${reason}.`,
      reason === null ? null : "Ask for the change you want instead.",
    );
  }
  return requestOperation(app, {
    operation: operationNamed(operations, record.plan.undo.operation),
    target: record.target,
    input: record.plan.undo.input,
    reason: null,
    caller,
    asked,
    skipConfirm: false,
    undoOf: record.id,
  });
}

/** Asks the same again for one that was refused, expired or out of date, by whoever presses it; with the glass broken where they say why. */
export async function planAgain(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
  asked: Asked,
  breakGlass: string | null = null,
): Promise<OperationRecord> {
  const record = await operationById(app, id);
  if (isRunning(record)) throw new Refusal("already_done", `${record.code} is ${stateInWords(record)}.`);
  return requestOperation(app, {
    operation: operationOf(operations, record),
    target: record.target,
    input: record.request.input,
    reason: record.reason,
    caller,
    asked,
    skipConfirm: false,
    breakGlass,
    ...(record.undoOf === null ? {} : { undoOf: record.undoOf }),
    ...(record.changeId ? { change: record.changeId } : {}),
  });
}
