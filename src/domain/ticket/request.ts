import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { Configuration } from "../configuration.ts";
import { askCounterpart } from "../counterpart/counterpart.ts";
import { requireMember } from "../incident/access.ts";
import { affectedTitles, requireAffected } from "../incident/affected.ts";
import { type Declaration, declareIncident } from "../incident/declare.ts";
import { type Incident, type IncidentSource, incidentName } from "../incident/incident.ts";
import { requireSeverity } from "../incident/severity.ts";
import type { App } from "../ports.ts";
import { cleanLine, cleanText, shorten } from "../text.ts";
import type { TicketKind } from "./ticket.ts";
import type { TrackerId } from "./tracker.ts";

/** What somebody declared at a severity that opens nothing but a ticket. An incident made of it takes its id. */
export interface TicketRequest {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly summary: string;
  /** Names from the catalog. */
  readonly affected: readonly string[];
  readonly tracker: TrackerId;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly source: IncidentSource;
}

export interface TicketRequestRecords {
  readonly insert: (request: TicketRequest) => Promise<void>;
  readonly byId: (id: string) => Promise<TicketRequest | null>;
  /** As byId, kept from others until the transaction ends. */
  readonly lock: (id: string) => Promise<TicketRequest | null>;
}

/** The tracker a declaration goes to instead of becoming an incident; null where it becomes one, as all that is private, a drill or told after the fact does. */
export function ticketInstead(
  config: Configuration,
  { severity, isPrivate, kind, resolvedAt, isSilent }: Declaration,
): TrackerId | null {
  const { ticket } = requireSeverity(config, severity);
  if (!ticket?.only || !config.integrations[ticket.tracker]) return null;
  return isPrivate || kind === "drill" || resolvedAt || isSilent ? null : ticket.tracker;
}

/** Records what was declared and has a ticket opened for it; who asked gets its address by direct message. */
export async function requestTicket(
  app: App,
  caller: Caller,
  declaration: Declaration,
  tracker: TrackerId,
): Promise<TicketRequest> {
  requireMember(caller);
  const title = cleanLine(declaration.title);
  if (title === "") {
    throw new Refusal("missing_argument", "A ticket needs a title.", "Say in a few words what is wrong.", "title");
  }
  const request: TicketRequest = {
    id: app.newId(),
    title,
    severity: requireSeverity(app.config, declaration.severity).name,
    summary: cleanText(declaration.summary),
    affected: requireAffected(app.config, declaration.affected),
    tracker,
    askedBy: caller.userId,
    askedAt: app.now,
    source: declaration.source,
  };
  await app.ticketRequests.insert(request);
  await app.audit.add({
    actor: caller.userId,
    action: "ticket.requested",
    subject: request.id,
    details: { title: app.redact(title), severity: request.severity, affected: request.affected, tracker },
  });
  await askCounterpart(app, { service: tracker, subject: request.id, incidentId: null, askedBy: caller.userId });
  await redrawRequest(app, request);
  return request;
}

/** Makes an incident of what opened only a ticket; the ticket becomes the incident's. */
export async function declareRequested(app: App, caller: Caller, requestId: string): Promise<Incident> {
  const request = await app.ticketRequests.lock(requestId);
  if (!request) throw new Refusal("not_found", "That is gone.", "Declare it with /incident declare.");
  const made = await app.incidents.byId(request.id);
  if (made) {
    throw new Refusal(
      "already_done",
      `It is ${made.isPrivate ? "an incident" : incidentName(made)} already.`,
      "Look at /incident list.",
    );
  }
  const { id, title, severity, summary, affected, source, askedAt } = request;
  const incident = await declareIncident(app, caller, {
    id,
    title,
    severity,
    summary,
    affected,
    source,
    commanderId: null,
    isPrivate: false,
    seenAt: askedAt,
  });
  await redrawRequest(app, request);
  return incident;
}

/** Tickets that nobody made an incident of: made once, left to the people there. */
export const requestTickets: TicketKind = {
  content: async (app, { subject }) => {
    const request = await app.ticketRequests.byId(subject);
    if (!request) return null;
    const reporter = (await app.names([request.askedBy])).get(request.askedBy);
    const affected = affectedTitles(app.config, request.affected).join(", ");
    const { permalink } = request.source;
    const content = {
      title: app.redact(`${request.severity}: ${request.title}`),
      lines: [
        `Severity: ${request.severity}. No incident was declared for it.`,
        ...(affected ? [`Affected: ${affected}.`] : []),
        ...(request.summary ? [app.redact(shorten(request.summary, 2000))] : []),
        ...(reporter ? [`Reported by ${reporter} in Slack.`] : []),
      ],
      links: permalink ? [{ title: "The message it comes from", url: permalink }] : [],
      dueOn: null,
      assignee: null,
      isPrivate: false,
      done: false,
    };
    return { content, seal: "made" };
  },
  shown: async (app, { subject }) => {
    const request = await app.ticketRequests.byId(subject);
    if (request) await redrawRequest(app, request);
  },
  seen: async (app, { subject }) => {
    const request = await app.ticketRequests.byId(subject);
    if (request) await redrawRequest(app, request);
  },
};

function redrawRequest(app: App, { id, askedBy }: TicketRequest): Promise<void> {
  return app.outbox.add(
    { kind: "card", view: "incident.ticket-only", subject: id, place: { user: askedBy } },
    "answer",
  );
}
