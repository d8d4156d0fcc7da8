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

/** The operation a record names and the port of the platform its target lives on; a Refusal where one is missing. */
export function toolsFor(
  context: OperationContext,
  record: OperationRecord,
): { readonly operation: AnyOperation; readonly port: Port<unknown, unknown> } {
  const operation = context.operations.find((candidate) => candidate.name === record.request.operation);
  if (!operation) throw new Refusal("not_possible", `This version knows no operation "${record.request.operation}".`);
  return { operation, port: portFor(context.providers, operation.targetKind, record.target) };
}

function portFor(providers: readonly Provider[], kind: Target["kind"], target: Target): Port<unknown, unknown> {
  const provider = providers.find((candidate) => candidate.id === target.placement.provider);
  const port = kind === "service" ? provider?.services : undefined;
  if (!port) {
    throw new Refusal(
      "not_possible",
      `${targetName(target)} runs on ${target.placement.provider}, where a ${kind} cannot be operated from here.`,
    );
  }
  return port;
}

/** What to tell people of an error: a reference number, under which the log has the rest. */
export function logReference(context: OperationContext, error: unknown, message: string, fields: object): string {
  const reference = context.newId().slice(-6).toUpperCase();
  context.log.error({ ...fields, reference, err: error }, message);
  return reference;
}
