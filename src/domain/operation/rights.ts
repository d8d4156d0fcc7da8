import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { breakGlassRule, decide, type PolicyQuestion } from "../access/policy.ts";
import { underChange } from "../change/tie.ts";
import { mustPass } from "../guard/standing.ts";
import { momentInWords } from "../guard/words.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import type { AnyOperation, Approval, BreakGlass, OperationRecord, Plan, Ruling, Target } from "./operation.ts";
import type { SequenceStep } from "./sequence.ts";
import { togetherOf } from "./whole-ruling.ts";

/** Who wants to do what, and what would change. */
export interface Asking {
  readonly target: Target;
  readonly caller: Caller;
  readonly incidentId: string | null;
  readonly count: Plan["count"];
  /** What the plan itself asks for. */
  readonly confirm?: Plan["confirm"] | undefined;
  readonly approvals?: Plan["approvals"] | undefined;
  readonly breakGlass?: BreakGlass | null | undefined;
  /** The change it is carried out under. */
  readonly changeId?: string | null | undefined;
  /** It was granted before, with the lease it ends: whoever asks must still be allowed to, and nobody is asked again. */
  readonly granted?: boolean | undefined;
  /** What it carries out one after the other: each is asked for by itself. */
  readonly sequence?: readonly SequenceStep[] | undefined;
}

/** The operations that are ruled on as another one: what carries out, tries and watches a deployment as the deployment. */
const ruledAs: Readonly<Record<string, string>> = {
  "deploy-in-order": "deploy-service",
  "smoke-test": "deploy-service",
  "watch-deployment": "deploy-service",
};

/** What the policy and freezes know an operation as. */
export function actionOf(operation: string): string {
  return ruledAs[operation] ?? operation;
}

/**
 * What the policy says now of a person, a target and what would change; throws its Refusal, and that of a freeze or a
 * lock that lies on the target. A glass that was broken lifts what it says, while it lasts and its rule still lets them.
 */
export async function rule(
  app: App,
  operation: Pick<AnyOperation, "name" | "verb">,
  { sequence, ...facts }: Asking,
): Promise<Ruling> {
  if (sequence !== undefined) return ruleOnAll(app, sequence, facts);
  const question = await questionOf(app, operation, facts);
  const glass = facts.breakGlass ?? null;
  if (glass !== null && glass.until <= app.now) {
    throw new Refusal(
      "expired",
      `The glass was broken until ${momentInWords(glass.until)}; that is over.`,
      "Ask again, with `--break-glass` where it is still needed.",
    );
  }
  const lifted = glass === null ? [] : breakGlassRule(app.config.policy, question).breakGlass.lifts;
  const ruling = decide(app.config.policy, question, lifted);
  await mustPass(app, {
    action: actionOf(operation.name),
    target: facts.target,
    callerId: facts.caller.userId,
    incidentId: facts.incidentId,
    lifted,
  });
  if (facts.granted === true) return { ...ruling, approvals: 0, confirm: "none", secondFactor: null };
  const least = lifted.includes("approvals") ? 0 : (facts.approvals ?? 0);
  const asked = {
    ...ruling,
    confirm: facts.confirm ?? ruling.confirm,
    approvals: Math.max(ruling.approvals, least),
  };
  return facts.changeId ? underChange(app, asked, facts.changeId, facts.target) : asked;
}

/** Every step has to be allowed by itself; together they ask for the most that any of them does. */
async function ruleOnAll(app: App, sequence: readonly SequenceStep[], facts: Asking): Promise<Ruling> {
  const rulings: Ruling[] = [];
  for (const { request, verb, target, plan } of sequence) {
    const asking = { ...facts, target, count: plan?.count ?? null, confirm: plan?.confirm, approvals: plan?.approvals };
    rulings.push(await rule(app, { name: request.operation, verb }, asking));
  }
  return togetherOf(rulings);
}

/** Whether an approval still counts: one may last for a shorter time than the plan. */
export function approvalHolds(approval: Approval, ruling: Ruling, now: Date): boolean {
  const minutes = ruling.approvalMinutes ?? null;
  return minutes === null || addMinutes(approval.at, minutes) > now;
}

/** The same ask as the policy sees it. */
export async function questionOf(
  app: App,
  operation: Pick<AnyOperation, "name" | "verb">,
  facts: Asking,
): Promise<PolicyQuestion> {
  const incident = facts.incidentId === null ? null : await app.incidents.byId(facts.incidentId);
  return {
    action: actionOf(operation.name),
    verb: operation.verb,
    target: facts.target,
    caller: facts.caller,
    count: facts.count,
    duringIncident: incident !== null && isOpen(incident),
    // What a lease brings back was granted by roles of that time.
    roles: (facts.granted === true ? heldBy : rolesOf)(incident, facts.caller.userId),
    severity: incident?.severity ?? null,
    now: app.now,
    windows: app.config.windows,
  };
}

/** The roles by which a person may do something now: those of the incident an operation was asked from, while it is open. */
export async function rolesFor(app: App, operation: OperationRecord, userId: string): Promise<readonly string[]> {
  return rolesOf(await incidentOf(app, operation), userId);
}

/** The roles a person has, or had when it was resolved, in the incident an operation was asked from. */
export async function rolesKept(app: App, operation: OperationRecord, userId: string): Promise<readonly string[]> {
  return heldBy(await incidentOf(app, operation), userId);
}

async function incidentOf(app: App, { incidentId }: OperationRecord): Promise<Incident | null> {
  return incidentId === null ? null : app.incidents.byId(incidentId);
}

/** Nobody leads what is over. */
function rolesOf(incident: Incident | null, userId: string): readonly string[] {
  return incident !== null && isOpen(incident) ? heldBy(incident, userId) : [];
}

function heldBy(incident: Incident | null, userId: string): readonly string[] {
  return incident?.roles.filter((held) => held.userId === userId).map((held) => held.role) ?? [];
}
