import type { Placement } from "../../domain/configuration.ts";
import type { NodeGroup, NodesRead, NodesWrite } from "../../domain/platform/sizes.ts";
import { calling, refusedBy } from "../aws.ts";
import type { CacheClients } from "./clients.ts";

/** The nodes of replication groups on ElastiCache. */
export function nodesRead(clients: CacheClients): NodesRead {
  return {
    group: (at) => describeGroup(clients, at),
    types: async (at) => {
      const { client, sdk } = await clients(at.at.region);
      const input = { ReplicationGroupId: groupId(at) };
      const answer = await calling("ListAllowedNodeTypeModifications", (options) =>
        client.send(new sdk.ListAllowedNodeTypeModificationsCommand(input), options),
      );
      return { larger: answer.ScaleUpModifications ?? [], smaller: answer.ScaleDownModifications ?? [] };
    },
    groupEvents: async (at, since) => {
      const { client, sdk } = await clients(at.at.region);
      const input = {
        SourceType: "replication-group" as const,
        SourceIdentifier: groupId(at),
        StartTime: since,
      };
      const { Events } = await calling("DescribeEvents", (options) =>
        client.send(new sdk.DescribeEventsCommand(input), options),
      );
      return (Events ?? [])
        .flatMap(({ Date: told, Message }) => (told && Message && told >= since ? [{ at: told, text: Message }] : []))
        .toSorted((one, other) => one.at.getTime() - other.at.getTime());
    },
  };
}

/** Changes of the type of nodes; only the job that applies holds it. */
export function nodesWrite(clients: CacheClients): NodesWrite {
  return {
    setType: async (at, type, from, when) => {
      const group = await describeGroup(clients, at);
      const isThere = group.type === type;
      const waits = type === (group.pending ?? group.type);
      if (waits && (isThere || when === "window" || group.status !== "available")) return;
      if (group.type !== from) {
        throw refusedBy("ModifyReplicationGroup", "SizeMoved", `It has ${group.type} now, so it was left alone.`);
      }
      const { client, sdk } = await clients(at.at.region);
      const input = {
        ReplicationGroupId: groupId(at),
        CacheNodeType: type,
        ApplyImmediately: when === "now" || isThere,
      };
      await calling("ModifyReplicationGroup", (options) =>
        client.send(new sdk.ModifyReplicationGroupCommand(input), options),
      );
    },
  };
}

/** What waits and when the window is, only its members tell. Source: API reference, ReplicationGroup and CacheCluster. */
export async function describeGroup(clients: CacheClients, at: Placement): Promise<NodeGroup> {
  const name = groupId(at);
  const { client, sdk } = await clients(at.at.region);
  const { ReplicationGroups } = await calling("DescribeReplicationGroups", (options) =>
    client.send(new sdk.DescribeReplicationGroupsCommand({ ReplicationGroupId: name }), options),
  );
  const found = ReplicationGroups?.[0];
  if (!found) {
    throw refusedBy("DescribeReplicationGroups", "ReplicationGroupNotFoundFault", `There is no ${name}.`, "not_found");
  }
  const [first] = found.MemberClusters ?? [];
  const members =
    first === undefined
      ? undefined
      : await calling("DescribeCacheClusters", (options) =>
          client.send(new sdk.DescribeCacheClustersCommand({ CacheClusterId: first }), options),
        );
  const member = members?.CacheClusters?.[0];
  return {
    name,
    status: found.Status ?? "unknown",
    type: found.CacheNodeType ?? member?.CacheNodeType ?? "unknown",
    pending: member?.PendingModifiedValues?.CacheNodeType ?? null,
    nodes: found.MemberClusters?.length ?? 0,
    failsOver: found.AutomaticFailover === "enabled",
    window: member?.PreferredMaintenanceWindow ?? null,
  };
}

function groupId({ at }: Placement): string {
  if (at.replication_group) return at.replication_group;
  throw refusedBy("describe", "NoCoordinates", "The configuration names no replication group for it.", "not_found");
}
