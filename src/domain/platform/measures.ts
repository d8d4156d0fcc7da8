import type { Placement } from "../configuration.ts";
import type { MeasureName } from "../health/measures.ts";
import type { Drawable } from "../health/picture.ts";
import type { Figure, Finding, MetricSource, Series } from "../health/thresholds.ts";

/** An alarm that watches a metric of the platform's. */
export interface Alarm {
  readonly name: string;
  readonly state: "ok" | "alarm" | "unknown";
  readonly reason: string | null;
}

/** Figures that come together: where they cannot be read, all of them are unknown. */
export interface FigureGroup {
  readonly measures: readonly MeasureName[];
  /** Reads the averages of each minute of the last 70 and those of a day ago; none where the platform has none for it. Throws ProviderError where it cannot. */
  readonly read: (at: Placement, now: Date) => Promise<GroupRead>;
}

export interface GroupRead {
  readonly figures: readonly Figure[];
  /** What the platform says of the thing itself, such as that it restarts. */
  readonly findings: readonly Finding[];
}

/** Reads what a platform measures of what runs on it. */
export interface MeasuresRead {
  /** By the platform of the placement: ecs, rds, elasticache. */
  readonly groups: Readonly<Record<string, readonly FigureGroup[]>>;
  /** The alarms on its metrics, and those by these names; `all` is false when there were too many in the region to read them all. */
  readonly alarms: (
    at: Placement,
    names?: readonly string[],
  ) => Promise<{ readonly alarms: readonly Alarm[]; readonly all: boolean }>;
  /** Draws what it measures; left out by a platform that does not draw. */
  readonly pictures?: {
    /** The measures it draws, by the platform of the placement; metrics of its own that thresholds name it draws all. */
    readonly drawn: Readonly<Record<string, readonly MeasureName[]>>;
    /** The last three hours as a small PNG; null where there is nothing to draw. Throws ProviderError where it cannot. */
    readonly draw: (at: Placement, what: Drawable, title: string) => Promise<Uint8Array | null>;
  };
}

/** Reads a metric of the configuration's own, for an environment: each minute of the last 70, and a day ago. Throws ProviderError where it cannot. */
export type MetricRead = (source: MetricSource, now: Date, environment?: string) => Promise<Series>;
