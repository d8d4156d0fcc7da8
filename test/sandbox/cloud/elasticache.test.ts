import {
  CreateSnapshotCommand,
  DescribeCacheClustersCommand,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
  RebootCacheClusterCommand,
  TestFailoverCommand,
} from "@aws-sdk/client-elasticache";
import { expect, onTestFinished, test } from "vitest";
import { startBench } from "./cloud-bench.ts";

const ReplicationGroupId = "waooaw-redis-production";

async function startCache() {
  const bench = await startBench();
  const { endpoint, region, credentials } = bench.cloud;
  const cache = new ElastiCacheClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => cache.destroy());
  const group = async () =>
    (await cache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }))).ReplicationGroups?.[0];
  const roles = async () => (await group())?.NodeGroups?.[0]?.NodeGroupMembers?.map((one) => one.CurrentRole);
  return { ...bench, cache, group, roles };
}

test("the production cache is a primary with one replica", async () => {
  const { cache, group } = await startCache();
  expect(await group()).toMatchObject({
    Status: "available",
    MemberClusters: [`${ReplicationGroupId}-001`, `${ReplicationGroupId}-002`],
    NodeGroups: [
      {
        PrimaryEndpoint: { Address: expect.stringMatching(/^waooaw-redis-production\./), Port: 6379 },
        NodeGroupMembers: [{ CurrentRole: "primary" }, { CurrentRole: "replica" }],
      },
    ],
    AutomaticFailover: "enabled",
  });
  const { CacheClusters } = await cache.send(new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }));
  expect(CacheClusters).toHaveLength(2);
  expect(CacheClusters?.[0]).toMatchObject({ CacheClusterStatus: "available", CacheNodes: [{ CacheNodeId: "0001" }] });
  await expect(
    cache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: "nowhere" })),
  ).rejects.toMatchObject({ name: "ReplicationGroupNotFoundFault", $metadata: { httpStatusCode: 404 } });
});

test("a tested failover swaps the roles and tells of it step by step", async () => {
  const { cache, group, roles, seconds } = await startCache();
  const failOver = () => cache.send(new TestFailoverCommand({ ReplicationGroupId, NodeGroupId: "0001" }));
  await failOver();
  expect((await group())?.Status).toBe("modifying");
  await expect(failOver()).rejects.toMatchObject({ name: "InvalidReplicationGroupStateFault" });
  await seconds(31);
  expect(await roles()).toEqual(["replica", "primary"]);
  await seconds(121);
  expect((await group())?.Status).toBe("available");
  const { Events } = await cache.send(new DescribeEventsCommand({}));
  expect(Events?.map((event) => event.Message)).toEqual([
    "Test Failover API called for node group 0001",
    `Failover from primary node ${ReplicationGroupId}-001 to replica node ${ReplicationGroupId}-002 completed`,
    "Recovering cache nodes 0001",
    "Finished recovery for cache nodes 0001",
  ]);
  for (let count = 1; count < 15; count += 1) {
    await failOver();
    await seconds(160);
  }
  await expect(failOver()).rejects.toMatchObject({ name: "APICallRateForCustomerExceededFault" });
});

test("a snapshot takes its time; a restart of the primary ends evictions", async () => {
  const { cloud, cache, group, seconds } = await startCache();
  await cache.send(new CreateSnapshotCommand({ ReplicationGroupId, SnapshotName: "before" }));
  expect((await group())?.Status).toBe("snapshotting");
  await expect(
    cache.send(new CreateSnapshotCommand({ ReplicationGroupId, SnapshotName: "before" })),
  ).rejects.toMatchObject({ name: "SnapshotAlreadyExistsFault" });
  await seconds(121);
  const { Snapshots } = await cache.send(new DescribeSnapshotsCommand({ SnapshotSource: "user" }));
  expect(Snapshots).toMatchObject([{ SnapshotName: "before", SnapshotStatus: "available" }]);
  cloud.faults.set("cache-evicting", ReplicationGroupId, true);
  await cache.send(
    new RebootCacheClusterCommand({ CacheClusterId: `${ReplicationGroupId}-001`, CacheNodeIdsToReboot: ["0001"] }),
  );
  await seconds(45);
  expect(cloud.state().faults.filter((fault) => fault.on)).toEqual([]);
});
