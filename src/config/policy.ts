import { z } from "zod";
import type { Environment } from "../domain/configuration.ts";
import { lifts, type PolicyRule } from "../domain/configuration.ts";
import { windowWords } from "./calendar.ts";
import {
  actionNames,
  catalogEntries,
  catalogName,
  environmentName,
  knownEnvironments,
  knownSeverities,
  type OperationName,
  reachOf,
  severityName,
  unknown,
} from "./catalog-words.ts";
import { defaultRoles } from "./defaults.ts";
import { choice, count, flag, hours, list, object, principal, right, span, text } from "./pieces.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";
import * as spans from "./spans.ts";

const within = object({
  min: count(10_000).optional(),
  max: count(10_000).optional(),
  step: count(10_000).describe("The largest change in one go.").optional(),
});

const rule = object({
  name: text.describe("What people read when this rule decides."),
  actions: list(text)
    .min(1, right('write at least one operation, such as [scale], or ["*"]'))
    .describe('Operations by name or verb, or "*" for all.'),
  environments: list(text).describe("Only there; left out: everywhere.").optional(),
  targets: list(text)
    .describe("Only these of the catalog, such as backend or production/backend; left out: all.")
    .optional(),
  within: within.describe("Holds only for counts inside these limits.").optional(),
  during_incident: flag
    .describe("true: only in an open incident's channel; false: only outside; left out: anywhere.")
    .optional(),
  allow: list(principal).describe("Who may ask; an empty list: nobody, whatever later rules say."),
  approvals: count(5).describe("How many other people must approve.").optional(),
  approvers: list(principal).describe("Who may approve; left out: who may ask.").optional(),
  confirm: choice(["none", "click", "type"])
    .describe("none: --yes may skip the click; click: one confirming click; type: the target's name is typed.")
    .optional(),
  severities: list(text).describe("Only in an open incident of these; left out: any, and outside of one.").optional(),
  only_in: text.describe("Only in this window of maintenance; maintenance: in any.").optional(),
  approvals_last: span("10m").describe("How long an approval counts; left out: as long as the plan.").optional(),
  second_factor: z
    .union([z.boolean(), z.enum(["totp", "passkey"])], right("write true or passkey"))
    .describe(
      "true: who confirms and who approves gives a code of their authenticator app, or a passkey; passkey: that alone.",
    )
    .optional(),
  break_glass: object({
    lifts: list(choice(lifts)).min(1, right(`write at least one of ${lifts.join(", ")}`)),
    for: span("30m").describe("How long it lasts; 30m by default.").optional(),
    review_within: hours.describe("Until when it must have been reviewed; 3d by default.").optional(),
    reviewers: list(principal).describe("Who reviews it; by default the rule's approvers, else admins.").optional(),
  })
    .describe("The rule holds only for asks with --break-glass: what that lifts for whom the rule allows.")
    .optional(),
});

type WrittenRule = z.infer<typeof rule>;

/** The policy as people write it. */
export const policySchema = list(rule).describe(
  "The first rule whose conditions all hold decides; where none does the answer is no.",
);

/** One rule with every default filled in. */
export function completeRule(
  rule: WrittenRule,
  written: Written,
  environments: readonly Environment[],
  operations: readonly OperationName[],
): PolicyRule {
  return {
    name: rule.name,
    actions: rule.actions.flatMap((word) => actionNames(operations, word)),
    ...reachOf(rule, written, environments),
    within: rule.within
      ? { min: rule.within.min ?? null, max: rule.within.max ?? null, step: rule.within.step ?? null }
      : null,
    duringIncident: rule.during_incident ?? null,
    allow: rule.allow,
    approvals: rule.approvals ?? 0,
    approvers: rule.approvers ?? rule.allow,
    confirm: rule.confirm ?? "click",
    severities: rule.severities?.map((word) => severityName(written, word) ?? word) ?? null,
    onlyIn: rule.only_in ?? null,
    approvalMinutes: rule.approvals_last ? spans.seconds(rule.approvals_last, 0) / 60 : null,
    secondFactor: rule.second_factor === "passkey" ? "passkey" : rule.second_factor ? "any" : null,
    breakGlass: rule.break_glass
      ? {
          lifts: rule.break_glass.lifts,
          minutes: spans.seconds(rule.break_glass.for, 1800) / 60,
          reviewDays: Math.ceil((spans.hours(rule.break_glass.review_within) ?? 72) / 24),
          reviewers: rule.break_glass.reviewers ?? rule.approvers ?? ["admins"],
        }
      : null,
  };
}

