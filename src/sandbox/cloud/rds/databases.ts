import { CloudError } from "../cloud-error.ts";
import type { World } from "../world.ts";
import { startModifications } from "./modifications.ts";
import {
  automatedName,
  type ClusterRecord,
  type EventSource,
  exampleDatabases,
  type InstanceRecord,
  nextBackup,
  type RdsState,
  type SnapshotRecord,
} from "./state.ts";

/** Seconds, from low to high. Reboots and failovers as seen on AWS; the rest is shorter than there. */
const seconds = {
  snapshot: [60, 100],
  failedSnapshot: [30, 45],
  deletingSnapshot: [5, 15],
  restart: [8, 15],
  rebooted: [12, 20],
  failoverStarted: [14, 17],
  failoverRestarted: [15, 16],
  failoverCompleted: [20, 33],
  failedOver: [8, 20],
  clusterFailover: [15, 35],
  creating: [120, 180],
  firstBackup: [60, 90],
  stopping: [60, 90],
  starting: [60, 120],
  deleting: [60, 120],
} as const;
const eventsKept = 14 * 24 * 60 * 60 * 1000;
/** Faults that live in a database's own memory and connections, and end with them. */
const endedByRestart = ["slow-query", "lock-chain", "pool-exhausted"];

/** The databases, and everything about them that takes time. */
export interface Databases {
  readonly state: RdsState;
  readonly instance: (idOrArn: string) => InstanceRecord | undefined;
  readonly cluster: (idOrArn: string) => ClusterRecord | undefined;
  readonly event: (
    of: { readonly id: string; readonly arn: string },
    type: EventSource,
    message: string,
    category: string,
  ) => void;
  readonly beginSnapshot: (instance: InstanceRecord, snapshot: SnapshotRecord) => void;
  readonly copySnapshot: (snapshot: SnapshotRecord) => void;
  readonly deleteSnapshot: (snapshot: SnapshotRecord) => void;
  readonly reboot: (instance: InstanceRecord, failover: boolean) => void;
  readonly failOver: (cluster: ClusterRecord, to: string) => void;
  readonly create: (instance: InstanceRecord, from: string) => void;
  /** Does what is pending at once. */
  readonly modify: (instance: InstanceRecord) => void;
  /** Does what is pending when its maintenance window comes. */
  readonly atWindow: (instance: InstanceRecord) => void;
  readonly stop: (instance: InstanceRecord) => void;
  readonly start: (instance: InstanceRecord) => void;
  readonly remove: (instance: InstanceRecord) => void;
  /** Whether connections to it fail now: down, or in the middle of a failover. */
  readonly isDown: (instance: InstanceRecord) => boolean;
}

