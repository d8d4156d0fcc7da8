import { addMinutes } from "date-fns/addMinutes";
import { type ProviderError, Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { isOneOf } from "../access/principal.ts";
import type { App } from "../ports.ts";
import { type AnyOperation, lockName, type OperationRecord, type Slice, targetName } from "./operation.ts";
import { planHash } from "./plan-hash.ts";
import { refuse } from "./planning.ts";
import { advance, end, itself, leaveMarks, redraw, redrawNeighbours } from "./record.ts";
import { rolesFor, rule } from "./rights.ts";
import { changedNothing, providerTroubleInWords } from "./trouble.ts";

/** How long a change whose call got no answer is tried again before it is given up. */
const retryMinutes = 2;

/**
 * Takes the target's lock for an approved operation, with everybody's rights as they are this moment. Null when it
 * is not to go on: refused, out of date, or over. One that was already running is handed back to be resumed.
 */
export async function takeTarget(
  app: App,
  operation: AnyOperation,
  id: string,
  people: ReadonlyMap<string, Caller>,
): Promise<OperationRecord | null> {
  const record = await app.operations.byId(id);
  if (record === null) return null;
  if (record.state === "applying") return record;
  if (record.state !== "approved" || record.plan === null) return null;
  const refusal = await whyNotAllowed(app, operation, record, people);
  if (refusal !== null) {
    await app.locks.release(lockName(record), id);
    await refuse(app, record, refusal, {});
    return null;
  }
  const lock = await app.locks.take(lockName(record), id);
  if (!lock.taken) {
    const holder = await app.operations.byId(lock.operationId);
    await outdate(app, record, `${holder?.code ?? "Another operation"} started on ${targetName(record.target)} first.`);
    return null;
  }
  return record;
}

async function whyNotAllowed(
  app: App,
  operation: AnyOperation,
  record: OperationRecord,
  people: ReadonlyMap<string, Caller>,
): Promise<Refusal | null> {
  const requester = people.get(record.requesterId);
  if (requester === undefined) {
    return new Refusal("not_allowed", "Slack did not say who asked for this.", "Plan it again.");
  }
  try {
    const ruling = await rule(app, operation, {
      target: record.target,
      caller: requester,
      incidentId: record.incidentId,
      count: record.plan?.count ?? null,
    });
    const hash = record.plan === null ? null : planHash(record.request, record.target, record.plan);
    let valid = 0;
    for (const approval of record.approvals) {
      const approver = people.get(approval.userId);
      const holds = approver !== undefined && approval.userId !== record.requesterId && approval.planHash === hash;
      if (holds && isOneOf(approver, ruling.approvers, await rolesFor(app, record, approval.userId))) valid += 1;
    }
    if (valid >= ruling.approvals) return null;
    return new Refusal(
      "not_allowed",
      `Denied: “${ruling.rule}” wants ${ruling.approvals} ${ruling.approvals === 1 ? "approval" : "approvals"} and ${valid} of those given still hold.`,
      "Plan it again.",
    );
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/**
 * Starts the change when the world is still as the plan saw it; otherwise the plan is out of date and says what
 * moved. Answers null when it is not to go on.
 */
export async function beginApplying(
  app: App,
  id: string,
  seen: Readonly<Record<string, string>>,
): Promise<OperationRecord | null> {
  const record = await app.operations.byId(id);
  if (record?.state !== "approved" || record.plan === null) return null;
  const moved = whatMoved(record.plan.expects, seen);
  if (moved.length > 0) {
    await outdate(app, record, `Since the plan was made, ${moved.join("; ")}.`);
    return null;
  }
  return advance(app, record, "applying", {
    by: itself,
    action: "operation.applying",
    details: { planHash: record.planHash },
    timeline: `started: ${record.plan.summary}`,
    changes: { appliedAt: app.now, progress: "starting" },
  });
}

/** The world could not be read again just before the change: the plan cannot be trusted any more. */
export async function recordUnreadable(app: App, id: string, why: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state === "approved") await outdate(app, record, `What the plan rests on could not be checked: ${why}`);
}

/** The expectations that no longer hold, each as "desired count is 5, was 4". */
export function whatMoved(
  expected: Readonly<Record<string, string>>,
  seen: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(expected)
    .filter(([name, value]) => seen[name] !== value)
    .map(([name, value]) => `the ${name} is ${seen[name] ?? "gone"}, was ${value}`);
}

async function outdate(app: App, record: OperationRecord, why: string): Promise<void> {
  await advance(app, record, "stale", {
    by: itself,
    action: "operation.stale",
    details: { why },
    timeline: `not started: ${why}`,
    changes: { detail: `${why} Nothing was changed.`, endedAt: app.now },
  });
  await app.locks.release(lockName(record), record.id);
}

/** Whether it is still to be carried out: a person may stop it between two steps. */
export async function isStillApplying(app: App, id: string): Promise<boolean> {
  return (await app.operations.byId(id))?.state === "applying";
}

/** Records that a step is done, so that a restart does not do it again. */
export async function recordStep(app: App, id: string, step: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record === null || record.stepsDone.includes(step)) return;
  const updated = await app.operations.update(record, { stepsDone: [...record.stepsDone, step], progress: step });
  await leaveMarks(app, updated, {
    by: itself,
    action: "operation.step",
    details: { step },
    timeline: null,
    lane: "normal",
  });
}

/** Records how far a long step has come; the last slice ends the step. */
export async function recordSlice(app: App, id: string, step: string, slice: Slice): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "applying") return;
  if (slice.cursor === null) {
    await app.operations.update(record, { cursor: null, progress: slice.progress, share: slice.share });
    await recordStep(app, id, `${step}: ${slice.progress}`);
    return;
  }
  const changed = await app.operations.update(record, {
    cursor: slice.cursor,
    progress: slice.progress,
    share: slice.share,
  });
  await redraw(app, changed, "cosmetic");
}

