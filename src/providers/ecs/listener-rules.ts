import type {
  Action,
  Rule,
  RuleCondition,
  RuleTransform,
  TargetGroupTuple,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/** A listener's rule as far as it matters to whoever wants to stand before it. */
export interface RuleState {
  readonly listener: string;
  /** HTTPS 443 */
  readonly listensOn: string;
  /** Null for the default rule. */
  readonly priority: number | null;
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
  readonly transforms: readonly RuleTransform[];
  /** The target groups of it that are the service's. */
  readonly ours: readonly string[];
}

/** Tags of the rules that the bot makes: by which operation, and before which rule it stands. */
export const holdTags = { operation: "tocsin:operation", holds: "tocsin:holds" } as const;

/** The last number that a rule may have. Source: docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
const lastPriority = 50_000;

/** The number right before a rule, so that no other rule can stand between; 0 where there is none. */
export function priorityBefore({ priority }: Pick<RuleState, "priority">): number {
  return priority === null ? lastPriority : priority - 1;
}

export function priorityOf(rule: Rule): number | null {
  return rule.IsDefault === true || rule.Priority === "default" ? null : Number(rule.Priority);
}

export function ruleState(
  rule: Rule,
  on: { readonly listener: string; readonly listensOn: string; readonly ours: readonly string[] },
): RuleState {
  return {
    ...on,
    ours: on.ours.filter((arn) => groupsOf(rule.Actions ?? []).some((one) => one.TargetGroupArn === arn)).toSorted(),
    priority: priorityOf(rule),
    conditions: (rule.Conditions ?? []).map(conditionOf),
    actions: rule.Actions ?? [],
    transforms: rule.Transforms ?? [],
  };
}

/** The same text for the same rule, whatever order the fields come in. */
export function stateText(state: RuleState): string {
  return JSON.stringify(sorted(state));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}

const configs = {
  "host-header": "HostHeaderConfig",
  "path-pattern": "PathPatternConfig",
  "http-header": "HttpHeaderConfig",
  "query-string": "QueryStringConfig",
  "http-request-method": "HttpRequestMethodConfig",
  "source-ip": "SourceIpConfig",
} as const;

/** A condition is described in two forms at once and taken in one only. */
function conditionOf(condition: RuleCondition): RuleCondition {
  const name = configs[condition.Field as keyof typeof configs];
  const config = name === undefined ? undefined : condition[name];
  if (config === undefined) return { Field: condition.Field, Values: condition.Values };
  return { Field: condition.Field, [name]: config };
}

/** "rule 20 (host api.example.com, path /api/*)", or "default rule". */
export function ruleTitle({ listensOn, priority, conditions }: RuleState): string {
  if (priority === null) return `${listensOn}, default rule`;
  const words = conditions.map((condition) => {
    const config = condition[configs[condition.Field as keyof typeof configs]] as
      | { readonly Values?: unknown }
      | undefined;
    const values: readonly unknown[] = Array.isArray(config?.Values) ? config.Values : (condition.Values ?? []);
    const texts = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
    return [(condition.Field ?? "").replace(/-(header|pattern)$/, ""), texts.join(" or ")].join(" ").trim();
  });
  return `${listensOn}, rule ${priority}${words.length > 0 ? ` (${words.join(", ")})` : ""}`;
}

/** The target groups that a rule forwards to, with their weights. */
export function groupsOf(
  actions: readonly Action[],
): readonly { readonly TargetGroupArn: string; readonly Weight: number }[] {
  const forward = actions.find(({ Type }) => Type === "forward");
  const listed: readonly TargetGroupTuple[] = forward?.ForwardConfig?.TargetGroups ?? [];
  const groups = listed.length > 0 ? listed : [{ TargetGroupArn: forward?.TargetGroupArn }];
  return groups.flatMap(({ TargetGroupArn, Weight }) =>
    TargetGroupArn === undefined ? [] : [{ TargetGroupArn, Weight: groups.length === 1 ? 1 : (Weight ?? 1) }],
  );
}

/** How a rule divides its requests: the service's share of them in per cent, and the others that get any. */
export function divided({ actions, ours }: Pick<RuleState, "actions" | "ours">) {
  const groups = groupsOf(actions);
  const sum = (all: typeof groups): number => all.reduce((total, { Weight }) => total + Weight, 0);
  const mine = groups.filter(({ TargetGroupArn }) => ours.includes(TargetGroupArn));
  const others = groups.filter(({ TargetGroupArn, Weight }) => !ours.includes(TargetGroupArn) && Weight > 0);
  const total = sum(groups);
  return {
    mine,
    others,
    share: total === 0 ? 0 : (sum(mine) / total) * 100,
    of: { mine: sum(mine), others: sum(others) },
  };
}

/** The rule cannot be copied, because of a secret that AWS does not give out again. */
export function hasHiddenSecret({ actions }: Pick<RuleState, "actions">): boolean {
  return actions.some(({ Type }) => Type === "authenticate-oidc");
}

const parts = 999;

/**
 * What a rule that stands before another one does with its requests. Where others get the rest of them they get what is
 * held back too; a client that stuck to the service is not sent there, since its group is not named. Where nobody else
 * does, a fixed answer of 503: the group stays in use by the rule behind, so that its targets are still checked and ECS
 * can register tasks, as it cannot in a group that no rule names.
 */
export function holdActions(state: RuleState, percent: number): Action[] {
  const { mine, others, share, of } = divided(state);
  if (others.length === 0) {
    const answer = { StatusCode: "503", ContentType: "text/plain", MessageBody: "Service Unavailable" };
    return [{ Type: "fixed-response", FixedResponseConfig: answer }];
  }
  const fraction = (share / 100) * (percent / 100);
  const weigh = (part: number) => Math.max(1, Math.round(parts * part));
  const groups =
    percent === 0
      ? others
      : [
          ...mine
            .filter(({ Weight }) => Weight > 0)
            .map((one) => ({ ...one, Weight: weigh((fraction * one.Weight) / of.mine) })),
          ...others.map((one) => ({ ...one, Weight: weigh(((1 - fraction) * one.Weight) / of.others) })),
        ];
  return state.actions.map((action) => {
    if (action.Type !== "forward") return action;
    const order = action.Order === undefined ? {} : { Order: action.Order };
    return { Type: "forward", ...order, ForwardConfig: { TargetGroups: groups.map((one) => ({ ...one })) } };
  });
}

/** The conditions of a rule that takes exactly the requests another one would get. */
export function holdConditions(state: RuleState): RuleCondition[] {
  if (state.priority !== null) return [...state.conditions];
  return [{ Field: "path-pattern", PathPatternConfig: { Values: ["*"] } }];
}

/** How much a rule before another one lets through; null where it is not as the bot makes them. */
export function percentLet(state: RuleState, hold: Rule): number | null {
  if (
    JSON.stringify(sorted((hold.Conditions ?? []).map(conditionOf))) !== JSON.stringify(sorted(holdConditions(state)))
  ) {
    return null;
  }
  const is = essence(hold.Actions ?? []);
  for (let percent = 0; percent < 100; percent += 1) if (essence(holdActions(state, percent)) === is) return percent;
  return null;
}

/** Whether it lets through just so much. */
export function letsThrough(state: RuleState, hold: Rule, percent: number): boolean {
  return percentLet(state, hold) !== null && essence(hold.Actions ?? []) === essence(holdActions(state, percent));
}

function essence(actions: readonly Action[]): string {
  const fixed = actions.find(({ Type }) => Type === "fixed-response")?.FixedResponseConfig?.StatusCode;
  if (fixed !== undefined) return fixed;
  return groupsOf(actions)
    .map(({ TargetGroupArn, Weight }) => `${TargetGroupArn} ${Weight}`)
    .toSorted()
    .join(", ");
}
