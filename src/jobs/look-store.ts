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
        return look === null ? null : { question: look.question, target: () => targetOfLook(app.config, look) };
      });
      if (asked === null) return;
      const found = await see(context, asked.question, asked.target);
      await context.transact((app) => recordStoreFound(app, lookId, found));
    },
  });
}

async function see(
  context: OperationContext,
  question: StoreQuestion,
  target: () => Target,
): Promise<{ readonly trouble: string | null; readonly seen: StoreSight | null }> {
  try {
    return { trouble: null, seen: await read(context, question, target()) };
  } catch (error) {
    if (error instanceof ProviderError) return { trouble: providerTroubleInWords(error), seen: null };
    if (error instanceof Refusal) return { trouble: error.message, seen: null };
    const reference = logReference(context, error, "A data store could not be looked at", { kind: question.kind });
    return { trouble: `something broke on our side (reference ${reference})`, seen: null };
  }
}

async function read(context: OperationContext, question: StoreQuestion, target: Target): Promise<StoreSight> {
  if (question.view === "backups") return { kind: "backups", sight: await seeBackups(context, target) };
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
