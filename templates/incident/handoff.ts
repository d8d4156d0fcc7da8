import type { KnownBlock } from "@slack/types";
import type { Role } from "../../src/domain/configuration.ts";
import type { Handoff } from "../../src/domain/incident/handoff.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { requireRole } from "../../src/domain/incident/roles.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import type { ActionItem } from "../../src/domain/postmortem/postmortem.ts";
import { shorten } from "../../src/domain/text.ts";
import type { TimelineEntry } from "../../src/domain/timeline/entry.ts";
import { actions, button, context, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { channelOf, named, statusOf } from "./phrases.ts";
import { instructionsOf } from "./role-instructions.ts";

export interface HandoffFacts {
  readonly handoff: Handoff;
  readonly incident: Incident;
  readonly role: Role;
  readonly items: readonly ActionItem[];
  readonly operations: readonly OperationRecord[];
  /** What changed since the receiver was last here, oldest first, and since when that is. */
  readonly changes: readonly TimelineEntry[];
  readonly since: Date;
}

/** Who is asked to take a role over: how things stand, and the two answers. Subject: the hand-over's id. */
export const handoffView: View = async (app, id) => {
  const handoff = await app.handoffs.byId(id);
  const incident = handoff && (await app.incidents.byId(handoff.incidentId));
  if (!handoff || !incident) return null;
  const entries = await app.timeline.list(incident.id);
  const own = entries.filter(({ actorId, at }) => actorId === handoff.toUser && at < handoff.createdAt);
  const since = own.reduce((last, { at }) => (at > last ? at : last), incident.times.declaredAt);
  const items = await app.actionItems.list({ incidentId: incident.id, open: true, seenBy: { userId: handoff.toUser } });
  const operations = await app.operations.list({ incidentId: incident.id, open: true, limit: 5 });
  const changes = entries.filter(({ at, recordedAt }) => at > since && recordedAt <= handoff.createdAt);
  const role = requireRole(app.config, handoff.role);
  return { reply: handoffPack({ handoff, incident, role, items, operations, changes, since }) };
};

const mostChanges = 10;

export function handoffPack(facts: HandoffFacts): Reply {
  const { handoff, incident, role } = facts;
  const title = inert(role.title.toLowerCase());
  const text = `${person(handoff.requestedBy)} asks you to take over as ${title} of *${named(incident)}*, in ${channelOf(incident)}.`;
  const blocks: KnownBlock[] = [section(text)];
  if (handoff.state !== "waiting") {
    blocks.push(context(endings[handoff.state]));
    if (handoff.state === "accepted") blocks.push(section(`*What you do now*\n${instructionsOf(role)}`));
    return reply(`${text} ${endings[handoff.state]}`, blocks);
  }
  const others = incident.roles.filter((one) => one.role !== role.name);
  blocks.push(
    section(
      [
        `*Now* ${inert(incident.severity)}, ${statusOf(incident).toLowerCase()}, since ${moment(incident.times.startedAt)}`,
        `*Last update* ${incident.lastUpdate ? inert(shorten(incident.lastUpdate, 600)) : "none yet"}`,
        `*Next update* ${incident.nextUpdateAt ? moment(incident.nextUpdateAt, "{time}") : "no clock"}`,
        `*Others* ${others.length > 0 ? others.map((one) => `${inert(one.role)} ${person(one.userId)}`).join(", ") : "nobody has a role"}`,
      ].join("\n"),
    ),
  );
  if (facts.items.length > 0)
    blocks.push(section(`*Open action items*\n${facts.items.slice(0, 8).map(itemLine).join("\n")}`));
  if (facts.operations.length > 0)
    blocks.push(section(`*Operations under way*\n${facts.operations.map(operationLine).join("\n")}`));
  const shown = facts.changes.slice(-mostChanges);
  const more =
    facts.changes.length > shown.length
      ? `\n${facts.changes.length - shown.length} earlier ones are on the timeline.`
      : "";
  blocks.push(
    section(
      `*Since you were last here* (${moment(facts.since)})\n${shown.map(changeLine).join("\n") || "Nothing was written down."}${more}`,
    ),
    actions([
      button({ action: "incident.handoff.accept", text: "Accept", about: { id: handoff.id }, style: "primary" }),
      button({ action: "incident.handoff.decline", text: "Decline", about: { id: handoff.id } }),
    ]),
  );
  return reply(text, blocks);
}

const endings: Readonly<Record<Exclude<Handoff["state"], "waiting">, string>> = {
  accepted: "You accepted; the role is yours.",
  declined: "You declined; nothing has changed.",
  cancelled: "The offer was taken back.",
  "too-late": "The incident was over before you answered.",
  unanswered: "Nobody answered in time; nothing has changed.",
  overtaken: "Meanwhile somebody else got the role; nothing has changed.",
};

function itemLine(item: ActionItem): string {
  return `• ${inert(shorten(item.title, 120))}, ${item.ownerId ? person(item.ownerId) : "no owner"}${item.dueOn ? `, due ${item.dueOn}` : ""}`;
}

function operationLine(operation: OperationRecord): string {
  return `• \`${operation.code}\` ${inert(shorten(operationInWords(operation), 140))}: ${stateInWords(operation)}`;
}

function changeLine(entry: TimelineEntry): string {
  return `• ${moment(entry.at, "{time}")} ${entry.actorId ? person(entry.actorId) : "Tocsin"}: ${shorten(entry.text.replaceAll("\n", " "), 160)}`;
}

/** A nudge for who has not answered yet. */
export const handoffReminderView: View = async (app, id) => {
  const handoff = await app.handoffs.byId(id);
  const incident = handoff && (await app.incidents.byId(handoff.incidentId));
  if (handoff?.state !== "waiting" || !incident) return null;
  return { reply: handoffReminder(handoff, incident, requireRole(app.config, handoff.role)) };
};

export function handoffReminder(handoff: Handoff, incident: Incident, role: Pick<Role, "title">): Reply {
  const text = `${person(handoff.requestedBy)} still waits for your answer: will you be ${inert(role.title.toLowerCase())} of *${named(incident)}*?`;
  return reply(text, [
    section(text),
    actions([
      button({ action: "incident.handoff.accept", text: "Accept", about: { id: handoff.id }, style: "primary" }),
      button({ action: "incident.handoff.decline", text: "Decline", about: { id: handoff.id } }),
    ]),
  ]);
}

/** Who asked hears that the role stays where it is. */
export const handoffFailedView: View = async (app, id) => {
  const handoff = await app.handoffs.byId(id);
  const incident = handoff && (await app.incidents.byId(handoff.incidentId));
  if (!handoff || !incident) return null;
  const role = inert(requireRole(app.config, handoff.role).title.toLowerCase());
  const why = handoff.state === "declined" ? "cannot take over" : "has not answered and does not take over";
  const stays = handoff.fromUser ? `${person(handoff.fromUser)} still has the role` : "nobody has the role";
  return { reply: reply(`${person(handoff.toUser)} ${why} as ${role} of *${named(incident)}*; ${stays}.`) };
};