/** Everything was sent to the platform; from here on it is watched until it is seen steady. */
export async function beginVerifying(app: App, id: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "applying") return;
  await advance(app, record, "verifying", {
    by: itself,
    action: "operation.verifying",
    timeline: null,
    changes: { progress: "applied, watching" },
    lane: "normal",
  });
  await redrawNeighbours(app, record);
  await app.jobs.add("watch-operation", { operationId: id }, { key: id });
}

/**
 * A call that changes things failed. Answers whether to try again: a lost answer may have changed something, and
 * every step bears repeating.
 */
export async function recordApplyTrouble(
  app: App,
  id: string,
  error: ProviderError | string,
): Promise<"again" | "over"> {
  const record = await app.operations.byId(id);
  if (record?.state !== "applying") return "over";
  const why = typeof error === "string" ? error : providerTroubleInWords(error);
  const sure = typeof error !== "string" && changedNothing(error.fault) && error.fault !== "throttled";
  const startedAt = record.appliedAt ?? app.now;
  if (!sure && app.now < addMinutes(startedAt, retryMinutes)) {
    if (record.progress !== why) {
      const updated = await app.operations.update(record, { progress: why });
      await leaveMarks(app, updated, {
        by: itself,
        action: "operation.retrying",
        details: { why },
        timeline: null,
        lane: "normal",
      });
    }
    return "again";
  }
  if (record.stepsDone.length > 0) {
    await end(
      app,
      record,
      "failed-partial",
      `Done: ${record.stepsDone.join(", ")}. Then ${why}`,
      itself,
      "failed partway",
    );
  } else if (sure) {
    await end(app, record, "failed-no-change", `Nothing was changed: ${why}`, itself, "failed; nothing was changed");
  } else {
    const unsure = `It is not known whether the change was made: ${why}`;
    await end(app, record, "failed-partial", unsure, itself, "failed; it is not known whether the change was made");
  }
  return "over";
}
