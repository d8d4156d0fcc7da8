import type { Placement } from "../configuration.ts";
import type { Inquiry } from "../inquiry/inquiry.ts";
import type { Rollout } from "../platform/releases.ts";
import type { ServiceEvent, ServiceState } from "../platform.ts";
import type { App } from "../ports.ts";

/** What was deployed: of one service more, or the newest of all. */
export interface DeploymentsQuestion {
  readonly target: { readonly name: string; readonly environment: string } | null;
}

export interface DeploymentsFound {
  readonly services: readonly Deployed[];
}

export type Deployments = Inquiry<"deployments">;

/** What was deployed of one service, or why it could not be seen. */
export interface Deployed {
  readonly name: string;
  readonly title: string;
  readonly environment: string;
  readonly trouble: string | null;
  readonly state: ServiceState | null;
  /** Newest first; only of one service. */
  readonly events: readonly ServiceEvent[];
  /** Newest first; null where the platform does not say. */
  readonly rollouts: readonly Rollout[] | null;
}

/** The placements that are meant, in the catalog's order. */
export function placementsOf(
  config: App["config"],
  { target }: DeploymentsQuestion,
): readonly { readonly name: string; readonly title: string; readonly placement: Placement }[] {
  return config.services
    .filter((service) => target === null || service.name === target.name)
    .flatMap((service) => service.runs.map((placement) => ({ name: service.name, title: service.title, placement })))
    .filter(({ placement }) => target === null || placement.environment === target.environment);
}
