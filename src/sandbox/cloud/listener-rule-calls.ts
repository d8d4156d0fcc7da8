import type { Cloud, Operation } from "./api.ts";
import { CloudError } from "./cloud-error.ts";
import { type Input, list, page, record, text } from "./input.ts";
import { orderOf, type RuleAction, type RuleCondition, type RuleRecord } from "./listener-rules.ts";
import type { ListenerRecord } from "./load-balancer.ts";
import { formFlag, formList, formNumber, formTags } from "./query-input.ts";

const invalid = (sentence: string) => new CloudError("ValidationError", sentence);
const noRules = (arns: readonly string[]) =>
  new CloudError(
    "RuleNotFound",
    arns.length === 1 ? `Rule '${arns[0]}' not found` : `Rules '[${arns.join(", ")}]' not found`,
  );
const noListener = (arn: string) => new CloudError("ListenerNotFound", `Listener '${arn}' not found`);

/** Quotas of a load balancer, and what a number may be. Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const mostRules = 100;
const mostConditions = 5;
const lastPriority = 50_000;
const heaviest = 999;

/** Listeners and their rules: described, made, changed and taken away. */
export function ruleCalls({ world, loadBalancer }: Cloud): Readonly<Record<string, Operation>> {
  function need(input: Input): RuleRecord {
    const arn = text(input, "RuleArn") ?? "";
    const found = loadBalancer.rules().find((one) => one.arn === arn);
    if (!found) throw noRules([arn]);
    return found;
  }

  function actionsOf(input: Input): readonly RuleAction[] {
    const actions = formList(input, "Actions").map((one) => actionOf(one as Input));
    const routing = actions.filter(({ Type }) => !Type.startsWith("authenticate") && Type !== "jwt-validation");
    if (routing.length !== 1)
      throw invalid("A rule must have exactly one action of type forward, redirect or fixed-response");
    return actions;
  }

  function actionOf(one: Input): RuleAction {
    const Type = text(one, "Type") ?? "";
    const Order = formNumber(one, "Order") ?? 1;
    if (Type === "fixed-response") {
      const given = record(one, "FixedResponseConfig");
      const StatusCode = given && text(given, "StatusCode");
      if (!given || !StatusCode || !/^[245]\d\d$/.test(StatusCode)) {
        throw new CloudError("InvalidLoadBalancerAction", "The fixed response needs a status code of 2XX, 4XX or 5XX");
      }
      return { Type, Order, FixedResponseConfig: { ...given } };
    }
    if (Type !== "forward") {
      throw new CloudError("InvalidLoadBalancerAction", `Actions of type '${Type}' are not made in the sandbox`);
    }
    const config = record(one, "ForwardConfig");
    const only = text(one, "TargetGroupArn");
    const groups = config
      ? formList(config, "TargetGroups").map((group) => group as Input)
      : [{ TargetGroupArn: only }];
    const weights = groups.map((group) => {
      const TargetGroupArn = text(group, "TargetGroupArn") ?? "";
      if (!loadBalancer.group(TargetGroupArn)) {
        throw new CloudError("TargetGroupNotFound", `Target groups '${TargetGroupArn}' not found`);
      }
      const Weight = formNumber(group, "Weight") ?? (groups.length === 1 ? 1 : Number.NaN);
      if (!Number.isInteger(Weight) || Weight < 0 || Weight > heaviest) {
        throw invalid("The weight for each target group must be between 0 and 999, inclusive");
      }
      return { TargetGroupArn, Weight };
    });
    const stick = config && record(config, "TargetGroupStickinessConfig");
    const TargetGroupStickinessConfig = { Enabled: (stick && formFlag(stick, "Enabled")) ?? false };
    return {
      Type,
      Order,
      ...(weights.length === 1 ? { TargetGroupArn: weights[0]?.TargetGroupArn } : {}),
      ForwardConfig: { TargetGroups: weights, TargetGroupStickinessConfig },
    };
  }

  return {
    DescribeListeners: (input) => {
      const balancer = text(input, "LoadBalancerArn");
      const arns = list(input, "ListenerArns");
      if ((balancer === undefined) === (arns === undefined)) {
        throw invalid("You must specify either listener ARNs or a load balancer ARN");
      }
      const all = loadBalancer.listeners();
      const missing = arns?.find((arn) => !all.some((one) => one.arn === arn));
      if (missing !== undefined) throw noListener(missing);
      const found = all.filter((one) => (arns ? arns.includes(one.arn) : one.loadBalancerArn === balancer));
      const { items, nextToken } = page(found, sizeOf(input), text(input, "Marker"), invalid);
      const shapes = items.map((one) => listenerShape(one, loadBalancer.rules()));
      return { Listeners: shapes, NextMarker: nextToken };
    },

    DescribeRules: (input) => {
      const arns = list(input, "RuleArns");
      const listener = text(input, "ListenerArn");
      if (arns === undefined && listener === undefined) {
        throw invalid("Either a listener ARN or rule ARNs must be specified");
      }
      const all = loadBalancer.rules();
      const missing = (arns ?? []).filter((arn) => !all.some((one) => one.arn === arn));
      if (missing.length > 0) throw new CloudError("RuleNotFound", `Rules '[${missing.join(", ")}]' not found`);
      const found = all.filter((one) => (arns ? arns.includes(one.arn) : one.listenerArn === listener));
      if (listener !== undefined && found.length === 0) throw noListener(listener);
      const sorted = found.toSorted((one, other) => orderOf(one) - orderOf(other));
      const { items, nextToken } = page(sorted, sizeOf(input), text(input, "Marker"), invalid);
      return { Rules: items.map(ruleShape), NextMarker: nextToken };
    },

    DescribeTags: (input) => {
      const arns = list(input, "ResourceArns") ?? [];
      if (arns.length === 0 || arns.length > 20) throw invalid("Between 1 and 20 resources can be described at once");
      const all = loadBalancer.rules();
      const found = arns.map((arn) => all.find((one) => one.arn === arn) ?? arn);
      const missing = found.filter((one) => typeof one === "string");
      if (missing.length > 0) throw noRules(missing);
      return {
        TagDescriptions: found.flatMap((one) =>
          typeof one === "string" ? [] : [{ ResourceArn: one.arn, Tags: [...one.tags] }],
        ),
      };
    },

    CreateRule: (input) => {
      const listenerArn = text(input, "ListenerArn") ?? "";
      if (!loadBalancer.listeners().some((one) => one.arn === listenerArn)) throw noListener(listenerArn);
      const priority = formNumber(input, "Priority") ?? Number.NaN;
      if (!Number.isInteger(priority) || priority < 1 || priority > lastPriority) {
        throw invalid(`Priority must be between 1 and ${lastPriority}`);
      }
      const beside = loadBalancer.rules().filter((one) => one.listenerArn === listenerArn);
      if (beside.some((one) => one.priority === priority)) {
        throw new CloudError("PriorityInUse", `Priority '${priority}' is currently in use`);
      }
      if (loadBalancer.rules().filter((one) => one.priority !== null).length >= mostRules) {
        throw new CloudError("TooManyRules", "The maximum number of rules on this load balancer has been reached");
      }
      const arn = `${listenerArn.replace(":listener/", ":listener-rule/")}/${world.random.hex(16)}`;
      const tags = formTags(input);
      const rule = { arn, listenerArn, priority, conditions: conditionsOf(input), actions: actionsOf(input), tags };
      loadBalancer.addRule(rule);
      return { Rules: [ruleShape(rule)] };
    },

    ModifyRule: (input) => {
      const rule = need(input);
      if (rule.priority === null) {
        throw new CloudError("OperationNotPermitted", `Default rule '${rule.arn}' cannot be modified`);
      }
      const conditions = input.Conditions === undefined ? rule.conditions : conditionsOf(input);
      const actions = input.Actions === undefined ? rule.actions : actionsOf(input);
      Object.assign(rule, { conditions, actions });
      return { Rules: [ruleShape(rule)] };
    },

    DeleteRule: (input) => {
      const rule = need(input);
      if (rule.priority === null) {
        throw new CloudError("OperationNotPermitted", `Default rule '${rule.arn}' cannot be deleted`);
      }
      loadBalancer.removeRule(rule.arn);
      return {};
    },
  };
}

