import {
  AddTagsToResourceCommand,
  CopyDBSnapshotCommand,
  CreateDBSnapshotCommand,
  type DBInstance,
  type DBSnapshot,
  DeleteDBInstanceCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBLogFilesCommand,
  DescribeDBSnapshotsCommand,
  DescribeEventsCommand,
  FailoverDBClusterCommand,
  ListTagsForResourceCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RebootDBInstanceCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { expect, onTestFinished, test } from "vitest";
import type { CloudOptions } from "../../../src/sandbox/cloud/cloud.ts";
import { beginning, startBench } from "./cloud-bench.ts";

const id = "waooaw-postgres-production";
const cluster = "waooaw-analytics-production";
const of = { DBInstanceIdentifier: id };

async function startRds(options: Partial<CloudOptions> = {}) {
  const bench = await startBench(options);
  const { endpoint, region, credentials } = bench.cloud;
  const rds = new RDSClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(() => rds.destroy());

  async function instance(name = id): Promise<DBInstance> {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }));
    const [found] = DBInstances ?? [];
    if (!found) throw new Error(`${name} was not described`);
    return found;
  }
  async function snapshot(name: string): Promise<DBSnapshot | undefined> {
    const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: name }));
    return DBSnapshots?.[0];
  }
  const messages = async (name = id, type: "db-instance" | "db-cluster" | "db-snapshot" = "db-instance") => {
    const { Events } = await rds.send(new DescribeEventsCommand({ SourceIdentifier: name, SourceType: type }));
    return (Events ?? []).map((event) => event.Message);
  };
  /** Every status that the work shows, second by second, without repeats. */
  async function statuses(
    of: () => Promise<string | undefined>,
    count: number,
  ): Promise<readonly (string | undefined)[]> {
    const seen = [await of()];
    for (let second = 0; second < count; second += 1) {
      await bench.seconds(1);
      const status = await of();
      if (status !== seen.at(-1)) seen.push(status);
    }
    return seen;
  }
  return { ...bench, rds, instance, snapshot, messages, statuses };
}

test("the production database is a Multi-AZ PostgreSQL with an endpoint and a week of backups", async () => {
  const { rds, instance } = await startRds();
  expect(await instance()).toMatchObject({
    DBInstanceStatus: "available",
    Engine: "postgres",
    MultiAZ: true,
    AvailabilityZone: "eu-west-1a",
    SecondaryAvailabilityZone: "eu-west-1b",
    BackupRetentionPeriod: 7,
    Endpoint: { Address: expect.stringMatching(/^waooaw-postgres-production\./), Port: 5432 },
    InstanceCreateTime: expect.any(Date),
    LatestRestorableTime: new Date(beginning - 5 * 60_000),
    TagList: [{ Key: "environment", Value: "production" }],
    VpcSecurityGroups: [{ Status: "active" }],
  });
  const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({ ...of, SnapshotType: "automated" }));
  expect(DBSnapshots).toHaveLength(7);
  expect(DBSnapshots?.at(-1)).toMatchObject({
    DBSnapshotIdentifier: `rds:${id}-2026-11-02-02-05`,
    Status: "available",
    PercentProgress: 100,
  });
  const { DBInstanceAutomatedBackups } = await rds.send(new DescribeDBInstanceAutomatedBackupsCommand(of));
  expect(DBInstanceAutomatedBackups).toMatchObject([
    { Status: "active", RestoreWindow: { LatestTime: new Date(beginning - 5 * 60_000) } },
  ]);
  const { DescribeDBLogFiles } = await rds.send(new DescribeDBLogFilesCommand(of));
  expect(DescribeDBLogFiles?.at(-1)).toMatchObject({ LogFileName: "error/postgresql.log.2026-11-02-09" });
});

