import type { Alarm } from "../platform/measures.ts";
import type { ServiceState } from "../platform.ts";

/** How well a service was at one moment, in figures; what could not be read is null. */
export interface HealthFigures {
  readonly desired: number;
  readonly running: number;
  /** Healthy behind its load balancer; null where it has none. */
  readonly healthy: number | null;
  /** Tasks that stopped by themselves: before a change in the hour before it, after it those of the new version. */
  readonly failed: number;
  /** Names of the alarms that are on. */
  readonly alarms: readonly string[] | null;
}

export function healthFigures(seen: {
  readonly state: Pick<ServiceState, "desired" | "running">;
  readonly balancer: { readonly healthy: number } | null;
  readonly failed: number;
  readonly alarms: readonly Alarm[] | null;
}): HealthFigures {
  return {
    desired: seen.state.desired,
    running: seen.state.running,
    healthy: seen.balancer?.healthy ?? null,
    failed: seen.failed,
    alarms: seen.alarms?.filter(({ state }) => state === "alarm").map(({ name }) => name) ?? null,
  };
}

/** Whether a service is better off than before. Worse in one thing is worse, whatever else got better. */
export function compareHealth(
  before: HealthFigures,
  after: HealthFigures,
): { readonly verdict: "better" | "same" | "worse"; readonly words: string } {
  const newAlarms = (after.alarms ?? []).filter((name) => !before.alarms?.includes(name));
  const signs = [
    sign(share(after) - share(before)),
    sign(before.failed - after.failed),
    ...(before.alarms === null || after.alarms === null
      ? []
      : [newAlarms.length > 0 ? -1 : sign(before.alarms.length - after.alarms.length)]),
  ];
  const verdict = signs.includes(-1) ? "worse" : signs.includes(1) ? "better" : "same";
  const [was, is] = [serving(before), serving(after)];
  const parts = [
    was === is ? is : `${was}, now ${is}`,
    `failed tasks ${before.failed} in the hour before, ${after.failed} of the new ones`,
    before.alarms === null || after.alarms === null
      ? "alarms unknown"
      : after.alarms.length > 0
        ? `alarms on: ${before.alarms.length} before, now ${after.alarms.length} (${after.alarms.slice(0, 3).join(", ")})`
        : `alarms on: ${before.alarms.length} before, none now`,
  ];
  return { verdict, words: parts.join("; ") };
}

function share({ healthy, running, desired }: HealthFigures): number {
  return desired === 0 ? 1 : Math.min(1, Math.min(healthy ?? running, running) / desired);
}

function serving({ healthy, running, desired }: HealthFigures): string {
  return healthy === null ? `running ${running} of ${desired}` : `healthy ${healthy} of ${desired}`;
}

const sign = (change: number): -1 | 0 | 1 => (change > 0 ? 1 : change < 0 ? -1 : 0);
