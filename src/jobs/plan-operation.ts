import type { Configuration } from "../domain/configuration.ts";
import type { AnyOperation, OperationRecord, Plan } from "../domain/operation/operation.ts";
import { beginPlanning, recordPlan, recordPlanTrouble } from "../domain/operation/planning.ts";
import type { Measured } from "../domain/release-care/checklist.ts";
import { itemsFor } from "../domain/release-care/settings.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { measuredFor } from "./check-operation.ts";
import { checkPools } from "./check-pools.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { actingFor, logReference, type OperationContext, toolsFor } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** Reads the world and records the plan; the reading happens outside any transaction. */
export function planOperation(context: Needs): JobHandler {
  return jobHandler({
    name: "plan-operation",
    handle: async ({ operationId }) => {
      const { record, config } = await context.transact(async (app) => ({
        record: await beginPlanning(app, operationId),
        config: app.config,
      }));
      if (record === null) return;
      const made = await actingFor(context, record, () => makePlan(context, config, record));
      await context.transact((app) =>
        "plan" in made
          ? recordPlan(app, made.operation, operationId, made.plan, made.measured)
          : recordPlanTrouble(app, operationId, made.error, made.reference),
      );
    },
  });
}

interface Made {
  readonly operation: AnyOperation;
  readonly plan: Plan;
  /** Figures that its checklist asks for. */
  readonly measured: Measured | null;
}

async function makePlan(
  context: Needs,
  config: Configuration,
  record: OperationRecord,
): Promise<Made | { readonly error: unknown; readonly reference: string }> {
  try {
    const { operation, port, target } = toolsFor(context, record);
    const entry = target.kind === "service" ? config.services.find(({ name }) => name === target.name) : null;
    const items = operation.checklist === true && !record.partOf ? itemsFor(config, record) : [];
    const [plan, measured] = await Promise.all([
      operation.plan(operation.parse(record.request.input), target, port.read, entry ?? null),
      measuredFor(context, config, target, items),
    ]);
    return { operation, plan: await checkPools(context, config, target, plan), measured };
  } catch (error) {
    const isOurs = !(error instanceof Refusal) && !(error instanceof ProviderError);
    const fields = { operationId: record.id };
    return {
      error,
      reference: isOurs ? logReference(context, error, "An operation could not be planned", fields) : "",
    };
  }
}
