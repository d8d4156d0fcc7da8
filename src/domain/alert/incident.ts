import type { Caller } from "../access/caller.ts";
import { declareIncident } from "../incident/declare.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import { tell } from "../incident/notices.ts";
import { adoptPages, pageForAlert } from "../oncall/begin-page.ts";
import type { App } from "../ports.ts";
import { escapeMrkdwn, shorten } from "../text.ts";
import { ticketInstead } from "../ticket/request.ts";
import { inUtc } from "../time/typed-moment.ts";
import type { AlertGroup } from "./alert.ts";
import { redrawAlerts } from "./mark.ts";

/**
 * The open incident that alerts belong to: the one that the same alerts belonged to before, else the newest that
 * affects the same thing, a drill too. Critical ones are left to no incident that is less severe than their own would
 * be: nobody may be awake for it. One that is private is found only where they belonged to it already.
 */
export async function openIncidentFor(app: App, group: AlertGroup): Promise<Incident | null> {
  const before = group.incidentId === null ? null : await app.incidents.byId(group.incidentId);
  if (before && isOpen(before)) return before;
  if (group.service === null) return null;
  const rank = (severity: string | null) => app.config.severities.findIndex(({ name }) => name === severity);
  const open = await app.incidents.list({ seenBy: "anyone", open: true, affected: group.service, limit: 10 });
  const isGrave = ({ severity }: Incident) => group.level !== "critical" || rank(severity) <= rank(group.severity);
  return open.find(isGrave) ?? null;
}

/** Makes alerts part of an incident: on its timeline at the time they were first seen, and their open pages its own. */
export async function tieToIncident(
  app: App,
  group: AlertGroup,
  incident: Incident,
  options: { readonly tell: boolean },
): Promise<void> {
  const tied = await app.alerts.updateGroup(group.id, { incidentId: incident.id });
  await adoptPages(app, incident, group.pageIds);
  const entry = await app.timeline.add({
    incidentId: incident.id,
    at: group.openedAt,
    kind: "alert",
    actorId: null,
    text: await alertInWords(app, group),
  });
  if (options.tell) await tell(app, incident, entry);
  await redrawAlerts(app, tied);
}

/** Puts on the incident's timeline that alerts of it are over, or are back; the incident itself stays as it is. */
export async function noteTurn(app: App, group: AlertGroup): Promise<void> {
  const incident = group.incidentId === null ? null : await app.incidents.byId(group.incidentId);
  if (!incident) return;
  const { told } = await app.alerts.tally(group.id);
  const title = escapeMrkdwn(group.title);
  const since = inUtc(group.openedAt, app.now);
  const text =
    group.endedAt === null
      ? `The alert “${title}” is back`
      : `The alert “${title}” is over, says ${group.source}; told ${times(told)} since ${since}`;
  const entry = await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "alert",
    actorId: null,
    text,
  });
  if (isOpen(incident)) await tell(app, incident, entry);
}

async function alertInWords(app: App, group: AlertGroup): Promise<string> {
  const [newest] = await app.alerts.list(group.id, 1);
  const { told, alerts } = await app.alerts.tally(group.id);
  const seen = told > 1 ? `, last ${inUtc(group.lastAt, app.now)}, told ${times(told)}` : "";
  const beside = alerts > 1 ? `, ${alerts} alerts` : "";
  const labels = Object.entries(newest?.labels ?? {})
    .slice(0, 8)
    .map(([name, value]) => `${name}=${shorten(value, 60)}`)
    .join(", ");
  const link = newest?.link ? ` · <${escapeMrkdwn(newest.link)}|open>` : "";
  return [
    `Alert “${escapeMrkdwn(group.title)}” (${group.level}, from ${group.source}): first seen ${inUtc(group.openedAt, app.now)}${seen}${beside}${link}`,
    ...(labels === "" ? [] : [escapeMrkdwn(labels)]),
  ].join("\n");
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** What an incident declared about alerts is filled in with; times are never ahead. */
export async function declarationOf(app: App, group: AlertGroup) {
  const { since, startedAt } = await app.alerts.tally(group.id);
  const [newest] = await app.alerts.list(group.id, 1);
  const posted = await app.outbox.posted("alert.card", group.id);
  const seenAt = since ?? group.openedAt;
  return {
    title: shorten(group.title, 150),
    summary: newest?.text ?? "",
    affected: group.service === null ? [] : [group.service],
    source: {
      kind: "alert" as const,
      permalink: posted ? app.workspace.permalink(posted.channelId, posted.ts) : null,
      text: `${group.source}: ${group.title}`,
    },
    seenAt,
    startedAt: startedAt !== null && startedAt < seenAt ? startedAt : seenAt,
    pageIds: group.pageIds,
  };
}

/**
 * Declares the incident that alerts open by themselves, in the bot's own name, or makes them part of one that is open
 * about the same thing by now. Does nothing where they are over or belong to one already.
 */
export async function declareFromAlert(app: App, groupId: string): Promise<void> {
  const group = await app.alerts.lockGroup(groupId);
  if (!group || group.incidentId !== null || group.endedAt !== null) return;
  const open = await openIncidentFor(app, group);
  if (open) return tieToIncident(app, group, open, { tell: true });
  const severity = group.severity ?? app.config.severities[0]?.name ?? "";
  const declaration = await declarationOf(app, group);
  const whole = { ...declaration, severity, commanderId: null, isPrivate: false };
  // Where a severity opens nothing but a ticket, that is for a person to ask for.
  if (ticketInstead(app.config, whole) !== null) return;
  const incident = await declareIncident(app, ownCaller(app), whole);
  const pages = await pageForAlert(app, group, incident);
  const paged =
    pages.length === 0 ? group : await app.alerts.updateGroup(groupId, { pageIds: pages.map(({ id }) => id) });
  await tieToIncident(app, paged, incident, { tell: false });
}

/** The bot asking by itself; Slack must have said by then who it is. */
function ownCaller(app: App): Caller {
  const { botUserId, teamId } = app.workspace;
  if (botUserId === "") throw new Error("Slack has not said yet who the bot is");
  return { userId: botUserId, teamId, name: "Tocsin", email: null, kind: "member", groupIds: [], timezone: "UTC" };
}
