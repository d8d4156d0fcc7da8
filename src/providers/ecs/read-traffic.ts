import type { Service } from "@aws-sdk/client-ecs";
import type { Listener, Rule, TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { RememberedRoute, Route, RouteHold, Traffic, TrafficRead } from "../../domain/platform/traffic.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import {
  divided,
  hasHiddenSecret,
  holdTags,
  percentLet,
  priorityBefore,
  priorityOf,
  type RuleState,
  ruleState,
  ruleTitle,
  stateText,
} from "./listener-rules.ts";
import { ecsPlace } from "./place.ts";
import { describe } from "./read.ts";

/** What leads requests to services of ECS: the rules of the listeners that name their target groups. */
export function ecsTrafficRead(clients: EcsClients): TrafficRead {
  return {
    traffic: async (at, remembered = []) => {
      const place = ecsPlace(at);
      const service = await describe(clients, place);
      const balanced = service.loadBalancers ?? [];
      if (
        balanced.length === 0 &&
        (service.taskSets ?? []).every(({ loadBalancers = [] }) => loadBalancers.length === 0)
      )
        return null;
      const notHoldable = whyNotHoldable(service);
      if (notHoldable !== null) return { routes: [], holds: [], notHoldable };
      const ours = balanced.flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
      const groups = await groupsNamed(clients, place.region, ours);
      const balancers = [...new Set(groups.flatMap(({ LoadBalancerArns = [] }) => LoadBalancerArns))];
      const listeners = await listenersOf(clients, place.region, balancers, remembered.map(listenerOf));
      const found = await Promise.all(
        listeners.map((listener) => onListener(clients, place.region, listener, ours, balancers.length > 1)),
      );
      const routes = found.flatMap((one) => one.routes);
      const names = await otherNames(clients, place.region, routes);
      return {
        routes: routes.map((route) => ({ ...route, others: route.others.map((arn) => names.get(arn) ?? arn) })),
        holds: found.flatMap((one) => one.holds),
        notHoldable: null,
      } satisfies Traffic;
    },
  };
}

/** Who else moves the rules of its listeners, or why it has none. Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html */
function whyNotHoldable(service: Service): string | null {
  const controller = service.deploymentController?.type ?? "ECS";
  if (controller === "CODE_DEPLOY") return "CodeDeploy moves its requests between two target groups";
  if (controller === "EXTERNAL") return "its task sets and their requests are controlled from outside (EXTERNAL)";
  const balanced = service.loadBalancers ?? [];
  if (balanced.some(({ advancedConfiguration }) => advancedConfiguration?.productionListenerRule)) {
    return "ECS itself moves its requests between two target groups when it is deployed";
  }
  if (balanced.some(({ targetGroupArn }) => targetGroupArn === undefined)) {
    return "it stands behind a Classic Load Balancer, which has no rules";
  }
  return null;
}

async function groupsNamed(
  clients: EcsClients,
  region: string | undefined,
  arns: readonly string[],
): Promise<readonly TargetGroup[]> {
  if (arns.length === 0) return [];
  const { client, sdk } = await clients.balancing(region);
  const { TargetGroups = [] } = await calling("DescribeTargetGroups", (options) =>
    client.send(new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [...arns] }), options),
  );
  return TargetGroups;
}

async function otherNames(
  clients: EcsClients,
  region: string | undefined,
  routes: readonly Route[],
): Promise<ReadonlyMap<string, string>> {
  const arns = [...new Set(routes.flatMap(({ others }) => others))];
  const groups = await groupsNamed(clients, region, arns);
  return new Map(groups.map(({ TargetGroupArn = "", TargetGroupName = "" }) => [TargetGroupArn, TargetGroupName]));
}

function listenerOf({ state }: RememberedRoute): string {
  return (JSON.parse(state) as RuleState).listener;
}

/** The listeners of load balancers, and those by name that are still there. */
async function listenersOf(
  clients: EcsClients,
  region: string | undefined,
  balancers: readonly string[],
  named: readonly string[],
): Promise<readonly Listener[]> {
  const { client, sdk } = await clients.balancing(region);
  const asks = [
    ...balancers.map((LoadBalancerArn) => ({ LoadBalancerArn })),
    ...[...new Set(named)].map((arn) => ({ ListenerArns: [arn] })),
  ];
  const answers = await Promise.all(
    asks.map(async (ask) => {
      const listeners: Listener[] = [];
      let Marker: string | undefined;
      try {
        do {
          const answer = await calling("DescribeListeners", (options) =>
            client.send(new sdk.DescribeListenersCommand({ ...ask, ...(Marker ? { Marker } : {}) }), options),
          );
          listeners.push(...(answer.Listeners ?? []));
          Marker = answer.NextMarker;
        } while (Marker);
      } catch (error) {
        if (error instanceof ProviderError && error.fault === "not_found" && "ListenerArns" in ask) return [];
        throw error;
      }
      return listeners;
    }),
  );
  const all = answers.flat();
  return all.filter(({ ListenerArn }, index) => all.findIndex((one) => one.ListenerArn === ListenerArn) === index);
}

