import type { Placement } from "../domain/configuration.ts";
import {
  type AnyOperation,
  type OperationRecord,
  type PortName,
  type Target,
  targetName,
} from "../domain/operation/operation.ts";
import type { ActAs } from "../domain/platform/identity.ts";
import type { RotationRead, RotationWrite } from "../domain/platform/secrets.ts";
import type { Port, Provider } from "../domain/platform.ts";
import type { Identify, Transact } from "../domain/ports.ts";
import { Refusal } from "../errors.ts";
import type { JobLog } from "./handler.ts";
import { ownPort } from "./own-ports.ts";

/** What the jobs of operations are handed by main.ts. */
export interface OperationContext {
  readonly transact: Transact;
  readonly operations: readonly AnyOperation[];
  readonly providers: readonly Provider[];
  readonly identify: Identify;
  /** Gives calls to platforms the name of who asked; left out where none keeps names. */
  readonly actAs?: ActAs;
  readonly newId: () => string;
  readonly log: JobLog;
}

/**
 * The operation a record names, the port it works on (several are one, with what is measured of the target beside), and
 * the target placed where that port is; a Refusal where one is missing.
 */
export function toolsFor(
  context: OperationContext,
  record: Pick<OperationRecord, "id" | "request" | "target">,
): { readonly operation: AnyOperation; readonly port: Port<unknown, unknown>; readonly target: Target } {
  const operation = context.operations.find((candidate) => candidate.name === record.request.operation);
  if (!operation) throw new Refusal("not_possible", `This version knows no operation "${record.request.operation}".`);
  if (operation.own !== undefined) {
    const port = ownPort(context, operation.own, record, (asked) => toolsFor(context, asked));
    return { operation, port, target: record.target };
  }
  const usual = portNames[operation.targetKind];
  const names = operation.ports ?? (usual === null ? [] : [usual]);
  const found = names.map((name) => portOn(context.providers, name, record.target));
  const [first] = found;
  if (first === undefined) throw notHere(record.target);
  const { placement } = first;
  const target = { ...record.target, placement };
  if (names[0] === "secrets") return { operation, port: withServices(context.providers, target), target };
  if (found.length === 1) return { operation, port: first.port, target };
  const measures = context.providers.find((one) => one.measures?.groups[placement.provider])?.measures;
  const port: Port<unknown, unknown> = {
    read: Object.assign({ measures: measures ?? null }, ...found.map((one) => one.port.read)),
    // What applies also reads: a step that follows what it has started looks at it.
    write: Object.assign(
      { measures: measures ?? null },
      ...found.map((one) => one.port.read),
      ...found.map((one) => one.port.write),
    ),
  };
  return { operation, port, target };
}

/** A rotation also restarts the services that read the secret, each on its own platform. */
function withServices(providers: readonly Provider[], target: Target): Port<RotationRead, RotationWrite> {
  const { read, write } = portOn(providers, "secrets", target).port;
  const services = (at: Placement) => {
    const found = providers.find(({ id }) => id === at.provider)?.services;
    if (found) return found;
    throw new Refusal("not_possible", `Services on ${at.provider} cannot be restarted from here.`);
  };
  return {
    read: { ...read, services: (at) => services(at).read },
    write: { ...read, ...write, services: (at) => ({ ...services(at).read, ...services(at).write }) },
  };
}

const portNames: Readonly<Record<Target["kind"], PortName | null>> = {
  service: "services",
  database: "databases",
  cache: "caches",
  queue: "queues",
  secret: "secrets",
};

/** Runs work on an operation so that platforms see for whom and for what. */
export function actingFor<T>(context: OperationContext, record: OperationRecord, work: () => Promise<T>): Promise<T> {
  const { actAs } = context;
  return actAs ? actAs({ operation: record.request.operation, person: record.requesterId }, work) : work();
}

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
export function logReference(
  context: Pick<OperationContext, "log" | "newId">,
  error: unknown,
  message: string,
  fields: object,
): string {
  const reference = context.newId().slice(-6).toUpperCase();
  context.log.error({ ...fields, reference, err: error }, message);
  return reference;
}
