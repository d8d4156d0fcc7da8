import type { SlowLogRead } from "../domain/logs/slow-log.ts";
import type { Target } from "../domain/operation/operation.ts";
import { recordStoreFound, type StoreQuestion, type StoreSight, targetOfLook } from "../domain/operation/store-look.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { logReference, type OperationContext, portOn } from "./operation-context.ts";
import { seeBackups } from "./see-backups.ts";

/** Looks into the data store somebody asked about and shows what was seen; one that cannot be read says why. */
export function lookStore(context: OperationContext): JobHandler {
  return jobHandler({
    name: "look-store",
    handle: async ({ lookId }) => {
      const asked = await context.transact(async (app) => {
        const look = await app.storeLooks.byId(lookId);
        return look === null
          ? null
          : { question: look.question, target: () => targetOfLook(app.config, look), now: app.now };
      });
      if (asked === null) return;
      const found = await see(context, asked);
      await context.transact((app) => recordStoreFound(app, lookId, found));
    },
  });
}

interface Asked {
  readonly question: StoreQuestion;
  readonly target: () => Target;
  readonly now: Date;
}

async function see(
  context: OperationContext,
  { question, target, now }: Asked,
): Promise<{ readonly trouble: string | null; readonly seen: StoreSight | null }> {
  try {
    return { trouble: null, seen: await read(context, question, target(), now) };
  } catch (error) {
    if (error instanceof ProviderError) return { trouble: providerTroubleInWords(error), seen: null };
    if (error instanceof Refusal) return { trouble: error.message, seen: null };
    const reference = logReference(context, error, "A data store could not be looked at", { kind: question.kind });
    return { trouble: `something broke on our side (reference ${reference})`, seen: null };
  }
}

async function read(
  context: OperationContext,
  question: StoreQuestion,
  target: Target,
  now: Date,
): Promise<StoreSight> {
  if (question.view === "backups") return { kind: "backups", sight: await seeBackups(context, target) };
  if (question.kind === "database" && question.view === "slowlog") {
    const within = { from: new Date(now.getTime() - question.sinceSeconds * 1000), until: now };
    return { kind: "slowlog", sight: await slowLogOf(context, target).read(target.placement, within) };
  }
  if (question.kind === "database") {
    const { port, placement } = portOn(context.providers, "databases", target);
    const sight =
      question.view === "explain"
        ? await port.read.explain(placement, question.statement)
        : await port.read.look(placement, question.view);
    return { kind: "database", sight };
  }
  if (question.kind === "cache") {
    const { port, placement } = portOn(context.providers, "caches", target);
    return { kind: "cache", sight: await port.read.look(placement, question.view, question.key) };
  }
  const { port, placement } = portOn(context.providers, "queues", target);
  return { kind: "queue", sight: await port.read.look(placement, question.view, question.queue) };
}

function slowLogOf({ providers }: Pick<OperationContext, "providers">, { placement, name }: Target): SlowLogRead {
  const found = providers.find(({ id }) => id === placement.provider)?.slowLog;
  if (found) return found;
  throw new Refusal("not_possible", `The slow log of ${name} on ${placement.provider} cannot be read from here.`);
}