function sizeOf(input: Input): number {
  const size = formNumber(input, "PageSize") ?? 400;
  if (Number.isInteger(size) && size >= 1 && size <= 400) return size;
  throw invalid(`1 validation error detected: Value '${size}' at 'pageSize' failed to satisfy constraint`);
}

const configs: Readonly<Record<string, string>> = {
  "host-header": "HostHeaderConfig",
  "path-pattern": "PathPatternConfig",
  "http-header": "HttpHeaderConfig",
  "query-string": "QueryStringConfig",
  "http-request-method": "HttpRequestMethodConfig",
  "source-ip": "SourceIpConfig",
};

function conditionsOf(input: Input): readonly RuleCondition[] {
  const given = formList(input, "Conditions").map((one) => one as Input);
  if (given.length === 0) throw invalid("A rule must have a condition");
  const conditions = given.map((one): RuleCondition => {
    const Field = text(one, "Field") ?? "";
    const config = configs[Field];
    if (config === undefined)
      throw invalid(`Condition field '${Field}' must be one of '[${Object.keys(configs).join(", ")}]'`);
    const values = formList(one, "Values");
    const written = record(one, config);
    if (values.length > 0 === (written !== undefined)) {
      throw invalid(`A condition of '${Field}' has either values or a configuration`);
    }
    return { Field, [config]: written ?? { Values: [...values] } };
  });
  const count = conditions.flatMap((one) => {
    const config = one[configs[String(one.Field)] ?? ""] as { readonly Values?: readonly unknown[] } | undefined;
    return config?.Values ?? [];
  }).length;
  if (count > mostConditions) throw invalid(`A rule can have at most ${mostConditions} condition values`);
  return conditions;
}

/** Hosts and paths are described in their older form too. */
function conditionShape(condition: RuleCondition): RuleCondition {
  const Field = String(condition.Field);
  const config = condition[configs[Field] ?? ""] as { readonly Values?: readonly string[] } | undefined;
  return { Field, Values: Field === "host-header" || Field === "path-pattern" ? config?.Values : [], ...condition };
}

const ruleShape = (rule: RuleRecord) => ({
  RuleArn: rule.arn,
  Priority: rule.priority === null ? "default" : String(rule.priority),
  Conditions: rule.conditions.map(conditionShape),
  Actions: [...rule.actions],
  IsDefault: rule.priority === null,
});

const listenerShape = (listener: ListenerRecord, rules: readonly RuleRecord[]) => ({
  ListenerArn: listener.arn,
  LoadBalancerArn: listener.loadBalancerArn,
  Port: listener.port,
  Protocol: listener.protocol,
  DefaultActions: rules
    .filter((one) => one.listenerArn === listener.arn && one.priority === null)
    .flatMap((one) => one.actions),
});
