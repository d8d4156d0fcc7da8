import type { Placement } from "../domain/configuration.ts";
import { placementsOf, recordFound, type ServiceSeen } from "../domain/operation/look.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import type { Provider, ServicesRead } from "../domain/platform.ts";
import { ProviderError } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { logReference, type OperationContext } from "./operation-context.ts";

/** How far back events and stopped tasks are shown. */
const backMinutes = 60;
const eventsShown = 8;

/** Reads the services somebody asked about, all at once, and shows them. One that cannot be read says why. */
export function lookStatus(context: OperationContext & { readonly now: () => Date }): JobHandler {
  return jobHandler({
    name: "look-status",
    handle: async ({ lookId }) => {
      const asked = await context.transact(async (app) => {
        const look = await app.looks.byId(lookId);
        return look === null ? null : { look, placements: placementsOf(app.config, look) };
      });
      if (asked === null) return;
      const since = new Date(context.now().getTime() - backMinutes * 60_000);
      const inDepth = asked.look.service !== null;
      const services = await Promise.all(
        asked.placements.map(({ name, title, placement }) => see(context, { name, title, placement, since, inDepth })),
      );
      await context.transact((app) => recordFound(app, lookId, services));
    },
  });
}

interface Sight {
  readonly name: string;
  readonly title: string;
  readonly placement: Placement;
  readonly since: Date;
  readonly inDepth: boolean;
}

async function see(context: OperationContext, sight: Sight): Promise<ServiceSeen> {
  const { name, title, placement } = sight;
  const base = { name, title, environment: placement.environment };
  try {
    return { ...base, trouble: null, ...(await read(portOf(context.providers, placement), sight)) };
  } catch (error) {
    const trouble =
      error instanceof ProviderError
        ? providerTroubleInWords(error)
        : `something broke on our side (reference ${logReference(context, error, "A service could not be looked at", { service: name })})`;
    return { ...base, trouble, state: null, autoscaling: null, balancer: null, events: [], failures: [] };
  }
}

async function read(see: ServicesRead, { placement, since, inDepth }: Sight) {
  const [state, autoscaling, balancer, events, failures] = await Promise.all([
    see.describe(placement),
    inDepth ? see.autoscaling(placement) : null,
    see.balancer(placement),
    inDepth ? see.events(placement, since) : [],
    inDepth ? see.failures(placement, since) : [],
  ]);
  return { state, autoscaling, balancer, events: events.slice(-eventsShown).toReversed(), failures };
}

function portOf(providers: readonly Provider[], placement: Placement): ServicesRead {
  const provider = providers.find((candidate) => candidate.id === placement.provider);
  if (provider?.services) return provider.services.read;
  throw new ProviderError({
    provider: placement.provider,
    operation: "describe",
    fault: "not_found",
    code: "NoProvider",
    message: `No platform "${placement.provider}" is set up here.`,
  });
}
