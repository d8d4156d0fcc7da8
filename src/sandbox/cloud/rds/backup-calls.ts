import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { type Input, text } from "../input.ts";
import { formList, formNumber, formPage, formTags, formTime, mergedTags, required } from "../query-input.ts";
import { latestRestorable, needInstance } from "./databases.ts";
import { invalidCombination, invalidValue, snapshotNotFound } from "./refusals.ts";
import { eventShape } from "./shapes.ts";

const minute = 60 * 1000;
const day = 24 * 60 * minute;
const sources = ["db-instance", "db-snapshot", "db-cluster"];

/** What is kept beside the databases: automated backups, events and tags. */
export function backupCalls({ world, databases }: Cloud): Readonly<Record<string, Operation>> {
  const { state } = databases;

  /** The ARN of something that is there; refuses others in the words of its kind. */
  function resource(input: Input): string {
    const arn = required(input, "ResourceName");
    const [, kind = "", id = ""] = /^arn:aws:rds:[^:]+:\d{12}:(db|snapshot|cluster):(.+)$/.exec(arn) ?? [];
    if (kind === "") throw invalidValue(`Invalid resource name: ${arn}`);
    if (kind === "db") needInstance(databases, arn);
    else if (kind === "snapshot" && !state.snapshots.some((one) => one.arn === arn)) throw snapshotNotFound(id);
    else if (kind === "cluster" && !databases.cluster(arn)) {
      throw new CloudError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
    }
    return arn;
  }

  return {
    DescribeDBInstanceAutomatedBackups: (input) => {
      const id = text(input, "DBInstanceIdentifier");
      const resourceId = text(input, "DbiResourceId");
      if (id !== undefined) needInstance(databases, id);
      const now = world.time.now();
      const all = state.instances.filter(
        (one) =>
          one.backupRetention > 0 &&
          !one.cluster &&
          (id === undefined || one.id === id.toLowerCase()) &&
          (resourceId === undefined || one.resourceId === resourceId),
      );
      const { items, Marker } = formPage(input, all);
      const backups = items.map((one) => ({
        DBInstanceArn: one.arn,
        DbiResourceId: one.resourceId,
        Region: world.region,
        DBInstanceIdentifier: one.id,
        RestoreWindow: {
          EarliestTime: new Date(Math.max(one.createdAt, now - one.backupRetention * day)).toISOString(),
          LatestTime: new Date(latestRestorable(one, now)).toISOString(),
        },
        AllocatedStorage: one.allocatedStorage,
        Status: "active",
        Port: one.port,
        AvailabilityZone: one.zone,
        InstanceCreateTime: new Date(one.createdAt).toISOString(),
        MasterUsername: one.masterUsername,
        Engine: one.engine,
        EngineVersion: one.engineVersion,
        Encrypted: true,
        StorageType: "gp3",
        BackupRetentionPeriod: one.backupRetention,
      }));
      return { DBInstanceAutomatedBackups: backups, Marker };
    },

    DescribeEvents: (input) => {
      const type = text(input, "SourceType");
      const source = text(input, "SourceIdentifier");
      if (source !== undefined && type === undefined) {
        throw invalidCombination("SourceType must be specified when SourceIdentifier is given.");
      }
      if (type !== undefined && !sources.includes(type)) throw invalidValue(`Invalid source type: ${type}`);
      const now = world.time.now();
      const end = formTime(input, "EndTime") ?? now;
      const start = formTime(input, "StartTime") ?? end - (formNumber(input, "Duration") ?? 60) * minute;
      if (start < now - 14 * day) throw invalidValue("StartTime must not be more than 14 days ago.");
      if (start > end) throw invalidCombination("StartTime must be before EndTime.");
      const categories = formList(input, "EventCategories") as readonly string[];
      const all = state.events
        .filter((one) => one.at >= start && one.at <= end)
        .filter((one) => type === undefined || one.sourceType === type)
        .filter((one) => source === undefined || one.source === source)
        .filter((one) => categories.length === 0 || one.categories.some((category) => categories.includes(category)));
      const { items, Marker } = formPage(input, all);
      return { Events: items.map(eventShape), Marker };
    },

    ListTagsForResource: (input) => ({ TagList: state.tags[resource(input)] ?? [] }),

    AddTagsToResource: (input) => {
      const arn = resource(input);
      const merged = mergedTags(state.tags[arn] ?? [], formTags(input));
      if (merged.length > 50) throw invalidValue("A resource cannot have more than 50 tags.");
      state.tags[arn] = merged;
      return {};
    },

    RemoveTagsFromResource: (input) => {
      const arn = resource(input);
      const keys = formList(input, "TagKeys") as readonly string[];
      state.tags[arn] = (state.tags[arn] ?? []).filter((tag) => !keys.includes(tag.Key));
      return {};
    },
  };
}
