import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { askCounterpart } from "../counterpart/counterpart.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName, markedTitle } from "../incident/incident.ts";
import { redraw, tell } from "../incident/notices.ts";
import type { App } from "../ports.ts";
import { redrawPostmortem } from "../postmortem/checklist.ts";
import type { ActionItem } from "../postmortem/postmortem.ts";
import { escapeMrkdwn, shorten } from "../text.ts";
import { personOf, type Ticket, type TicketKind, ticketLink, ticketsOf } from "../ticket/ticket.ts";
import { type TicketContent, type TicketSight, type TrackerId, trackersOf, trackerTitles } from "../ticket/tracker.ts";

/** Hands an action item to a tracker; the ticket is made in the background. What is private stays here. */
export async function handToTracker(app: App, caller: Caller, itemId: string, word: string): Promise<ActionItem> {
  const item = await app.actionItems.byId(itemId);
  if (!item) throw new Refusal("not_found", "That action item is gone.");
  const incident = await openForChange(app, caller, item.incidentId);
  const tracker = trackersOf(app.config).find(({ id }) => id === word);
  if (!tracker) {
    throw new Refusal(
      "not_possible",
      "That tracker is not set up here.",
      "An administrator adds it under integrations in the configuration.",
    );
  }
  if (incident.isPrivate) {
    throw new Refusal(
      "not_allowed",
      `${incidentName(incident)} is private; its action items stay here.`,
      `Write the ticket in ${tracker.title} yourself, with words that may be read there.`,
    );
  }
  if (item.doneAt) throw new Refusal("already_done", "That action item is done already.");
  const before = ticketsOf(await app.counterparts.ofSubjects([item.id])).find(({ state }) => state !== "failed");
  if (before) {
    const where = before.key ? `${trackerTitles[before.service]} already: ${before.key}` : "on its way to a tracker";
    throw new Refusal("already_done", `That action item is ${where}.`);
  }
  await handOver(app, incident, item, tracker.id, caller.userId);
  return item;
}

/** Hands over what is still to be done when a post-mortem is published, where the configuration says so. */
export async function handOverOpenItems(app: App, incident: Incident, by: string): Promise<void> {
  const { tracker } = app.config.followUp;
  if (!tracker || incident.isPrivate || incident.kind === "drill") return;
  const items = await app.actionItems.list({ incidentId: incident.id, open: true });
  const handed = new Set(
    (await app.counterparts.ofSubjects(items.map(({ id }) => id)))
      .filter(({ state }) => state !== "failed")
      .map(({ subject }) => subject),
  );
  for (const item of items) {
    if (!handed.has(item.id)) await handOver(app, incident, item, tracker, by);
  }
}

async function handOver(app: App, incident: Incident, item: ActionItem, tracker: TrackerId, by: string): Promise<void> {
  await askCounterpart(app, { service: tracker, subject: item.id, incidentId: incident.id, askedBy: by });
  await app.audit.add({
    actor: by,
    action: "action-item.handed-over",
    subject: incidentName(incident),
    details: { item: item.id, title: item.title, tracker },
  });
}

/** The ticket that counts for each item: the one that is there, else the newest attempt. */
export async function ticketsByItem(app: App, itemIds: readonly string[]): Promise<ReadonlyMap<string, Ticket>> {
  const all = ticketsOf(await app.counterparts.ofSubjects(itemIds));
  const weight = (one: Ticket) => (one.state === "failed" ? 0 : 1);
  return new Map(all.toSorted((a, b) => weight(a) - weight(b)).map((one) => [one.subject, one]));
}

