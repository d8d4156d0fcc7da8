import { expireOperation as expire } from "../domain/operation/planning.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";

/** Ends a plan nobody acted on in time; does nothing when it has gone on since. */
export function expireOperation(context: Pick<OperationContext, "transact">): JobHandler {
  return jobHandler({
    name: "expire-operation",
    handle: ({ operationId }) => context.transact((app) => expire(app, operationId)),
  });
}
