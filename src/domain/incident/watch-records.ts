import type { Reading } from "../health/health.ts";

/** The time after resolving in which health is looked at again and again. */
export interface Watch {
  readonly id: string;
  readonly incidentId: string;
  readonly startedAt: Date;
  readonly untilAt: Date;
  readonly endedAt: Date | null;
  /** passed: green to the end; red: it reopened the incident; unknown: nothing could be looked at. */
  readonly state: "running" | "passed" | "red" | "unknown" | "skipped" | "stopped";
  readonly reason: string | null;
  readonly looks: number;
  /** Looks of which a part, or all, could not be made. */
  readonly unknownLooks: number;
  readonly lookedAt: Date | null;
  /** Of the newest look. */
  readonly readings: readonly Reading[];
}

export interface WatchRecords {
  readonly insert: (watch: Watch) => Promise<void>;
  readonly byId: (id: string) => Promise<Watch | null>;
  /** As byId, and keeps others from changing it until the transaction ends. */
  readonly lock: (id: string) => Promise<Watch | null>;
  /** The newest of an incident. */
  readonly latest: (incidentId: string) => Promise<Watch | null>;
  readonly update: (watch: Watch, changes: Partial<Omit<Watch, "id" | "incidentId">>) => Promise<Watch>;
}
