import type { Configuration } from "../domain/configuration.ts";
import type { Plan, Target } from "../domain/operation/operation.ts";
import { type PoolSeen, poolsToCheck, withPools } from "../domain/operation/preflight.ts";
import { targetOfLook } from "../domain/operation/store-look.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { logReference, type OperationContext, portOn } from "./operation-context.ts";

/** Adds to a plan what its new tasks would take of the databases' connections. A database that is away does not stop it. */
export async function checkPools(
  context: OperationContext,
  config: Configuration,
  target: Target,
  plan: Plan,
): Promise<Plan> {
  const seen = await Promise.all(
    poolsToCheck(config, target, plan).map(async ({ database, count }) => ({
      database,
      perTask: count,
      ...(await connectionsOf(context, config, { environment: target.environment, name: database })),
    })),
  );
  return withPools(plan, seen);
}

async function connectionsOf(
  context: OperationContext,
  config: Configuration,
  database: { readonly environment: string; readonly name: string },
): Promise<Pick<PoolSeen, "connections" | "unread">> {
  try {
    const target = targetOfLook(config, { target: database, question: { kind: "database", view: "connections" } });
    const { port, placement } = portOn(context.providers, "databases", target);
    const sight = await port.read.look(placement, "connections");
    if (sight.view === "connections") return { connections: sight.connections, unread: null };
    return { connections: null, unread: "it answered something else" };
  } catch (error) {
    if (error instanceof ProviderError) return { connections: null, unread: `${error.operation}: ${error.code}` };
    if (error instanceof Refusal) return { connections: null, unread: "its inside is not configured" };
    const reference = logReference(context, error, "The connections of a database could not be read", database);
    return { connections: null, unread: `something broke on our side, reference ${reference}` };
  }
}
