import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { decide, refuseStrangers } from "../access/policy.ts";
import { isOneOf, notOneOf } from "../access/principal.ts";
import { isSamePerson } from "../access/same-person.ts";
import { type Proof, shownFor } from "../factor/proof.ts";
import { mustPass } from "../guard/standing.ts";
import type { App } from "../ports.ts";
import { mustBeChecked } from "../release-care/checklist.ts";
import { hasBegun, isRunning } from "./lifecycle.ts";
import { type AnyOperation, lockName, type OperationRecord, type Ruling, targetName } from "./operation.ts";
import { planHash } from "./plan-hash.ts";
import { advance, end, leaveMarks, type Mark, stateInWords } from "./record.ts";
import { actionOf, approvalHolds, questionOf, rolesFor, rule } from "./rights.ts";
import { countsFor, isEnough } from "./whole-ruling.ts";

/** Finds an operation by its id; a button of one that is gone is told so. */
export async function operationById(app: App, id: string): Promise<OperationRecord> {
  const operation = await app.operations.byId(id);
  if (operation === null) throw new Refusal("not_found", "This operation is not known here any more.");
  return operation;
}

/** The operation a record was made with; throws where this version of the product no longer has it. */
export function operationOf(operations: readonly AnyOperation[], record: OperationRecord): AnyOperation {
  return operationNamed(operations, record.request.operation);
}

/** The operation by that name; throws where this version of the product has none. */
export function operationNamed(operations: readonly AnyOperation[], name: string): AnyOperation {
  const operation = operations.find((candidate) => candidate.name === name);
  if (!operation) throw new Refusal("not_possible", `This version knows no operation "${name}".`);
  return operation;
}

/** Whether the caller's word on it counts now, and by which ruling; throws what the word itself would. */
export async function mayConfirm(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
): Promise<{ readonly record: OperationRecord; readonly ruling: Ruling }> {
  const record = await operationById(app, id);
  if (record.requesterId !== caller.userId) {
    throw new Refusal("not_yours", `Only <@${record.requesterId}>, who asked for ${record.code}, can confirm it.`);
  }
  mustBe(record, "planned", app.now);
  const ruling = await rule(app, operationOf(operations, record), {
    target: record.target,
    caller,
    incidentId: record.incidentId,
    count: record.plan?.count ?? null,
    confirm: record.plan?.confirm,
    approvals: record.plan?.approvals,
    breakGlass: record.breakGlass,
    changeId: record.changeId,
    sequence: record.plan?.sequence,
  });
  await mustBeChecked(app, record);
  return { record, ruling };
}

/**
 * The requester's click on the plan they see: it then waits for approval where the policy wants one, else starts.
 * `typed` is the target's name where the policy wants it typed, `proof` the second factor where it wants one.
 */
export async function confirmOperation(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
  typed: string | null = null,
  proof: Proof | null = null,
): Promise<OperationRecord> {
  const { record, ruling } = await mayConfirm(app, operations, id, caller);
  mustBeTyped(record, ruling, typed);
  const factor = shownFor(record, ruling, caller.userId, proof);
  await mustBeFree(app, record);
  const shown = factor === null ? {} : { confirmedWith: { factor, planHash: hashNow(record) } };
  const details = factor === null ? {} : { secondFactor: factor };
  if (ruling.approvals > 0) {
    return advance(app, record, "awaiting-approval", {
      by: caller.userId,
      action: "operation.confirmed",
      details,
      timeline: "confirmed, waiting for approval",
      changes: { ruling, ...shown },
    });
  }
  return release(app, record, ruling, {
    by: caller.userId,
    action: "operation.confirmed",
    details,
    timeline: "confirmed",
    changes: shown,
  });
}

/** Throws where the policy wants the target's name typed and it was not. */
export function mustBeTyped(record: OperationRecord, ruling: Ruling, typed: string | null): void {
  if (ruling.confirm !== "type" || typed?.trim() === record.target.name) return;
  throw new Refusal(
    "needs_confirmation",
    `Type ${record.target.name} exactly to confirm.`,
    null,
    typed === null ? null : "name",
  );
}

