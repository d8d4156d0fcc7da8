import { nextWindow } from "../maintenance-window.ts";
import type { World } from "../world.ts";

/** When every group of the account may be changed. */
export const maintenanceWindow = "sun:04:00-sun:05:00";

export interface CacheGroup {
  readonly id: string;
  readonly arn: string;
  readonly description: string;
  status: "available" | "modifying" | "snapshotting";
  nodeType: string;
  /** The type that waits for the maintenance window, or is being changed to. */
  pendingNodeType?: string | undefined;
  readonly engineVersion: string;
  /** Cache clusters, one node each; the first given is not always the primary. */
  readonly members: { readonly id: string; readonly zone: string; status: string }[];
  primary: string;
  readonly createdAt: number;
  /** Raised by every operation: steps of an older one do nothing. */
  version: number;
}

export interface CacheSnapshot {
  readonly name: string;
  readonly arn: string;
  readonly group: string;
  readonly cluster: string;
  readonly source: "manual" | "automated";
  status: "creating" | "available";
  readonly createdAt: number;
}

export interface CacheEvent {
  readonly source: string;
  readonly type: "cache-cluster" | "replication-group";
  readonly at: number;
  readonly message: string;
}

export interface CachesState {
  groups: CacheGroup[];
  snapshots: CacheSnapshot[];
  /** Oldest first, of the last fourteen days. */
  events: CacheEvent[];
  /** When failovers were tested: fifteen a day are allowed. */
  failovers: number[];
}

/** Caches, and everything about them that takes time. */
export interface Caches {
  readonly state: CachesState;
  readonly failOver: (group: CacheGroup) => void;
  /** Changes all nodes to the type that is pending. */
  readonly changeNodes: (group: CacheGroup) => void;
  /** Does so when the maintenance window comes. */
  readonly changeNodesAtWindow: (group: CacheGroup) => void;
  readonly reboot: (group: CacheGroup, member: string) => void;
  readonly snapshot: (group: CacheGroup, snapshot: CacheSnapshot) => void;
  readonly deleteSnapshot: (snapshot: CacheSnapshot) => void;
  /** Whether the group answers no writes now. */
  readonly isDown: (group: CacheGroup) => boolean;
}

/** Seconds, from low to high. */
const seconds = {
  promoted: [15, 30],
  recovered: [60, 120],
  rebooted: [20, 40],
  snapshot: [60, 120],
  replaced: [50, 80],
} as const;
const day = 24 * 60 * 60 * 1000;