test("a snapshot goes from creating to available while the instance backs up, and tells of it", async () => {
  const { rds, instance, snapshot, statuses, messages, seconds } = await startRds();
  const { DBSnapshot } = await rds.send(
    new CreateDBSnapshotCommand({ ...of, DBSnapshotIdentifier: "before-it", Tags: [{ Key: "by", Value: "tocsin" }] }),
  );
  expect(DBSnapshot).toMatchObject({ Status: "creating", PercentProgress: 0, SnapshotType: "manual" });
  expect((await instance()).DBInstanceStatus).toBe("backing-up");
  await expect(rds.send(new CreateDBSnapshotCommand({ ...of, DBSnapshotIdentifier: "another" }))).rejects.toMatchObject(
    {
      name: "InvalidDBInstanceStateFault",
      Code: "InvalidDBInstanceState",
      message: `Cannot create a snapshot because the database instance ${id} is not currently in the available state.`,
    },
  );
  await expect(rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "before-it" }))).rejects.toMatchObject({
    name: "InvalidDBSnapshotStateFault",
    Code: "InvalidDBSnapshotState",
  });
  await seconds(45);
  expect((await snapshot("before-it"))?.PercentProgress).toBe(60);
  expect(await statuses(async () => (await instance()).DBInstanceStatus, 70)).toEqual(["backing-up", "available"]);
  expect(await snapshot("before-it")).toMatchObject({
    Status: "available",
    PercentProgress: 100,
    TagList: [{ Key: "by", Value: "tocsin" }],
  });
  expect(await messages()).toEqual(["Backing up DB instance", "Finished DB Instance backup"]);
  expect(await messages("before-it", "db-snapshot")).toEqual(["Creating manual snapshot", "Manual snapshot created"]);

  await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "before-it" }));
  await seconds(20);
  await expect(snapshot("before-it")).rejects.toMatchObject({
    name: "DBSnapshotNotFoundFault",
    Code: "DBSnapshotNotFound",
  });
});

test("failed-snapshot: a snapshot taken under it fails, the instance is available again", async () => {
  const { cloud, rds, instance, snapshot, seconds } = await startRds();
  cloud.faults.set("failed-snapshot", id, true);
  await rds.send(new CreateDBSnapshotCommand({ ...of, DBSnapshotIdentifier: "doomed" }));
  await seconds(120);
  expect(await snapshot("doomed")).toMatchObject({ Status: "failed" });
  expect((await instance()).DBInstanceStatus).toBe("available");
  cloud.faults.clear();
  await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "doomed" }));
  await rds.send(new CreateDBSnapshotCommand({ ...of, DBSnapshotIdentifier: "sound" }));
  await seconds(120);
  expect(await snapshot("sound")).toMatchObject({ Status: "available" });
});

test("the backup window takes one automated snapshot a day and drops those beyond the retention", async () => {
  const { rds, seconds } = await startRds();
  await seconds(24 * 3600);
  const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ ...of, SnapshotType: "automated" }));
  expect(DBSnapshots.map((one) => one.DBSnapshotIdentifier).slice(-2)).toEqual([
    `rds:${id}-2026-11-02-02-05`,
    `rds:${id}-2026-11-03-02-05`,
  ]);
  expect(DBSnapshots.every((one) => one.Status === "available")).toBe(true);
  expect(DBSnapshots.length).toBeLessThanOrEqual(8);
});

