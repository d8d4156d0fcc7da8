import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { openForChange } from "./access.ts";
import { type Incident, incidentName } from "./incident.ts";
import { roles } from "./roles.ts";

/** Who hears of an incident without being in its channel. */
export interface FollowerRecords {
  /** In the order they subscribed. */
  readonly list: (incidentId: string) => Promise<readonly string[]>;
  /** Answers whether that changed anything. */
  readonly add: (incidentId: string, userId: string) => Promise<boolean>;
  readonly remove: (incidentId: string, userId: string) => Promise<boolean>;
}

/** From now on the person gets each update of the incident as a direct message. */
export async function subscribe(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  if (incident.phase === "closed") {
    throw new Refusal("not_possible", `${incidentName(incident)} is closed; there will be no more updates.`);
  }
  if (!(await app.followers.add(incident.id, caller.userId))) {
    throw new Refusal(
      "already_done",
      `You get the updates of ${incidentName(incident)} already.`,
      `To stop: /incident unsubscribe ${incidentName(incident)}.`,
    );
  }
  await followed(app, caller, incident, "incident.subscribed");
  return incident;
}

export async function unsubscribe(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  if (!(await app.followers.remove(incident.id, caller.userId))) {
    throw new Refusal("already_done", `You do not get the updates of ${incidentName(incident)}.`);
  }
  await followed(app, caller, incident, "incident.unsubscribed");
  return incident;
}

/**
 * Takes the person out of the incident: its channel, and its updates. Of a private incident they know nothing any more
 * after that. Who holds a role gives it away first, so that nobody believes in a commander who has gone.
 */
export async function leaveIncident(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const held = incident.roles.find((holder) => holder.userId === caller.userId);
  if (held) {
    const title = roles(app.config).find((role) => role.name === held.role)?.title ?? held.role;
    throw new Refusal(
      "not_possible",
      `You are ${title.toLowerCase()} of ${incidentName(incident)}.`,
      `Give it to somebody first: /incident role ${held.role} @person.`,
    );
  }
  await takeOut(app, incident, caller.userId);
  await followed(app, caller, incident, "incident.left");
  return incident;
}

/** Ends what ties a person to an incident: membership, updates, and being in its channel. */
export async function takeOut(app: App, incident: Incident, userId: string): Promise<void> {
  await app.incidents.removeMember(incident.id, userId);
  await app.followers.remove(incident.id, userId);
  await app.outbox.add({ kind: "remove", incident: incident.id, userId }, "answer");
}

async function followed(app: App, caller: Caller, incident: Incident, action: string): Promise<void> {
  await app.audit.add({ actor: caller.userId, action, subject: incidentName(incident), details: {} });
}
