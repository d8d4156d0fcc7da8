import { Refusal } from "../../errors.ts";
import type { Incident } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import type { OperationRecord } from "./operation.ts";
import { operationInWords, redraw, stateInWords } from "./record.ts";

/** Whether an operation's end is a reason to declare an incident about it: it went wrong, and belongs to none yet. */
export function callsForIncident(operation: Pick<OperationRecord, "state" | "outcome" | "incidentId">): boolean {
  if (operation.state !== "ended" || operation.incidentId !== null) return false;
  return operation.outcome?.startsWith("failed") === true || operation.outcome?.startsWith("applied") === true;
}

/** The operation an incident is to be declared about; refuses one that is gone or belongs to an incident already. */
export async function operationToDeclare(app: App, id: string): Promise<OperationRecord> {
  const operation = await app.operations.byId(id);
  if (operation === null) throw new Refusal("not_found", "This operation is not known here any more.");
  if (callsForIncident(operation)) return operation;
  const incident = operation.incidentId === null ? null : await app.incidents.byId(operation.incidentId);
  if (incident) throw new Refusal("already_done", `${operation.code} belongs to an incident already.`, "Look there.");
  throw new Refusal("not_possible", `${operation.code} is ${stateInWords(operation)}: that is no incident.`);
}

/** Makes an operation that went wrong part of the incident declared about it: on its timeline at the time it ended. */
export async function tieToIncident(app: App, operation: OperationRecord, incident: Incident): Promise<void> {
  const tied = await app.operations.update(operation, { incidentId: incident.id });
  await app.timeline.add({
    incidentId: incident.id,
    at: tied.endedAt ?? app.now,
    kind: "operation",
    actorId: null,
    text: `${tied.code}: ${operationInWords(tied)}: ${stateInWords(tied)}${tied.detail === null ? "" : `. ${tied.detail}`}`,
    operationId: tied.id,
  });
  await redraw(app, tied, "answer");
}
