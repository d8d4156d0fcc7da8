import type { Tag } from "../query-input.ts";

export interface InstanceRecord {
  readonly id: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly engine: string;
  engineVersion: string;
  status: string;
  instanceClass: string;
  allocatedStorage: number;
  multiAz: boolean;
  zone: string;
  secondaryZone: string | null;
  readonly address: string;
  readonly port: number;
  readonly databaseName: string;
  readonly masterUsername: string;
  readonly createdAt: number;
  backupRetention: number;
  backupWindow: string;
  maintenanceWindow: string;
  deletionProtection: boolean;
  subnetGroup: string;
  securityGroups: string[];
  parameterGroup: string;
  /** The cluster it is a member of, for Aurora. */
  readonly cluster: string | null;
  /** Changes that wait for the maintenance window. */
  pending: { instanceClass?: string; allocatedStorage?: number; multiAz?: boolean; engineVersion?: string };
  /** Nothing gets in while its class is changed. */
  down?: boolean;
  /** When its storage was changed last, and whether it still is being optimized. */
  storageChangedAt?: number;
  isOptimizing?: boolean;
  /** When it was stopped; what is to be restored reaches no further. */
  stoppedAt: number | null;
  /** Raised by every operation: steps of an older one do nothing. */
  version: number;
}

export interface SnapshotRecord {
  readonly id: string;
  readonly arn: string;
  readonly instance: string;
  readonly instanceResourceId: string;
  readonly type: "manual" | "automated";
  status: "creating" | "available" | "failed" | "deleting";
  progress: number;
  readonly createdAt: number;
  readonly originalCreatedAt: number;
  readonly engine: string;
  readonly engineVersion: string;
  readonly allocatedStorage: number;
  readonly zone: string;
  readonly port: number;
  readonly masterUsername: string;
  readonly instanceCreatedAt: number;
  /** ARN of the snapshot it was copied from. */
  readonly source: string | null;
}

export interface ClusterRecord {
  readonly id: string;
  readonly arn: string;
  readonly engine: string;
  readonly engineVersion: string;
  status: string;
  readonly resourceId: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  readonly port: number;
  readonly databaseName: string;
  readonly masterUsername: string;
  readonly createdAt: number;
  /** Instances, of which one writes. */
  members: string[];
  writer: string;
  version: number;
}

export type EventSource = "db-instance" | "db-snapshot" | "db-cluster";

export interface DatabaseEvent {
  readonly source: string;
  readonly sourceType: EventSource;
  readonly arn: string;
  readonly at: number;
  readonly message: string;
  readonly categories: string[];
}

export interface RdsState {
  instances: InstanceRecord[];
  snapshots: SnapshotRecord[];
  clusters: ClusterRecord[];
  /** Oldest first, of the last fourteen days. */
  events: DatabaseEvent[];
  tags: { [arn: string]: Tag[] };
}

const day = 24 * 60 * 60 * 1000;

/** The name AWS gives an automated snapshot: `rds:<instance>-yyyy-MM-dd-HH-mm`. */
export const automatedName = (instance: string, at: number) =>
  `rds:${instance}-${new Date(at).toISOString().slice(0, 16).replace(/[T:]/g, "-")}`;

/** Next 02:05 UTC after a moment, a little into the backup window. */
export function nextBackup(after: number): number {
  const midnight = Math.floor(after / day) * day;
  const today = midnight + (2 * 60 + 5) * 60 * 1000;
  return today > after ? today : today + day;
}

interface Place {
  readonly now: number;
  readonly region: string;
  readonly arn: (service: string, resource: string) => string;
}

export const clusterAddress = (id: string, kind: string, region: string) =>
  `${id}.cluster-${kind}c9akciq32rxj.${region}.rds.amazonaws.com`;
export const instanceAddress = (id: string, region: string) => `${id}.c9akciq32rxj.${region}.rds.amazonaws.com`;

/** The databases of the example account: a Multi-AZ PostgreSQL with a week of backups, and an Aurora cluster of two. */
export function exampleDatabases({ now, region, arn }: Place): RdsState {
  const instance = (id: string, from: Partial<InstanceRecord>): InstanceRecord => ({
    id,
    arn: arn("rds", `db:${id}`),
    resourceId: `db-${id
      .toUpperCase()
      .replace(/[^A-Z]/g, "")
      .padEnd(26, "X")
      .slice(0, 26)}`,
    engine: "postgres",
    engineVersion: "16.4",
    status: "available",
    instanceClass: "db.m6g.large",
    allocatedStorage: 100,
    multiAz: false,
    zone: `${region}a`,
    secondaryZone: null,
    address: instanceAddress(id, region),
    port: 5432,
    databaseName: "waooaw_production",
    masterUsername: "waooaw",
    createdAt: now - 300 * day,
    backupRetention: 7,
    backupWindow: "02:00-02:30",
    maintenanceWindow: "sun:02:30-sun:03:00",
    deletionProtection: true,
    subnetGroup: "waooaw-production",
    securityGroups: [`sg-0${"4".repeat(16)}`],
    parameterGroup: "waooaw-postgres16",
    cluster: null,
    pending: {},
    stoppedAt: null,
    version: 1,
    ...from,
  });
  const main = instance("waooaw-postgres-production", { multiAz: true, secondaryZone: `${region}b` });
  const cluster = "waooaw-analytics-production";
  const aurora = { engine: "aurora-postgresql", cluster, databaseName: "analytics", deletionProtection: false };
  const members = [instance(`${cluster}-1`, aurora), instance(`${cluster}-2`, { ...aurora, zone: `${region}b` })];
  const snapshot = (id: string, type: SnapshotRecord["type"], at: number): SnapshotRecord => ({
    id,
    arn: arn("rds", `snapshot:${id}`),
    instance: main.id,
    instanceResourceId: main.resourceId,
    type,
    status: "available",
    progress: 100,
    createdAt: at,
    originalCreatedAt: at,
    engine: main.engine,
    engineVersion: main.engineVersion,
    allocatedStorage: main.allocatedStorage,
    zone: main.zone,
    port: main.port,
    masterUsername: main.masterUsername,
    instanceCreatedAt: main.createdAt,
    source: null,
  });
  const last = nextBackup(now) - day;
  return {
    instances: [main, ...members],
    snapshots: [
      snapshot("waooaw-postgres-before-upgrade-16-4", "manual", now - 60 * day),
      ...Array.from({ length: 7 }, (_, index) => last - (6 - index) * day).map((at) =>
        snapshot(automatedName(main.id, at), "automated", at),
      ),
    ],
    clusters: [
      {
        id: cluster,
        arn: arn("rds", `cluster:${cluster}`),
        engine: "aurora-postgresql",
        engineVersion: "16.4",
        status: "available",
        resourceId: `cluster-${"ANALYTICS".padEnd(26, "X")}`,
        endpoint: clusterAddress(cluster, "", region),
        readerEndpoint: clusterAddress(cluster, "ro-", region),
        port: 5432,
        databaseName: "analytics",
        masterUsername: "waooaw",
        createdAt: now - 300 * day,
        members: members.map((member) => member.id),
        writer: `${cluster}-1`,
        version: 1,
      },
    ],
    events: [
      ["Backing up DB instance", last],
      ["Finished DB Instance backup", last + 95_000],
    ].map(([message, at]) => ({
      source: main.id,
      sourceType: "db-instance",
      arn: main.arn,
      at: Number(at),
      message: String(message),
      categories: ["backup"],
    })),
    tags: { [main.arn]: [{ Key: "environment", Value: "production" }] },
  };
}
