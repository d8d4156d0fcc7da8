import type { SandboxClock } from "../clock.ts";
import { createHealth, type HealthStandIn, healthPointed } from "./health.ts";
import { createPagerDuty, type PagerDutyStandIn } from "./pagerduty.ts";
import { type PartnersServer, servePartners } from "./partners.ts";

/** Every partner the sandbox plays, by the name the configuration's `integrations` has for it. */
export interface Partners extends PartnersServer {
  readonly pagerduty: PagerDutyStandIn;
  readonly health: HealthStandIn;
  /** The configuration's services, their health addresses pointed at the stand-in. */
  readonly services: <S extends Parameters<typeof healthPointed>[0][number]>(written: readonly S[]) => readonly S[];
  /** The configuration's integrations, pointed at the stand-ins; what else it says of them stays. */
  readonly integrations: (written: WrittenIntegrations) => ReturnType<typeof pointed>;
}

/** As far as the sandbox looks at it; null for what the configuration does not name. */
interface WrittenIntegrations {
  readonly pagerduty: object | null;
}

/** Starts them all; `restore` is what earlier ones dumped. */
export async function startPartners(options: {
  readonly clock: SandboxClock;
  readonly restore?: Readonly<Record<string, unknown>>;
}): Promise<Partners> {
  const { clock, restore = {} } = options;
  const pagerduty = createPagerDuty({ clock, restore: restore.pagerduty });
  const health = createHealth({ restore: restore.health });
  const server = await servePartners([pagerduty, health]);
  return {
    ...server,
    pagerduty,
    health,
    services: (written) => healthPointed(written, server.urlOf("health")),
    integrations: (written) => pointed(written, server.urlOf, { pagerduty }),
  };
}

interface StandIns {
  readonly pagerduty: PagerDutyStandIn;
}

function pointed(written: WrittenIntegrations, urlOf: (id: string) => string, standIns: StandIns) {
  return {
    pagerduty: {
      ...written.pagerduty,
      url: urlOf("pagerduty"),
      eventsUrl: urlOf("pagerduty"),
      token: standIns.pagerduty.token,
    },
  };
}
