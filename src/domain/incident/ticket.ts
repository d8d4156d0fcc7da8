import { createHash } from "node:crypto";
import { askCounterpart } from "../counterpart/counterpart.ts";
import type { App } from "../ports.ts";
import { escapeMrkdwn, shorten } from "../text.ts";
import { personOf, type Ticket, type TicketKind, ticketLink, ticketsOf } from "../ticket/ticket.ts";
import { placeOfKey, privatePlace, type TicketContent, type TrackerId, trackerTitles } from "../ticket/tracker.ts";
import { affectedTitles } from "./affected.ts";
import { type Incident, incidentName, isOpen, markedTitle } from "./incident.ts";
import { redraw, tell } from "./notices.ts";
import { currentStep } from "./phases.ts";
import { severityOf } from "./severity.ts";

/** What is over is sent a moment later, when what it links to stands in Slack. */
const lastWordSeconds = 10;

/** The ticket of an incident; null where there is none, and none is on its way. */
export async function incidentTicket(app: App, incidentId: string): Promise<Ticket | null> {
  const all = ticketsOf(await app.counterparts.ofSubjects([incidentId]));
  return all.find(({ state }) => state !== "failed") ?? all.at(-1) ?? null;
}

/**
 * Has the ticket of an incident say what is true now, and opens it where its severity asks for one: not for drills,
 * nor for what is told after the fact, nor for what is private unless the tracker has a place for that.
 */
export async function keepTicket(app: App, incident: Incident, by: string): Promise<void> {
  const { github, jira } = app.config.integrations;
  if (!github && !jira) return;
  const ticket = await incidentTicket(app, incident.id);
  // Who deleted it there did not want it.
  if (ticket?.status === "gone") return;
  // Nothing of it may be there, unless an attempt made it while nobody heard.
  if (ticket && ticket.key === null && ticket.attemptedAt === null && staysHere(app, incident, ticket.service)) return;
  if (ticket && ticket.incidentId === null) await app.counterparts.put({ ...ticket, incidentId: incident.id });
  const service = ticket?.service ?? trackerFor(app, incident);
  if (!service) return;
  const ask = { service, subject: incident.id, incidentId: incident.id, askedBy: by };
  await askCounterpart(app, ask, { afterSeconds: isOpen(incident) ? 0 : lastWordSeconds });
}

function trackerFor(app: App, incident: Incident): TrackerId | null {
  if (incident.kind === "drill" || incident.isSilent || !isOpen(incident)) return null;
  const { ticket } = severityOf(app.config, incident.severity);
  if (!ticket || !app.config.integrations[ticket.tracker]) return null;
  return staysHere(app, incident, ticket.tracker) ? null : ticket.tracker;
}

/** What is private goes only to a place that is named for it. */
function staysHere(app: Pick<App, "config">, { isPrivate }: Incident, tracker: TrackerId): boolean {
  return isPrivate && privatePlace(app.config, tracker) === null;
}

/** Tickets of incidents: they follow the incident until it is over, and again when it is taken up again. */
export const incidentTickets: TicketKind = {
  content: async (app, ticket) => {
    const incident = await app.incidents.byId(ticket.subject);
    if (!incident) return null;
    const taken = { content: withdrawn(incident), seal: "withdrawn" };
    if (
      incident.isPrivate &&
      ticket.key !== null &&
      placeOfKey(ticket.key) !== privatePlace(app.config, ticket.service)
    )
      return taken;
    const content =
      staysHere(app, incident, ticket.service) && ticket.key === null ? null : await contentOf(app, incident);
    const seal = createHash("sha256").update(JSON.stringify(content)).digest("hex");
    // It may have been opened where everybody reads, in the moment before it became private.
    return incident.isPrivate && ticket.key === null ? { content, seal, ifMade: taken } : { content, seal };
  },
  shown: async (app, ticket, before) => {
    const incident = await app.incidents.byId(ticket.subject);
    if (!incident) return;
    const status = ticket.seal === "withdrawn" || !isOpen(incident) ? "done" : "open";
    if (ticket.state === "there" && ticket.status !== "gone" && ticket.status !== status)
      await app.counterparts.put({ ...ticket, status });
    if (ticket.state === "there" && before.key === null) {
      if (ticket.seal === "withdrawn") await takenBack(app, incident, ticket);
      else await opened(app, incident, ticket);
    }
    // What changed while it was being sent, such as being made private, is sent now.
    const now = ticket.state === "there" && ticket.trouble === null ? await incidentTickets.content(app, ticket) : null;
    if (now && now.seal !== ticket.seal) await keepTicket(app, incident, ticket.askedBy);
    if (ticket.state === "failed" && before.state !== "failed" && ticket.trouble !== null)
      await notTaken(app, incident, ticket);
    await redraw(app, incident);
  },
  seen: async (app, ticket, sight) => {
    const incident = await app.incidents.byId(ticket.subject);
    if (!incident) return;
    const title = trackerTitles[ticket.service];
    if (!sight) {
      await say(app, incident, null, `The ticket ${ticketLink(ticket)} is gone in ${title}`);
    } else if (isOpen(incident)) {
      const actorId = sight.by ? await personOf(app, sight.by.id, ticket.service) : null;
      const by = sight.by && !actorId ? ` by ${escapeMrkdwn(sight.by.name)}` : "";
      const text = `Closed the ticket ${ticketLink(ticket)} in ${title}${by}; ${incidentName(incident)} is still open`;
      await say(app, incident, actorId, text);
    }
    await redraw(app, incident);
  },
};