test("names that are wrong, taken or unknown are refused under their codes, and so is the hundred and first snapshot", async () => {
  const { rds, seconds } = await startRds();
  const take = (name: string, of = id) =>
    rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: of, DBSnapshotIdentifier: name }));
  for (const name of ["1st", "two--hyphens", "ends-", "under_score", "a".repeat(256)]) {
    await expect(take(name)).rejects.toMatchObject({ Code: "InvalidParameterValue" });
  }
  await expect(take("fine", "nowhere")).rejects.toMatchObject({
    name: "DBInstanceNotFoundFault",
    Code: "DBInstanceNotFound",
    message: "DBInstance nowhere not found.",
    $metadata: { httpStatusCode: 404 },
  });
  await expect(take("waooaw-postgres-before-upgrade-16-4")).rejects.toMatchObject({
    name: "DBSnapshotAlreadyExistsFault",
    Code: "DBSnapshotAlreadyExists",
  });
  for (let count = 1; count < 100; count += 1) {
    await rds.send(
      new CopyDBSnapshotCommand({
        SourceDBSnapshotIdentifier: "waooaw-postgres-before-upgrade-16-4",
        TargetDBSnapshotIdentifier: `copy-${count}`,
      }),
    );
  }
  await expect(take("one-too-many")).rejects.toMatchObject({
    name: "SnapshotQuotaExceededFault",
    Code: "SnapshotQuotaExceeded",
  });
  await seconds(120);
  const first = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: "manual", MaxRecords: 60 }));
  const rest = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: "manual", Marker: first.Marker }));
  expect([first.DBSnapshots?.length, rest.DBSnapshots?.length, rest.Marker]).toEqual([60, 40, undefined]);
  expect(rest.DBSnapshots?.at(-1)).toMatchObject({ Status: "available" });
  await expect(rds.send(new DescribeDBSnapshotsCommand({ MaxRecords: 5 }))).rejects.toMatchObject({
    Code: "InvalidParameterValue",
  });
});

test("a forced failover swaps the zones, keeps the endpoint and takes about 75 seconds", async () => {
  const { rds, instance, statuses, messages } = await startRds();
  const before = await instance();
  const { DBInstance } = await rds.send(new RebootDBInstanceCommand({ ...of, ForceFailover: true }));
  expect(DBInstance?.DBInstanceStatus).toBe("rebooting");
  await expect(rds.send(new RebootDBInstanceCommand(of))).rejects.toMatchObject({ Code: "InvalidDBInstanceState" });
  expect(await statuses(async () => (await instance()).DBInstanceStatus, 57)).toEqual(["rebooting"]);
  expect(await statuses(async () => (await instance()).DBInstanceStatus, 35)).toEqual(["rebooting", "available"]);
  expect(await instance()).toMatchObject({
    AvailabilityZone: before.SecondaryAvailabilityZone,
    SecondaryAvailabilityZone: before.AvailabilityZone,
    Endpoint: before.Endpoint,
  });
  expect(await messages()).toEqual([
    "Multi-AZ instance failover started.",
    "DB instance restarted",
    "The user requested a failover of the DB instance.",
    "Multi-AZ instance failover completed",
  ]);
});

test("a plain reboot needs no second zone; a forced one does", async () => {
  const { rds, instance, statuses } = await startRds();
  const single = { DBInstanceIdentifier: `${cluster}-1` };
  await expect(rds.send(new RebootDBInstanceCommand({ ...single, ForceFailover: true }))).rejects.toMatchObject({
    name: "InvalidParameterCombination",
  });
  await rds.send(new RebootDBInstanceCommand(of));
  expect(await statuses(async () => (await instance()).DBInstanceStatus, 60)).toEqual(["rebooting", "available"]);
  expect((await instance()).AvailabilityZone).toBe("eu-west-1a");
});

test("a cluster fails over to its reader", async () => {
  const { rds, seconds } = await startRds();
  const described = async () =>
    (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: cluster }))).DBClusters?.[0];
  const writer = async () =>
    (await described())?.DBClusterMembers?.find((one) => one.IsClusterWriter)?.DBInstanceIdentifier;
  expect(await writer()).toBe(`${cluster}-1`);
  await rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier: cluster }));
  expect((await described())?.Status).toBe("failing-over");
  await expect(rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier: cluster }))).rejects.toMatchObject({
    name: "InvalidDBClusterStateFault",
  });
  await seconds(36);
  expect([(await described())?.Status, await writer()]).toEqual(["available", `${cluster}-2`]);
  await expect(rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier: id }))).rejects.toMatchObject({
    name: "DBClusterNotFoundFault",
    $metadata: { httpStatusCode: 404 },
  });
});

