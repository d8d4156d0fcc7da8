import { forwardTo } from "../listener-rules.ts";
import type { LoadBalancer } from "../load-balancer.ts";
import type { World } from "../world.ts";
import type { DeploymentRecord, ServiceDeploymentRecord, ServiceRecord, TaskRecord } from "./state.ts";

/** How long the requests take to be sent elsewhere. */
const shifting = 10_000;

/** The target groups in which the tasks of a deployment are registered: blue's and green's differ. */
export function groupsFor(service: ServiceRecord, deployment: DeploymentRecord): ServiceRecord["loadBalancers"] {
  return service.loadBalancers.map((one) => {
    const alternate = one.advancedConfiguration?.alternateTargetGroupArn;
    return deployment.isAlternate && alternate ? { ...one, targetGroupArn: alternate } : one;
  });
}

/** Sends all requests of the service to the tasks of a deployment. */
export function shiftTo(loadBalancer: LoadBalancer, service: ServiceRecord, deployment: DeploymentRecord): void {
  const groups = groupsFor(service, deployment);
  service.loadBalancers.forEach(({ advancedConfiguration }, index) => {
    const rule = advancedConfiguration?.productionListenerRule;
    if (rule) loadBalancer.route(rule, groups[index]?.targetGroupArn ?? "");
  });
}

/**
 * Moves a blue/green deployment on: green comes up beside blue, takes all requests, bakes, and only then blue goes.
 * Answers how long, in cloud milliseconds, nothing is to be done; null once blue may be stopped. Lifecycle stages as in
 * docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
export function bluePhase(
  world: World,
  loadBalancer: LoadBalancer,
  service: ServiceRecord,
  record: ServiceDeploymentRecord,
  primary: DeploymentRecord,
  green: readonly TaskRecord[],
): number | null {
  const enter = (stage: NonNullable<ServiceDeploymentRecord["stage"]>, wait: number) => {
    record.stage = stage;
    record.stageUntil = world.time.elapsed() + wait;
    record.updatedAt = world.time.now();
  };
  record.stage ??= "SCALE_UP";
  const isUp = green.length === service.desiredCount && green.every((task) => task.healthy);
  if (record.stage === "SCALE_UP") {
    if (!isUp) return 0;
    enter("PRODUCTION_TRAFFIC_SHIFT", shifting);
  }
  const left = (record.stageUntil ?? 0) - world.time.elapsed();
  if (left > 0) return left;
  if (record.stage === "PRODUCTION_TRAFFIC_SHIFT") {
    shiftTo(loadBalancer, service, primary);
    const bake = (service.bakeTimeInMinutes ?? 0) * 60_000;
    enter("BAKE_TIME", bake);
    if (bake > 0) return bake;
  }
  record.stage = "CLEAN_UP";
  return null;
}

/** Gives a service what a blue/green deployment needs: an alternate target group, and a rule that knows both. */
export function useBlueGreen(
  { world, loadBalancer }: { readonly world: World; readonly loadBalancer: LoadBalancer },
  service: ServiceRecord,
  bakeTimeInMinutes: number,
): void {
  const { hex } = world.random;
  const listenerArn = world.arn("elasticloadbalancing", `listener/app/waooaw-production/${hex(16)}/${hex(16)}`);
  service.loadBalancers = service.loadBalancers.map((one, index) => {
    const blue = loadBalancer.group(one.targetGroupArn);
    if (!blue) return one;
    const arn = world.arn("elasticloadbalancing", `targetgroup/${blue.name}-green/${hex(16)}`);
    const rule = `${listenerArn.replace(":listener/", ":listener-rule/")}/${hex(16)}`;
    loadBalancer.addGroup({ ...blue, arn, name: `${blue.name}-green` });
    loadBalancer.addRule({
      arn: rule,
      listenerArn,
      priority: index + 1,
      conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/*"] } }],
      actions: [
        forwardTo([
          { targetGroupArn: blue.arn, weight: 100 },
          { targetGroupArn: arn, weight: 0 },
        ]),
      ],
      tags: [],
    });
    const roleArn = `arn:aws:iam::${world.account}:role/ecsInfrastructureRoleForLoadBalancers`;
    return {
      ...one,
      advancedConfiguration: { alternateTargetGroupArn: arn, productionListenerRule: rule, roleArn },
    };
  });
  service.strategy = "BLUE_GREEN";
  service.bakeTimeInMinutes = bakeTimeInMinutes;
}