async function opened(app: App, incident: Incident, ticket: Ticket): Promise<void> {
  const title = trackerTitles[ticket.service];
  const text = `Opened the ticket ${ticketLink(ticket)} in ${title}`;
  await app.timeline.add({ incidentId: incident.id, at: app.now, kind: "system", actorId: null, text });
  if (ticket.url) {
    const name = `${title}: ${ticket.key}`;
    await app.outbox.add({ kind: "bookmark", incident: incident.id, title: name, link: ticket.url }, "declare");
  }
  await app.audit.add({
    actor: ticket.askedBy,
    action: "incident.ticket-opened",
    subject: incidentName(incident),
    details: { tracker: ticket.service, key: ticket.key },
  });
}

/** It was opened before the incident became private, and nobody heard of it until now. */
async function takenBack(app: App, incident: Incident, ticket: Ticket): Promise<void> {
  const title = trackerTitles[ticket.service];
  const text = `The ticket ${ticketLink(ticket)} was opened in ${title} before this became private: its text is taken out and it is closed. Its history there still has the old text`;
  await say(app, incident, null, text);
  await app.audit.add({
    actor: "tocsin",
    action: "incident.ticket-taken-back",
    subject: incidentName(incident),
    details: { tracker: ticket.service, key: ticket.key },
  });
}

async function notTaken(app: App, incident: Incident, ticket: Ticket): Promise<void> {
  const why = escapeMrkdwn(shorten(ticket.trouble ?? "", 300));
  const what = ticket.key ? `the ticket ${ticketLink(ticket)} was not changed` : "no ticket was opened";
  await say(app, incident, null, `${why}: ${what}. It is tried again with the next change of the incident`);
  await app.audit.add({
    actor: "tocsin",
    action: "incident.ticket-not-taken",
    subject: incidentName(incident),
    details: { tracker: ticket.service, key: ticket.key, trouble: ticket.trouble },
  });
}

async function say(app: App, incident: Incident, actorId: string | null, text: string): Promise<void> {
  await tell(
    app,
    incident,
    await app.timeline.add({ incidentId: incident.id, at: app.now, kind: "system", actorId, text }),
  );
}

/** What stands in a place that everybody reads once the incident is private: that there was something, and no more. */
function withdrawn(incident: Incident): TicketContent {
  return {
    title: incidentName(incident),
    lines: ["This is not followed here any more."],
    links: [],
    dueOn: null,
    assignee: null,
    isPrivate: false,
    done: true,
  };
}

async function contentOf(app: App, incident: Incident): Promise<TicketContent> {
  const reporter = (await app.names([incident.reporterId])).get(incident.reporterId);
  const affected = affectedTitles(app.config, incident.affected).join(", ");
  const { resolvedAt } = incident.times;
  return {
    title: app.redact(`${incidentName(incident)} ${incident.severity}: ${markedTitle(incident)}`),
    lines: [
      `Severity: ${incident.severity}. Status: ${currentStep(incident).title}.`,
      `Affected: ${affected || "not said yet"}.`,
      ...(incident.summary ? [app.redact(shorten(incident.summary, 2000))] : []),
      `Declared ${reporter ? `by ${reporter} ` : ""}on ${dayAndTime(incident.times.declaredAt)}${
        resolvedAt ? `, resolved on ${dayAndTime(resolvedAt)}` : ""
      }.`,
      "The title, this text and whether it is open follow the incident in Slack. Comments are left alone.",
    ],
    links: [
      ...(incident.channelId
        ? [{ title: "The incident's channel", url: app.workspace.channelLink(incident.channelId) }]
        : []),
      ...(await postmortemLinks(app, incident)),
    ],
    dueOn: null,
    assignee: null,
    isPrivate: incident.isPrivate,
    done: !isOpen(incident),
  };
}

function dayAndTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Where the post-mortem of one that is over can be read: outside Slack where it is published there, else its card. */
async function postmortemLinks(app: App, incident: Incident): Promise<TicketContent["links"]> {
  const postmortem = isOpen(incident) ? null : await app.postmortems.byIncident(incident.id);
  if (!postmortem) return [];
  const title = "The post-mortem";
  const outside = (await app.counterparts.ofSubjects([postmortem.id])).find(({ url }) => url !== null);
  if (outside?.url) return [{ title, url: outside.url }];
  const card = await app.outbox.posted("postmortem.card", postmortem.id);
  return card ? [{ title, url: app.workspace.permalink(card.channelId, card.ts) }] : [];
}
