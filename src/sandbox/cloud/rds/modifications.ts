import { nextWindow } from "../maintenance-window.ts";
import type { World } from "../world.ts";
import type { Databases } from "./databases.ts";
import type { InstanceRecord } from "./state.ts";

/** Seconds, from low to high; all shorter than on AWS, where a standby is changed in about six minutes. */
const seconds = {
  standby: [60, 100],
  failover: [5, 8],
  failedOver: [20, 33],
  restart: [120, 200],
  storage: [40, 70],
  optimizing: [120, 200],
  others: [60, 120],
} as const;

/** What changes of an instance stand on. */
export interface ChangingInstances {
  readonly event: Databases["event"];
  readonly instance: Databases["instance"];
  readonly enter: (of: InstanceRecord, status: string) => void;
  readonly step: (of: InstanceRecord, wait: readonly [number, number], kind: string) => void;
  readonly on: (kind: string, work: (of: InstanceRecord) => void) => void;
  /** It serves again, with what a restart ends. */
  readonly restarted: (of: InstanceRecord) => void;
  readonly otherZone: (zone: string) => string;
}

/** Changes of class, storage and the rest: what is pending is done at once, or when the maintenance window comes. */
export function startModifications(
  world: World,
  { event, instance, enter, step, on, restarted, otherZone }: ChangingInstances,
): { readonly modify: (of: InstanceRecord) => void; readonly atWindow: (of: InstanceRecord) => void } {
  const { time } = world;
  const tell = (of: InstanceRecord, message: string, category = "configuration change") =>
    event(of, "db-instance", message, category);

  /** One after the other: the class, the storage, all else. */
  function next(of: InstanceRecord): void {
    const { instanceClass, allocatedStorage, ...others } = of.pending;
    if (instanceClass !== undefined) {
      tell(of, "Applying modification to database instance class");
      if (of.multiAz) step(of, seconds.standby, "class-standby");
      else {
        of.down = true;
        tell(of, "DB instance shutdown", "availability");
        step(of, seconds.restart, "class-restarted");
      }
    } else if (allocatedStorage !== undefined) {
      tell(of, "Applying modification to allocated storage");
      step(of, seconds.storage, "storage-grown");
    } else if (Object.keys(others).length > 0) {
      tell(of, "Applying modification to DB instance");
      step(of, seconds.others, "modified");
    } else if (isOptimizing(of, time.now())) {
      enter(of, "storage-optimization");
      step(of, seconds.optimizing, "storage-optimized");
    } else enter(of, "available");
  }

  on("class-standby", (of) => {
    tell(of, "Multi-AZ instance failover started", "failover");
    of.down = true;
    step(of, seconds.failover, "class-failed-over");
  });
  on("class-failed-over", (of) => {
    [of.zone, of.secondaryZone] = [of.secondaryZone ?? of.zone, of.zone];
    of.down = false;
    restarted(of);
    step(of, seconds.failedOver, "class-changed");
  });
  on("class-changed", (of) => {
    tell(of, "Multi-AZ instance failover completed", "failover");
    changeClass(of);
  });
  on("class-restarted", (of) => {
    of.down = false;
    restarted(of);
    changeClass(of);
  });
  function changeClass(of: InstanceRecord): void {
    const { instanceClass, ...rest } = of.pending;
    of.instanceClass = instanceClass ?? of.instanceClass;
    of.pending = rest;
    tell(of, "Finished applying modification to DB instance class");
    next(of);
  }

  on("storage-grown", (of) => {
    const { allocatedStorage, ...rest } = of.pending;
    of.allocatedStorage = allocatedStorage ?? of.allocatedStorage;
    of.pending = rest;
    of.storageChangedAt = time.now();
    of.isOptimizing = true;
    tell(of, "Finished applying modification to allocated storage");
    world.endFault("storage-full", of.id);
    next(of);
  });
  on("storage-optimized", (of) => {
    of.isOptimizing = false;
    enter(of, "available");
  });

  on("modified", (of) => {
    const { pending } = of;
    of.pending = {};
    Object.assign(of, pending);
    if (pending.multiAz !== undefined) of.secondaryZone = pending.multiAz ? otherZone(of.zone) : null;
    tell(of, "Finished applying modification to DB instance");
    next(of);
  });

  time.on("rds.window", (subject) => {
    const of = instance(subject);
    if (of?.status !== "available" || Object.keys(of.pending).length === 0) return;
    modify(of);
  });

  function modify(of: InstanceRecord): void {
    enter(of, "modifying");
    next(of);
  }

  return {
    modify,
    atWindow: (of) => {
      const now = time.now();
      // Somewhere in its first minutes; the calendar does not go by the cloud's speed.
      const begins = nextWindow(of.maintenanceWindow, now) + world.random.between(1, 5) * 60_000;
      time.after((begins - now) * time.speed(), "rds.window", of.id);
    },
  };
}

const isOptimizing = (of: InstanceRecord, now: number) =>
  of.isOptimizing === true && now - (of.storageChangedAt ?? 0) < 6 * 60 * 60 * 1000;