/** Tickets of action items: made once, left to the people there afterwards; one closed there is done here. */
export const itemTickets: TicketKind = {
  content: async (app, { service, subject }) => {
    const item = await app.actionItems.byId(subject);
    const incident = item && (await app.incidents.byId(item.incidentId));
    if (!item || !incident || incident.isPrivate) return null;
    return { content: await ticketFor(app, incident, item, service), seal: "made" };
  },
  shown: async (app, ticket) => {
    const item = await app.actionItems.byId(ticket.subject);
    const incident = item && (await app.incidents.byId(item.incidentId));
    if (!item || !incident) return;
    if (ticket.state === "there" && ticket.key) {
      const where = `${trackerTitles[ticket.service]} as ${ticketLink(ticket)}`;
      const text = `Action item handed to ${where}: ${escapeMrkdwn(shorten(item.title, 300))}`;
      await tell(app, incident, await note(app, incident, ticket.askedBy, text));
    }
    if (ticket.state === "failed" || (ticket.state === "there" && ticket.trouble)) {
      await app.outbox.add({
        kind: "message",
        view: "action-item.ticket-trouble",
        subject: `${ticket.service}:${ticket.subject}`,
        place: { user: ticket.askedBy },
        once: `ticket-trouble:${ticket.service}:${ticket.subject}:${ticket.askedAt.toISOString()}:${ticket.state}`,
      });
    }
    await shownAnew(app, incident, item);
  },
  seen: async (app, ticket, sight) => {
    const item = await app.actionItems.byId(ticket.subject);
    const incident = item && (await app.incidents.byId(item.incidentId));
    if (!item || !incident) return;
    if (sight?.done && !item.doneAt) await closedThere(app, incident, item, ticket, sight);
    await shownAnew(app, incident, item);
  },
};

async function ticketFor(app: App, incident: Incident, item: ActionItem, tracker: TrackerId): Promise<TicketContent> {
  const names = await app.names([...(item.ownerId ? [item.ownerId] : []), item.createdBy]);
  const owner = item.ownerId ? (names.get(item.ownerId) ?? null) : null;
  const inSlack = item.source?.permalink ?? null;
  return {
    title: app.redact(item.title),
    lines: [
      app.redact(`Action item of ${incidentName(incident)}, ${incident.severity}: ${markedTitle(incident)}`),
      ...(owner ? [`Owner: ${owner}`] : []),
      ...(item.dueOn ? [`Due: ${item.dueOn}`] : []),
      "Closing it here marks it as done in Slack.",
    ],
    links: inSlack ? [{ title: "The message it comes from", url: inSlack }] : [],
    dueOn: item.dueOn,
    assignee: await assigneeFor(app, item.ownerId, tracker),
    isPrivate: false,
    done: false,
  };
}

/** The owner as the tracker knows them, by what the configuration's people say. */
async function assigneeFor(app: App, ownerId: string | null, tracker: TrackerId): Promise<string | null> {
  if (!ownerId) return null;
  const email = (await app.people.known([ownerId])).get(ownerId)?.email?.toLowerCase() ?? null;
  const entry = app.config.people.find(
    ({ reference }) => reference === ownerId || (email !== null && reference.toLowerCase() === email),
  );
  return entry?.[tracker] ?? null;
}

async function closedThere(app: App, incident: Incident, item: ActionItem, ticket: Ticket, sight: TicketSight) {
  const at = sight.at && sight.at < app.now ? sight.at : app.now;
  const actorId = sight.by ? await personOf(app, sight.by.id, ticket.service) : null;
  const by = sight.by && !actorId ? ` by ${escapeMrkdwn(sight.by.name)}` : "";
  const where = `${trackerTitles[ticket.service]}, ${escapeMrkdwn(ticket.key ?? "")}${by}`;
  await app.actionItems.update(item, { doneAt: at });
  const text = `Action item done (closed in ${where}): ${escapeMrkdwn(shorten(item.title, 300))}`;
  await tell(app, incident, await note(app, incident, actorId, text));
  await app.audit.add({
    actor: actorId ?? "tocsin",
    action: "action-item.done",
    subject: incidentName(incident),
    details: {
      item: item.id,
      title: item.title,
      closedIn: ticket.service,
      key: ticket.key,
      by: sight.by?.name ?? null,
    },
  });
}

async function shownAnew(app: App, incident: Incident, item: ActionItem): Promise<void> {
  if (item.ownerId) await app.outbox.add({ kind: "home", userId: item.ownerId }, "cosmetic");
  await redraw(app, incident);
  await redrawPostmortem(app, incident.id);
}

function note(app: App, incident: Incident, actorId: string | null, text: string) {
  return app.timeline.add({ incidentId: incident.id, at: app.now, kind: "action-item", actorId, text });
}
