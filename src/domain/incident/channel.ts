import { redrawAlerts } from "../alert/mark.ts";
import { reconcileIncident } from "../capture/reconcile.ts";
import type { App } from "../ports.ts";
import { quoteMessage } from "../text.ts";
import type { TimelineKind } from "../timeline/entry.ts";
import { archivedByHand } from "./archiving.ts";
import { type Incident, incidentName } from "./incident.ts";
import { type Move, takeMoves } from "./moves.ts";
import { redraw } from "./notices.ts";
import { keepTicket } from "./ticket.ts";

/** Records the incident's channel once Slack has made or found it, shows it everywhere, and tells who declared. */
export async function channelCreated(
  app: App,
  incidentId: string,
  channel: { readonly id: string; readonly name: string },
): Promise<void> {
  const incident = await app.incidents.lock(incidentId);
  if (!incident || incident.channelId === channel.id) return;
  const changed = await app.incidents.update(incident, { channelId: channel.id, channelName: channel.name });
  await note(app, changed, null, "system", `Opened the channel <#${channel.id}>`);
  await app.audit.add({
    actor: "tocsin",
    action: "incident.channel-created",
    subject: incidentName(incident),
    details: { channel: channel.id, name: channel.name },
  });
  await redraw(app, changed, "declare");
  for (const group of await app.alerts.groupsOfIncident(incident.id)) await redrawAlerts(app, group);
  await keepTicket(app, changed, incident.reporterId);
  // What alerts opened was declared by the bot itself, which need not be told.
  if (incident.reporterId === app.workspace.botUserId) return;
  await app.outbox.add(
    {
      kind: "message",
      view: "incident.where",
      subject: incident.id,
      place: { user: incident.reporterId },
      once: `where:${incident.id}`,
    },
    "answer",
  );
}

/** Somebody came into or left the channel of an incident. */
export async function memberMoved(app: App, channelId: string, move: Move): Promise<void> {
  if (move.joined && move.userId === app.workspace.botUserId) return botMoved(app, channelId, false);
  await takeMoves(app, channelId, [move]);
}

/** The topic was changed by hand. */
export async function topicChanged(app: App, channelId: string, userId: string | null, topic: string): Promise<void> {
  const incident = await app.incidents.byChannel(channelId);
  if (!incident || userId === app.workspace.botUserId) return;
  await note(
    app,
    incident,
    userId,
    "system",
    topic ? `Set the channel's topic: ${quoteMessage(topic)}` : "Cleared the channel's topic",
  );
}

export async function channelRenamed(app: App, channelId: string, name: string): Promise<void> {
  const found = await app.incidents.byChannel(channelId);
  const incident = found && (await app.incidents.lock(found.id));
  if (!incident || incident.channelName === name) return;
  const changed = await app.incidents.update(incident, { channelName: name });
  await note(app, changed, null, "system", `The channel was renamed to #${name}`);
  await redraw(app, changed);
}

export async function channelArchived(
  app: App,
  channelId: string,
  userId: string | null,
  archived: boolean,
): Promise<void> {
  const incident = await app.incidents.byChannel(channelId);
  if (!incident) return;
  const by = userId === app.workspace.botUserId ? null : userId;
  await archivedByHand(app, incident.id, archived);
  await note(app, incident, by, "system", archived ? "Archived the channel" : "Unarchived the channel");
  await app.reconciliations.setCondition(incident, { isArchived: archived });
  if (!archived) await app.outbox.sendRefused(incident.id);
  await redraw(app, incident);
}

/** Somebody deleted the channel; what was captured of it stays here. */
export async function channelDeleted(app: App, channelId: string, userId: string | null): Promise<void> {
  const incident = await app.incidents.byChannel(channelId);
  if (!incident || (await app.reconciliations.condition(incident.id)).isDeleted) return;
  await app.reconciliations.setCondition(incident, { isDeleted: true });
  await note(app, incident, userId, "system", "Deleted the channel");
  await redraw(app, incident);
}

/** The bot was taken out of the channel, or is back; what was said without it is fetched then, and what it had to say is said. */
export async function botMoved(app: App, channelId: string, out: boolean, userId: string | null = null): Promise<void> {
  const incident = await app.incidents.byChannel(channelId);
  if (!incident || (await app.reconciliations.condition(incident.id)).botIsOut === out) return;
  await app.reconciliations.setCondition(incident, { botIsOut: out });
  await note(app, incident, userId, "system", out ? "Took Tocsin out of the channel" : "Tocsin is back in the channel");
  if (!out) {
    await app.outbox.sendRefused(incident.id);
    await reconcileIncident(app, incident, "reconnect");
  }
  await redraw(app, incident);
}

/** The channel was made private by hand: so is the incident, for what is said there from now on is for its members alone. */
export async function channelMadePrivate(app: App, channelId: string, userId: string | null): Promise<void> {
  const found = await app.incidents.byChannel(channelId);
  const incident = found && (await app.incidents.lock(found.id));
  if (!incident || incident.isPrivate) return;
  const changed = await app.incidents.update(incident, { isPrivate: true });
  await note(app, changed, userId, "system", "Made the channel private, and so the incident");
  await app.audit.add({
    actor: userId ?? "tocsin",
    action: "incident.made-private",
    subject: incidentName(changed),
    details: { channel: channelId },
  });
  const announcement = { kind: "card", view: "incident.announcement", subject: incident.id } as const;
  await app.outbox.add({ ...announcement, place: { configured: "incidents" } }, "declare");
  await redraw(app, changed);
  await keepTicket(app, changed, userId ?? "tocsin");
}

async function note(
  app: App,
  incident: Incident,
  actorId: string | null,
  kind: TimelineKind,
  text: string,
): Promise<void> {
  await app.timeline.add({ incidentId: incident.id, at: app.now, kind, actorId, text });
}
