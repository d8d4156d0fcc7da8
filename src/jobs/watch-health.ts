import { type HealthCheck, healthChecks, type Reading } from "../domain/health/health.ts";
import { serviceReading, unknownReading } from "../domain/health/service-health.ts";
import { recordHealth } from "../domain/incident/watch.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import type { Provider } from "../domain/platform.ts";
import { ProviderError } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { logReference, type OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Looks once at the health of what a resolved incident affected; the record decides whether there is a next look. */
export function watchHealth(context: Needs): JobHandler {
  return jobHandler({
    name: "watch-health",
    handle: async ({ watchId, look }) => {
      const checks = await context.transact(async (app) => {
        const watch = await app.watches.byId(watchId);
        if (watch?.state !== "running" || watch.looks >= look) return null;
        const incident = await app.incidents.byId(watch.incidentId);
        return incident && healthChecks(app.config, incident.affected);
      });
      if (!checks) return;
      const readings = await readAll(context, checks);
      await context.transact((app) => recordHealth(app, watchId, look, readings));
    },
  });
}

/** Reads every check that this installation has a source for, all at once. */
export async function readAll(context: Needs, checks: readonly HealthCheck[]): Promise<readonly Reading[]> {
  const readable = checks.filter((check) => sourceOf(context.providers, check) !== null);
  return (await Promise.all(readable.map((check) => read(context, check)))).flat();
}

function sourceOf(providers: readonly Provider[], check: HealthCheck): Provider | null {
  if (check.source !== "services") return providers.find((one) => one.health?.id === check.source) ?? null;
  return providers.find((one) => one.id === check.placement?.provider && one.services) ?? null;
}

async function read(context: Needs, check: HealthCheck): Promise<readonly Reading[]> {
  const provider = sourceOf(context.providers, check);
  const at = context.now();
  try {
    if (check.source !== "services" && provider?.health) return await provider.health.read(check);
    if (!provider?.services || !check.placement) return [];
    const { describe, balancer } = provider.services.read;
    const [state, behind] = await Promise.all([describe(check.placement), balancer(check.placement)]);
    return [serviceReading(check, state, behind, at)];
  } catch (error) {
    const why =
      error instanceof ProviderError
        ? providerTroubleInWords(error)
        : `something broke on our side (reference ${logReference(context, error, "Health could not be read", { check: check.id })})`;
    return [unknownReading(check, why, at)];
  }
}