test("restores make new instances, single-zone and in the default groups unless told", async () => {
  const { rds, instance, statuses } = await startRds();
  await rds.send(
    new RestoreDBInstanceFromDBSnapshotCommand({
      DBInstanceIdentifier: "drill-1",
      DBSnapshotIdentifier: `rds:${id}-2026-11-02-02-05`,
      Tags: [{ Key: "purpose", Value: "drill" }],
    }),
  );
  await rds.send(
    new RestoreDBInstanceToPointInTimeCommand({
      SourceDBInstanceIdentifier: id,
      TargetDBInstanceIdentifier: "drill-2",
      RestoreTime: new Date(beginning - 3600_000),
      MultiAZ: true,
    }),
  );
  expect((await instance("drill-1")).Endpoint).toBeUndefined();
  expect(await statuses(async () => (await instance("drill-1")).DBInstanceStatus, 300)).toEqual([
    "creating",
    "backing-up",
    "available",
  ]);
  expect(await instance("drill-1")).toMatchObject({
    MultiAZ: false,
    DBSubnetGroup: { DBSubnetGroupName: "default" },
    Endpoint: { Address: expect.stringMatching(/^drill-1\./) },
    TagList: [{ Key: "purpose", Value: "drill" }],
  });
  expect(await instance("drill-2")).toMatchObject({ MultiAZ: true, DBInstanceStatus: "available" });
  const again = (RestoreTime: Date, TargetDBInstanceIdentifier: string) =>
    rds.send(
      new RestoreDBInstanceToPointInTimeCommand({
        SourceDBInstanceIdentifier: id,
        TargetDBInstanceIdentifier,
        RestoreTime,
      }),
    );
  await expect(again(new Date(beginning - 3600_000), "drill-2")).rejects.toMatchObject({
    name: "DBInstanceAlreadyExistsFault",
  });
  await expect(again(new Date(beginning + 299_000), "drill-3")).rejects.toMatchObject({
    Code: "InvalidParameterValue",
  });
  await expect(
    rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        DBInstanceIdentifier: "drill-4",
        DBSnapshotIdentifier: "never-was",
      }),
    ),
  ).rejects.toMatchObject({ Code: "DBSnapshotNotFound" });

  await expect(rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "drill-1" }))).rejects.toMatchObject({
    name: "InvalidParameterCombination",
  });
  await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "drill-1", SkipFinalSnapshot: true }));
  expect((await instance("drill-1")).DBInstanceStatus).toBe("deleting");
  await expect(
    rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: id, SkipFinalSnapshot: true })),
  ).rejects.toMatchObject({ message: expect.stringContaining("Cannot delete protected DB Instance") });
});

test("an instance is modified, stopped and started through time", async () => {
  const { rds, instance, statuses } = await startRds();
  const status = async () => (await instance()).DBInstanceStatus;
  await rds.send(new ModifyDBInstanceCommand({ ...of, DBInstanceClass: "db.m6g.xlarge" }));
  expect(await instance()).toMatchObject({
    DBInstanceClass: "db.m6g.large",
    DBInstanceStatus: "available",
    PendingModifiedValues: { DBInstanceClass: "db.m6g.xlarge" },
  });
  await rds.send(new ModifyDBInstanceCommand({ ...of, ApplyImmediately: true }));
  expect(await statuses(status, 130)).toEqual(["modifying", "available"]);
  expect((await instance()).DBInstanceClass).toBe("db.m6g.xlarge");
  await expect(rds.send(new StartDBInstanceCommand(of))).rejects.toMatchObject({ Code: "InvalidDBInstanceState" });
  await rds.send(new StopDBInstanceCommand(of));
  expect(await statuses(status, 100)).toEqual(["stopping", "stopped"]);
  await rds.send(new StartDBInstanceCommand(of));
  expect(await statuses(status, 130)).toEqual(["starting", "available"]);
});

