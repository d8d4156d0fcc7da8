import type { Caller } from "../access/caller.ts";
import { isOneOf } from "../access/principal.ts";
import type { FactorNeed } from "../factor/factor.ts";
import type { Approval, Ruling } from "./operation.ts";

type Part = Pick<Ruling, "rule" | "approvals" | "approvers">;

const confirms: readonly Ruling["confirm"][] = ["none", "click", "type"];
const factors: readonly (FactorNeed | null)[] = [null, "any", "passkey"];

/** What several rulings ask for together: the most that any does, and for each rule its own approvers. */
export function togetherOf(rulings: readonly Ruling[]): Ruling {
  const most = <T>(order: readonly T[], words: readonly T[]): T =>
    order[Math.max(0, ...words.map((word) => order.indexOf(word)))] as T;
  const parts = distinct(rulings.filter(({ approvals }) => approvals > 0));
  const minutes = rulings.flatMap(({ approvalMinutes }) => approvalMinutes ?? []);
  const isSplit = new Set(parts.map(({ approvers }) => [...approvers].sort().join(" "))).size > 1;
  return {
    rule: distinct(rulings)
      .map(({ rule }) => rule)
      .join("; "),
    approvals: Math.max(0, ...rulings.map(({ approvals }) => approvals)),
    approvers: [...new Set((parts.length > 0 ? parts : rulings).flatMap(({ approvers }) => approvers))],
    ...(isSplit ? { each: parts } : {}),
    confirm: most(
      confirms,
      rulings.map(({ confirm }) => confirm),
    ),
    approvalMinutes: minutes.length === 0 ? null : Math.min(...minutes),
    secondFactor: most(
      factors,
      rulings.map(({ secondFactor }) => secondFactor ?? null),
    ),
  };
}

function distinct(rulings: readonly Ruling[]): readonly Part[] {
  const byRule = new Map<string, Part>();
  for (const { rule, approvals, approvers } of rulings) {
    if (approvals >= (byRule.get(rule)?.approvals ?? 0)) byRule.set(rule, { rule, approvals, approvers });
  }
  return [...byRule.values()];
}

/** The rules that one's approval counts for; null where one decides on all. */
export function countsFor(ruling: Ruling, caller: Caller, roles: readonly string[]): readonly string[] | null {
  if (!ruling.each) return null;
  return ruling.each.filter(({ approvers }) => isOneOf(caller, approvers, roles)).map(({ rule }) => rule);
}

/** The rules that still want approvals, with how many. */
export function stillWanted(ruling: Ruling, approvals: readonly Approval[]): readonly Part[] {
  const parts = ruling.each ?? [ruling];
  return parts.flatMap(({ rule, approvals: wanted, approvers }) => {
    const given = approvals.filter(({ rules }) => !ruling.each || rules?.includes(rule)).length;
    return given >= wanted ? [] : [{ rule, approvals: wanted - given, approvers }];
  });
}

/** Whether nobody has to approve any more. */
export function isEnough(ruling: Ruling, approvals: readonly Approval[]): boolean {
  return stillWanted(ruling, approvals).length === 0;
}

/** The first rule that has too few of these people's approvals; null where all have enough. */
export function missingRule(
  ruling: Ruling,
  people: readonly Caller[],
  roles: ReadonlyMap<string, readonly string[]>,
): Part | null {
  if (!ruling.each) return people.length >= ruling.approvals ? null : ruling;
  const short = ruling.each.find(({ approvals, approvers }) => {
    const given = people.filter((one) => isOneOf(one, approvers, roles.get(one.userId) ?? []));
    return given.length < approvals;
  });
  return short ?? null;
}