/** The rules of a listener, the default one last. */
export async function rulesOf(
  clients: EcsClients,
  region: string | undefined,
  ListenerArn: string,
): Promise<readonly Rule[]> {
  const { client, sdk } = await clients.balancing(region);
  const rules: Rule[] = [];
  let Marker: string | undefined;
  do {
    const answer = await calling("DescribeRules", (options) =>
      client.send(new sdk.DescribeRulesCommand({ ListenerArn, ...(Marker ? { Marker } : {}) }), options),
    );
    rules.push(...(answer.Rules ?? []));
    Marker = answer.NextMarker;
  } while (Marker);
  return rules.toSorted((one, other) => (priorityOf(one) ?? Infinity) - (priorityOf(other) ?? Infinity));
}

/** Tags are described for 20 at a time. Source: docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html */
const taggedAtOnce = 20;

/** Before which rule each of these stands, where it is one of the bot's own. */
export async function heldBy(
  clients: EcsClients,
  region: string | undefined,
  rules: readonly Rule[],
): Promise<ReadonlyMap<string, string>> {
  const { client, sdk } = await clients.balancing(region);
  const arns = rules.filter((rule) => priorityOf(rule) !== null).flatMap(({ RuleArn }) => RuleArn ?? []);
  const chunks = Array.from({ length: Math.ceil(arns.length / taggedAtOnce) }, (_, index) =>
    arns.slice(index * taggedAtOnce, (index + 1) * taggedAtOnce),
  );
  const answers = await Promise.all(
    chunks.map((ResourceArns) =>
      calling("DescribeTags", (options) => client.send(new sdk.DescribeTagsCommand({ ResourceArns }), options)),
    ),
  );
  return new Map(
    answers
      .flatMap(({ TagDescriptions = [] }) => TagDescriptions)
      .flatMap(({ ResourceArn = "", Tags = [] }) => {
        const holds = Tags.find(({ Key }) => Key === holdTags.holds)?.Value;
        return holds === undefined ? [] : [[ResourceArn, holds] as const];
      }),
  );
}

async function onListener(
  clients: EcsClients,
  region: string | undefined,
  listener: Listener,
  ours: readonly string[],
  several: boolean,
): Promise<Pick<Traffic, "routes" | "holds">> {
  const { ListenerArn: arn = "", Protocol, Port } = listener;
  const balancer = several ? `${/loadbalancer\/\w+\/([^/]+)/.exec(listener.LoadBalancerArn ?? "")?.[1] ?? ""} ` : "";
  const on = { listener: arn, listensOn: `${Protocol ?? ""} ${Port ?? ""}`.trim(), ours };
  const rules = await rulesOf(clients, region, arn);
  const own = await heldBy(clients, region, rules);
  const states = rules.map((rule) => ({ rule, state: ruleState(rule, on) }));
  const theirs = states.filter(({ rule }) => !own.has(rule.RuleArn ?? ""));
  const routes = theirs.flatMap(({ rule, state }): readonly Route[] => {
    const { share, others } = divided(state);
    if (share === 0) return [];
    const before = states.find((one) => one.state.priority === priorityBefore(state));
    const isFree = before === undefined || own.get(before.rule.RuleArn ?? "") === rule.RuleArn;
    return [
      {
        id: rule.RuleArn ?? "",
        title: `${balancer}${ruleTitle(state)}`,
        state: stateText(state),
        share,
        others: others.map(({ TargetGroupArn }) => TargetGroupArn),
        notHoldable: whyNotBefore(state, Protocol, isFree),
      },
    ];
  });
  const holds = states.flatMap(({ rule, state }): readonly RouteHold[] => {
    const route = own.get(rule.RuleArn ?? "");
    if (route === undefined) return [];
    const behind = theirs.find((one) => one.rule.RuleArn === route);
    const title = `${balancer}${on.listensOn}, rule ${state.priority ?? ""}`;
    const inPlace = behind !== undefined && state.priority === priorityBefore(behind.state);
    return [{ route, title, percent: inPlace ? percentLet(behind.state, rule) : null }];
  });
  return { routes, holds };
}

function whyNotBefore(state: RuleState, protocol: string | undefined, isFree: boolean): string | null {
  if (protocol !== "HTTP" && protocol !== "HTTPS") return "a load balancer for connections has no rules";
  if (divided(state).others.length > 0 && hasHiddenSecret(state)) {
    return "it signs people in with a secret that cannot be copied to a rule before it";
  }
  const number = priorityBefore(state);
  if (number === 0) return "it has the number 1, and no rule can stand before it; give it a higher number";
  return isFree ? null : `no rule can stand right before it, because ${number} is taken; give it a higher number`;
}
