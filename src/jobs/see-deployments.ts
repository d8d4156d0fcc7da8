import type { Placement } from "../domain/configuration.ts";
import { recordInquiry } from "../domain/inquiry/inquiry.ts";
import { type Deployed, placementsOf } from "../domain/operation/deployments.ts";
import { beside } from "../domain/platform/beside.ts";
import { ProviderError } from "../errors.ts";
import { askSource } from "./ask-source.ts";
import type { OperationContext } from "./operation-context.ts";

const backMinutes = 60;
const eventsShown = 8;
/** Rollouts read of one service, and of each where all are asked for. */
const rolloutsShown = 10;
const newestShown = 3;
const milliseconds = 15_000;

/** Reads what was deployed, of all services at once; one that cannot be read says why. */
export async function seeDeployments(
  context: OperationContext & { readonly now: () => Date },
  id: string,
): Promise<void> {
  const asked = await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("deployments", id);
    return inquiry && { placements: placementsOf(app.config, inquiry.question), one: inquiry.question.target !== null };
  });
  if (asked === null) return;
  const services = await Promise.all(
    asked.placements.map(async ({ name, title, placement }): Promise<Deployed> => {
      const base = { name, title, environment: placement.environment };
      const about = { source: placement.provider, of: `deployments of ${name}` };
      const answer = await askSource(context, about, () => read(context, placement, asked.one), milliseconds);
      if ("value" in answer) return { ...base, ...answer.value };
      return { ...base, trouble: answer.trouble, state: null, events: [], rollouts: null };
    }),
  );
  await context.transact(async (app) => {
    const inquiry = await app.inquiries.byId("deployments", id);
    if (inquiry) await recordInquiry(app, inquiry, { services });
  });
}

async function read(
  context: OperationContext & { readonly now: () => Date },
  placement: Placement,
  inDepth: boolean,
): Promise<Pick<Deployed, "trouble" | "state" | "events" | "rollouts">> {
  const provider = context.providers.find(({ id }) => id === placement.provider);
  const services = provider?.services?.read;
  if (!services)
    throw new ProviderError({
      provider: placement.provider,
      operation: "describe",
      fault: "not_found",
      code: "NoProvider",
      message: `No platform "${placement.provider}" is set up here.`,
    });
  const since = new Date(context.now().getTime() - backMinutes * 60_000);
  const [state, events, rollouts] = await Promise.all([
    services.describe(placement),
    beside(inDepth ? services.events(placement, since) : Promise.resolve([])),
    beside(provider.releases?.read.rollouts(placement, inDepth ? rolloutsShown : newestShown) ?? Promise.resolve(null)),
  ]);
  return {
    trouble: rollouts.unread === null ? null : `its deployments are not readable (${rollouts.unread})`,
    state,
    events: (events.found ?? []).slice(-eventsShown).toReversed(),
    rollouts: rollouts.found,
  };
}
