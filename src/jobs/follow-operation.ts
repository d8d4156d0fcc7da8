import { followAgain, recordFollowed, toFollow } from "../domain/operation/following-up.ts";
import { ProviderError } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { actingFor, type OperationContext, toolsFor } from "./operation-context.ts";

/** Looks at what a platform was to do in its own window; where it cannot be seen, again soon. */
export function followOperation(context: OperationContext): JobHandler {
  return jobHandler({
    name: "follow-operation",
    handle: async ({ operationId: id }) => {
      const record = await context.transact((app) => toFollow(app, id));
      if (record === null || record.plan === null || record.appliedAt === null) return;
      const { plan, appliedAt } = record;
      const { operation, port, target } = toolsFor(context, record);
      try {
        const seen = await actingFor(context, record, () =>
          operation.look(plan, target, port.read, appliedAt, id, record.facts),
        );
        await context.transact((app) => recordFollowed(app, id, seen));
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        await context.transact((app) => followAgain(app, id));
      }
    },
  });
}
