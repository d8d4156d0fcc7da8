import type { Lease } from "../../src/domain/operation/lease.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { inert, moment, person } from "../kit.ts";

export interface IsolationFacts {
  readonly lease: Lease;
  /** The operation that isolated it; null where it is not kept, or not to be told. */
  readonly setUp: OperationRecord | null;
}

/** In a line: that a service is out of its load balancer, by whom and since when, and what brings it back. */
export function isolationLine({ lease, setUp }: IsolationFacts): string {
  const who = setUp === null ? "" : ` by ${person(lease.requesterId)} (\`${setUp.code}\`)`;
  const next =
    lease.state === "ending"
      ? "it is being reconnected"
      : `\`/ops reconnect ${inert(lease.target.name)}\` brings it back`;
  return `:no_entry_sign: *Isolated* since ${moment(lease.startedAt)}${who}: its load balancer sends it nothing; ${next}.`;
}

/** Whether one of them is about that thing of the catalog. */
export function isolationOf<F extends IsolationFacts>(
  all: readonly F[],
  { name, environment }: { readonly name: string; readonly environment: string },
): F | undefined {
  return all.find(({ lease }) => lease.target.name === name && lease.target.environment === environment);
}
