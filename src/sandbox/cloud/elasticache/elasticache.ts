import type { Cloud, CloudApi } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { type Input, text } from "../input.ts";
import { formFlag, formList, formNumber, formPage, formTime, required } from "../query-input.ts";
import { type CacheGroup, type CacheSnapshot, maintenanceWindow } from "./caches.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const port = 6379;
const iso = (at: number) => new Date(at).toISOString();
/** What nodes may be changed to, smaller to larger. */
const nodeTypes = ["t4g.small", "t4g.medium", "m6g.large", "r6g.large", "m6g.xlarge", "r6g.xlarge", "r6g.2xlarge"].map(
  (size) => `cache.${size}`,
);
const invalid = (message: string) => new CloudError("InvalidParameterValue", message);

export function elastiCache({ world, caches }: Cloud): CloudApi {
  const { state } = caches;
  const host = (name: string) => `${name}.k2tq9x.ng.0001.euw1.cache.amazonaws.com`;

  function needGroup(id: string): CacheGroup {
    const found = state.groups.find((one) => one.id === id.toLowerCase());
    if (!found) throw new CloudError("ReplicationGroupNotFoundFault", `ReplicationGroup ${id} not found.`, 404);
    return found;
  }
  function needMember(id: string): CacheGroup {
    const found = state.groups.find((one) => one.members.some((member) => member.id === id.toLowerCase()));
    if (!found) throw new CloudError("CacheClusterNotFound", `CacheCluster not found: ${id}`, 404);
    return found;
  }

  const groupShape = (of: CacheGroup) => ({
    ReplicationGroupId: of.id,
    Description: of.description,
    Status: of.status,
    PendingModifiedValues: {},
    MemberClusters: of.members.map((member) => member.id),
    NodeGroups: [
      {
        NodeGroupId: "0001",
        Status: of.status === "snapshotting" ? "available" : of.status,
        PrimaryEndpoint: { Address: host(of.id), Port: port },
        ReaderEndpoint: { Address: host(`${of.id}-ro`), Port: port },
        NodeGroupMembers: of.members.map((member) => ({
          CacheClusterId: member.id,
          CacheNodeId: "0001",
          ReadEndpoint: { Address: host(member.id), Port: port },
          PreferredAvailabilityZone: member.zone,
          CurrentRole: member.id === of.primary ? "primary" : "replica",
        })),
      },
    ],
    SnapshottingClusterId: of.members.at(-1)?.id,
    AutomaticFailover: "enabled",
    MultiAZ: "enabled",
    SnapshotRetentionLimit: 7,
    SnapshotWindow: "03:00-04:00",
    ClusterEnabled: false,
    CacheNodeType: of.nodeType,
    AuthTokenEnabled: true,
    TransitEncryptionEnabled: true,
    AtRestEncryptionEnabled: true,
    ARN: of.arn,
    ReplicationGroupCreateTime: iso(of.createdAt),
    Engine: "redis",
  });

  const memberShape = (of: CacheGroup, member: CacheGroup["members"][number], nodes: boolean) => ({
    CacheClusterId: member.id,
    CacheNodeType: of.nodeType,
    Engine: "redis",
    EngineVersion: of.engineVersion,
    CacheClusterStatus: member.status,
    NumCacheNodes: 1,
    PreferredAvailabilityZone: member.zone,
    CacheClusterCreateTime: iso(of.createdAt),
    PreferredMaintenanceWindow: maintenanceWindow,
    PendingModifiedValues: { CacheNodeType: of.pendingNodeType },
    CacheSecurityGroups: [],
    CacheNodes: nodes
      ? [
          {
            CacheNodeId: "0001",
            CacheNodeStatus: member.status === "available" ? "available" : "rebooting",
            CacheNodeCreateTime: iso(of.createdAt),
            Endpoint: { Address: host(member.id), Port: port },
            ParameterGroupStatus: "in-sync",
            CustomerAvailabilityZone: member.zone,
          },
        ]
      : undefined,
    ReplicationGroupId: of.id,
    SnapshotRetentionLimit: 7,
    ARN: world.arn("elasticache", `cluster:${member.id}`),
  });

  const snapshotShape = (of: CacheSnapshot) => ({
    SnapshotName: of.name,
    ReplicationGroupId: of.group,
    ReplicationGroupDescription: "Cache and sessions",
    CacheClusterId: of.cluster,
    SnapshotStatus: of.status,
    SnapshotSource: of.source,
    CacheNodeType: state.groups.find((one) => one.id === of.group)?.nodeType,
    Engine: "redis",
    EngineVersion: "7.1.0",
    NumCacheNodes: 1,
    Port: port,
    NodeSnapshots: [{ CacheNodeId: "0001", CacheSize: "1812 MB", SnapshotCreateTime: iso(of.createdAt) }],
    ARN: of.arn,
  });

  return {
    service: "elasticache",
    protocol: "query",
    marker: "2015-02-02",
    namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/",
    itemNames: {
      ReplicationGroups: "ReplicationGroup",
      MemberClusters: "ClusterId",
      NodeGroups: "NodeGroup",
      NodeGroupMembers: "NodeGroupMember",
      CacheClusters: "CacheCluster",
      CacheNodes: "CacheNode",
      CacheSecurityGroups: "CacheSecurityGroup",
      Snapshots: "Snapshot",
      NodeSnapshots: "NodeSnapshot",
      Events: "Event",
    },
    buckets: [],
    operations: {
      DescribeReplicationGroups: (input) => {
        const id = text(input, "ReplicationGroupId");
        const { items, Marker } = formPage(input, id ? [needGroup(id)] : state.groups);
        return { ReplicationGroups: items.map(groupShape), Marker };
      },

      DescribeCacheClusters: (input) => {
        const id = text(input, "CacheClusterId");
        const nodes = formFlag(input, "ShowCacheNodeInfo") ?? false;
        if (id) needMember(id);
        const all = state.groups
          .flatMap((group) => group.members.map((member) => ({ group, member })))
          .filter(({ member }) => !id || member.id === id.toLowerCase());
        const { items, Marker } = formPage(input, all);
        return { CacheClusters: items.map(({ group, member }) => memberShape(group, member, nodes)), Marker };
      },

      ListAllowedNodeTypeModifications: (input) => {
        const id = text(input, "ReplicationGroupId");
        const cluster = text(input, "CacheClusterId");
        if ((id === undefined) === (cluster === undefined)) {
          throw new CloudError(
            "InvalidParameterCombination",
            "Exactly one of CacheClusterId and ReplicationGroupId must be given.",
          );
        }
        const { nodeType } = id ? needGroup(id) : needMember(cluster ?? "");
        const at = nodeTypes.indexOf(nodeType);
        return { ScaleUpModifications: nodeTypes.slice(at + 1), ScaleDownModifications: nodeTypes.slice(0, at) };
      },

      ModifyReplicationGroup: (input) => {
        const group = needGroup(required(input, "ReplicationGroupId"));
        const type = text(input, "CacheNodeType");
        if (type === undefined) throw invalid("No modifications were requested.");
        if (group.status !== "available") {
          throw new CloudError(
            "InvalidReplicationGroupState",
            `Replication group ${group.id} must be in available state to modify.`,
          );
        }
        if (!nodeTypes.includes(type)) throw invalid(`The node type ${type} is not supported.`);
        const atOnce = formFlag(input, "ApplyImmediately") ?? false;
        group.pendingNodeType = type === group.nodeType ? undefined : type;
        const shown = groupShape(group);
        if (group.pendingNodeType === undefined) return { ReplicationGroup: shown };
        if (atOnce) caches.changeNodes(group);
        else caches.changeNodesAtWindow(group);
        return { ReplicationGroup: atOnce ? groupShape(group) : shown };
      },

      TestFailover: (input) => {
        const group = needGroup(required(input, "ReplicationGroupId"));
        const node = required(input, "NodeGroupId");
        if (node !== "0001") {
          throw new CloudError(
            "NodeGroupNotFoundFault",
            `NodeGroup ${node} not found in ReplicationGroup ${group.id}.`,
            404,
          );
        }
        if (group.status !== "available") {
          throw new CloudError(
            "InvalidReplicationGroupState",
            `Replication group ${group.id} is not in available state.`,
          );
        }
        if (state.failovers.filter((at) => at > world.time.now() - day).length >= 15) {
          throw new CloudError(
            "APICallRateForCustomerExceeded",
            "The customer has exceeded the allowed rate of API calls: 15 node groups in 24 hours.",
          );
        }
        if (!group.members.some((one) => one.id !== group.primary && one.status === "available")) {
          throw new CloudError(
            "TestFailoverNotAvailableFault",
            "The replication group has no replica to fail over to.",
          );
        }
        caches.failOver(group);
        return { ReplicationGroup: groupShape(group) };
      },

      RebootCacheCluster: (input) => {
        const id = required(input, "CacheClusterId");
        const group = needMember(id);
        const member = group.members.find((one) => one.id === id.toLowerCase());
        const nodes = formList(input, "CacheNodeIdsToReboot");
        if (nodes.length === 0 || nodes.some((node) => node !== "0001")) {
          throw invalid(`Unknown cache nodes: ${nodes.join(", ")}`);
        }
        if (member?.status !== "available") {
          throw new CloudError("InvalidCacheClusterState", `Cache cluster ${id} is not in available state.`);
        }
        caches.reboot(group, member.id);
        return { CacheCluster: memberShape(group, member, true) };
      },

      CreateSnapshot: (input) => {
        const name = required(input, "SnapshotName").toLowerCase();
        const id = text(input, "ReplicationGroupId");
        const cluster = text(input, "CacheClusterId");
        if (!id && !cluster) throw invalid("Either ReplicationGroupId or CacheClusterId must be given.");
        const group = id ? needGroup(id) : needMember(cluster ?? "");
        if (state.snapshots.some((one) => one.name === name)) {
          throw new CloudError("SnapshotAlreadyExistsFault", `Snapshot with specified name already exists: ${name}`);
        }
        if (group.status !== "available") {
          throw new CloudError(
            "InvalidReplicationGroupState",
            `Replication group ${group.id} is not in available state.`,
          );
        }
        if (state.snapshots.filter((one) => one.source === "manual").length >= 20) {
          throw new CloudError(
            "SnapshotQuotaExceededFault",
            "The request would exceed the number of manual snapshots allowed.",
          );
        }
        const snapshot: CacheSnapshot = {
          name,
          arn: world.arn("elasticache", `snapshot:${name}`),
          group: group.id,
          cluster: cluster ?? group.members.at(-1)?.id ?? group.primary,
          source: "manual",
          status: "creating",
          createdAt: world.time.now(),
        };
        caches.snapshot(group, snapshot);
        return { Snapshot: snapshotShape(snapshot) };
      },

      DeleteSnapshot: (input) => {
        const name = required(input, "SnapshotName");
        const snapshot = state.snapshots.find((one) => one.name === name);
        if (!snapshot) throw new CloudError("SnapshotNotFoundFault", `${name} is not found`, 404);
        if (snapshot.status !== "available") {
          throw new CloudError("InvalidSnapshotState", `The snapshot ${name} is not in available state.`);
        }
        caches.deleteSnapshot(snapshot);
        return { Snapshot: { ...snapshotShape(snapshot), SnapshotStatus: "deleting" } };
      },

      DescribeSnapshots: (input) => {
        const name = text(input, "SnapshotName");
        const group = text(input, "ReplicationGroupId");
        const cluster = text(input, "CacheClusterId");
        // The API calls the automated ones "system" and the manual ones "user" when asked for by source.
        const source = text(input, "SnapshotSource");
        const all = state.snapshots
          .filter((one) => !name || one.name === name)
          .filter((one) => !group || one.group === group)
          .filter((one) => !cluster || one.cluster === cluster)
          .filter((one) => !source || (source === "user" ? one.source === "manual" : one.source === "automated"));
        if (name && all.length === 0) throw new CloudError("SnapshotNotFoundFault", `${name} is not found`, 404);
        const { items, Marker } = formPage(snapshotSize(input), all);
        return { Snapshots: items.map(snapshotShape), Marker };
      },

      DescribeEvents: (input) => {
        const type = text(input, "SourceType");
        const source = text(input, "SourceIdentifier");
        const end = formTime(input, "EndTime") ?? world.time.now();
        const start = formTime(input, "StartTime") ?? end - (formNumber(input, "Duration") ?? 60) * minute;
        const all = state.events
          .filter((one) => one.at >= start && one.at <= end)
          .filter((one) => !type || one.type === type)
          .filter((one) => !source || one.source === source);
        const { items, Marker } = formPage(input, all);
        return {
          Events: items.map((one) => ({
            SourceIdentifier: one.source,
            SourceType: one.type,
            Message: one.message,
            Date: iso(one.at),
          })),
          Marker,
        };
      },
    },
  };
}

/** Snapshots come fifty to a page at most. */
const snapshotSize = (input: Input): Input => ({ ...input, MaxRecords: text(input, "MaxRecords") ?? "50" });
