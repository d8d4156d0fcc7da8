import { maySee } from "../../src/domain/incident/access.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import type { App } from "../../src/domain/ports.ts";

/** The operations a person may see: those of a private incident are for its members only. */
export async function visibleOperations(
  app: App,
  operations: readonly OperationRecord[],
  userId: string,
): Promise<readonly OperationRecord[]> {
  const visible: OperationRecord[] = [];
  for (const operation of operations) {
    const incident = operation.incidentId === null ? null : await app.incidents.byId(operation.incidentId);
    if (incident === null || (await maySee(app, incident, userId))) visible.push(operation);
  }
  return visible;
}
