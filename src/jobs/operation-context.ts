import type { Placement } from "../domain/configuration.ts";
import { type AnyOperation, type OperationRecord, type Target, targetName } from "../domain/operation/operation.ts";
import type { Port, Provider } from "../domain/platform.ts";
import type { Identify, Transact } from "../domain/ports.ts";
import { Refusal } from "../errors.ts";
import type { JobLog } from "./handler.ts";

/** What the jobs of operations are handed by main.ts. */
export interface OperationContext {
  readonly transact: Transact;
  readonly operations: readonly AnyOperation[];
  readonly providers: readonly Provider[];
  readonly identify: Identify;
  readonly newId: () => string;
  readonly log: JobLog;
}

/**
 * The operation a record names, the port it works on, and the target placed where that port is; a Refusal where one is
 * missing.
 */
export function toolsFor(
  context: OperationContext,
  record: OperationRecord,
): { readonly operation: AnyOperation; readonly port: Port<unknown, unknown>; readonly target: Target } {
  const operation = context.operations.find((candidate) => candidate.name === record.request.operation);
  if (!operation) throw new Refusal("not_possible", `This version knows no operation "${record.request.operation}".`);
  const name = portNames[operation.targetKind];
  if (name === null) throw notHere(record.target);
  const { port, placement } = portOn(context.providers, name, record.target);
  return { operation, port, target: { ...record.target, placement } };
}

type PortName = "services" | "databases" | "caches" | "queues";

const portNames: Readonly<Record<Target["kind"], PortName | null>> = {
  service: "services",
  database: "databases",
  cache: "caches",
  queue: "queues",
  secret: null,
};

/** The port by that name where a target lives, and the placement to call it with: the platform's, or the inside of a store. */
export function portOn<N extends PortName>(
  providers: readonly Provider[],
  name: N,
  target: Target,
): { readonly port: NonNullable<Provider[N]>; readonly placement: Placement } {
  const { placement } = target;
  for (const candidate of placement.inside ? [placement, placement.inside] : [placement]) {
    const port = providers.find((provider) => provider.id === candidate.provider)?.[name];
    if (port) return { port, placement: candidate };
  }
  throw notHere(target);
}

function notHere(target: Target): Refusal {
  return new Refusal(
    "not_possible",
    `${targetName(target)} runs on ${target.placement.provider}, where a ${target.kind} cannot be operated from here.`,
  );
}

/** What to tell people of an error: a reference number, under which the log has the rest. */
export function logReference(context: OperationContext, error: unknown, message: string, fields: object): string {
  const reference = context.newId().slice(-6).toUpperCase();
  context.log.error({ ...fields, reference, err: error }, message);
  return reference;
}
