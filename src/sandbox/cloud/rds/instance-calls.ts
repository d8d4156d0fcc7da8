import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { type Input, text } from "../input.ts";
import { filterValues, formFlag, formList, formPage, formTime, required } from "../query-input.ts";
import { latestRestorable, needInstance, otherZone, snapshotOf } from "./databases.ts";
import { checkIdentifier, invalidCombination, invalidState, invalidValue, snapshotNotFound } from "./refusals.ts";
import { instanceShape } from "./shapes.ts";
import { type InstanceRecord, instanceAddress } from "./state.ts";

export function instanceCalls({ world, databases }: Cloud): Readonly<Record<string, Operation>> {
  const { state } = databases;
  const shape = (of: InstanceRecord) => instanceShape(of, state.tags[of.arn] ?? [], world.time.now());
  const needAvailable = (of: InstanceRecord, doing: string) => {
    if (of.status === "available") return;
    throw invalidState(
      `Cannot ${doing} because the database instance ${of.id} is not currently in the available state.`,
    );
  };

  /** A new instance with the settings of a call, as both ways of restoring make one. */
  function restored(
    input: Input,
    id: string,
    from: Partial<InstanceRecord> & { readonly masterUsername: string },
  ): InstanceRecord {
    checkIdentifier("DBInstanceIdentifier", id, 63);
    if (databases.instance(id)) throw new CloudError("DBInstanceAlreadyExists", "DB instance already exists");
    if (state.instances.length >= 40)
      throw new CloudError("InstanceQuotaExceeded", "You have exceeded your quota for DB instances.");
    const multiAz = formFlag(input, "MultiAZ") ?? false;
    const zone = text(input, "AvailabilityZone") ?? `${world.region}${"abc"[Math.floor(world.random.between(0, 3))]}`;
    return {
      id: id.toLowerCase(),
      arn: world.arn("rds", `db:${id.toLowerCase()}`),
      resourceId: `db-${world.random.hex(26).toUpperCase()}`,
      engine: "postgres",
      engineVersion: "16.4",
      allocatedStorage: 100,
      port: 5432,
      databaseName: "waooaw_production",
      createdAt: world.time.now(),
      backupRetention: 7,
      backupWindow: "02:00-02:30",
      maintenanceWindow: "sun:02:30-sun:03:00",
      cluster: null,
      pending: {},
      stoppedAt: null,
      version: 1,
      ...from,
      address: instanceAddress(id.toLowerCase(), world.region),
      status: "creating",
      instanceClass: text(input, "DBInstanceClass") ?? from.instanceClass ?? "db.m6g.large",
      multiAz,
      zone,
      secondaryZone: multiAz ? otherZone(world, zone) : null,
      deletionProtection: formFlag(input, "DeletionProtection") ?? false,
      // Unless told, a restored instance stands in the default groups.
      subnetGroup: text(input, "DBSubnetGroupName") ?? "default",
      securityGroups: (formList(input, "VpcSecurityGroupIds") as string[]).length
        ? [...(formList(input, "VpcSecurityGroupIds") as string[])]
        : [`sg-0${"0".repeat(16)}`],
      parameterGroup: text(input, "DBParameterGroupName") ?? "default.postgres16",
    };
  }

  function tagged(input: Input, of: InstanceRecord, inherited: string): void {
    const tags = formList(input, "Tags") as readonly { readonly Key: string; readonly Value: string }[];
    state.tags[of.arn] = tags.length > 0 ? [...tags] : [...(state.tags[inherited] ?? [])];
  }

  return {
    DescribeDBInstances: (input) => {
      const id = text(input, "DBInstanceIdentifier");
      const filter = filterValues(input, ["db-instance-id", "db-cluster-id", "engine", "dbi-resource-id", "domain"]);
      const ids = filter("db-instance-id");
      const clusters = filter("db-cluster-id");
      const engines = filter("engine");
      const resources = filter("dbi-resource-id");
      const all = (id ? [needInstance(databases, id)] : state.instances)
        .filter((one) => !ids || ids.includes(one.id) || ids.includes(one.arn))
        .filter((one) => !clusters || (one.cluster !== null && clusters.includes(one.cluster)))
        .filter((one) => !engines || engines.includes(one.engine))
        .filter((one) => !resources || resources.includes(one.resourceId));
      const { items, Marker } = formPage(input, all);
      return { DBInstances: items.map(shape), Marker };
    },

    RebootDBInstance: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      const failover = formFlag(input, "ForceFailover") ?? false;
      if (failover && !of.multiAz) {
        throw invalidCombination("Cannot perform a failover on an instance that is not Multi-AZ.");
      }
      needAvailable(of, "reboot");
      databases.reboot(of, failover);
      return { DBInstance: shape(of) };
    },

    StopDBInstance: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      if (of.cluster) throw invalidState("DB instances of a DB cluster cannot be stopped by themselves.");
      needAvailable(of, "stop");
      const id = text(input, "DBSnapshotIdentifier");
      if (id) checkIdentifier("DBSnapshotIdentifier", id, 255);
      if (id) {
        const taken = snapshotOf(world, of, id, "manual");
        databases.beginSnapshot(of, taken);
      }
      databases.stop(of);
      return { DBInstance: shape(of) };
    },

    StartDBInstance: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      if (of.status !== "stopped")
        throw invalidState(
          `Instance ${of.id} is not stopped or in inaccessible-encryption-credentials-recoverable state.`,
        );
      databases.start(of);
      return { DBInstance: shape(of) };
    },

    DeleteDBInstance: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      if (of.status === "deleting") throw invalidState(`Instance ${of.id} is already being deleted.`);
      if (["creating", "rebooting"].includes(of.status))
        throw invalidState(`Instance ${of.id} cannot be deleted while it is ${of.status}.`);
      if (of.deletionProtection) {
        throw invalidCombination(
          "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        );
      }
      const last = text(input, "FinalDBSnapshotIdentifier");
      const skip = formFlag(input, "SkipFinalSnapshot") ?? false;
      if (!of.cluster && !skip && !last) {
        throw invalidCombination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
      }
      if (skip && last)
        throw invalidCombination(
          "FinalDBSnapshotIdentifier can not be specified when deleting an instance with SkipFinalSnapshot.",
        );
      if (last) {
        checkIdentifier("FinalDBSnapshotIdentifier", last, 255);
        if (state.snapshots.some((one) => one.id === last.toLowerCase())) {
          throw new CloudError(
            "DBSnapshotAlreadyExists",
            `Cannot create the snapshot because a snapshot with the identifier ${last} already exists.`,
          );
        }
        databases.beginSnapshot(of, snapshotOf(world, of, last.toLowerCase(), "manual"));
      }
      databases.remove(of);
      return { DBInstance: shape(of) };
    },

    RestoreDBInstanceFromDBSnapshot: (input) => {
      const id = required(input, "DBSnapshotIdentifier");
      const from = state.snapshots.find((one) => one.id === id.toLowerCase() || one.arn === id);
      if (!from) throw snapshotNotFound(id);
      if (from.status !== "available") {
        throw new CloudError(
          "InvalidDBSnapshotState",
          `Cannot restore from snapshot ${from.id} because it is not in the available state.`,
        );
      }
      const source = databases.instance(from.instance);
      const of = restored(input, required(input, "DBInstanceIdentifier"), {
        engineVersion: from.engineVersion,
        allocatedStorage: from.allocatedStorage,
        masterUsername: from.masterUsername,
        ...(source ? { instanceClass: source.instanceClass, databaseName: source.databaseName } : {}),
      });
      tagged(input, of, from.arn);
      databases.create(of, `Restored from snapshot ${from.id}`);
      return { DBInstance: shape(of) };
    },

    RestoreDBInstanceToPointInTime: (input) => {
      const resource = text(input, "SourceDbiResourceId");
      const id = text(input, "SourceDBInstanceIdentifier");
      const source = resource
        ? state.instances.find((one) => one.resourceId === resource)
        : needInstance(databases, id ?? "");
      if (!source) throw new CloudError("DBInstanceNotFound", `DBInstance ${resource} not found.`, 404);
      if (source.backupRetention === 0) {
        throw new CloudError(
          "PointInTimeRestoreNotEnabled",
          `Point In Time Restore is not enabled for instance ${source.id}`,
        );
      }
      const at = formTime(input, "RestoreTime");
      const latest = formFlag(input, "UseLatestRestorableTime") ?? false;
      if (latest === (at !== undefined)) {
        throw invalidCombination("Either RestoreTime or UseLatestRestorableTime must be specified, and not both.");
      }
      const now = world.time.now();
      const newest = latestRestorable(source, now);
      const oldest = Math.max(source.createdAt, now - source.backupRetention * 24 * 60 * 60 * 1000);
      if (at !== undefined && (at > newest || at < oldest)) {
        throw invalidValue(
          `The specified instance cannot be restored to a time ${at > newest ? `later than ${new Date(newest).toISOString()}` : `earlier than ${new Date(oldest).toISOString()}`}`,
        );
      }
      const of = restored(input, required(input, "TargetDBInstanceIdentifier"), {
        engineVersion: source.engineVersion,
        allocatedStorage: source.allocatedStorage,
        masterUsername: source.masterUsername,
        instanceClass: source.instanceClass,
        databaseName: source.databaseName,
      });
      tagged(input, of, source.arn);
      const moment = new Date(at ?? newest).toISOString();
      databases.create(of, `Restored from DB instance ${source.id} to ${moment}`);
      return { DBInstance: shape(of) };
    },
  };
}