export function startDatabases(world: World): Databases {
  const { time, random } = world;
  const state = world.part<RdsState>("rds", () => exampleDatabases({ now: time.now(), ...world }));

  const instance = (idOrArn: string) =>
    state.instances.find((one) => one.id === idOrArn.toLowerCase() || one.arn === idOrArn);
  const cluster = (idOrArn: string) =>
    state.clusters.find((one) => one.id === idOrArn.toLowerCase() || one.arn === idOrArn);
  const snapshot = (arn: string) => state.snapshots.find((one) => one.arn === arn);

  const event: Databases["event"] = (of, sourceType, message, category) => {
    const at = time.now();
    state.events = state.events.filter((one) => one.at > at - eventsKept);
    state.events.push({ source: of.id, sourceType, arn: of.arn, at, message, categories: [category] });
  };

  function later([low, high]: readonly [number, number], kind: string, subject: string): void {
    time.after(random.between(low, high) * 1000, `rds.${kind}`, subject);
  }

  /** A step of an instance; one that was overtaken by another operation does nothing. */
  function step(of: InstanceRecord, wait: readonly [number, number], kind: string): void {
    later(wait, kind, `${of.id} ${of.version}`);
  }
  function on(kind: string, work: (of: InstanceRecord) => void): void {
    time.on(`rds.${kind}`, (subject) => {
      const [id = "", version] = subject.split(" ");
      const of = instance(id);
      if (of && String(of.version) === version) work(of);
    });
  }
  function enter(of: InstanceRecord, status: string): void {
    of.status = status;
    of.version += 1;
  }

  // Snapshots.

  function grow(of: SnapshotRecord): void {
    const failing = world.faultOn("failed-snapshot", of.instance);
    if (failing) later(seconds.failedSnapshot, "snapshot-failed", of.arn);
    else for (const part of [1, 2, 3, 4]) later([part * 14, part * 15], "snapshot-progress", `${of.arn} ${part * 20}`);
    if (!failing) later(seconds.snapshot, "snapshot-done", of.arn);
  }
  time.on("rds.snapshot-progress", (subject) => {
    const [arn = "", progress] = subject.split(" ");
    const of = snapshot(arn);
    if (of?.status === "creating") of.progress = Math.max(of.progress, Number(progress));
  });
  time.on("rds.snapshot-done", (arn) => {
    const of = snapshot(arn);
    if (of?.status !== "creating") return;
    of.status = "available";
    of.progress = 100;
    const own = `${of.type === "manual" ? "Manual" : "Automated"} snapshot created`;
    event(of, "db-snapshot", own, "creation");
    backedUp(of, "Finished DB Instance backup");
  });
  time.on("rds.snapshot-failed", (arn) => {
    const of = snapshot(arn);
    if (of?.status !== "creating") return;
    of.status = "failed";
    event(
      of,
      "db-snapshot",
      `Snapshot ${of.id} failed: an internal error occurred while it was taken.`,
      "notification",
    );
    backedUp(of, "DB instance backup failed");
  });
  function backedUp(of: SnapshotRecord, message: string): void {
    const source = instance(of.instance);
    if (!source || of.source !== null) return;
    event(source, "db-instance", message, "backup");
    const others = state.snapshots.some((one) => one.instance === source.id && one.status === "creating");
    if (source.status === "backing-up" && !others) enter(source, "available");
  }
  time.on("rds.snapshot-deleted", (arn) => {
    const of = snapshot(arn);
    if (!of) return;
    state.snapshots.splice(state.snapshots.indexOf(of), 1);
    delete state.tags[of.arn];
    event(of, "db-snapshot", "Deleted manual snapshot", "deletion");
  });

  function beginSnapshot(of: InstanceRecord, taken: SnapshotRecord): void {
    state.snapshots.push(taken);
    enter(of, "backing-up");
    event(of, "db-instance", "Backing up DB instance", "backup");
    const kind = taken.type === "manual" ? "manual" : "automated";
    event(taken, "db-snapshot", `Creating ${kind} snapshot`, "creation");
    grow(taken);
  }

  /** Every day in the backup window; old ones go after the retention time. */
  function planBackup(): void {
    time.after((nextBackup(time.now()) - time.now()) * time.speed(), "rds.daily", "");
  }
  time.on("rds.daily", () => {
    for (const of of state.instances) {
      if (of.status !== "available" || of.backupRetention === 0 || of.cluster) continue;
      beginSnapshot(of, snapshotOf(world, of, automatedName(of.id, time.now()), "automated"));
      const automated = state.snapshots.filter((one) => one.instance === of.id && one.type === "automated");
      const oldest = time.now() - of.backupRetention * 24 * 60 * 60 * 1000;
      const gone = automated.filter((one) => one.createdAt < oldest && one.status === "available");
      state.snapshots = state.snapshots.filter((one) => !gone.includes(one));
    }
    planBackup();
  });
  // A restored timeline still holds the next one.
  if (!time.dump().due.some((due) => due.kind === "rds.daily")) planBackup();

  // Reboots and failovers.

  on("shut-down", (of) => {
    event(of, "db-instance", "DB instance shutdown", "availability");
    step(of, seconds.rebooted, "rebooted");
  });
  on("rebooted", (of) => {
    restarted(of);
    enter(of, "available");
  });
  on("failover-started", (of) => {
    event(of, "db-instance", "Multi-AZ instance failover started.", "failover");
    step(of, seconds.failoverRestarted, "failover-restarted");
  });
  on("failover-restarted", (of) => {
    [of.zone, of.secondaryZone] = [of.secondaryZone ?? of.zone, of.zone];
    restarted(of);
    step(of, seconds.failoverCompleted, "failover-completed");
  });
  on("failover-completed", (of) => {
    event(of, "db-instance", "The user requested a failover of the DB instance.", "failover");
    event(of, "db-instance", "Multi-AZ instance failover completed", "failover");
    step(of, seconds.failedOver, "failed-over");
  });
  on("failed-over", (of) => enter(of, "available"));
  function restarted(of: InstanceRecord): void {
    event(of, "db-instance", "DB instance restarted", "availability");
    for (const fault of endedByRestart) world.endFault(fault, of.id);
  }

  time.on("rds.cluster-failed-over", (subject) => {
    const [id = "", version, to = ""] = subject.split(" ");
    const of = cluster(id);
    if (!of || String(of.version) !== version) return;
    const from = of.writer;
    of.writer = to;
    of.status = "available";
    event(of, "db-cluster", `Completed failover to DB instance: ${to}`, "failover");
    for (const fault of endedByRestart) world.endFault(fault, from);
  });

  // Instances that come, change and go.

  const modifications = startModifications(world, {
    event,
    instance,
    enter,
    step,
    on,
    restarted,
    otherZone: (zone) => otherZone(world, zone),
  });

  on("created", (of) => {
    event(of, "db-instance", "DB instance created", "creation");
    if (of.backupRetention === 0 || of.cluster) enter(of, "available");
    else {
      enter(of, "backing-up");
      event(of, "db-instance", "Backing up DB instance", "backup");
      step(of, seconds.firstBackup, "first-backup");
    }
  });
  on("first-backup", (of) => {
    event(of, "db-instance", "Finished DB Instance backup", "backup");
    enter(of, "available");
  });
  on("stopped", (of) => {
    event(of, "db-instance", "DB instance stopped", "notification");
    enter(of, "stopped");
  });
  on("started", (of) => {
    of.stoppedAt = null;
    event(of, "db-instance", "DB instance started", "notification");
    enter(of, "available");
  });
  on("deleted", (of) => {
    state.instances.splice(state.instances.indexOf(of), 1);
    delete state.tags[of.arn];
    state.snapshots = state.snapshots.filter((one) => one.instance !== of.id || one.type === "manual");
    event(of, "db-instance", "DB instance deleted", "deletion");
  });

  return {
    state,
    instance,
    cluster,
    event,
    beginSnapshot,
    copySnapshot: (copy) => {
      state.snapshots.push(copy);
      event(copy, "db-snapshot", "Creating manual snapshot", "creation");
      grow(copy);
    },
    deleteSnapshot: (of) => {
      of.status = "deleting";
      later(seconds.deletingSnapshot, "snapshot-deleted", of.arn);
    },
    reboot: (of, failover) => {
      enter(of, "rebooting");
      if (failover) step(of, seconds.failoverStarted, "failover-started");
      else step(of, seconds.restart, "shut-down");
    },
    failOver: (of, to) => {
      of.status = "failing-over";
      of.version += 1;
      event(of, "db-cluster", `Started cross AZ failover to DB instance: ${to}`, "failover");
      later(seconds.clusterFailover, "cluster-failed-over", `${of.id} ${of.version} ${to}`);
    },
    create: (of, from) => {
      state.instances.push(of);
      event(of, "db-instance", from, "restoration");
      step(of, seconds.creating, "created");
    },
    ...modifications,
    stop: (of) => {
      enter(of, "stopping");
      of.stoppedAt = time.now();
      step(of, seconds.stopping, "stopped");
    },
    start: (of) => {
      enter(of, "starting");
      step(of, seconds.starting, "started");
    },
    remove: (of) => {
      enter(of, "deleting");
      step(of, seconds.deleting, "deleted");
    },
    isDown: (of) =>
      of.down === true || !["available", "backing-up", "modifying", "storage-optimization"].includes(of.status),
  };
}

