import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { approveOperation, confirmOperation, mayApproveNow, mayConfirm } from "../operation/decision.ts";
import type { AnyOperation, OperationRecord, Ruling } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { checkCode } from "./code.ts";
import type { FactorKind, FactorLink, LinkDecision } from "./factor.ts";
import { makeLink } from "./link.ts";
import { checkAssertion } from "./passkey.ts";
import { type Proof, usableFactors } from "./proof.ts";

/** What somebody has to give for their word on a plan: a code, or a passkey by the link. */
export interface FactorAsk {
  readonly record: OperationRecord;
  readonly ruling: Ruling;
  readonly decision: LinkDecision;
  readonly byCode: boolean;
  /** To the page with the passkey; null where they have none. */
  readonly passkeyLink: string | null;
}

/**
 * What the caller is asked for before their word on an operation counts; null where the policy asks for no second
 * factor. Throws what the word itself would throw: who may not decide is not asked for anything.
 */
export async function askFactor(
  app: App,
  operations: readonly AnyOperation[],
  verb: LinkDecision["verb"],
  id: string,
  caller: Caller,
): Promise<FactorAsk | null> {
  const { record, ruling } = await mayDecide(app, operations, verb, id, caller);
  const need = ruling.secondFactor ?? null;
  if (need === null || record.planHash === null) return null;
  const kinds = (await usableFactors(app, need, caller.userId)).map(({ kind }) => kind);
  const decision = { operationId: id, verb, planHash: record.planHash };
  return {
    record,
    ruling,
    decision,
    byCode: kinds.includes("code"),
    passkeyLink: kinds.includes("passkey") ? await makeLink(app, caller, decision) : null,
  };
}

/** Whether the caller may decide this now, and by which ruling; throws a Refusal where not. */
export function mayDecide(
  app: App,
  operations: readonly AnyOperation[],
  verb: LinkDecision["verb"],
  id: string,
  caller: Caller,
): Promise<{ readonly record: OperationRecord; readonly ruling: Ruling }> {
  return verb === "confirm" ? mayConfirm(app, operations, id, caller) : mayApproveNow(app, id, caller);
}

/** A word given with a code, on the plan the form was opened for. A wrong code is answered, not thrown, so that it counts. */
export async function decideByCode(
  app: App,
  operations: readonly AnyOperation[],
  decision: LinkDecision,
  caller: Caller,
  given: { readonly code: string; readonly typed: string | null },
): Promise<{ readonly refusal: Refusal } | { readonly record: OperationRecord }> {
  const { record } = await mayDecide(app, operations, decision.verb, decision.operationId, caller);
  mustBeThatPlan(record, decision);
  const checked = await checkCode(app, caller.userId, given.code);
  if ("refusal" in checked) return checked;
  return { record: await decide(app, operations, decision, caller, given.typed, proofOf(decision, caller, "code")) };
}

/** A word given with a passkey on the page of a link. */
export async function decideByPasskey(
  app: App,
  operations: readonly AnyOperation[],
  link: FactorLink,
  caller: Caller,
  given: { readonly answer: unknown; readonly typed: string | null },
): Promise<OperationRecord> {
  const { decision } = link;
  if (decision === null || link.userId !== caller.userId) {
    throw new Refusal("not_allowed", "This page decides nothing.", "Press the button on the card of the operation.");
  }
  const { record } = await mayDecide(app, operations, decision.verb, decision.operationId, caller);
  mustBeThatPlan(record, decision);
  await checkAssertion(app, link, given.answer);
  const proof = proofOf(decision, caller, "passkey");
  const decided = await decide(app, operations, decision, caller, given.typed, proof);
  await app.factors.updateLink(link.id, { endedAt: app.now });
  return decided;
}

function decide(
  app: App,
  operations: readonly AnyOperation[],
  { verb, operationId }: LinkDecision,
  caller: Caller,
  typed: string | null,
  proof: Proof,
): Promise<OperationRecord> {
  return verb === "confirm"
    ? confirmOperation(app, operations, operationId, caller, typed, proof)
    : approveOperation(app, operationId, caller, proof);
}

function proofOf(decision: LinkDecision, caller: Caller, kind: FactorKind): Proof {
  return { userId: caller.userId, kind, operationId: decision.operationId, planHash: decision.planHash };
}

function mustBeThatPlan(record: OperationRecord, decision: LinkDecision): void {
  if (record.planHash === decision.planHash) return;
  throw new Refusal(
    "stale",
    `The plan of ${record.code} is not the one that was shown.`,
    "Press the button on its card again.",
  );
}
