/** Under which names CloudWatch knows a placement's metrics. */
import type { Placement } from "../../domain/configuration.ts";
import { ProviderError } from "../../errors.ts";
import { calling, shared } from "../aws.ts";
import type { Clients } from "./clients.ts";

type Dimensions = Readonly<Record<string, string>>;

/** A service of ECS. */
export function ofService({ at }: Placement): Dimensions {
  return { ClusterName: at.cluster ?? "", ServiceName: at.service ?? "" };
}

const sharing = new WeakMap<Clients, ReturnType<typeof shared<readonly Dimensions[]>>>();

/** The target groups a service of ECS stands behind, each with its load balancer; none where it stands behind none. Figures and alarms that ask at once ask together. */
export function ofTargets(clients: Clients, placement: Placement): Promise<readonly Dimensions[]> {
  const together = sharing.get(clients) ?? shared<readonly Dimensions[]>();
  sharing.set(clients, together);
  const { region, cluster, service } = placement.at;
  return together(JSON.stringify([region, cluster, service]), () => readTargets(clients, placement));
}

async function readTargets(clients: Clients, { at }: Placement): Promise<readonly Dimensions[]> {
  const { services = [] } = await calling("DescribeServices", async (call) => {
    const { sdk, client } = await clients.ecs(at.region);
    return client.send(new sdk.DescribeServicesCommand({ cluster: at.cluster, services: [at.service ?? ""] }), call);
  });
  const arns = (services[0]?.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
  if (arns.length === 0) return [];
  const { TargetGroups = [] } = await calling("DescribeTargetGroups", async (call) => {
    const { sdk, client } = await clients.balancing(at.region);
    return client.send(new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: arns }), call);
  });
  return TargetGroups.flatMap(({ TargetGroupArn = "", LoadBalancerArns = [] }) =>
    LoadBalancerArns.map((arn) => ({
      TargetGroup: after(TargetGroupArn, "targetgroup/", true),
      LoadBalancer: after(arn, "loadbalancer/", false),
    })),
  );
}

/** The last part of an ARN from a word on, with or without it. Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html#load-balancer-metric-dimensions-alb */
function after(arn: string, word: string, withIt: boolean): string {
  const start = arn.indexOf(word);
  return start === -1 ? arn : arn.slice(withIt ? start : start + word.length);
}

/** A database instance of RDS, with what it says of itself. */
export async function databaseInstance(clients: Clients, { at }: Placement) {
  const { DBInstances = [] } = await calling("DescribeDBInstances", async (call) => {
    const { sdk, client } = await clients.rds(at.region);
    return client.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: at.instance }), call);
  });
  const [instance] = DBInstances;
  if (!instance) throw missing("DescribeDBInstances", `There is no database instance ${at.instance ?? "?"}.`);
  return {
    status: instance.DBInstanceStatus ?? "unknown",
    gibibytes: instance.AllocatedStorage ?? null,
    dimensions: { DBInstanceIdentifier: at.instance ?? "" },
  };
}

/** A replication group of ElastiCache with its members. */
export async function cacheGroup(clients: Clients, { at }: Placement) {
  const { ReplicationGroups = [] } = await calling("DescribeReplicationGroups", async (call) => {
    const { sdk, client } = await clients.caches(at.region);
    const input = { ReplicationGroupId: at.replication_group };
    return client.send(new sdk.DescribeReplicationGroupsCommand(input), call);
  });
  const [group] = ReplicationGroups;
  if (!group) throw missing("DescribeReplicationGroups", `There is no cache ${at.replication_group ?? "?"}.`);
  return { status: group.Status ?? "unknown", members: group.MemberClusters ?? [] };
}

function missing(operation: string, message: string): ProviderError {
  return new ProviderError({ provider: "AWS", operation, fault: "not_found", code: "Missing", message });
}
