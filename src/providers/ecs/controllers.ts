import type { LoadBalancer, Service, TaskSet } from "@aws-sdk/client-ecs";
import type { ServiceDeployment, ServiceState } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import { type EcsPlace, lastPart } from "./place.ts";

/** What follows from who makes a service's deployments and how. Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-controllers.html */
export function controlOf(
  service: Service,
): Required<Pick<ServiceState, "notScalable" | "notReleasable" | "releaseInstead" | "beside">> {
  const controller = service.deploymentController?.type ?? "ECS";
  return {
    notScalable: whyNotScalable(service),
    notReleasable:
      controller === "CODE_DEPLOY"
        ? "its deployments are made by CodeDeploy"
        : controller === "EXTERNAL"
          ? "its deployments are controlled from outside (EXTERNAL)"
          : null,
    releaseInstead:
      controller === "CODE_DEPLOY"
        ? "Start, stop or roll back a deployment of its application in CodeDeploy."
        : controller === "EXTERNAL"
          ? "Use whatever makes its task sets."
          : null,
    beside: besideOf(service),
  };
}

function whyNotScalable(service: Service): string | null {
  if (service.schedulingStrategy === "DAEMON") return "it runs one task on each machine (DAEMON)";
  const sets = (service.taskSets ?? []).filter(({ status }) => status !== "DRAINING");
  // Each takes its share of the count, so that the sum of their tasks is not what was asked for.
  if (sets.length > 1) return `${sets.length} task sets share its count while a deployment is on its way`;
  const share = sets[0]?.scale?.value ?? 100;
  return share === 100 ? null : `its only task set is scaled to ${share} % of its count`;
}

function besideOf({
  deploymentConfiguration: how,
}: Service): { readonly strategy: string; readonly bakeMinutes: number } | null {
  const strategy = strategies[how?.strategy ?? "ROLLING"];
  return strategy === undefined ? null : { strategy, bakeMinutes: how?.bakeTimeInMinutes ?? 0 };
}

const strategies: Readonly<Record<string, string>> = {
  BLUE_GREEN: "blue/green",
  CANARY: "as a canary",
  LINEAR: "step by step (linear)",
};

/** Task sets as deployments: what CodeDeploy and other controllers move instead. */
export function deploymentsOfSets(service: Service): readonly ServiceDeployment[] {
  return (service.taskSets ?? []).map((set) => ({
    id: set.id ?? "",
    primary: set.status === "PRIMARY",
    state: set.stabilityStatus === "STEADY_STATE" ? "completed" : "in-progress",
    reason: null,
    version: lastPart(set.taskDefinition ?? ""),
    desired: set.computedDesiredCount ?? 0,
    running: set.runningCount ?? 0,
    pending: set.pendingCount ?? 0,
    failed: 0,
    since: set.createdAt ?? new Date(0),
  }));
}

/** What runs: of an EXTERNAL service only the primary task set names it. */
export function runningDefinition(service: Service): string {
  return service.taskDefinition ?? primarySet(service)?.taskDefinition ?? "";
}

/** The target groups that get the requests: of blue and green the one a listener's rule sends them to. */
export async function servingGroups(
  clients: EcsClients,
  place: EcsPlace,
  service: Service,
): Promise<readonly string[]> {
  const balanced = primarySet(service)?.loadBalancers ?? service.loadBalancers ?? [];
  const groups = await Promise.all(balanced.map((one) => servingGroup(clients, place, one)));
  return groups.flatMap((arn) => arn ?? []);
}

async function servingGroup(
  clients: EcsClients,
  place: EcsPlace,
  { targetGroupArn, advancedConfiguration: both }: LoadBalancer,
): Promise<string | undefined> {
  const rule = both?.productionListenerRule;
  if (!targetGroupArn || !both?.alternateTargetGroupArn || !rule) return targetGroupArn;
  const { client, sdk } = await clients.balancing(place.region);
  const { Rules = [] } = await calling("DescribeRules", (options) =>
    client.send(new sdk.DescribeRulesCommand({ RuleArns: [rule] }), options),
  );
  const weights = (Rules[0]?.Actions ?? []).flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? []);
  const most = weights.toSorted((one, other) => (other.Weight ?? 0) - (one.Weight ?? 0))[0]?.TargetGroupArn;
  if (most) return most;
  throw new ProviderError({
    provider: "AWS",
    operation: "DescribeRules",
    fault: "refused",
    code: "NoTargetGroups",
    message: `The rule ${lastPart(rule)} forwards to no target group.`,
  });
}

function primarySet(service: Service): TaskSet | undefined {
  return service.taskSets?.find(({ status }) => status === "PRIMARY");
}