/** A snapshot that begins now. */
export const snapshotOf = (
  world: World,
  of: InstanceRecord,
  id: string,
  type: SnapshotRecord["type"],
): SnapshotRecord => ({
  id,
  arn: world.arn("rds", `snapshot:${id}`),
  instance: of.id,
  instanceResourceId: of.resourceId,
  type,
  status: "creating",
  progress: 0,
  createdAt: world.time.now(),
  originalCreatedAt: world.time.now(),
  engine: of.engine,
  engineVersion: of.engineVersion,
  allocatedStorage: of.allocatedStorage,
  zone: of.zone,
  port: of.port,
  masterUsername: of.masterUsername,
  instanceCreatedAt: of.createdAt,
  source: null,
});

export const otherZone = (world: World, zone: string) => (zone.endsWith("a") ? `${world.region}b` : `${world.region}a`);

/** The restorable time ends where the last transaction log was stored, about five minutes ago. */
export const latestRestorable = (of: InstanceRecord, now: number) => (of.stoppedAt ?? now) - 5 * 60 * 1000;

export const needInstance = (databases: Databases, id: string): InstanceRecord => {
  const found = databases.instance(id);
  if (!found) throw new CloudError("DBInstanceNotFound", `DBInstance ${id} not found.`, 404);
  return found;
};
