import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { breakGlassRule, conditionsInWords, decide, type PolicyQuestion } from "../access/policy.ts";
import { doubtOver, isOneOf, principalsInWords } from "../access/principal.ts";
import type { PolicyRule } from "../configuration.ts";
import { type Incident, incidentName, isOpen } from "../incident/incident.ts";
import type { AnyOperation, Ruling, Target } from "../operation/operation.ts";
import { questionOf } from "../operation/rights.ts";
import type { App } from "../ports.ts";
import { whyNotNow } from "./standing.ts";

/** What the policy says of one person, operation and target, and why; nothing is asked for and nothing changes. */
export interface Explanation {
  readonly caller: Caller;
  readonly verb: string;
  readonly target: Target;
  /** "in INC-42 (SEV2), as commander", or "outside of an incident". */
  readonly from: string;
  /** The rule that decides, with its limits; else why not. */
  readonly verdict:
    | { readonly allowed: true; readonly ruling: Ruling; readonly rule: PolicyRule }
    | { readonly allowed: false; readonly why: string; readonly next: string | null };
  /** Every rule about it in the order they are looked at, and what keeps each from holding; null where it holds. */
  readonly rules: readonly { readonly name: string; readonly against: string | null }[];
  /** A freeze or lock that lies on it now. */
  readonly held: string | null;
  /** The rule by which they may break the glass here, and what that lifts. */
  readonly breakGlass: { readonly rule: string; readonly lifts: readonly string[] } | null;
}

/** Explains without a count: limits are named, not held against anything. */
export async function explain(
  app: App,
  facts: {
    readonly caller: Caller;
    readonly operation: Pick<AnyOperation, "name" | "verb">;
    readonly target: Target;
    readonly incident: Incident | null;
  },
): Promise<Explanation> {
  const { caller, operation, target, incident } = facts;
  const asking = { target, caller, incidentId: incident?.id ?? null, count: null };
  const question = await questionOf(app, operation, asking);
  const stop = await whyNotNow(app, {
    action: operation.name,
    target,
    callerId: caller.userId,
    incidentId: asking.incidentId,
  });
  return {
    caller,
    verb: operation.verb,
    target,
    from: fromWhere(incident, question),
    verdict: verdictOf(app.config.policy, question),
    rules: app.config.policy
      .filter((rule) => rule.breakGlass === null && isAbout([rule], question))
      .map((rule) => ({ name: rule.name, against: whatIsAgainst(rule, question) })),
    held: stop === null ? null : stop.message.replace(/^Denied: /, ""),
    breakGlass: glassOf(app.config.policy, question),
  };
}

function fromWhere(incident: Incident | null, question: PolicyQuestion): string {
  if (incident === null || !isOpen(incident)) return "outside of an open incident";
  const roles = question.roles.length > 0 ? `, as ${question.roles.join(" and ")}` : "";
  return `in ${incidentName(incident)} (${incident.severity})${roles}`;
}

function verdictOf(rules: readonly PolicyRule[], question: PolicyQuestion): Explanation["verdict"] {
  try {
    const ruling = decide(rules, question);
    const rule = rules.find(({ name }) => name === ruling.rule);
    if (!rule) throw new Error(`There is no rule “${ruling.rule}”`);
    return { allowed: true, ruling, rule };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { allowed: false, why: error.message.replace(/^Denied: /, ""), next: error.next };
  }
}

/** A rule is about it when it alone would decide it for somebody, or would but for who, when and where. */
function isAbout(rules: readonly PolicyRule[], question: PolicyQuestion): boolean {
  const everybody = rules.map((rule) => ({
    ...rule,
    allow: ["members"],
    duringIncident: null,
    severities: null,
    onlyIn: null,
    breakGlass: null,
  }));
  const member = { ...question.caller, kind: "member" as const };
  return verdictOf(everybody, { ...question, caller: member }).allowed;
}

function whatIsAgainst(rule: PolicyRule, question: PolicyQuestion): string | null {
  if (rule.allow.length === 0) return "allows nobody, whatever later rules say";
  const { caller, roles } = question;
  if (!isOneOf(caller, rule.allow, roles)) {
    const doubt = doubtOver(caller, rule.allow);
    return `is for ${principalsInWords(rule.allow)}${doubt === null ? "" : `, and ${doubt.why}`}`;
  }
  return verdictOf([rule], question).allowed ? null : `holds ${conditionsInWords(rule)}`;
}

function glassOf(rules: readonly PolicyRule[], question: PolicyQuestion): Explanation["breakGlass"] {
  try {
    const rule = breakGlassRule(rules, question);
    return { rule: rule.name, lifts: rule.breakGlass.lifts };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}

/** The rules that concern a person: by which they may ask, or might with a role, and those they may approve by. */
export function rulesFor(
  rules: readonly PolicyRule[],
  caller: Caller,
): readonly { readonly rule: PolicyRule; readonly asks: boolean; readonly approves: boolean }[] {
  const byRole = (principals: readonly string[]) => principals.some((principal) => principal.startsWith("role:"));
  return rules.flatMap((rule) => {
    const asks = isOneOf(caller, rule.allow) || byRole(rule.allow) || rule.allow.length === 0;
    const approvers = rule.approvers.length > 0 ? rule.approvers : rule.allow;
    const approves = rule.approvals > 0 && (isOneOf(caller, approvers) || byRole(approvers));
    return asks || approves ? [{ rule, asks, approves }] : [];
  });
}
