import type { Inquiry } from "../inquiry/inquiry.ts";
import type { Rollout } from "../platform/releases.ts";
import type { Autoscaling, ServiceEvent, ServiceState } from "../platform.ts";
import type { ReadingState } from "./health.ts";
import type { Examinable } from "./measures.ts";
import type { Finding } from "./thresholds.ts";

/** How everything of the catalog is at a glance, or one thing of it in depth. */
export interface StatusQuestion {
  readonly target: { readonly name: string; readonly environment: string } | null;
}

export interface StatusFound {
  /** In the catalog's order. */
  readonly standings: readonly Standing[];
}

export type Status = Inquiry<"status">;

/** How one thing of the catalog was seen. */
export interface Standing {
  readonly kind: Examinable;
  readonly name: string;
  readonly title: string;
  readonly environment: string;
  /** What the platform says of a service; null for what is none, and where it could not be seen. */
  readonly service: ServiceState | null;
  /** Null where there is no load balancer, and where it could not be seen. */
  readonly balancer: { readonly healthy: number; readonly total: number } | null;
  /** Everything that was read of it, worst first. */
  readonly findings: readonly Finding[];
  /** Null at a glance, and for what is no service. */
  readonly depth: Depth | null;
}

/** What is told of one service only. */
export interface Depth {
  readonly autoscaling: Autoscaling | null;
  /** Newest first. */
  readonly events: readonly ServiceEvent[];
  readonly failures: readonly { readonly at: Date; readonly reason: string }[];
  /** What was deployed, newest first; null where the platform does not say. */
  readonly rollouts: readonly Rollout[] | null;
  /** What of it could not be read, with why: "autoscaling: did not answer in 5 s". */
  readonly unread: readonly string[];
}

/** How something is: as a reading, or changing while a platform brings it where it was asked to be. */
export type Condition = ReadingState | "changing";

/** Worst first. */
export const conditions: readonly Condition[] = ["critical", "warning", "unknown", "changing", "ok"];

/** How a thing of the catalog is: the worst of what was read of it. */
export function conditionOf(standing: Standing): Condition {
  const states: readonly Condition[] = [
    ...(standing.service === null ? [] : [serviceCondition(standing.service, standing.balancer)]),
    ...telling(standing).map(({ state }) => state),
  ];
  return conditions.find((condition) => states.includes(condition)) ?? "unknown";
}

/** The titles of what a platform's own words of a service say already. */
export const runningTitle = "Running";
export const balancerTitle = "Load balancer";

/** The findings that say more than the platform's own words of a service do. */
export function telling({ service, findings }: Pick<Standing, "service" | "findings">): readonly Finding[] {
  if (service === null) return findings;
  return findings.filter(({ title, state }) => {
    if (title === runningTitle) return false;
    return title !== balancerTitle || state === "unknown";
  });
}

/** What a platform's own words of a service come to. */
export function serviceCondition(state: ServiceState, balancer: Standing["balancer"]): Condition {
  if (state.status !== "active") return "critical";
  if (state.desired > 0 && state.running === 0) return "critical";
  if (balancer !== null && balancer.total > 0 && balancer.healthy === 0) return "critical";
  if (state.deployments.some((deployment) => deployment.state === "failed")) return "warning";
  if (state.deployments.some((deployment) => deployment.state === "in-progress")) return "changing";
  if (state.running < state.desired) return state.pending > 0 ? "changing" : "warning";
  if (state.running > state.desired) return "changing";
  if (balancer !== null && balancer.healthy < state.desired) return "warning";
  return "ok";
}
