import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { redrawAlerts } from "../alert/mark.ts";
import type { App } from "../ports.ts";
import { tellOutsidePage } from "../status-page/outside.ts";
import { maySee, openForChange, recordLook } from "./access.ts";
import { incidentLinks } from "./affected.ts";
import { takeOut } from "./following.ts";
import { type Incident, incidentName } from "./incident.ts";
import { redraw } from "./notices.ts";
import { roles } from "./roles.ts";
import { keepTicket } from "./ticket.ts";

/** Somebody who may know of a private incident, and why. */
export interface Access {
  readonly userId: string;
  readonly why: string;
}

/** Who may know of a private incident: who declared it, who holds a role, who was brought in. */
export async function accessList(app: App, caller: Caller, incident: Incident): Promise<readonly Access[]> {
  requirePrivate(incident);
  await recordLook(app, caller, incident, "access list");
  const titles = new Map(roles(app.config).map((role) => [role.name, role.title.toLowerCase()]));
  const reasons: Access[] = [
    { userId: incident.reporterId, why: "declared it" },
    ...incident.roles.map(({ role, userId }) => ({ userId, why: titles.get(role) ?? role })),
    ...(await app.incidents.members(incident.id)).map((userId) => ({ userId, why: "was brought in" })),
  ];
  return reasons.filter((one, index) => reasons.findIndex((other) => other.userId === one.userId) === index);
}

/** Lets a person know of a private incident and brings them into its channel. */
export async function grantAccess(app: App, caller: Caller, incidentId: string, userId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  requirePrivate(incident);
  if (userId === app.workspace.botUserId) {
    throw new Refusal("unknown_person", "That is me; I am in it already.", "Name a person.", "person");
  }
  if (await maySee(app, incident, userId)) {
    throw new Refusal("already_done", `<@${userId}> has access to ${incidentName(incident)} already.`, null, "person");
  }
  await app.incidents.addMembers(incident.id, [userId]);
  await app.outbox.add({ kind: "invite", incident: incident.id, userIds: [userId] }, "answer");
  await noted(app, caller, incident, "incident.access-granted", `Gave <@${userId}> access`, userId);
  return incident;
}

/** Takes access away: the person leaves the channel and finds nothing of the incident any more. */
export async function withdrawAccess(app: App, caller: Caller, incidentId: string, userId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  requirePrivate(incident);
  if (userId === incident.reporterId) {
    throw new Refusal("not_possible", `<@${userId}> declared it and keeps access.`, null, "person");
  }
  const held = incident.roles.find((holder) => holder.userId === userId);
  if (held) {
    throw new Refusal(
      "not_possible",
      `<@${userId}> holds the role ${held.role}.`,
      `Give it to somebody else first: /incident role ${held.role} @person.`,
      "person",
    );
  }
  if (!(await maySee(app, incident, userId))) {
    throw new Refusal("already_done", `<@${userId}> has no access to ${incidentName(incident)}.`, null, "person");
  }
  await takeOut(app, incident, userId);
  await noted(app, caller, incident, "incident.access-withdrawn", `Took <@${userId}>'s access away`, userId);
  return incident;
}

/**
 * Makes an incident private: who works on it (declared it, holds a role, joined or was brought in) and who asks keep
 * access, until it is taken off them; who only follows it loses it like everybody else. It gets a private channel; the old one is renamed and archived, and everything posted of the incident becomes a neutral
 * word. Slack lets no app make a public channel private, so what people wrote in the old one stays readable there.
 */
export async function makePrivate(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  if (incident.isPrivate) throw new Refusal("already_done", `${incidentName(incident)} is private already.`);
  requireResponsible(caller, incident);
  const joined = await app.incidents.members(incident.id);
  const roleHolders = incident.roles.map(({ userId }) => userId);
  const keep = [...new Set([caller.userId, incident.reporterId, ...roleHolders, ...joined])];
  for (const userId of await app.followers.list(incident.id)) {
    if (!keep.includes(userId)) await app.followers.remove(incident.id, userId);
  }
  await app.incidents.addMembers(incident.id, keep);
  const { channelId } = incident;
  const changed = await app.incidents.update(incident, { isPrivate: true, channelId: null, channelName: null });
  await noted(app, caller, changed, "incident.made-private", "Made the incident private", null);
  await app.outbox.withdraw(incident.id);
  for (const group of await app.alerts.groupsOfIncident(incident.id)) await redrawAlerts(app, group, "declare");
  await tellOutsidePage(app, changed, caller.userId);
  await keepTicket(app, changed, caller.userId);
  // One that is being posted at this moment is drawn once more, and then says nothing.
  const announcement = { kind: "card", view: "incident.announcement", subject: incident.id } as const;
  await app.outbox.add({ ...announcement, place: { configured: "incidents" } }, "declare");
  const about = { incident: incident.id } as const;
  await app.outbox.add({ kind: "channel", ...about }, "declare");
  await app.outbox.add({ kind: "topic", ...about }, "declare");
  await redraw(app, changed, "declare");
  await app.outbox.add({ kind: "invite", ...about, userIds: keep }, "declare");
  for (const link of incidentLinks(app.config, incident.affected)) {
    await app.outbox.add({ kind: "bookmark", ...about, title: link.title, link: link.url }, "declare");
  }
  if (channelId) await app.outbox.add({ kind: "retire-channel", ...about, channel: channelId }, "declare");
  return changed;
}

/** Hiding an incident shuts colleagues out: it takes somebody who answers for it. */
function requireResponsible(caller: Caller, incident: Incident): void {
  const { userId } = caller;
  if (caller.kind === "admin" || incident.reporterId === userId) return;
  if (incident.roles.some((holder) => holder.userId === userId)) return;
  throw new Refusal(
    "not_allowed",
    `Only who declared ${incidentName(incident)}, who holds a role in it, or an administrator can make it private.`,
    "Ask one of them, or take the lead: /incident lead me.",
  );
}

function requirePrivate(incident: Incident): void {
  if (incident.isPrivate) return;
  throw new Refusal(
    "not_possible",
    `${incidentName(incident)} is open to every member of the workspace.`,
    "To restrict it: /incident private.",
  );
}

async function noted(
  app: App,
  caller: Caller,
  incident: Incident,
  action: string,
  text: string,
  userId: string | null,
): Promise<void> {
  await app.timeline.add({ incidentId: incident.id, at: app.now, kind: "member", actorId: caller.userId, text });
  await app.audit.add({
    actor: caller.userId,
    action,
    subject: incidentName(incident),
    details: userId ? { person: userId } : {},
  });
}
