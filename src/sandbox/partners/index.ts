import type { SandboxClock } from "../clock.ts";
import { createPagerDuty, type PagerDutyStandIn } from "./pagerduty.ts";
import { type PartnersServer, servePartners } from "./partners.ts";

/** Every partner the sandbox plays, by the name the configuration's `integrations` has for it. */
export interface Partners extends PartnersServer {
  readonly pagerduty: PagerDutyStandIn;
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
  const server = await servePartners([pagerduty]);
  return { ...server, pagerduty, integrations: (written) => pointed(written, server.urlOf, { pagerduty }) };
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
