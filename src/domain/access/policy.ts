import { Refusal } from "../../errors.ts";
import type { PolicyRule } from "../configuration.ts";
import { type Count, type Ruling, type Target, targetName } from "../operation/operation.ts";
import type { Caller } from "./caller.ts";
import { isOneOf, principalsInWords } from "./principal.ts";

/** What is asked of the policy: may this person do this to that, now and from here. */
export interface PolicyQuestion {
  /** The operation's name, such as scale-service. */
  readonly action: string;
  /** The word typed, such as scale; for the way out in a refusal. */
  readonly verb: string;
  readonly target: Target;
  readonly caller: Caller;
  /** Null before the world was looked at, and where counts have no meaning: then limits are left out. */
  readonly count: Count | null;
  readonly duringIncident: boolean;
  /** The roles the caller holds in that incident. */
  readonly roles: readonly string[];
}

/**
 * The first rule whose conditions all hold decides; who is allowed is one of them, and a rule that allows nobody
 * refuses. Where none holds the answer is no: a Refusal that names the rule that came nearest and the way out.
 */
export function decide(rules: readonly PolicyRule[], question: PolicyQuestion): Ruling {
  refuseStrangers(question.caller);
  const about = rules.filter((rule) => isAbout(rule, question));
  for (const rule of about) {
    if (!holdsHere(rule, question) || !isWithin(rule, question.count)) continue;
    if (rule.allow.length === 0) {
      throw new Refusal("not_allowed", `Denied: “${rule.name}” allows nobody to do this.`);
    }
    if (isOneOf(question.caller, rule.allow, question.roles)) return ruling(rule);
  }
  throw refusal(about, question);
}

/** Guests, people from elsewhere, deleted people, bots and the unknown may operate nothing, whatever the rules say. */
export function refuseStrangers(caller: Caller): void {
  if (caller.kind === "member" || caller.kind === "admin") return;
  throw new Refusal("not_allowed", strangers[caller.kind], "Ask a full member of this workspace to do it.");
}

const strangers: Readonly<Record<Exclude<Caller["kind"], "member" | "admin">, string>> = {
  guest: "Denied: guests cannot operate services.",
  outsider: "Denied: people from other workspaces cannot operate services.",
  deleted: "Denied: this account is deactivated.",
  bot: "Denied: bots cannot operate services.",
  unknown: "Denied: Slack did not say who you are.",
};

function isAbout(rule: PolicyRule, question: PolicyQuestion): boolean {
  const { target } = question;
  return (
    (rule.actions.includes("*") || rule.actions.includes(question.action) || rule.actions.includes(question.verb)) &&
    (rule.environments === null || rule.environments.includes(target.environment)) &&
    (rule.targets === null || rule.targets.includes(target.name) || rule.targets.includes(targetName(target)))
  );
}

function holdsHere(rule: PolicyRule, question: PolicyQuestion): boolean {
  return rule.duringIncident === null || rule.duringIncident === question.duringIncident;
}

function isWithin(rule: PolicyRule, count: PolicyQuestion["count"]): boolean {
  if (rule.within === null || count === null) return true;
  const { min, max, step } = rule.within;
  return (
    (min === null || count.to >= min) &&
    (max === null || count.to <= max) &&
    (step === null || Math.abs(count.to - count.from) <= step)
  );
}

function ruling(rule: PolicyRule): Ruling {
  return {
    rule: rule.name,
    approvals: rule.approvals,
    approvers: rule.approvers.length > 0 ? rule.approvers : rule.allow,
    confirm: rule.confirm,
  };
}

function refusal(about: readonly PolicyRule[], question: PolicyQuestion): Refusal {
  const { caller, roles, verb, target } = question;
  const limited = nearestLimit(
    about.filter((rule) => holdsHere(rule, question) && isOneOf(caller, rule.allow, roles)),
    question.count,
  );
  if (limited) {
    return new Refusal(
      "over_limit",
      `Denied: “${limited.rule}” allows ${limited.allows}.`,
      question.count?.counted
        ? "Narrow down what it works on, or ask somebody who may do more."
        : limited.nearest === null
          ? null
          : `Try \`/ops ${verb} ${target.name} ${limited.nearest}\`.`,
    );
  }
  const elsewhere = about.find((rule) => !holdsHere(rule, question) && isOneOf(caller, rule.allow, roles));
  if (elsewhere) {
    return new Refusal(
      "not_allowed",
      elsewhere.duringIncident
        ? `Denied: “${elsewhere.name}” holds only in an open incident's channel.`
        : `Denied: “${elsewhere.name}” does not hold in an incident's channel.`,
      elsewhere.duringIncident
        ? "Ask again in the incident's channel, or declare one."
        : "Ask again in another channel.",
    );
  }
  const others = about.find((rule) => rule.allow.length > 0);
  if (others) {
    return new Refusal(
      "not_allowed",
      `Denied: “${others.name}” is for ${principalsInWords(others.allow)}.`,
      "Ask one of them to do it.",
    );
  }
  return new Refusal(
    "not_allowed",
    `Denied: no rule of the policy allows ${verb} on ${target.name} in ${target.environment}.`,
    "Ask whoever keeps the configuration to add one.",
  );
}

/** Of the rules that would allow it but for the count, the one whose limits come nearest to what was asked. */
function nearestLimit(
  rules: readonly PolicyRule[],
  count: PolicyQuestion["count"],
): { readonly rule: string; readonly allows: string; readonly nearest: number | null } | undefined {
  const distance = (nearest: number | null): number =>
    nearest === null || count === null ? Number.POSITIVE_INFINITY : Math.abs(nearest - count.to);
  return rules
    .flatMap((rule) =>
      rule.within === null
        ? []
        : [{ rule: rule.name, allows: limits(rule.within), nearest: nearestAllowed(rule.within, count) }],
    )
    .toSorted((left, right) => {
      const [near, far] = [distance(left.nearest), distance(right.nearest)];
      return near === far ? 0 : near - far;
    })[0];
}

function limits(within: NonNullable<PolicyRule["within"]>): string {
  const words = [
    within.min === null ? null : `at least ${within.min}`,
    within.max === null ? null : `at most ${within.max}`,
    within.step === null ? null : `step ${within.step}`,
  ];
  return words.filter((word) => word !== null).join(", ");
}

function nearestAllowed(within: NonNullable<PolicyRule["within"]>, count: PolicyQuestion["count"]): number | null {
  if (count === null) return null;
  const reach = within.step ?? Number.POSITIVE_INFINITY;
  const low = Math.max(within.min ?? 0, count.from - reach);
  const high = Math.min(within.max ?? Number.POSITIVE_INFINITY, count.from + reach);
  if (low > high) return null;
  const nearest = Math.min(Math.max(count.to, low), high);
  return nearest === count.from ? null : nearest;
}
