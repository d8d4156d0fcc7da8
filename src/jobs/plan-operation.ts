import type { AnyOperation, OperationRecord, Plan } from "../domain/operation/operation.ts";
import { beginPlanning, recordPlan, recordPlanTrouble } from "../domain/operation/planning.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { logReference, type OperationContext, toolsFor } from "./operation-context.ts";

/** Reads the world and records the plan; the reading happens outside any transaction. */
export function planOperation(context: OperationContext): JobHandler {
  return jobHandler({
    name: "plan-operation",
    handle: async ({ operationId }) => {
      const record = await context.transact((app) => beginPlanning(app, operationId));
      if (record === null) return;
      const made = await makePlan(context, record);
      await context.transact((app) =>
        "plan" in made
          ? recordPlan(app, made.operation, operationId, made.plan)
          : recordPlanTrouble(app, operationId, made.error, made.reference),
      );
    },
  });
}

async function makePlan(
  context: OperationContext,
  record: OperationRecord,
): Promise<
  { readonly operation: AnyOperation; readonly plan: Plan } | { readonly error: unknown; readonly reference: string }
> {
  try {
    const { operation, port, target } = toolsFor(context, record);
    const plan = await operation.plan(operation.parse(record.request.input), target, port.read);
    return { operation, plan };
  } catch (error) {
    const isOurs = !(error instanceof Refusal) && !(error instanceof ProviderError);
    const fields = { operationId: record.id };
    return {
      error,
      reference: isOurs ? logReference(context, error, "An operation could not be planned", fields) : "",
    };
  }
}
