import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { type Incident, incidentName } from "./incident.ts";

export function isMember(caller: Caller): boolean {
  return caller.kind === "member" || caller.kind === "admin";
}

/** Refuses everyone but full members of this workspace; asked in the domain so that no door can leave it out. */
export function requireMember(caller: Caller): void {
  if (isMember(caller)) return;
  if (caller.kind === "unknown") {
    throw new Refusal("not_allowed", "Slack could not say who you are just now.", "Try again in a moment.");
  }
  throw new Refusal(
    "not_allowed",
    "Only full members of this workspace can work on incidents.",
    "Ask a member of your team to do it for you.",
  );
}

/** Whether somebody may know of the incident at all: anyone for an ordinary one, its members for a private one. */
export async function maySee(app: App, incident: Incident, userId: string): Promise<boolean> {
  if (!incident.isPrivate) return true;
  if (incident.reporterId === userId || incident.roles.some((holder) => holder.userId === userId)) return true;
  return (await app.incidents.members(incident.id)).includes(userId);
}

/** Where an ask says which incident it is about: by number, or by the channel it came from. */
export interface Which {
  readonly number?: number | undefined;
  readonly channelId?: string | null;
}

/**
 * The incident an ask is about, or null when neither named nor implied by the channel. A private one that the
 * person may not see is refused in the same words as one that does not exist.
 */
export async function findIncident(app: App, caller: Caller, which: Which): Promise<Incident | null> {
  requireMember(caller);
  if (which.number !== undefined) {
    const incident = await app.incidents.byNumber(which.number);
    if (incident && (await maySee(app, incident, caller.userId))) return incident;
    throw unknownIncident(`INC-${which.number}`);
  }
  if (!which.channelId) return null;
  const incident = await app.incidents.byChannel(which.channelId);
  return incident && (await maySee(app, incident, caller.userId)) ? incident : null;
}

/** Records that somebody looked at a private incident, and at what of it; ordinary ones are for everybody. */
export async function recordLook(app: App, caller: Caller, incident: Incident, what: string): Promise<void> {
  if (!incident.isPrivate) return;
  await app.audit.add({
    actor: caller.userId,
    action: "incident.looked-at",
    subject: incidentName(incident),
    details: { what },
  });
}

/** The incident with that id, locked for a change; refused like an unknown one when the person may not see it. */
export async function openForChange(app: App, caller: Caller, id: string): Promise<Incident> {
  requireMember(caller);
  const incident = await app.incidents.lock(id);
  if (!incident || !(await maySee(app, incident, caller.userId))) throw unknownIncident("that incident");
  return incident;
}

/** The incident with that id for reading; where it is private, who looked at what is in the audit log. */
export async function openForReading(app: App, caller: Caller, id: string, what = "incident"): Promise<Incident> {
  requireMember(caller);
  const incident = await app.incidents.byId(id);
  if (!incident) throw unknownIncident("that incident");
  await requireSight(app, caller, incident);
  await recordLook(app, caller, incident, what);
  return incident;
}

/** Refuses an incident that was read by whatever way like an unknown one, when the person may not see it. */
export async function requireSight(app: App, caller: Caller, incident: Incident): Promise<void> {
  requireMember(caller);
  if (!(await maySee(app, incident, caller.userId))) throw unknownIncident("that incident");
}

/** Refuses what only makes sense while people work on it. */
export function requireOpen(incident: Incident, verb: string): void {
  if (incident.phase !== "resolved" && incident.phase !== "closed") return;
  throw new Refusal(
    "not_possible",
    `${incidentName(incident)} is ${incident.phase}; there is nothing left to ${verb}.`,
    `Reopen it if it is back: /incident reopen ${incidentName(incident)}.`,
  );
}

function unknownIncident(name: string): Refusal {
  return new Refusal("unknown_incident", `I cannot find ${name}.`, "See the open ones with /incident list.");
}
