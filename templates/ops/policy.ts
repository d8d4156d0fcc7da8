import { conditionsInWords } from "../../src/domain/access/policy.ts";
import { principalsInWords } from "../../src/domain/access/principal.ts";
import type { PolicyRule } from "../../src/domain/configuration.ts";
import type { Explanation, rulesFor } from "../../src/domain/guard/explain.ts";
import type { Ruling } from "../../src/domain/operation/operation.ts";
import { context, cut, inert, person, type Reply, reply, section } from "../kit.ts";

/** Whether a person may, by which rule, and what then follows. */
export function explanation(facts: Explanation): Reply {
  const { verdict, target } = facts;
  const what = `${facts.verb} ${target.name} in ${target.environment}`;
  const head = verdict.allowed
    ? `:white_check_mark: ${person(facts.caller.userId)} may *${inert(what)}*, by the rule “${inert(verdict.rule.name)}”.`
    : `:no_entry: ${person(facts.caller.userId)} may not *${inert(what)}*: ${inert(verdict.why)}`;
  const lines = verdict.allowed ? follows(verdict.ruling, verdict.rule) : [];
  const rules = facts.rules.map(
    ({ name, against }) => `• “${inert(name)}”${against === null ? ": holds" : `: ${inert(against)}`}`,
  );
  const glass = facts.breakGlass;
  return reply(head, [
    section(head),
    ...(lines.length > 0 ? [section(lines.map((line) => `• ${line}`).join("\n"))] : []),
    section(
      facts.held === null
        ? "No freeze and no lock lies on it now."
        : `:lock: Held up now: ${inert(facts.held).replaceAll(/&lt;(@[UW][A-Z0-9]+)&gt;/g, "<$1>")}`,
    ),
    section(
      rules.length > 0
        ? cut(`*Rules about it, the first that holds decides*\n${rules.join("\n")}`, 2900)
        : "No rule of the policy is about it, and where none is the answer is no.",
    ),
    context(
      `Asked ${inert(facts.from)}.`,
      glass === null
        ? "They may not break the glass here."
        : `They may break the glass here (“${inert(glass.rule)}”): that lifts ${glass.lifts.join(", ")}.`,
    ),
  ]);
}

function follows(ruling: Ruling, rule: PolicyRule): readonly string[] {
  const confirm = {
    none: "starts at one click, which `--yes` skips",
    click: "takes one confirming click",
    type: "takes the target's name, typed",
  }[ruling.confirm];
  const minutes = ruling.approvalMinutes ?? null;
  const lasting = minutes === null ? "" : `, each counting for ${minutes} min`;
  return [
    confirm,
    ruling.approvals === 0
      ? "needs nobody's approval"
      : `needs ${ruling.approvals} ${ruling.approvals === 1 ? "approval" : "approvals"} by ${principalsInWords(ruling.approvers)}, never by who asks${lasting}`,
    ...(ruling.secondFactor
      ? [`takes ${factorWords[ruling.secondFactor]}, from who confirms and who approves (\`/ops factor\` sets one up)`]
      : []),
    ...limitsOf(rule),
    ...(conditionsInWords(rule) === "" ? [] : [`holds ${inert(conditionsInWords(rule))}`]),
  ];
}

const factorWords = {
  any: "a second factor, a code or a passkey",
  passkey: "a passkey",
} as const;

function limitsOf({ within }: PolicyRule): readonly string[] {
  if (within === null) return [];
  const words = [
    within.min === null ? null : `at least ${within.min}`,
    within.max === null ? null : `at most ${within.max}`,
    within.step === null ? null : `changed by at most ${within.step} at once`,
  ].filter((word) => word !== null);
  return words.length > 0 ? [`count ${words.join(", ")}; beyond that the next rule is asked`] : [];
}

/** The rules that concern a person, in the order they are looked at. */
export function policyList(rules: ReturnType<typeof rulesFor>): Reply {
  if (rules.length === 0) {
    const text = "No rule of the policy concerns you: you may look at everything and change nothing.";
    return reply(text, [section(text)]);
  }
  const lines = rules.map(({ rule, asks, approves }) => `• ${ruleLine(rule, asks, approves)}`);
  // A section takes 3000 characters.
  const blocks = chunks(lines, 2800).map((text) => section(text));
  return reply(`${rules.length} ${rules.length === 1 ? "rule concerns" : "rules concern"} you`, [
    section("*Rules that concern you.* The first whose conditions all hold decides; where none does the answer is no."),
    ...blocks,
    context("`/ops policy explain @person <action> <target>` says which one decides, and why."),
  ]);
}

function ruleLine(rule: PolicyRule, asks: boolean, approves: boolean): string {
  const where = [...(rule.environments ?? []), ...(rule.targets ?? [])].join(", ");
  const actions = rule.actions.includes("*") ? "everything" : rule.actions.join(", ");
  const glass = rule.breakGlass === null ? "" : `, with \`--break-glass\` (lifts ${rule.breakGlass.lifts.join(", ")})`;
  const parts = [
    `${actions}${where === "" ? "" : ` in ${where}`}${glass}`,
    asks ? `for ${principalsInWords(rule.allow)}` : null,
    rule.approvals > 0
      ? `${rule.approvals} to approve${approves ? ", you may" : ` (${principalsInWords(rule.approvers)})`}`
      : null,
    rule.secondFactor === null ? null : rule.secondFactor === "passkey" ? "passkey" : "second factor",
    conditionsInWords(rule) || null,
    limitsOf(rule)[0]?.replace(/;.*$/, "") ?? null,
  ];
  return `*${inert(rule.name)}*: ${parts
    .filter((part) => part !== null)
    .map((part) => keepMentions(part))
    .join(" · ")}`;
}

function keepMentions(text: string): string {
  return inert(text).replaceAll(/&lt;(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)&gt;/g, "<$1>");
}

function chunks(lines: readonly string[], most: number): readonly string[] {
  const found: string[] = [];
  for (const line of lines.map((one) => cut(one, most))) {
    const last = found.at(-1);
    if (last !== undefined && last.length + line.length < most) found[found.length - 1] = `${last}\n${line}`;
    else found.push(line);
  }
  return found.slice(0, 40);
}
