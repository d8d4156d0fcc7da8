import type { Placement } from "../configuration.ts";
import type { Measure, Point } from "../health/thresholds.ts";

/** An alarm that watches a metric of a service. */
export interface Alarm {
  readonly name: string;
  readonly state: "ok" | "alarm" | "unknown";
  readonly reason: string | null;
}

/** Reads what is measured of services. Each call throws ProviderError where it cannot. */
export interface MeasuresRead {
  /** The platforms whose services it knows: ecs. */
  readonly platforms: readonly string[];
  /** The averages of each minute of the last 70, oldest first; none where there are no figures. */
  readonly series: (at: Placement, now: Date) => Promise<Readonly<Record<Measure, readonly Point[]>>>;
  /** The alarms on its metrics; `all` is false when there were too many in the region to read them all. */
  readonly alarms: (at: Placement) => Promise<{ readonly alarms: readonly Alarm[]; readonly all: boolean }>;
}