/** Whether the caller's approval counts now, by which ruling, beside which others; throws what approving would. */
export async function mayApproveNow(app: App, id: string, caller: Caller) {
  const record = await operationById(app, id);
  const ruling = await mustMayApprove(app, record, caller, "approve");
  const standing = record.approvals.filter((approval) => approvalHolds(approval, ruling, app.now));
  const known = await app.people.known(standing.map(({ userId }) => userId));
  const own = standing.find(({ userId }) =>
    isSamePerson(app.config.people, caller, known.get(userId) ?? { userId, email: null }),
  );
  if (own) throw new Refusal("already_done", `You have approved ${record.code} already.`);
  await mustPass(app, {
    action: actionOf(record.request.operation),
    target: record.target,
    callerId: record.requesterId,
    incidentId: record.incidentId,
    lifted: record.breakGlass?.lifts ?? [],
  });
  // What was ticked may have been taken back, and what was proven may hold no longer.
  await mustBeChecked(app, record);
  return { record, ruling, standing };
}

/** Another person's yes to exactly this plan, with their second factor where the policy wants one; the last one needed starts it. */
export async function approveOperation(
  app: App,
  id: string,
  caller: Caller,
  proof: Proof | null = null,
): Promise<OperationRecord> {
  const { record, ruling, standing } = await mayApproveNow(app, id, caller);
  const factor = shownFor(record, ruling, caller.userId, proof);
  await mustBeFree(app, record);
  const rules = countsFor(ruling, caller, await rolesFor(app, record, caller.userId));
  const shown = { ...(factor === null ? {} : { factor }), ...(rules === null ? {} : { rules }) };
  const details = factor === null ? {} : { secondFactor: factor };
  const approval = { userId: caller.userId, at: app.now, planHash: hashNow(record), ...shown };
  const approvals = [...standing, approval];
  const words = ruling.approvals > 1 ? `approved (${approvals.length} of ${ruling.approvals})` : "approved";
  if (isEnough(ruling, approvals)) {
    const mark = { by: caller.userId, action: "operation.approved", details, timeline: words };
    return release(app, { ...record, approvals }, ruling, mark);
  }
  const updated = await app.operations.update(record, { approvals });
  await leaveMarks(app, updated, {
    by: caller.userId,
    action: "operation.approved",
    details: { approvals: approvals.length, needed: ruling.approvals, planHash: approval.planHash, ...details },
    timeline: words,
  });
  return updated;
}

/** Another person's no: the operation is over. */
export async function rejectOperation(app: App, id: string, caller: Caller): Promise<OperationRecord> {
  const record = await operationById(app, id);
  await mustMayApprove(app, record, caller, "reject");
  return advance(app, record, "refused", {
    by: caller.userId,
    action: "operation.rejected",
    timeline: "rejected",
    changes: { detail: `Rejected by <@${caller.userId}>.`, endedAt: app.now },
  });
}

/** Calls it off before anything was changed. */
export async function cancelOperation(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
): Promise<OperationRecord> {
  const record = await operationById(app, id);
  if (hasBegun(record)) return stopOperation(app, operations, id, caller);
  mustRun(record);
  await mustMayStop(app, operations, record, caller);
  return end(
    app,
    record,
    "cancelled",
    `Cancelled by <@${caller.userId}>; nothing was changed.`,
    caller.userId,
    "cancelled",
  );
}

/** Stops watching one that has begun. Nothing is taken back, and the record says what was already done. */
export async function stopOperation(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
): Promise<OperationRecord> {
  const record = await operationById(app, id);
  if (!hasBegun(record)) return cancelOperation(app, operations, id, caller);
  await mustMayStop(app, operations, record, caller);
  return stopNow(app, record, `by <@${caller.userId}>`, caller.userId);
}

/** Ends one that runs because somebody stopped it, with what was done by then; `how` follows "Stopped". */
export async function stopNow(
  app: App,
  record: OperationRecord,
  how: string,
  userId: string,
): Promise<OperationRecord> {
  if (!hasBegun(record)) {
    return end(app, record, "cancelled", `Stopped ${how}; nothing was changed.`, userId, "cancelled");
  }
  if (record.state === "verifying") {
    const done = `Stopped ${how}. The change is made (${doneInWords(record)}) and was not seen steady yet.`;
    return end(app, record, "applied-not-verified", done, userId, "stopped while it was being verified");
  }
  if (record.cursor !== undefined && record.cursor !== null) {
    const done = `Stopped ${how} partway: ${record.progress ?? "not known how far"}. What is left was not touched.`;
    // What it has under way is stopped where it is.
    await app.jobs.add("apply-operation", { operationId: record.id }, { key: record.id });
    return end(app, record, "failed-partial", done, userId, "stopped partway");
  }
  if (record.stepsDone.length > 0) {
    const done = `Stopped ${how} partway. Already done: ${doneInWords(record)}.`;
    return end(app, record, "failed-partial", done, userId, "stopped partway");
  }
  // A call may be on its way at this very moment, so that "nothing was changed" would be a guess.
  const done = `Stopped ${how} as it began; the first change may still reach the platform.`;
  return end(app, record, "applied-not-verified", done, userId, "stopped as it began");
}

