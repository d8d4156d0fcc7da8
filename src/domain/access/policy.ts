import { Refusal } from "../../errors.ts";
import type { Lift, PolicyRule } from "../configuration.ts";
import { anyWindow, type MaintenanceWindow, nextWindow, windowsFor } from "../guard/calendar.ts";
import { momentInWords } from "../guard/words.ts";
import { type Count, type Ruling, type Target, targetName } from "../operation/operation.ts";
import { spanAt } from "../time/recurrence.ts";
import type { Caller } from "./caller.ts";
import { doubtOver, isOneOf, notOneOf } from "./principal.ts";

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
  /** Of that incident; null outside of one. */
  readonly severity: string | null;
  readonly now: Date;
  readonly windows: readonly MaintenanceWindow[];
}

/**
 * The first rule whose conditions all hold decides; who is allowed is one of them, and a rule that allows nobody
 * refuses. Where none holds the answer is no: a Refusal that names the rule that came nearest and the way out.
 */
export function decide(rules: readonly PolicyRule[], question: PolicyQuestion, lifted: readonly Lift[] = []): Ruling {
  refuseStrangers(question.caller);
  const about = rules.filter((rule) => rule.breakGlass === null && isAbout(rule, question));
  const inTime = about.filter((rule) => lifted.includes("window") || isInWindow(rule, question));
  for (const rule of inTime) {
    if (!holdsHere(rule, question) || !isWithin(rule, question.count)) continue;
    if (rule.allow.length === 0) {
      throw new Refusal("not_allowed", `Denied: “${rule.name}” allows nobody to do this.`);
    }
    if (isOneOf(question.caller, rule.allow, question.roles)) return ruling(rule, lifted);
    // Whether this rule decides is not known, and one after it may ask for less.
    if (doubtOver(question.caller, rule.allow)?.handles === "all") throw isFor(rule, question.caller);
  }
  // Where limits are lifted, the rule that goes farthest decides: it asks for the most.
  const beyond = inTime.filter(
    (rule) => holdsHere(rule, question) && isOneOf(question.caller, rule.allow, question.roles),
  );
  const farthest = beyond.at(-1);
  if (lifted.includes("limits") && farthest) return ruling(farthest, lifted);
  throw refusal(about, inTime, question);
}

/**
 * The rule that lets the caller break the glass for this; a Refusal where none does. What it lifts is lifted only from
 * what the other rules would let them do.
 */
export function breakGlassRule(
  rules: readonly PolicyRule[],
  question: PolicyQuestion,
): PolicyRule & { readonly breakGlass: NonNullable<PolicyRule["breakGlass"]> } {
  refuseStrangers(question.caller);
  const about = rules.flatMap((rule) =>
    rule.breakGlass !== null && isAbout(rule, question) ? [{ ...rule, breakGlass: rule.breakGlass }] : [],
  );
  const found = about.find(
    (rule) =>
      holdsHere(rule, question) &&
      isInWindow(rule, question) &&
      isWithin(rule, question.count) &&
      isOneOf(question.caller, rule.allow, question.roles),
  );
  if (found) return found;
  const { target } = question;
  const [other] = about;
  if (!other) {
    throw new Refusal(
      "not_allowed",
      `Denied: no rule of the policy lets anybody break the glass on ${target.name} in ${target.environment}.`,
      "Ask again without `--break-glass`.",
    );
  }
  if (holdsHere(other, question)) throw isFor(other, question.caller, ", or ask again without `--break-glass`.");
  throw new Refusal(
    "not_allowed",
    `Denied: “${other.name}” does not hold here: ${conditionsInWords(other)}.`,
    "Ask again without `--break-glass`.",
  );
}

function isFor(rule: PolicyRule, caller: Caller, more = "."): Refusal {
  return notOneOf(caller, rule.allow, {
    before: `Denied: “${rule.name}” is for`,
    next: `Ask one of them to do it${more}`,
  });
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
  return (
    (rule.duringIncident === null || rule.duringIncident === question.duringIncident) &&
    (rule.severities === null ||
      (question.duringIncident && question.severity !== null && rule.severities.includes(question.severity)))
  );
}

function isInWindow(rule: PolicyRule, { windows, target, now }: PolicyQuestion): boolean {
  if (rule.onlyIn === null) return true;
  return windowsFor(windows, rule.onlyIn, target).some((window) => spanAt(window.times, now) !== null);
}

/** Where and when a rule holds, in a few words; empty for always and everywhere. */
export function conditionsInWords(rule: Pick<PolicyRule, "duringIncident" | "severities" | "onlyIn">): string {
  const words = [
    rule.severities !== null
      ? `only in an open incident of ${rule.severities.join(" or ")}`
      : rule.duringIncident === true
        ? "only in an open incident's channel"
        : rule.duringIncident === false
          ? "not in an incident's channel"
          : null,
    rule.onlyIn === null
      ? null
      : `only in ${rule.onlyIn === anyWindow ? "a maintenance window" : `the window “${rule.onlyIn}”`}`,
  ];
  return words.filter((word) => word !== null).join(", ");
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

function ruling(rule: PolicyRule, lifted: readonly Lift[]): Ruling {
  return {
    rule: rule.name,
    approvals: lifted.includes("approvals") ? 0 : rule.approvals,
    approvers: rule.approvers.length > 0 ? rule.approvers : rule.allow,
    // Whoever breaks the glass or owes a second factor sees the plan first.
    confirm: rule.confirm === "none" && (lifted.length > 0 || rule.secondFactor !== null) ? "click" : rule.confirm,
    approvalMinutes: rule.approvalMinutes,
    secondFactor: rule.secondFactor,
  };
}

function refusal(all: readonly PolicyRule[], about: readonly PolicyRule[], question: PolicyQuestion): Refusal {
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
  const later = all.find(
    (rule) =>
      holdsHere(rule, question) &&
      !isInWindow(rule, question) &&
      isWithin(rule, question.count) &&
      isOneOf(caller, rule.allow, roles),
  );
  if (later) return outsideWindow(later, question);
  const elsewhere = about.find((rule) => !holdsHere(rule, question) && isOneOf(caller, rule.allow, roles));
  if (elsewhere?.severities) {
    return new Refusal(
      "not_allowed",
      `Denied: “${elsewhere.name}” holds ${conditionsInWords(elsewhere)}.`,
      "Ask again in the channel of such an incident.",
    );
  }
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
  if (others) return isFor(others, caller);
  return new Refusal(
    "not_allowed",
    `Denied: no rule of the policy allows ${verb} on ${target.name} in ${target.environment}.`,
    "Ask whoever keeps the configuration to add one.",
  );
}

function outsideWindow(rule: PolicyRule, { windows, target, now }: PolicyQuestion): Refusal {
  const next = nextWindow(windowsFor(windows, rule.onlyIn ?? anyWindow, target), now);
  return new Refusal(
    "outside_window",
    `Denied: “${rule.name}” holds ${conditionsInWords(rule)}, and now is none.`,
    next === null
      ? "No window is coming; ask whoever keeps the configuration. `/ops windows` lists them."
      : `Ask again in “${next.window.name}”, which begins ${momentInWords(next.span.from)} and ends ${momentInWords(next.span.to)}.`,
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
