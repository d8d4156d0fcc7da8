import type { Cloud, CloudApi } from "./api.ts";
import { CloudError } from "./cloud-error.ts";
import { type Input, list, page, text } from "./input.ts";
import { ruleCalls } from "./listener-rule-calls.ts";
import type { TargetGroupRecord, TargetRecord } from "./load-balancer.ts";

const invalid = (sentence: string) => new CloudError("ValidationError", sentence);
const notFound = (what: string) => new CloudError("TargetGroupNotFound", `Target groups '${what}' not found`);

export function elasticLoadBalancing(cloud: Cloud): CloudApi {
  const { loadBalancer } = cloud;

  function wanted(input: Input): readonly TargetGroupRecord[] {
    const arns = list(input, "TargetGroupArns");
    const names = list(input, "Names");
    const balancer = text(input, "LoadBalancerArn");
    if ([arns, names, balancer].filter((one) => one !== undefined).length > 1) {
      throw invalid(
        "Target group ARNs, target group names, and a load balancer ARN cannot be specified at the same time",
      );
    }
    for (const arn of arns ?? []) if (!loadBalancer.group(arn)) throw notFound(arn);
    for (const name of names ?? []) if (!loadBalancer.groups().some((one) => one.name === name)) throw notFound(name);
    return loadBalancer
      .groups()
      .filter((one) => !arns || arns.includes(one.arn))
      .filter((one) => !names || names.includes(one.name))
      .filter((one) => balancer === undefined || one.loadBalancerArn === balancer);
  }

  return {
    service: "elasticloadbalancing",
    protocol: "query",
    marker: "2015-12-01",
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    // AWS publishes no figures for these calls.
    buckets: [],
    operations: {
      DescribeTargetGroups: (input) => {
        const size = Number(text(input, "PageSize") ?? "400");
        if (!Number.isInteger(size) || size < 1 || size > 400) {
          throw invalid(`1 validation error detected: Value '${size}' at 'pageSize' failed to satisfy constraint`);
        }
        const { items, nextToken } = page(wanted(input), size, text(input, "Marker"), invalid);
        return { TargetGroups: items.map(groupShape), NextMarker: nextToken };
      },

      ...ruleCalls(cloud),

      DescribeTargetHealth: (input) => {
        const arn = text(input, "TargetGroupArn") ?? "";
        const group = loadBalancer.group(arn);
        if (!group) throw notFound(arn);
        const all = loadBalancer.targets(arn);
        const shape = (target: TargetRecord) => healthShape(target, loadBalancer.isUsed(arn));
        const asked = input.Targets as readonly Input[] | undefined;
        if (!asked) return { TargetHealthDescriptions: all.map(shape) };
        return {
          TargetHealthDescriptions: asked.map((one) => {
            const address = text(one, "Id") ?? "";
            const target = all.find((other) => other.address === address);
            if (target) return shape(target);
            return {
              Target: { Id: address, Port: Number(text(one, "Port") ?? group.port) },
              TargetHealth: {
                State: "unused",
                Reason: "Target.NotRegistered",
                Description: "Target is not registered to the target group",
              },
            };
          }),
        };
      },
    },
  };
}

const groupShape = (group: TargetGroupRecord) => ({
  TargetGroupArn: group.arn,
  TargetGroupName: group.name,
  Protocol: "HTTP",
  Port: group.port,
  VpcId: group.vpc,
  HealthCheckProtocol: "HTTP",
  HealthCheckPort: "traffic-port",
  HealthCheckEnabled: true,
  HealthCheckIntervalSeconds: group.intervalSeconds,
  HealthCheckTimeoutSeconds: group.timeoutSeconds,
  HealthyThresholdCount: group.healthyThreshold,
  UnhealthyThresholdCount: group.unhealthyThreshold,
  HealthCheckPath: group.healthCheckPath,
  Matcher: { HttpCode: "200" },
  LoadBalancerArns: [group.loadBalancerArn],
  TargetType: "ip",
  ProtocolVersion: "HTTP1",
  IpAddressType: "ipv4",
});

/** Reasons and descriptions as in the API reference, `TargetHealth`. */
const why = {
  initial: { Reason: "Elb.RegistrationInProgress", Description: "Target registration is in progress" },
  healthy: {},
  unhealthy: {
    Reason: "Target.ResponseCodeMismatch",
    Description: "Health checks failed with these codes: [503]",
  },
  draining: { Reason: "Target.DeregistrationInProgress", Description: "Target deregistration is in progress" },
} as const;

/** Of a group that no rule names nothing is checked. */
const unused = {
  State: "unused",
  Reason: "Target.NotInUse",
  Description: "Target group is not configured to receive traffic from the load balancer",
};

const healthShape = (target: TargetRecord, isUsed: boolean) => ({
  Target: { Id: target.address, Port: target.port, AvailabilityZone: target.zone },
  HealthCheckPort: String(target.port),
  TargetHealth: isUsed ? { State: target.state, ...why[target.state] } : unused,
  AdministrativeOverride: {
    State: "no_override",
    Reason: "AdministrativeOverride.NoOverride",
    Description: "No override is currently active on target",
  },
});
