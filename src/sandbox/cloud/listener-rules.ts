/** What a rule does with its requests, as it is described. */
export type RuleAction = Readonly<Record<string, unknown>> & { readonly Type: string };
export type RuleCondition = Readonly<Record<string, unknown>>;

/** A rule of a listener; the default one has no number and no conditions. */
export interface RuleRecord {
  readonly arn: string;
  readonly listenerArn: string;
  readonly priority: number | null;
  conditions: readonly RuleCondition[];
  actions: readonly RuleAction[];
  tags: readonly { readonly Key: string; readonly Value: string }[];
}

export interface Weight {
  readonly targetGroupArn: string;
  readonly weight: number;
}

/** Forwards to groups by their weights. */
export function forwardTo(weights: readonly Weight[]): RuleAction {
  const [only] = weights.length === 1 ? weights : [];
  return {
    Type: "forward",
    ...(only ? { TargetGroupArn: only.targetGroupArn } : {}),
    Order: 1,
    ForwardConfig: {
      TargetGroups: weights.map((one) => ({ TargetGroupArn: one.targetGroupArn, Weight: one.weight })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
}

/** The groups that a rule forwards to, each with its weight. */
export function weightsOf({ actions }: Pick<RuleRecord, "actions">): readonly Weight[] {
  const config = actions.find(({ Type }) => Type === "forward")?.ForwardConfig as
    | { readonly TargetGroups?: readonly { readonly TargetGroupArn: string; readonly Weight: number }[] }
    | undefined;
  return (config?.TargetGroups ?? []).map((one) => ({ targetGroupArn: one.TargetGroupArn, weight: one.Weight }));
}

/**
 * The share of a group's requests that get to it, from 0 to 1, as if each of its rules were asked as much. Of rules for
 * the same requests the first decides; a rule for every path stands for the default one.
 */
export function reachOf(rules: readonly RuleRecord[], groupArn: string): number {
  const kinds = Map.groupBy(rules, (rule) => `${rule.listenerArn} ${kindOf(rule)}`);
  const names = (rule: RuleRecord) => weightsOf(rule).some((one) => one.targetGroupArn === groupArn);
  const shares = [...kinds.values()]
    .filter((same) => same.some(names))
    .map((same) => {
      const [first] = same.toSorted((one, other) => orderOf(one) - orderOf(other));
      const weights = first ? weightsOf(first) : [];
      const all = weights.reduce((sum, { weight }) => sum + weight, 0);
      const mine = weights.find((one) => one.targetGroupArn === groupArn)?.weight ?? 0;
      return all === 0 ? 0 : mine / all;
    });
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** The default rule comes last. */
export const orderOf = ({ priority }: Pick<RuleRecord, "priority">): number => priority ?? Number.POSITIVE_INFINITY;

function kindOf({ conditions, priority }: RuleRecord): string {
  const [only] = conditions;
  const values = (only?.PathPatternConfig as { readonly Values?: readonly string[] } | undefined)?.Values ?? [];
  const isForAll = conditions.length === 1 && values.some((value) => value === "*" || value === "/*");
  return priority === null || isForAll ? "all" : JSON.stringify(conditions);
}
