import { Refusal } from "../../errors.ts";
import type { Lane } from "../intent.ts";
import type { App } from "../ports.ts";
import { announceDeployment } from "../release-care/announcement.ts";
import { settleTurns } from "../upkeep/turns.ts";
import { settleLease } from "./lease.ts";
import { isRunning, lifecycle } from "./lifecycle.ts";
import {
  type Json,
  lockName,
  type OperationRecord,
  type OperationState,
  type Outcome,
  targetName,
} from "./operation.ts";
import { operatorsPlace } from "./place.ts";

/** What a change of state leaves behind, beside the state. */
export interface Mark {
  /** Slack user id, or `tocsin`. */
  readonly by: string;
  /** For the audit log: operation.approved. */
  readonly action: string;
  readonly details?: Readonly<Record<string, Json>>;
  /** For the incident's timeline, after the operation's own words; null for what is only of use inside. */
  readonly timeline: string | null;
  readonly changes?: Partial<Omit<OperationRecord, "id" | "version" | "state">>;
  readonly lane?: Lane;
}

/** Who acts when nobody pressed anything. */
export const itself = "tocsin";

/**
 * The one way an operation changes state: checks that the lifecycle knows the move, and leaves the audit entry, the
 * incident's timeline entry and the cards to redraw in the same transaction.
 */
export async function advance(
  app: App,
  operation: OperationRecord,
  to: OperationState,
  mark: Mark,
): Promise<OperationRecord> {
  if (!lifecycle[operation.state].includes(to)) {
    throw new Refusal("stale", `${operation.code} is ${stateInWords(operation)}.`, "Look at its card.");
  }
  const updated = await app.operations.update(operation, { ...mark.changes, state: to });
  await leaveMarks(app, updated, mark);
  if (to === "applying") await announceDeployment(app, updated, "begun");
  return updated;
}

/** Ends an operation with an outcome, and lets the next one at the target. */
export async function end(
  app: App,
  operation: OperationRecord,
  outcome: Outcome,
  detail: string | null,
  by: string,
  timeline: string,
): Promise<OperationRecord> {
  const ended = await advance(app, operation, "ended", {
    by,
    action: `operation.${outcome}`,
    details: { outcome, detail },
    timeline,
    changes: { outcome, detail, endedAt: app.now },
  });
  await app.locks.release(lockName(operation), operation.id);
  await redrawNeighbours(app, ended);
  await announceDeployment(app, ended, "over");
  await settleTurns(app, ended);
  return ended;
}

const neighboursRedrawn = 3;

/** The newest other operations on the same target: whether it is free, and whether they can be undone, has changed. */
export async function redrawNeighbours(app: App, operation: OperationRecord): Promise<void> {
  const { target } = operation.request;
  const others = await app.operations.list({ target, limit: neighboursRedrawn + 1 });
  for (const other of others.filter(({ id }) => id !== operation.id)) await redraw(app, other, "cosmetic");
}

/** Leaves what every change leaves: audit entry, timeline entry, cards to redraw. */
export async function leaveMarks(app: App, operation: OperationRecord, mark: Mark): Promise<void> {
  await app.audit.add({
    actor: mark.by,
    action: mark.action,
    subject: operation.code,
    details: { operation: operation.request.operation, target: targetName(operation.target), ...mark.details },
  });
  if (operation.incidentId !== null) {
    if (mark.timeline !== null) {
      await app.timeline.add({
        incidentId: operation.incidentId,
        at: app.now,
        kind: "operation",
        actorId: mark.by === itself ? null : mark.by,
        text: `${operation.code}: ${mark.timeline}`,
        operationId: operation.id,
      });
    }
    await app.outbox.add(
      {
        kind: "card",
        view: "incident.card",
        subject: operation.incidentId,
        place: { incident: operation.incidentId },
        pin: true,
      },
      "cosmetic",
    );
  }
  await redraw(app, operation, mark.lane ?? "answer");
  if (!isRunning(operation)) await settleLease(app, operation);
  if (!isRunning(operation) && operation.partOf !== undefined) await goOnWith(app, operation.partOf.id);
  if (operation.undoOf !== null && (operation.state === "requested" || !isRunning(operation))) {
    const undone = await app.operations.byId(operation.undoOf);
    if (undone !== null) await redraw(app, undone, "cosmetic");
  }
}

/** Lets the operation that one was a step of see at once how that ended. */
async function goOnWith(app: App, wholeId: string): Promise<void> {
  await app.jobs.add("apply-operation", { operationId: wholeId }, { key: wholeId });
}

/** Draws the operation's card anew where it lives; a step stands on the card of the whole. */
export async function redraw(app: App, operation: OperationRecord, lane: Lane): Promise<void> {
  if (operation.partOf !== undefined) {
    const whole = await app.operations.byId(operation.partOf.id);
    return whole === null ? undefined : redraw(app, whole, lane);
  }
  await app.outbox.add({ kind: "card", view: "ops.operation", subject: operation.id, place: operation.place }, lane);
  if (!operation.breakGlass || lane === "cosmetic" || lane === "normal") return;
  const glass = { kind: "card", view: "ops.break-glass", subject: operation.id } as const;
  await app.outbox.add({ ...glass, place: operatorsPlace(app) }, lane);
  if (operation.incidentId !== null)
    await app.outbox.add({ ...glass, place: { incident: operation.incidentId } }, lane);
}

/** What was asked, in a few words, before and after there is a plan. */
export function operationInWords(operation: Pick<OperationRecord, "plan" | "request" | "target">): string {
  if (operation.plan !== null) return operation.plan.summary;
  const { operation: name, input } = operation.request;
  if (operation.target.kind !== "service") {
    const words = name.replaceAll("-", " ");
    return `${words.charAt(0).toUpperCase()}${words.slice(1)} on ${operation.target.name} in ${operation.target.environment}`;
  }
  const verb = name.split("-")[0] ?? name;
  const count = (input as { readonly count?: Json } | null)?.count;
  const to = typeof count === "number" ? ` to ${count}` : "";
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${operation.target.name} in ${operation.target.environment}${to}`;
}

/** Where an operation stands, as the end of "op-7F3K is …". */
export function stateInWords(operation: Pick<OperationRecord, "state" | "outcome" | "facts">): string {
  if (operation.outcome === "verified" && operation.facts?.waitsUntil) return "scheduled";
  if (operation.state === "ended" && operation.outcome !== null) return outcomeWords[operation.outcome];
  return stateWords[operation.state];
}

const stateWords: Readonly<Record<OperationState, string>> = {
  requested: "being planned",
  planning: "being planned",
  planned: "waiting for confirmation",
  "awaiting-approval": "waiting for approval",
  approved: "about to start",
  applying: "running",
  verifying: "running",
  ended: "over",
  refused: "refused",
  expired: "expired",
  stale: "out of date",
};

const outcomeWords: Readonly<Record<Outcome, string>> = {
  verified: "done and verified",
  "applied-then-reverted": "done, then reverted",
  "applied-not-verified": "done, but not verified",
  "failed-no-change": "failed; nothing was changed",
  "failed-partial": "failed partway",
  cancelled: "cancelled",
  "nothing-to-do": "over: there was nothing to do",
};
