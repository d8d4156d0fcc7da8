import type { Cloud, Operation } from "../api.ts";
import { text } from "../input.ts";
import { formFlag, formNumber, formPage, required } from "../query-input.ts";
import { needInstance } from "./databases.ts";
import { invalidCombination, invalidState, invalidValue } from "./refusals.ts";
import { instanceShape } from "./shapes.ts";
import type { InstanceRecord } from "./state.ts";

const sixHours = 6 * 60 * 60 * 1000;
const storage = { least: 20, most: 65_536 };
const families = ["t3", "t4g", "m6g", "m6i", "m7g", "r6g", "r6i", "r7g"];
const sizes = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];
const small = ["micro", "small", "medium", "large", "xlarge", "2xlarge"];

/** The classes that PostgreSQL can be ordered with. */
const classes = families.flatMap((family) =>
  (family.startsWith("t") ? small : sizes).map((size) => `db.${family}.${size}`),
);

/** Changes of an instance, and what it could be changed to. */
export function modifyCalls({ world, databases }: Cloud): Readonly<Record<string, Operation>> {
  const { state } = databases;
  const shape = (of: InstanceRecord) => instanceShape(of, state.tags[of.arn] ?? [], world.time.now());

  /** What is asked of the storage, as RDS would have it: at least a tenth more, and not twice in six hours. */
  function storageFor(of: InstanceRecord, asked: number | undefined): number | undefined {
    if (asked === undefined || asked === of.allocatedStorage) return asked;
    if (of.cluster) throw invalidCombination("The storage of an Aurora DB instance is managed by its DB cluster.");
    if (asked < of.allocatedStorage) {
      throw invalidCombination(
        "Invalid storage size: requested storage size cannot be less than the current storage size",
      );
    }
    if (asked > storage.most) {
      throw invalidValue(`Invalid storage size for engine name ${of.engine} and storage type gp3: ${asked}`);
    }
    if (world.time.now() - (of.storageChangedAt ?? Number.NEGATIVE_INFINITY) < sixHours) {
      throw invalidCombination(
        "You can't currently modify the storage of this DB instance because the previous storage change is being optimized.",
      );
    }
    return Math.max(asked, Math.ceil((of.allocatedStorage * 11) / 10));
  }

  function checkClass(of: InstanceRecord, asked: string | undefined): void {
    if (asked === undefined || asked === of.instanceClass || classes.includes(asked)) return;
    if (!/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(asked)) throw invalidValue(`Invalid DB Instance class: ${asked}`);
    throw invalidCombination(
      `RDS does not support creating a DB instance with the following combination: DBInstanceClass=${asked}, Engine=${of.engine}, EngineVersion=${of.engineVersion}, LicenseModel=postgresql-license. For supported combinations of instance class and database engine version, see the documentation.`,
    );
  }

  return {
    ModifyDBInstance: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      if (!["available", "backing-up", "stopped", "storage-full", "storage-optimization"].includes(of.status)) {
        throw invalidState(`Database instance is not in available state. (${of.id})`);
      }
      const instanceClass = text(input, "DBInstanceClass");
      checkClass(of, instanceClass);
      const allocatedStorage = storageFor(of, formNumber(input, "AllocatedStorage"));
      const retention = formNumber(input, "BackupRetentionPeriod");
      if (retention !== undefined && (retention < 0 || retention > 35)) {
        throw invalidValue(`Invalid backup retention period: ${retention}. Must be between 0 and 35.`);
      }
      of.backupRetention = retention ?? of.backupRetention;
      of.deletionProtection = formFlag(input, "DeletionProtection") ?? of.deletionProtection;
      of.backupWindow = text(input, "PreferredBackupWindow") ?? of.backupWindow;
      of.maintenanceWindow = text(input, "PreferredMaintenanceWindow") ?? of.maintenanceWindow;
      const asked = {
        instanceClass,
        allocatedStorage,
        multiAz: formFlag(input, "MultiAZ"),
        engineVersion: text(input, "EngineVersion"),
      };
      const atOnce = formFlag(input, "ApplyImmediately") ?? false;
      const isNow = (field: string, value: unknown) => value === of[field as keyof typeof asked];
      // What is asked as it is takes a change back that waits, which only works at once.
      const kept = Object.entries(of.pending).filter(([field]) => {
        const value = asked[field as keyof typeof asked];
        return value === undefined || (isNow(field, value) && !atOnce);
      });
      const changed = Object.entries(asked).filter(([field, value]) => value !== undefined && !isNow(field, value));
      of.pending = { ...Object.fromEntries(kept), ...Object.fromEntries(changed) };
      const password = text(input, "MasterUserPassword") !== undefined;
      const isPending = Object.keys(of.pending).length > 0;
      const shown = shape(of);
      if (password || (atOnce && isPending)) databases.modify(of);
      else if (isPending) databases.atWindow(of);
      return { DBInstance: shown };
    },

    DescribeOrderableDBInstanceOptions: (input) => {
      const engine = required(input, "Engine");
      const wanted = text(input, "DBInstanceClass");
      const version = text(input, "EngineVersion");
      const versions = state.instances.filter((one) => one.engine === engine).map((one) => one.engineVersion);
      const isKnown = versions.length > 0 && (version === undefined || versions.includes(version));
      const storageTypes = engine.startsWith("aurora") ? ["aurora"] : ["gp2", "gp3", "io1"];
      const all = (isKnown ? classes : [])
        .filter((one) => wanted === undefined || one === wanted)
        .flatMap((name) => storageTypes.map((StorageType) => ({ name, StorageType })));
      const { items, Marker } = formPage(input, all, 1000);
      const options = items.map(({ name, StorageType }) => ({
        Engine: engine,
        EngineVersion: version ?? versions[0],
        DBInstanceClass: name,
        LicenseModel: "postgresql-license",
        AvailabilityZones: ["a", "b", "c"].map((zone) => ({ Name: `${world.region}${zone}` })),
        MultiAZCapable: true,
        ReadReplicaCapable: true,
        Vpc: true,
        SupportsStorageEncryption: true,
        StorageType,
        SupportsIops: StorageType !== "gp2",
        MinStorageSize: storage.least,
        MaxStorageSize: storage.most,
        SupportsStorageAutoscaling: true,
      }));
      return { OrderableDBInstanceOptions: options, Marker };
    },
  };
}