test("another class fails over and is down for moments; storage only grows, and not again for six hours", async () => {
  const { rds, instance, seconds } = await startRds();
  const modify = (change: object) =>
    rds.send(new ModifyDBInstanceCommand({ ...of, ...change, ApplyImmediately: true }));
  await expect(modify({ DBInstanceClass: "db.huge" })).rejects.toMatchObject({
    name: "InvalidParameterValue",
    message: "Invalid DB Instance class: db.huge",
  });
  await expect(modify({ DBInstanceClass: "db.r6g.lrge" })).rejects.toMatchObject({
    name: "InvalidParameterCombination",
  });
  await expect(modify({ AllocatedStorage: 90 })).rejects.toMatchObject({
    message: expect.stringContaining("cannot be less than the current storage size"),
  });
  const { AvailabilityZone } = await instance();
  await modify({ DBInstanceClass: "db.r6g.large", AllocatedStorage: 105 });
  await seconds(150);
  expect((await instance()).AvailabilityZone).not.toBe(AvailabilityZone);
  await seconds(80);
  expect(await instance()).toMatchObject({
    DBInstanceClass: "db.r6g.large",
    // Less than a tenth more is rounded up.
    AllocatedStorage: 110,
    DBInstanceStatus: "storage-optimization",
  });
  const soon = "You can't currently modify the storage of this DB instance because the previous storage change";
  await expect(modify({ AllocatedStorage: 200 })).rejects.toMatchObject({ message: expect.stringContaining(soon) });
  await seconds(6 * 60 * 60);
  await modify({ AllocatedStorage: 200 });
  await seconds(80);
  expect((await instance()).AllocatedStorage).toBe(200);
});

test("what waits is made in the maintenance window", async () => {
  const { rds, instance, seconds } = await startRds();
  await rds.send(new ModifyDBInstanceCommand({ ...of, DBInstanceClass: "db.m6g.xlarge" }));
  await seconds(7 * 24 * 60 * 60 + 600);
  expect(await instance()).toMatchObject({ DBInstanceClass: "db.m6g.xlarge", DBInstanceStatus: "available" });
});

test("tags are added and replaced, of what is there only", async () => {
  const { rds, instance } = await startRds();
  const ResourceName = (await instance()).DBInstanceArn ?? "";
  await rds.send(
    new AddTagsToResourceCommand({
      ResourceName,
      Tags: [
        { Key: "environment", Value: "live" },
        { Key: "team", Value: "platform" },
      ],
    }),
  );
  const { TagList } = await rds.send(new ListTagsForResourceCommand({ ResourceName }));
  expect(TagList).toEqual([
    { Key: "environment", Value: "live" },
    { Key: "team", Value: "platform" },
  ]);
  await expect(
    rds.send(new ListTagsForResourceCommand({ ResourceName: ResourceName.replace(id, "nowhere") })),
  ).rejects.toMatchObject({ Code: "DBInstanceNotFound" });
});

test("what is under way outlives a dump", async () => {
  const first = await startRds();
  await first.rds.send(new CreateDBSnapshotCommand({ ...of, DBSnapshotIdentifier: "under-way" }));
  await first.seconds(10);
  const second = await startRds({ clock: first.clock, restore: JSON.parse(JSON.stringify(first.cloud.dump())) });
  expect(await second.snapshot("under-way")).toMatchObject({ Status: "creating" });
  await second.seconds(110);
  expect(await second.snapshot("under-way")).toMatchObject({ Status: "available" });
  expect((await second.instance()).DBInstanceStatus).toBe("available");
});

test("a call can be denied or throttled by its action alone, and credentials can expire", async () => {
  const { cloud, rds, instance } = await startRds();
  cloud.faults.set("deny", "rds:CreateDBSnapshot", true);
  await expect(
    rds.send(new CreateDBSnapshotCommand({ ...of, DBSnapshotIdentifier: "not-allowed" })),
  ).rejects.toMatchObject({
    name: "AccessDenied",
    message: expect.stringContaining("is not authorized to perform: rds:CreateDBSnapshot"),
    $metadata: { httpStatusCode: 403 },
  });
  expect((await instance()).DBInstanceStatus).toBe("available");
  cloud.faults.set("throttle", "rds:DescribeDBInstances", true);
  await expect(instance()).rejects.toMatchObject({ name: "Throttling" });
  cloud.faults.clear();
  cloud.faults.set("credentials-expired", "rds", true);
  await expect(instance()).rejects.toMatchObject({ name: "ExpiredToken" });
});
