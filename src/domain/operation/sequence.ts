import type { App } from "../ports.ts";
import { orderedSteps } from "../release-care/ordered-steps.ts";
import { wantedIn } from "../release-care/settings.ts";
import { stopNow } from "./decision.ts";
import { isRunning } from "./lifecycle.ts";
import type { Approval, OperationRecord, OperationRequest, Outcome, Plan, Target } from "./operation.ts";
import { planHash } from "./plan-hash.ts";
import { leaveMarks, stateInWords } from "./record.ts";
import { freeCode, newRecord } from "./request.ts";

/** One step of a plan that carries other operations out: an operation of the catalog, with its own plan and record. */
export interface SequenceStep {
  /** "Back up postgres". */
  readonly what: string;
  /** The service it is a step of. */
  readonly of: string;
  readonly request: OperationRequest;
  readonly target: Target;
  /** The word people and the policy know the operation by. */
  readonly verb: string;
  /** As it was planned with the whole; null where a step before it works on the same target: it is planned when its turn comes. */
  readonly plan: Plan | null;
  /** The place of the step that it takes back, from 0. */
  readonly takesBack?: number;
}

/** How a step stands that was begun. */
export interface StepStanding {
  readonly code: string;
  readonly state: "running" | "good" | "bad";
  /** In a few words: done and verified. */
  readonly words: string;
  readonly progress: string | null;
  readonly share: number | null;
  readonly detail: string | null;
}

const goodEnds: readonly (Outcome | null)[] = ["verified", "nothing-to-do"];

/** How a step's operation stands. */
export function standingOf(record: OperationRecord): StepStanding {
  const { code, progress, share, detail, outcome } = record;
  const state = isRunning(record) ? "running" : goodEnds.includes(outcome) ? "good" : "bad";
  return { code, state, words: stateInWords(record), progress, share, detail };
}

/**
 * Begins a step of an operation that is being carried out, or answers how it stands where it was begun before. What was
 * planned with the whole begins as it was approved there; what was not is planned now.
 */
export async function carryOutStep(app: App, id: string, index: number): Promise<StepStanding> {
  const whole = await app.operations.byId(id);
  const step = whole?.plan?.sequence?.[index];
  if (!whole || !step) throw new TypeError(`${id} has no step ${index}`);
  const known = whole.parts?.[index];
  const found = known === undefined ? null : await app.operations.byId(known);
  if (found !== null) return standingOf(found);
  if (!isStillConfigured(app, whole, step)) return changedSince(whole);
  const partId = app.newId();
  const hash = step.plan && planHash(step.request, step.target, step.plan);
  const takenBack = step.takesBack === undefined ? null : (whole.parts?.[step.takesBack] ?? null);
  const part = await app.operations.insert({
    ...newRecord({
      id: partId,
      code: await freeCode(app, partId),
      request: step.request,
      target: step.target,
      caller: whole.caller,
      now: app.now,
    }),
    reason: whole.reason,
    incidentId: whole.incidentId,
    channelId: whole.channelId,
    place: whole.place,
    undoOf: takenBack,
    changeId: whole.changeId ?? null,
    ...(whole.breakGlass ? { breakGlass: whole.breakGlass } : {}),
    partOf: { id, step: index },
    ...(step.plan === null || hash === null
      ? {}
      : {
          state: "approved" as const,
          plan: step.plan,
          plannedAt: whole.plannedAt,
          ruling: whole.ruling,
          ...wordsGiven(whole, hash),
        }),
  });
  await app.operations.update(whole, { parts: [...(whole.parts ?? []), part.id] });
  await leaveMarks(app, part, {
    by: whole.requesterId,
    action: "operation.requested",
    details: { input: step.request.input, partOf: whole.code, step: index + 1, planHash: hash },
    timeline: `step ${index + 1} of ${whole.code}: ${step.what}`,
    lane: "normal",
  });
  await app.jobs.add(hash === null ? "plan-operation" : "apply-operation", { operationId: part.id }, { key: part.id });
  return standingOf(part);
}

/** Between two steps the bot may have been started with another configuration: only what was approved is begun. */
function isStillConfigured(app: App, whole: OperationRecord, step: SequenceStep): boolean {
  const { asks } = orderedSteps(app, whole.target.environment, wantedIn(whole.request.input));
  return asks.some(
    ({ what, operation, target }) =>
      what === step.what && operation === step.request.operation && target.name === step.target.name,
  );
}

function changedSince({ code }: OperationRecord): StepStanding {
  const detail = "The configuration has changed since it was approved: this is no step of it any more.";
  return { code, state: "bad", words: "not begun", progress: null, share: null, detail };
}

/** What was confirmed and approved for the whole, for one step's plan: that plan, or what it is made of, was part of it. */
export function wordsGiven(
  whole: Pick<OperationRecord, "approvals" | "confirmedWith">,
  hash: string,
): Pick<OperationRecord, "planHash" | "approvals" | "confirmedWith"> {
  const approvals: readonly Approval[] = whole.approvals.map((one) => ({ ...one, planHash: hash }));
  const { confirmedWith } = whole;
  return {
    planHash: hash,
    approvals,
    ...(confirmedWith === undefined ? {} : { confirmedWith: { ...confirmedWith, planHash: hash } }),
  };
}

/** Stops a step at hand because somebody stopped the whole: one that has not begun is called off. */
export async function callOffStep(app: App, id: string, index: number): Promise<void> {
  const whole = await app.operations.byId(id);
  const partId = whole?.parts?.[index];
  const part = partId === undefined ? null : await app.operations.byId(partId);
  if (whole && part && isRunning(part)) await stopNow(app, part, `with ${whole.code}`, whole.requesterId);
}