export function startCaches(world: World): Caches {
  const { time, random } = world;
  const state = world.part<CachesState>("elasticache", () => exampleCaches(world));
  const event = (source: string, type: CacheEvent["type"], message: string) => {
    state.events = state.events.filter((one) => one.at > time.now() - 14 * day);
    state.events.push({ source, type, at: time.now(), message });
  };
  const later = ([low, high]: readonly [number, number], step: string, subject: string) =>
    void time.after(random.between(low, high) * 1000, `cache.${step}`, subject);
  function on(step: string, work: (group: CacheGroup, rest: string) => void): void {
    time.on(`cache.${step}`, (subject) => {
      const [id, version, rest = ""] = subject.split(" ");
      const group = state.groups.find((one) => one.id === id);
      if (group && String(group.version) === version) work(group, rest);
    });
  }
  const member = (group: CacheGroup, id: string) => group.members.find((one) => one.id === id);

  on("promoted", (group, to) => {
    const from = group.primary;
    group.primary = to;
    event(group.id, "replication-group", `Failover from primary node ${from} to replica node ${to} completed`);
    event(from, "cache-cluster", "Recovering cache nodes 0001");
    later(seconds.recovered, "recovered", `${group.id} ${group.version} ${from}`);
  });
  on("recovered", (group, from) => {
    const node = member(group, from);
    if (node) node.status = "available";
    group.status = "available";
    event(from, "cache-cluster", "Finished recovery for cache nodes 0001");
  });
  on("nodes-ready", (group) => {
    const from = group.primary;
    const to = group.members.find((one) => one.id !== from)?.id ?? from;
    group.primary = to;
    const old = member(group, from);
    if (old) old.status = "modifying";
    event(group.id, "replication-group", `Failover from primary node ${from} to replica node ${to} completed`);
    later(seconds.replaced, "nodes-changed", `${group.id} ${group.version}`);
  });
  on("nodes-changed", (group) => {
    group.nodeType = group.pendingNodeType ?? group.nodeType;
    group.pendingNodeType = undefined;
    group.status = "available";
    for (const node of group.members) node.status = "available";
    event(group.id, "replication-group", `Finished modifying node type to ${group.nodeType}`);
    world.endFault("cache-evicting", group.id);
  });
  function changeNodes(group: CacheGroup): void {
    group.version += 1;
    group.status = "modifying";
    event(group.id, "replication-group", `Modifying node type to ${group.pendingNodeType}`);
    later(seconds.replaced, "nodes-ready", `${group.id} ${group.version}`);
  }
  time.on("cache.window", (id) => {
    const group = state.groups.find((one) => one.id === id);
    if (group?.status === "available" && group.pendingNodeType !== undefined) changeNodes(group);
  });

  on("rebooted", (group, id) => {
    const node = member(group, id);
    if (node) node.status = "available";
    event(id, "cache-cluster", "Cache node 0001 restarted");
    // A restarted node begins empty: nothing is left to evict.
    if (id === group.primary) world.endFault("cache-evicting", group.id);
  });
  time.on("cache.snapshot", (name) => {
    const snapshot = state.snapshots.find((one) => one.name === name);
    const group = state.groups.find((one) => one.id === snapshot?.group);
    if (snapshot) snapshot.status = "available";
    if (group?.status === "snapshotting") group.status = "available";
    if (snapshot)
      event(
        snapshot.cluster,
        "cache-cluster",
        `Snapshot succeeded for snapshot with ID '${name}' of cache cluster with ID '${snapshot.cluster}'`,
      );
  });

  return {
    state,
    failOver: (group) => {
      const to =
        group.members.find((one) => one.id !== group.primary && one.status === "available")?.id ?? group.primary;
      group.version += 1;
      group.status = "modifying";
      state.failovers.push(time.now());
      const old = member(group, group.primary);
      if (old) old.status = "rebooting cache cluster nodes";
      event(group.id, "replication-group", "Test Failover API called for node group 0001");
      later(seconds.promoted, "promoted", `${group.id} ${group.version} ${to}`);
    },
    changeNodes,
    changeNodesAtWindow: (group) => {
      const now = time.now();
      const begins = nextWindow(maintenanceWindow, now) + random.between(1, 5) * 60_000;
      time.after((begins - now) * time.speed(), "cache.window", group.id);
    },
    reboot: (group, id) => {
      const node = member(group, id);
      if (node) node.status = "rebooting cache cluster nodes";
      later(seconds.rebooted, "rebooted", `${group.id} ${group.version} ${id}`);
    },
    snapshot: (group, snapshot) => {
      group.status = "snapshotting";
      state.snapshots.push(snapshot);
      later(seconds.snapshot, "snapshot", snapshot.name);
    },
    deleteSnapshot: (snapshot) => void state.snapshots.splice(state.snapshots.indexOf(snapshot), 1),
    isDown: (group) => member(group, group.primary)?.status !== "available",
  };
}

function exampleCaches(world: World): CachesState {
  const now = world.time.now();
  const id = "waooaw-redis-production";
  const last = Math.floor(now / day) * day + 3 * 60 * 60 * 1000;
  const at = last > now ? last - day : last;
  const name = `automatic.${id}-002-${new Date(at).toISOString().slice(0, 16).replace(/[T:]/g, "-")}`;
  return {
    groups: [
      {
        id,
        arn: world.arn("elasticache", `replicationgroup:${id}`),
        description: "Cache and sessions",
        status: "available",
        nodeType: "cache.m6g.large",
        engineVersion: "7.1.0",
        members: ["a", "b"].map((zone, index) => ({
          id: `${id}-00${index + 1}`,
          zone: `${world.region}${zone}`,
          status: "available",
        })),
        primary: `${id}-001`,
        createdAt: now - 300 * day,
        version: 1,
      },
    ],
    snapshots: [
      {
        name,
        arn: world.arn("elasticache", `snapshot:${name}`),
        group: id,
        cluster: `${id}-002`,
        source: "automated",
        status: "available",
        createdAt: at,
      },
    ],
    events: [],
    failovers: [],
  };
}
