import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { openForChange } from "./access.ts";
import { type Incident, incidentName } from "./incident.ts";

/** Has the person brought into the incident's channel; the join itself reaches the timeline when it has happened. */
export async function joinIncident(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  if (incident.phase === "closed") {
    throw new Refusal("not_possible", `${incidentName(incident)} is closed; its channel is archived.`);
  }
  await app.incidents.addMembers(incident.id, [caller.userId]);
  await app.outbox.add({ kind: "invite", incident: incident.id, userIds: [caller.userId] }, "answer");
  await app.audit.add({
    actor: caller.userId,
    action: "incident.joined",
    subject: incidentName(incident),
    details: {},
  });
  return incident;
}
