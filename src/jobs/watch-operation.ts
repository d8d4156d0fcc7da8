import type { AnyOperation, OperationRecord, Plan, Sighting } from "../domain/operation/operation.ts";
import { recordBlindLook, recordSighting } from "../domain/operation/watching.ts";
import { ProviderError } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { actingFor, logReference, type OperationContext, toolsFor } from "./operation-context.ts";

/** Looks once at what a running operation has done; the record decides whether there is a next look. */
export function watchOperation(context: OperationContext): JobHandler {
  return jobHandler({
    name: "watch-operation",
    handle: async ({ operationId: id }) => {
      const record = await context.transact((app) => app.operations.byId(id));
      if (record?.state !== "verifying" || record.plan === null || record.appliedAt === null) return;
      const { plan, appliedAt } = record;
      const seen = await actingFor(context, record, () => look(context, record, plan, appliedAt));
      await context.transact((app) =>
        "sighting" in seen
          ? recordSighting(app, id, seen.sighting, seen.operation.keep)
          : recordBlindLook(app, id, seen.error),
      );
    },
  });
}

async function look(
  context: OperationContext,
  record: OperationRecord,
  plan: Plan,
  since: Date,
): Promise<{ readonly sighting: Sighting; readonly operation: AnyOperation } | { readonly error: unknown }> {
  try {
    const { operation, port, target } = toolsFor(context, record);
    return { operation, sighting: await operation.look(plan, target, port.read, since, record.id, record.facts) };
  } catch (error) {
    if (!(error instanceof ProviderError)) {
      logReference(context, error, "An operation could not be watched", { operationId: record.id });
    }
    return { error };
  }
}