/** Rules that name what does not exist, collide, or contradict themselves. */
export function policyMisfits(written: Written, operations: readonly OperationName[] | null): readonly Misfit[] {
  const roles = Object.keys(written.roles ?? {}).concat(written.roles ? [] : defaultRoles.map(({ name }) => name));
  const seen = new Set<string>();
  return (written.policy ?? []).flatMap((rule, position) => {
    const at = (...rest: (string | number)[]) => ["policy", position, ...rest];
    const misfits: Misfit[] = [];
    if (seen.has(rule.name))
      misfits.push({ path: at("name"), text: "is the name of an earlier rule; give each its own: refusals name it." });
    seen.add(rule.name);
    rule.actions.forEach((word, index) => {
      if (word === "*" || operations === null) return;
      if (operations.some((one) => one.name === word || one.verb === word)) return;
      const choices = operations.flatMap((one) => [one.verb, one.name]);
      misfits.push({ path: at("actions", index), text: unknown("operation", choices, word) });
    });
    misfits.push(...reachMisfits(written, at(), rule));
    for (const [people, ...path] of [
      [rule.allow, "allow"],
      [rule.approvers, "approvers"],
      [rule.break_glass?.reviewers, "break_glass", "reviewers"],
    ] as const) {
      people?.forEach((word, index) => {
        const role = /^role:(.+)$/.exec(word)?.[1];
        if (role && !roles.includes(role))
          misfits.push({
            path: at(...path, index),
            text: unknown(
              "role",
              roles.map((name) => `role:${name}`),
              word,
            ),
          });
      });
    }
    const { min, max } = rule.within ?? {};
    if (min !== undefined && max !== undefined && min > max)
      misfits.push({ path: at("within", "min"), text: `is above max (${max}); swap them.` });
    if ((rule.approvals ?? 0) > 0 && rule.approvers?.length === 0)
      misfits.push({ path: at("approvers"), text: "is empty although approvals are asked for; name who may approve." });
    rule.severities?.forEach((word, index) => {
      if (severityName(written, word)) return;
      const severities = knownSeverities(written).map(({ name }) => name);
      misfits.push({ path: at("severities", index), text: unknown("severity", severities, word) });
    });
    const windows = windowWords(written);
    if (rule.only_in !== undefined && !windows.includes(rule.only_in))
      misfits.push({ path: at("only_in"), text: unknown("window of maintenance", windows, rule.only_in) });
    if (rule.break_glass && rule.allow.length === 0)
      misfits.push({ path: at("allow"), text: "is empty although the rule lets somebody break the glass; name who." });
    return misfits;
  });
}

/** Environments and targets of a rule, a freeze or a window that do not exist. */
export function reachMisfits(
  written: Written,
  path: readonly (string | number)[],
  rule: { readonly environments?: readonly string[] | undefined; readonly targets?: readonly string[] | undefined },
): readonly Misfit[] {
  const known = knownEnvironments(written);
  const names = catalogEntries(written).map(({ name }) => name);
  const at = (...rest: (string | number)[]) => [...path, ...rest];
  const misfits: Misfit[] = [];
  rule.environments?.forEach((word, index) => {
    if (environmentName(known, word)) return;
    const text = unknown(
      "environment",
      known.map(({ name }) => name),
      word,
    );
    misfits.push({ path: at("environments", index), text });
  });
  rule.targets?.forEach((word, index) => {
    const [first = "", second] = word.split("/");
    if (second !== undefined && !environmentName(known, first)) {
      const text = unknown(
        "environment",
        known.map(({ name }) => name),
        first,
      );
      misfits.push({ path: at("targets", index), text });
    } else if (!catalogName(written, second ?? first)) {
      misfits.push({ path: at("targets", index), text: unknown("part of the catalog", names, second ?? first) });
    }
  });
  return misfits;
}
