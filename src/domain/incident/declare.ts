import { addMinutes } from "date-fns/addMinutes";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { diagnoseAffected } from "../health/diagnosis.ts";
import { adoptPages, armUnresolvedPages, pageForSeverity } from "../oncall/begin-page.ts";
import type { App } from "../ports.ts";
import { openPostmortem } from "../postmortem/write.ts";
import { tellOutside } from "../telling/fan-out.ts";
import { cleanLine, cleanText } from "../text.ts";
import { inUtc, requirePast } from "../time/typed-moment.ts";
import { requireMember } from "./access.ts";
import { incidentLinks, requireAffected } from "./affected.ts";
import { armClocks } from "./clocks.ts";
import { callsNobody, type Incident, type IncidentSource, incidentName } from "./incident.ts";
import { redraw } from "./notices.ts";
import { statusAt, stepOf } from "./phases.ts";
import { armUpdateReminder } from "./reminders.ts";
import { requireServing } from "./serving.ts";
import { requireSeverity } from "./severity.ts";
import { keepTicket } from "./ticket.ts";

/** What people say when they declare; typed text as it came. */
export interface Declaration {
  /** The incident's id where it has one already: that of what was opened as a ticket only. */
  readonly id?: string;
  readonly title: string;
  readonly severity: string;
  readonly summary: string;
  readonly affected: readonly string[];
  readonly commanderId: string | null;
  readonly isPrivate: boolean;
  readonly source: IncidentSource;
  /** When it was first seen, where that is known to be earlier than now. */
  readonly seenAt: Date | null;
  /** A drill is marked everywhere and calls nobody beyond who is named. */
  readonly kind?: Incident["kind"];
  /** When it began, where somebody said so. */
  readonly startedAt?: Date | null;
  /** For one that is over already: since when. Nobody is called then. */
  readonly resolvedAt?: Date | null;
  /** Nobody is called and nothing announced. */
  readonly isSilent?: boolean;
  /** Announced although nobody is called. */
  readonly isAnnounced?: boolean;
  /** Pages that are about it already: those that are open become its own. */
  readonly pageIds?: readonly string[];
}

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
  if (commanderId) await requireServing(app, commanderId, "commander");
  const times = timesOf(app, declaration);
  const isSilent = (declaration.isSilent ?? false) || times.resolvedAt !== null;
  const first = times.resolvedAt ? ("resolved" as const) : ("detected" as const);
  const incident = await app.incidents.insert({
    id: declaration.id ?? app.newId(),
    title,
    summary: cleanText(declaration.summary),
    severity: severity.name,
    phase: first,
    status: statusAt(stepOf(app.config.phases, first)),
    kind: declaration.kind ?? "real",
    affected: requireAffected(app.config, declaration.affected),
    isPrivate: declaration.isPrivate,
    isSilent,
    isAnnounced: declaration.isAnnounced || !isSilent,
    reporterId: caller.userId,
    source: declaration.source,
    roles: commanderId ? [{ role: "commander", userId: commanderId, since: app.now }] : [],
    times,
    channelId: null,
    channelName: null,
    lastUpdate: null,
    fields: {},
    nextUpdateAt: severity.updateMinutes === null || isSilent ? null : addMinutes(app.now, severity.updateMinutes),
  });
  const people = commanderId && commanderId !== caller.userId ? [caller.userId, commanderId] : [caller.userId];
  await app.incidents.addMembers(incident.id, people);
  await record(app, caller, incident);
  await announce(app, incident, people);
  await diagnoseAffected(app, incident, incident.affected);
  await armUpdateReminder(app, incident);
  await armClocks(app, incident);
  if (times.resolvedAt) await openPostmortem(app, incident, caller.userId);
  await adoptPages(app, incident, declaration.pageIds ?? []);
  await pageForSeverity(app, incident, declaration.pageIds);
  await armUnresolvedPages(app, incident);
  await keepTicket(app, incident, caller.userId);
  if (!commanderId && !isSilent) {
    await app.jobs.add(
      "remind-lead",
      { incidentId: incident.id },
      { key: incident.id, after: addMinutes(app.now, app.config.leadReminders.afterMinutes) },
    );
  }
  return incident;
}

function timesOf(app: App, { startedAt = null, resolvedAt = null, seenAt }: Declaration): Incident["times"] {
  if (startedAt) requirePast(startedAt, app.now, "started");
  if (resolvedAt) requirePast(resolvedAt, app.now, "resolved");
  const seen = seenAt && seenAt < app.now ? seenAt : null;
  if (resolvedAt && !startedAt && !seen) {
    throw new Refusal(
      "missing_argument",
      "When did it begin?",
      "Say it with --started, such as --started 2h.",
      "started",
    );
  }
  const began = startedAt ?? seen ?? app.now;
  if (resolvedAt && resolvedAt < began) {
    throw new Refusal("bad_argument", "It cannot have been over before it began.", null, "resolved");
  }
  return {
    startedAt: began,
    // What is told after the fact was noticed at some time nobody recorded; what goes on is noticed now.
    detectedAt: seen && seen >= began ? seen : resolvedAt ? began : app.now,
    declaredAt: app.now,
    acknowledgedAt: null,
    mitigatedAt: null,
    resolvedAt,
    closedAt: null,
  };
}

async function record(app: App, caller: Caller, incident: Incident): Promise<void> {
  const commander = incident.roles[0]?.userId;
  const entry = await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "declared",
    actorId: caller.userId,
    text: `${declaredAs(incident)}${commander ? `, with <@${commander}> as commander` : ""}`,
  });
  await tellOutside(app, incident, entry);
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
      kind: incident.kind,
      silent: incident.isSilent,
      started: incident.times.startedAt.toISOString(),
      resolved: incident.times.resolvedAt?.toISOString() ?? null,
      through: incident.source.kind,
    },
  });
}

function declaredAs(incident: Incident): string {
  const { startedAt, declaredAt, resolvedAt } = incident.times;
  const what = `Declared ${incident.kind === "drill" ? "the drill " : ""}${incidentName(incident)} as ${incident.severity}`;
  if (resolvedAt) {
    return `${what} after the fact: it began at ${inUtc(startedAt, declaredAt)} and was over at ${inUtc(resolvedAt, declaredAt)}`;
  }
  return startedAt < declaredAt ? `${what}; it began at ${inUtc(startedAt, declaredAt)}` : what;
}

async function announce(app: App, incident: Incident, people: readonly string[]): Promise<void> {
  const about = { incident: incident.id } as const;
  await app.outbox.add({ kind: "channel", ...about }, "declare");
  await app.outbox.add({ kind: "topic", ...about }, "declare");
  await redraw(app, incident, "declare");
  // Who gets into a private incident is a person's decision: nobody comes in by severity.
  const called =
    incident.isPrivate || callsNobody(incident) ? [] : requireSeverity(app.config, incident.severity).invite;
  await app.outbox.add({ kind: "invite", ...about, userIds: [...new Set([...people, ...called])] }, "declare");
  for (const link of incidentLinks(app.config, incident.affected)) {
    await app.outbox.add({ kind: "bookmark", ...about, title: link.title, link: link.url }, "declare");
  }
}
