import type { Counterpart } from "../../src/domain/counterpart/counterpart.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { shorten } from "../../src/domain/text.ts";
import type { TicketRequest } from "../../src/domain/ticket/request.ts";
import { ticketLink } from "../../src/domain/ticket/ticket.ts";
import { trackerTitles } from "../../src/domain/ticket/tracker.ts";
import { actions, button, inert, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";

const services: Readonly<Partial<Record<Counterpart["service"], string>>> = trackerTitles;

/** Where its ticket is, or why there is none. */
export function ticketWords({ service, state, key, url, status, trouble }: Counterpart): string {
  const title = services[service] ?? service;
  const why = inert(shorten(withoutName(trouble ?? "", title), 200));
  if (state === "failed" && !key && trouble === null) return `none in ${title}: what is private stays here`;
  if (state === "failed" && !key) return `:warning: not in ${title}: ${why}`;
  if (!key) return trouble ? `${title} has not answered yet` : `on its way to ${title}`;
  const link = ticketLink({ key, url });
  if (status === "gone") return `${link} is gone in ${title}`;
  if (state === "failed") return `${link} (:warning: not up to date: ${why})`;
  return `${link}${status === "done" ? " done" : ""}${trouble ? ` (${inert(shorten(trouble, 200))})` : ""}`;
}

function withoutName(trouble: string, title: string): string {
  return trouble.startsWith(`${title}: `) ? trouble.slice(title.length + 2) : trouble;
}

/** What opened only a ticket, in a direct message to who declared it. Subject: the request. */
export const ticketOnlyView: View = async (app, requestId) => {
  const request = await app.ticketRequests.byId(requestId);
  if (!request) return null;
  const ticket = await app.counterparts.find(request.tracker, request.id);
  return { reply: ticketOnly(request, ticket, await app.incidents.byId(request.id)) };
};

/** The same in words: where the ticket is, and the way to an incident. */
export function ticketOnly(request: TicketRequest, ticket: Counterpart | null, incident: Incident | null): Reply {
  const title = trackerTitles[request.tracker];
  const what = `*${inert(shorten(request.title, 200))}*`;
  const words = ticket ? ticketWords(ticket) : `on its way to ${title}`;
  const where = words.includes(title) ? words : `${words} in ${title}`;
  if (incident) {
    const text = `${what} is ${incident.isPrivate ? "an incident" : incidentName(incident)} now. Its ticket: ${where}.`;
    return reply(text, [section(text)]);
  }
  const text = `${what} is ${request.severity}, which opens only a ticket: ${where}. No channel is made and nobody is called.`;
  return reply(text, [
    section(text),
    actions([button({ action: "incident.declare.requested", text: "Make it an incident", about: { id: request.id } })]),
  ]);
}
