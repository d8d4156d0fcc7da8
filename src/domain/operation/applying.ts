import { addMinutes } from "date-fns/addMinutes";
import { type ProviderError, Refusal } from "../../errors.ts";
import type { Caller, GroupDoubt } from "../access/caller.ts";
import { doubtOver, isOneOf } from "../access/principal.ts";
import { isSamePerson } from "../access/same-person.ts";
import type { FactorKind } from "../factor/factor.ts";
import type { App } from "../ports.ts";
import { checklistStanding, holdingUp, itemInWords, type Measured } from "../release-care/checklist.ts";
import { beginLease } from "./lease.ts";
import { type AnyOperation, lockName, type OperationRecord, type Slice, targetName } from "./operation.ts";
import { planHash } from "./plan-hash.ts";
import { refuse } from "./planning.ts";
import { advance, end, itself, leaveMarks, redraw, redrawNeighbours } from "./record.ts";
import { approvalHolds, rolesFor, rule } from "./rights.ts";
import { changedNothing, providerTroubleInWords } from "./trouble.ts";
import { missingRule } from "./whole-ruling.ts";

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
      approvals: record.plan?.approvals,
      breakGlass: record.breakGlass,
      changeId: record.changeId,
      granted: record.restores?.granted,
      sequence: record.plan?.sequence,
    });
    const hash = record.plan === null ? null : planHash(record.request, record.target, record.plan);
    const need = ruling.secondFactor ?? null;
    const takes = (factor: FactorKind | null | undefined) =>
      need === null || factor === "passkey" || (need === "any" && factor === "code");
    const { confirmedWith } = record;
    if (need !== null && !(confirmedWith?.planHash === hash && takes(confirmedWith.factor))) {
      return new Refusal(
        "needs_factor",
        `Denied: “${ruling.rule}” asks for a second factor, and none was shown for this plan.`,
        "Plan it again.",
      );
    }
    const counted: Caller[] = [];
    let doubt: GroupDoubt | null = null;
    for (const approval of record.approvals) {
      const approver = people.get(approval.userId);
      const others = approver !== undefined && !isSamePerson(app.config.people, approver, requester);
      // Given for a whole that began in time, it holds for each of its steps.
      const inTime = record.partOf !== undefined || approvalHolds(approval, ruling, app.now);
      const holds = others && approval.planHash === hash && takes(approval.factor) && inTime;
      if (!holds || counted.some((one) => isSamePerson(app.config.people, one, approver))) continue;
      if (isOneOf(approver, ruling.approvers, await rolesFor(app, record, approval.userId))) counted.push(approver);
      else doubt ??= doubtOver(approver, ruling.approvers);
    }
    const valid = counted.length;
    const rolesOf = new Map<string, readonly string[]>();
    for (const { userId } of counted) rolesOf.set(userId, await rolesFor(app, record, userId));
    const missing = missingRule(ruling, counted, rolesOf);
    if (missing === null) return null;
    return new Refusal(
      "not_allowed",
      `Denied: “${missing.rule}” wants ${missing.approvals} ${missing.approvals === 1 ? "approval" : "approvals"} and ${valid} of those given still hold${doubt === null ? "" : `: ${doubt.why}`}.`,
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
  measured: Measured | null = null,
): Promise<OperationRecord | null> {
  const record = await app.operations.byId(id);
  if (record?.state !== "approved" || record.plan === null) return null;
  // What was read while it was planned is no proof any more.
  const { measured: _before, ...rest } = record;
  const checked = await checklistStanding(app, measured === null ? rest : { ...rest, measured });
  const open = holdingUp(record, checked);
  if (open.length > 0) {
    await outdate(app, record, `Its checklist is open again: ${open.map(itemInWords).join("; ")}.`);
    return null;
  }
  const moved = whatMoved(record.plan.expects, seen);
  if (moved.length > 0) {
    await outdate(app, record, `Since the plan was made, ${moved.join("; ")}.`);
    return null;
  }
  if (record.plan.lease && (await beginLease(app, record)) === null) {
    await outdate(app, record, "Since the plan was made, another lease began to hold it.");
    return null;
  }
  return advance(app, record, "applying", {
    by: itself,
    action: "operation.applying",
    details: {
      planHash: record.planHash,
      ...(checked.length === 0 ? {} : { checklist: checked.map(({ text, state }) => ({ item: text, state })) }),
    },
    timeline: `started: ${record.plan.summary}`,
    changes: {
      appliedAt: app.now,
      progress: "starting",
      underWay: true,
      ...(checked.length === 0 ? {} : { checked }),
    },
  });
}

/**
 * Takes up an operation that has begun. Where the process before ended in the middle, that is counted and told: what
 * it had sent by then may or may not have been done. Null when it is over.
 */
export async function takeUp(app: App, id: string): Promise<OperationRecord | null> {
  const record = await app.operations.byId(id);
  if (record?.state !== "applying") return null;
  if (record.underWay !== true) return app.operations.update(record, { underWay: true });
  const interruptions = (record.interruptions ?? 0) + 1;
  const resumed = await app.operations.update(record, { interruptions, inDoubt: true });
  await leaveMarks(app, resumed, {
    by: itself,
    action: "operation.resumed",
    details: { interruptions, stepsDone: record.stepsDone },
    timeline: "goes on; the bot had been stopped in the middle of it",
    lane: "normal",
  });
  return resumed;
}