function doneInWords(record: OperationRecord): string {
  return record.stepsDone.length > 0 ? record.stepsDone.join(", ") : "all steps";
}

async function release(app: App, record: OperationRecord, ruling: Ruling, mark: Mark): Promise<OperationRecord> {
  const approved = await advance(app, record, "approved", {
    ...mark,
    details: { rule: ruling.rule, planHash: record.planHash, ...mark.details },
    changes: { ruling, approvals: record.approvals, ...mark.changes },
  });
  await app.jobs.add("apply-operation", { operationId: record.id }, { key: record.id });
  return approved;
}

async function mustMayApprove(
  app: App,
  record: OperationRecord,
  caller: Caller,
  verb: "approve" | "reject",
): Promise<Ruling> {
  refuseStrangers(caller);
  if (isSamePerson(app.config.people, caller, record.caller)) {
    throw new Refusal(
      "not_yours",
      `You asked for ${record.code} yourself, so somebody else must ${verb} it.`,
      "To call it off, press Cancel.",
    );
  }
  mustBe(record, "awaiting-approval", app.now);
  const { ruling } = record;
  if (ruling === null) throw new Refusal("stale", `${record.code} has no ruling to ${verb}.`, "Plan it again.");
  if (!isOneOf(caller, ruling.approvers, await rolesFor(app, record, caller.userId))) {
    throw notOneOf(caller, ruling.approvers, { before: `Denied: “${ruling.rule}” wants approval by` });
  }
  return ruling;
}

async function mustMayStop(
  app: App,
  operations: readonly AnyOperation[],
  record: OperationRecord,
  caller: Caller,
): Promise<void> {
  refuseStrangers(caller);
  if (record.requesterId === caller.userId) return;
  const roles = await rolesFor(app, record, caller.userId);
  if (record.ruling !== null && isOneOf(caller, record.ruling.approvers, roles)) return;
  // What holds up changes holds up nobody who stops one.
  const { target, incidentId } = record;
  const question = await questionOf(app, operationOf(operations, record), { target, caller, incidentId, count: null });
  decide(app.config.policy, question, ["window"]);
}

function mustRun(record: OperationRecord): void {
  if (!isRunning(record)) throw new Refusal("already_done", `${record.code} is ${stateInWords(record)}.`);
}

function mustBe(record: OperationRecord, state: "planned" | "awaiting-approval", now: Date): void {
  if (record.state !== state) {
    throw new Refusal(
      record.state === "expired" ? "expired" : "already_done",
      `${record.code} is ${stateInWords(record)}.`,
      isRunning(record) ? null : "Plan it again to go on.",
    );
  }
  if (record.expiresAt !== null && record.expiresAt <= now) {
    throw new Refusal("expired", `The plan of ${record.code} is too old to act on.`, "Plan it again.");
  }
}

/** Refuses while another operation runs on the same target, or on one of its steps. */
async function mustBeFree(app: App, record: OperationRecord): Promise<void> {
  for (const one of [record, ...(record.plan?.sequence ?? [])]) {
    const holder = await app.locks.holder(lockName(one));
    if (holder === null || holder === record.id) continue;
    const other = await app.operations.byId(holder);
    throw new Refusal(
      "locked",
      `${targetName(one.target)} is taken by ${other?.code ?? "another operation"}, which is running.`,
      "Press again when it is over.",
    );
  }
}

function hashNow(record: OperationRecord): string {
  if (record.plan === null) throw new Refusal("stale", `${record.code} has no plan yet.`);
  const hash = planHash(record.request, record.target, record.plan);
  if (hash !== record.planHash) {
    throw new Refusal("stale", `The plan of ${record.code} is not the one that was shown.`, "Plan it again.");
  }
  return hash;
}
