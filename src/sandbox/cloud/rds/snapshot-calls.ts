import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { text } from "../input.ts";
import { filterValues, formFlag, formPage, formTags, required } from "../query-input.ts";
import { needInstance, snapshotOf } from "./databases.ts";
import { checkIdentifier, invalidState, invalidValue, snapshotNotFound } from "./refusals.ts";
import { snapshotShape } from "./shapes.ts";
import type { SnapshotRecord } from "./state.ts";

/** Manual snapshots of an account in a region, as AWS allows them from the start. */
const quota = 100;

export function snapshotCalls({ world, databases }: Cloud): Readonly<Record<string, Operation>> {
  const { state } = databases;
  const shape = (of: SnapshotRecord) => snapshotShape(of, state.tags[of.arn] ?? []);

  function need(id: string): SnapshotRecord {
    const found = state.snapshots.find((one) => one.id === id.toLowerCase() || one.arn === id);
    if (!found) throw snapshotNotFound(id);
    return found;
  }

  /** Refuses an identifier that is taken or malformed, and one snapshot too many. */
  function newName(field: string, id: string): string {
    checkIdentifier(field, id, 255);
    if (state.snapshots.some((one) => one.id === id.toLowerCase())) {
      throw new CloudError(
        "DBSnapshotAlreadyExists",
        `Cannot create the snapshot because a snapshot with the identifier ${id.toLowerCase()} already exists.`,
      );
    }
    if (state.snapshots.filter((one) => one.type === "manual").length >= quota) {
      throw new CloudError("SnapshotQuotaExceeded", "Cannot create more than 100 manual snapshots");
    }
    return id.toLowerCase();
  }

  return {
    CreateDBSnapshot: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      const id = newName("DBSnapshotIdentifier", required(input, "DBSnapshotIdentifier"));
      if (of.cluster) {
        throw invalidValue(
          `The specified instance is a member of a cluster and a snapshot cannot be created directly: ${of.id}`,
        );
      }
      if (of.status !== "available" && of.status !== "storage-optimization") {
        throw invalidState(
          `Cannot create a snapshot because the database instance ${of.id} is not currently in the available state.`,
        );
      }
      const taken = snapshotOf(world, of, id, "manual");
      const tags = formTags(input);
      if (tags.length > 0) state.tags[taken.arn] = tags;
      databases.beginSnapshot(of, taken);
      return { DBSnapshot: shape(taken) };
    },

    CopyDBSnapshot: (input) => {
      const source = need(required(input, "SourceDBSnapshotIdentifier"));
      const id = newName("TargetDBSnapshotIdentifier", required(input, "TargetDBSnapshotIdentifier"));
      if (source.status !== "available") {
        throw new CloudError(
          "InvalidDBSnapshotState",
          `Cannot copy the snapshot ${source.id} because it is not in the available state.`,
        );
      }
      const copy: SnapshotRecord = {
        ...source,
        id,
        arn: world.arn("rds", `snapshot:${id}`),
        type: "manual",
        status: "creating",
        progress: 0,
        createdAt: world.time.now(),
        source: source.arn,
      };
      const inherited = formFlag(input, "CopyTags") ? (state.tags[source.arn] ?? []) : [];
      const tags = formTags(input);
      state.tags[copy.arn] = tags.length > 0 ? tags : [...inherited];
      databases.copySnapshot(copy);
      return { DBSnapshot: shape(copy) };
    },

    DescribeDBSnapshots: (input) => {
      const id = text(input, "DBSnapshotIdentifier");
      const instance = text(input, "DBInstanceIdentifier");
      const type = text(input, "SnapshotType");
      const filter = filterValues(input, [
        "db-instance-id",
        "db-snapshot-id",
        "dbi-resource-id",
        "snapshot-type",
        "engine",
      ]);
      if (type !== undefined && !["manual", "automated", "shared", "public", "awsbackup"].includes(type)) {
        throw invalidValue(`Snapshot type ${type} is not valid.`);
      }
      const asked = (name: string, value: (one: SnapshotRecord) => string) => {
        const values = filter(name);
        return (one: SnapshotRecord) => !values || values.includes(value(one));
      };
      const all = (id ? [need(id)] : state.snapshots)
        .filter(
          (one) => !instance || one.instance === instance.toLowerCase() || instance.endsWith(`:db:${one.instance}`),
        )
        .filter((one) => type === undefined || one.type === type)
        .filter(asked("db-instance-id", (one) => one.instance))
        .filter(asked("db-snapshot-id", (one) => one.id))
        .filter(asked("dbi-resource-id", (one) => one.instanceResourceId))
        .filter(asked("snapshot-type", (one) => one.type))
        .filter(asked("engine", (one) => one.engine));
      const { items, Marker } = formPage(input, all);
      return { DBSnapshots: items.map(shape), Marker };
    },

    DeleteDBSnapshot: (input) => {
      const of = need(required(input, "DBSnapshotIdentifier"));
      if (of.type !== "manual")
        throw new CloudError("InvalidDBSnapshotState", "The specified snapshot is not a manual snapshot.");
      if (of.status !== "available" && of.status !== "failed") {
        throw new CloudError(
          "InvalidDBSnapshotState",
          `Cannot delete the snapshot ${of.id} because it is not in the available state.`,
        );
      }
      const before = shape(of);
      databases.deleteSnapshot(of);
      return { DBSnapshot: { ...before, Status: "deleted" } };
    },
  };
}