/** Lets go of an operation that goes on later: the next process to take it up was not preceded by one that died. */
export async function letGo(app: App, id: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state === "applying") await app.operations.update(record, { underWay: false });
}

/** The world could not be read again just before the change: the plan cannot be trusted any more. */
export async function recordUnreadable(app: App, id: string, why: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state === "approved") {
    await outdate(app, record, app.redact(`What the plan rests on could not be checked: ${why}`));
  }
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

/** The moment, while it is still to be carried out: a person may stop it between two steps, and then it is null. */
export async function stillApplying(app: App, id: string): Promise<Date | null> {
  return (await app.operations.byId(id))?.state === "applying" ? app.now : null;
}

/** Records that a step is done, so that a restart does not do it again. */
export async function recordStep(app: App, id: string, step: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record === null || record.stepsDone.includes(step)) return;
  const updated = await app.operations.update(record, {
    stepsDone: [...record.stepsDone, step],
    progress: step,
    ...answered(record),
  });
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
  if (record?.state !== "applying") return record?.state === "ended" ? recordLate(app, record, step, slice) : undefined;
  const facts = {
    ...(slice.facts === undefined ? {} : { facts: { ...record.facts, ...slice.facts } }),
    ...answered(record),
  };
  if (slice.cursor === null) {
    await app.operations.update(record, { cursor: null, progress: slice.progress, share: slice.share, ...facts });
    await recordStep(app, id, `${step}: ${slice.progress}`);
    return;
  }
  const changed = await app.operations.update(record, {
    cursor: slice.cursor,
    progress: slice.progress,
    share: slice.share,
    ...facts,
  });
  if (record.progress !== slice.progress) await redraw(app, changed, "cosmetic");
}

/** What was under way when a person stopped it, and is done all the same: it belongs to what is told of it. */
async function recordLate(app: App, record: OperationRecord, step: string, slice: Slice): Promise<void> {
  const late = `${step} by then: ${slice.progress}`;
  if (record.stepsDone.some((one) => one.startsWith(step))) return;
  const updated = await app.operations.update(record, { stepsDone: [...record.stepsDone, late] });
  const details = { step: late };
  await leaveMarks(app, updated, { by: itself, action: "operation.step", details, timeline: null, lane: "normal" });
}

/** What is recorded when a step got its answer again. */
function answered(record: OperationRecord): Partial<OperationRecord> {
  return record.troubledAt ? { troubledAt: null } : {};
}

/** Everything was sent to the platform; from here on it is watched until it is seen steady. */
export async function beginVerifying(app: App, id: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "applying") return;
  await advance(app, record, "verifying", {
    by: itself,
    action: "operation.verifying",
    timeline: null,
    changes: { progress: "applied, watching", verifyingAt: app.now },
    lane: "normal",
  });
  await redrawNeighbours(app, record);
  await app.jobs.add("watch-operation", { operationId: id }, { key: id });
}

/**
 * A call that changes things failed, or, with a Refusal, a step ended badly. Answers whether to try again: a lost answer
 * may have changed something, and every step bears repeating.
 */
export async function recordApplyTrouble(
  app: App,
  id: string,
  error: ProviderError | Refusal | string,
): Promise<"again" | "over"> {
  const record = await app.operations.byId(id);
  if (record?.state !== "applying") return "over";
  if (error instanceof Refusal) {
    const said = app.redact([error.message, error.next].filter((part) => part !== null).join(" "));
    // A step of a sequence that was begun may have changed something, whatever it came to.
    const isUnsure = record.inDoubt === true || (record.parts?.length ?? 0) > 0;
    const [outcome, done] =
      record.stepsDone.length > 0
        ? (["failed-partial", record.plan?.sequence ? "" : `Done: ${record.stepsDone.join(", ")}. `] as const)
        : ([isUnsure ? "failed-partial" : "failed-no-change", ""] as const);
    await end(app, record, outcome, `${done}${said}`, itself, `failed: ${said}`);
    return "over";
  }
  const why = app.redact(typeof error === "string" ? error : providerTroubleInWords(error));
  const sure = typeof error !== "string" && changedNothing(error.fault) && error.fault !== "throttled";
  // Since when nothing answers, and not since it began: a step may take long.
  const troubledAt = record.troubledAt ?? app.now;
  if (!sure && app.now < addMinutes(troubledAt, retryMinutes)) {
    const inDoubt = record.inDoubt === true || typeof error === "string" || error.fault !== "throttled";
    const updated = await app.operations.update(record, { progress: why, inDoubt, underWay: false, troubledAt });
    if (record.progress !== why) {
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
  const isPartway = record.cursor !== undefined && record.cursor !== null;
  // After trouble its progress is the trouble's words.
  const partway = record.inDoubt === true ? "part of it" : `${record.progress} so far`;
  const done = [...record.stepsDone, ...(isPartway ? [partway] : [])];
  if (done.length > 0) {
    await end(app, record, "failed-partial", `Done: ${done.join(", ")}. Then ${why}`, itself, "failed partway");
  } else if (sure && record.inDoubt !== true) {
    await end(app, record, "failed-no-change", `Nothing was changed: ${why}`, itself, "failed; nothing was changed");
  } else {
    const unsure = `It is not known whether the change was made: ${why}`;
    await end(app, record, "failed-partial", unsure, itself, "failed; it is not known whether the change was made");
  }
  return "over";
}
