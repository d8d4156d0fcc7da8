import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { cleanLine, cleanText } from "../text.ts";
import { requireMember } from "./access.ts";
import { incidentLinks, requireAffected } from "./affected.ts";
import { type Incident, type IncidentSource, incidentName } from "./incident.ts";
import { redraw } from "./notices.ts";
import { armUpdateReminder } from "./reminders.ts";
import { requireSeverity } from "./severity.ts";

/** What people say when they declare; typed text as it came. */
export interface Declaration {
  readonly title: string;
  readonly severity: string;
  readonly summary: string;
  readonly affected: readonly string[];
  readonly commanderId: string | null;
  readonly isPrivate: boolean;
  readonly source: IncidentSource;
  /** When it was first seen, where that is known to be earlier than now. */
  readonly seenAt: Date | null;
}

/** After this many minutes without a commander the channel is asked for one. */
export const leadReminderMinutes = 10;

/** Records a new incident and asks Slack for everything it needs; the channel comes first, the rest as soon as it exists. */
export async function declareIncident(app: App, caller: Caller, declaration: Declaration): Promise<Incident> {
  requireMember(caller);
  const title = cleanLine(declaration.title);
  if (title === "") {
    throw new Refusal("missing_argument", "An incident needs a title.", "Say in a few words what is wrong.", "title");
  }
  const severity = requireSeverity(app.config, declaration.severity);
  const commanderId = declaration.commanderId;
  if (commanderId === app.workspace.botUserId) {
    throw new Refusal("unknown_person", "I cannot lead an incident.", "Name a person, or nobody yet.", "commander");
  }
  const seenAt = declaration.seenAt && declaration.seenAt < app.now ? declaration.seenAt : app.now;
  const incident = await app.incidents.insert({
    id: app.newId(),
    title,
    summary: cleanText(declaration.summary),
    severity: severity.name,
    phase: "detected",
    kind: "real",
    affected: requireAffected(app.config, declaration.affected),
    isPrivate: declaration.isPrivate,
    isSilent: false,
    isAnnounced: true,
    reporterId: caller.userId,
    source: declaration.source,
    roles: commanderId ? [{ role: "commander", userId: commanderId, since: app.now }] : [],
    times: {
      startedAt: seenAt,
      detectedAt: seenAt,
      declaredAt: app.now,
      acknowledgedAt: null,
      mitigatedAt: null,
      resolvedAt: null,
      closedAt: null,
    },
    channelId: null,
    channelName: null,
    lastUpdate: null,
    fields: {},
    nextUpdateAt: severity.updateMinutes === null ? null : addMinutes(app.now, severity.updateMinutes),
  });
  const people = commanderId && commanderId !== caller.userId ? [caller.userId, commanderId] : [caller.userId];
  await app.incidents.addMembers(incident.id, people);
  await record(app, caller, incident);
  await announce(app, incident, people);
  await armUpdateReminder(app, incident);
  if (!commanderId) {
    await app.jobs.add(
      "remind-lead",
      { incidentId: incident.id },
      { key: incident.id, after: addMinutes(app.now, leadReminderMinutes) },
    );
  }
  return incident;
}

async function record(app: App, caller: Caller, incident: Incident): Promise<void> {
  const commander = incident.roles[0]?.userId;
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "declared",
    actorId: caller.userId,
    text: `Declared ${incidentName(incident)} as ${incident.severity}${commander ? `, with <@${commander}> as commander` : ""}`,
  });
  await app.audit.add({
    actor: caller.userId,
    action: "incident.declared",
    subject: incidentName(incident),
    details: {
      severity: incident.severity,
      title: incident.title,
      affected: incident.affected,
      private: incident.isPrivate,
      commander: commander ?? null,
      through: incident.source.kind,
    },
  });
}

async function announce(app: App, incident: Incident, people: readonly string[]): Promise<void> {
  const about = { incident: incident.id } as const;
  await app.outbox.add({ kind: "channel", ...about }, "declare");
  await app.outbox.add({ kind: "topic", ...about }, "declare");
  await redraw(app, incident, "declare");
  // Who gets into a private incident is a person's decision: nobody comes in by severity.
  const called = incident.isPrivate ? [] : requireSeverity(app.config, incident.severity).invite;
  await app.outbox.add({ kind: "invite", ...about, userIds: [...new Set([...people, ...called])] }, "declare");
  for (const link of incidentLinks(app.config, incident.affected)) {
    await app.outbox.add({ kind: "bookmark", ...about, title: link.title, link: link.url }, "declare");
  }
}
