import type { DBInstance, DBSnapshot, Tag } from "@aws-sdk/client-rds";
import type { Placement } from "../../domain/configuration.ts";
import type {
  CheckedQuery,
  InstanceState,
  RestoredInstance,
  Snapshot,
  SnapshotsRead,
} from "../../domain/platform/snapshots.ts";
import { ProviderError } from "../../errors.ts";
import { calling, refusedBy } from "../aws.ts";
import type { RdsClients } from "./clients.ts";
import { rdsPlace, tags } from "./place.ts";

/** What is asked of the inside of a server, by whoever can reach it. */
export interface Inside {
  /** Null where the configuration names no address. */
  readonly reachable: SnapshotsRead["reachable"];
  /** Runs queries on another server of the same kind, with the same user and database. */
  readonly check: (
    at: Placement,
    endpoint: string,
    queries: Parameters<SnapshotsRead["restored"]>[2],
  ) => Promise<readonly CheckedQuery[]>;
}

const pages = 5;

/** The read half for servers on Amazon RDS. */
export function rdsRead(clients: RdsClients, inside: Inside): SnapshotsRead {
  return {
    instance: async (at) => {
      const { instance, region } = rdsPlace(at);
      return describeInstance(clients, region, instance);
    },
    list: async (at) => {
      const { instance, region } = rdsPlace(at);
      const { client, sdk } = await clients(region);
      const found: DBSnapshot[] = [];
      let Marker: string | undefined;
      for (let page = 0; page < pages; page += 1) {
        const answer = await calling("DescribeDBSnapshots", (options) =>
          client.send(
            new sdk.DescribeDBSnapshotsCommand({
              DBInstanceIdentifier: instance,
              MaxRecords: 100,
              ...(Marker === undefined ? {} : { Marker }),
            }),
            options,
          ),
        );
        found.push(...(answer.DBSnapshots ?? []));
        Marker = answer.Marker;
        if (!Marker) break;
      }
      return found.map(snapshotOf).toSorted((one, other) => other.at.getTime() - one.at.getTime());
    },
    events: async (at, since) => {
      const { instance, region } = rdsPlace(at);
      const state = await describeInstance(clients, region, instance);
      const own = await events(clients, region, { type: "db-instance", name: instance }, since);
      if (state.cluster === null) return own;
      const cluster = await events(clients, region, { type: "db-cluster", name: state.cluster.name }, since);
      return [...own, ...cluster].toSorted((one, other) => one.at.getTime() - other.at.getTime());
    },
    reachable: inside.reachable,
    restored: (at, name, queries) => restoredInstance(clients, inside, at, name, queries),
  };
}

/** A server made of a backup; the queries run once it is available, and say why where they cannot. */
export async function restoredInstance(
  clients: RdsClients,
  inside: Inside,
  at: Placement,
  name: string,
  queries: Parameters<SnapshotsRead["restored"]>[2],
): Promise<RestoredInstance | null> {
  try {
    const instance = await describeInstance(clients, rdsPlace(at).region, name);
    const isUp = instance.status === "available" && instance.endpoint !== null;
    return { instance, checks: isUp ? await inside.check(at, instance.endpoint ?? "", queries) : [] };
  } catch (error) {
    if (error instanceof ProviderError && error.fault === "not_found") return null;
    throw error;
  }
}

export async function describeInstance(
  clients: RdsClients,
  region: string | undefined,
  name: string,
): Promise<InstanceState> {
  const found = await rawInstance(clients, region, name);
  return stateOf(found, found.DBClusterIdentifier ? await clusterOf(clients, region, found.DBClusterIdentifier) : null);
}

export async function rawInstance(clients: RdsClients, region: string | undefined, name: string): Promise<DBInstance> {
  const { client, sdk } = await clients(region);
  const { DBInstances } = await calling("DescribeDBInstances", (options) =>
    client.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: name }), options),
  );
  const found = DBInstances?.[0];
  if (!found)
    throw refusedBy("DescribeDBInstances", "DBInstanceNotFound", `There is no instance ${name}.`, "not_found");
  return found;
}

async function clusterOf(
  clients: RdsClients,
  region: string | undefined,
  name: string,
): Promise<InstanceState["cluster"]> {
  const { client, sdk } = await clients(region);
  const { DBClusters } = await calling("DescribeDBClusters", (options) =>
    client.send(new sdk.DescribeDBClustersCommand({ DBClusterIdentifier: name }), options),
  );
  const members = DBClusters?.[0]?.DBClusterMembers ?? [];
  const named = (isWriter: boolean) =>
    members.flatMap((member) =>
      (member.IsClusterWriter === true) === isWriter && member.DBInstanceIdentifier
        ? [member.DBInstanceIdentifier]
        : [],
    );
  return {
    name,
    status: DBClusters?.[0]?.Status ?? "unknown",
    writer: named(true)[0] ?? null,
    readers: named(false),
  };
}

function stateOf(found: DBInstance, cluster: InstanceState["cluster"]): InstanceState {
  const latest = found.LatestRestorableTime;
  const kept = found.BackupRetentionPeriod ?? 0;
  const created = found.InstanceCreateTime;
  const { Address, Port } = found.Endpoint ?? {};
  return {
    name: found.DBInstanceIdentifier ?? "?",
    status: found.DBInstanceStatus ?? "unknown",
    engine: `${found.Engine ?? "?"} ${found.EngineVersion ?? "?"}`,
    multiAz: found.MultiAZ === true,
    zone: found.AvailabilityZone ?? null,
    standbyZone: found.SecondaryAvailabilityZone ?? null,
    cluster,
    endpoint: Address ? `${Address}:${Port ?? 5432}` : null,
    restorable: latest ? { to: latest, from: earliest(latest, kept, created) } : null,
    storageGigabytes: found.AllocatedStorage ?? null,
    encrypted: found.StorageEncrypted === true,
    madeBy: tagOf(found.TagList, tags.operation),
  };
}

/** Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html: as far back as backups are kept, or its creation. */
function earliest(latest: Date, keptDays: number, created: Date | undefined): Date | null {
  if (keptDays === 0) return null;
  const oldest = latest.getTime() - keptDays * 86_400_000;
  return new Date(Math.max(oldest, created?.getTime() ?? oldest));
}

function snapshotOf(found: DBSnapshot): Snapshot {
  return {
    name: found.DBSnapshotIdentifier ?? "?",
    at: found.SnapshotCreateTime ?? new Date(0),
    status: found.Status ?? "unknown",
    percent: found.PercentProgress ?? null,
    kind: found.SnapshotType === "manual" ? "manual" : "automated",
    madeBy: tagOf(found.TagList, tags.operation),
    engine: `${found.Engine ?? "?"} ${found.EngineVersion ?? "?"}`,
    encrypted: found.Encrypted === true,
  };
}

export function tagOf(list: readonly Tag[] | undefined, key: string): string | null {
  return list?.find((tag) => tag.Key === key)?.Value ?? null;
}

export async function events(
  clients: RdsClients,
  region: string | undefined,
  of: { readonly type: "db-instance" | "db-cluster"; readonly name: string },
  since: Date,
): Promise<readonly { readonly at: Date; readonly text: string }[]> {
  const { client, sdk } = await clients(region);
  const { Events } = await calling("DescribeEvents", (options) =>
    client.send(
      new sdk.DescribeEventsCommand({ SourceType: of.type, SourceIdentifier: of.name, StartTime: since }),
      options,
    ),
  );
  return (Events ?? []).flatMap((event) =>
    event.Date && event.Message && event.Date >= since ? [{ at: event.Date, text: event.Message }] : [],
  );
}
