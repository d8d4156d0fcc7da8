import type { ServiceState } from "../platform.ts";
import type { HealthCheck, Reading } from "./health.ts";

/** What a platform says of a service, as a reading: nothing running or nothing healthy is critical, fewer than asked for a warning. */
export function serviceReading(
  check: HealthCheck,
  state: Pick<ServiceState, "desired" | "running" | "deployments">,
  balancer: { readonly healthy: number; readonly total: number } | null,
  at: Date,
): Reading {
  const failed = state.deployments.find((deployment) => deployment.primary && deployment.state === "failed");
  const none = state.desired > 0 && state.running === 0;
  const unreachable = balancer !== null && balancer.total > 0 && balancer.healthy === 0;
  const behind = balancer === null ? "" : `, ${balancer.healthy} of ${balancer.total} healthy behind the load balancer`;
  const deployment = failed ? `, the deployment failed${failed.reason ? `: ${failed.reason}` : ""}` : "";
  return {
    checkId: check.id,
    target: check.target,
    title: check.title,
    value: state.running,
    unit: "running",
    state:
      none || unreachable
        ? "critical"
        : state.running < state.desired || failed || (balancer && balancer.healthy < balancer.total)
          ? "warning"
          : "ok",
    detail: `${state.running} of ${state.desired}${behind}${deployment}`,
    at,
  };
}

/** A look that could not be made, and why. */
export function unknownReading(check: HealthCheck, detail: string, at: Date): Reading {
  const { id, target, title } = check;
  return { checkId: id, target, title, value: null, unit: null, state: "unknown", detail, at };
}
