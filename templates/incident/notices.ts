import type { KnownBlock } from "@slack/types";
import type { Role } from "../../src/domain/configuration.ts";
import { type Incident, isOpen } from "../../src/domain/incident/incident.ts";
import { requireRole } from "../../src/domain/incident/roles.ts";
import type { ActionItem } from "../../src/domain/postmortem/postmortem.ts";
import { shorten } from "../../src/domain/text.ts";
import type { TimelineEntry, TimelineKind } from "../../src/domain/timeline/entry.ts";
import { actions, button, context, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { about, channelOf, named, paragraphs } from "./phrases.ts";
import { instructionsOf } from "./role-instructions.ts";

const labels: Readonly<Partial<Record<TimelineKind, string>>> = {
  severity: "Update",
  phase: "Update",
  role: "Role",
  update: "Update",
  note: "Note",
  "action-item": "Action item",
  hypothesis: "Hypothesis",
  decision: "Decision",
};

/** One line of the timeline, told in the channel when it happens. */
export const noticeView: View = async (app, entryId) => {
  const entry = await app.timeline.byId(entryId);
  return entry && !entry.hidden ? { reply: notice(entry) } : null;
};

export function notice(entry: TimelineEntry): Reply {
  const head = `*${labels[entry.kind] ?? "Timeline"}* · ${entry.actorId ? person(entry.actorId) : "Tocsin"}`;
  return reply(`${head}: ${shorten(entry.text, 300)}`, paragraphs(`${head}\n${entry.text}`));
}

/**
 * The channel is asked for the update that was promised; once it came or was put off, that stands there instead.
 * Subject: incident, round, and the moment it was promised for.
 */
export const updateDueView: View = async (app, subject) => {
  const [incidentId = "", round = "", ...since] = subject.split(":");
  const incident = await app.incidents.byId(incidentId);
  if (!incident) return null;
  if (isOpen(incident) && incident.nextUpdateAt?.toISOString() === since.join(":")) {
    return { reply: updateDue(incident) };
  }
  return (await app.outbox.posted("incident.update-due", `${incidentId}:${round}:${since.join(":")}`))
    ? { reply: updateSettled(incident) }
    : null;
};

export function updateSettled(incident: Incident): Reply {
  if (!isOpen(incident) || !incident.nextUpdateAt) return reply("No status update is due any more.");
  return reply(`The next status update is due ${moment(incident.nextUpdateAt, "by {time}")}.`);
}

export function updateDue(incident: Incident): Reply {
  const leads = incident.roles.find((holder) => holder.role === "commander")?.userId;
  const due = incident.nextUpdateAt ? ` was due ${moment(incident.nextUpdateAt, "at {time}")}` : " is due";
  const text = `${leads ? `${person(leads)}, the` : "The"} next status update${due}.`;
  return reply(text, [
    section(text),
    actions([
      button({ action: "incident.update", text: "Write update", about: about(incident), style: "primary" }),
      button({ action: "incident.snooze-15", text: "In 15 minutes", about: about(incident) }),
      button({ action: "incident.snooze-30", text: "In 30 minutes", about: about(incident) }),
      button({ action: "incident.snooze-60", text: "In 1 hour", about: about(incident) }),
    ]),
  ]);
}

/** The channel is asked who leads. Subject: incident id and how many times it was asked before. */
export const noLeadView: View = async (app, subject) => {
  const [id = ""] = subject.split(":");
  const incident = await app.incidents.byId(id);
  return incident && isOpen(incident) ? { reply: noLead(incident) } : null;
};

export function noLead(incident: Incident): Reply {
  const text = "Nobody leads this incident yet.";
  return reply(text, [
    section(text),
    actions([
      button({ action: "incident.lead-me", text: "Take the lead", about: about(incident), style: "primary" }),
      button({ action: "incident.lead", text: "Name somebody", about: about(incident) }),
      button({ action: "incident.lead-snooze", text: "In 30 minutes", about: about(incident) }),
    ]),
  ]);
}

/** Who declared is told where the incident lives, once the channel exists. */
export const whereView: View = async (app, incidentId) => {
  const incident = await app.incidents.byId(incidentId);
  return incident ? { reply: where(incident) } : null;
};

export function where(incident: Incident): Reply {
  const text = `*${named(incident)}* is in ${channelOf(incident)}.`;
  return reply(text);
}

/** Who was given a role is told what it means. Subject: incident id and role. */
export const roleAssignedView: View = async (app, subject) => {
  const [id = "", role = ""] = subject.split(":");
  const incident = await app.incidents.byId(id);
  return incident ? { reply: roleAssigned(incident, requireRole(app.config, role)) } : null;
};

export function roleAssigned(
  incident: Incident,
  role: Pick<Role, "name" | "title" | "summary" | "instructions">,
): Reply {
  const text = `You are ${inert(role.title.toLowerCase())} of *${named(incident)}*, in ${channelOf(incident)}.`;
  const instructions = instructionsOf(role);
  return reply(text, [
    section(text),
    ...(instructions ? [section(shorten(instructions, 2900))] : []),
    actions([
      button({ action: "incident.handoff", text: "Hand over", about: about(incident) }),
      button({ action: "incident.update", text: "Update", about: about(incident) }),
    ]),
  ]);
}

/** An action item was made; owner and day can be filled in on the spot. */
export const actionItemNoticeView: View = async (app, itemId) => {
  const item = await app.actionItems.byId(itemId);
  return item ? { reply: actionItemNotice(item) } : null;
};

export function actionItemNotice(item: ActionItem): Reply {
  const title = inert(shorten(item.title, 500));
  const facts = [
    item.ownerId ? person(item.ownerId) : "no owner yet",
    item.dueOn ? `due ${item.dueOn}` : "no date yet",
    ...(item.source?.permalink ? [`<${item.source.permalink}|message>`] : []),
    `added by ${person(item.createdBy)}`,
  ];
  const blocks: KnownBlock[] = [section(`*Action item*\n${title}`), context(facts.join(" · "))];
  if (!item.doneAt) blocks.push(actions([actionItemButton(item), doneButton(item)]));
  return reply(`Action item: ${title}`, blocks);
}

export function actionItemButton(item: ActionItem): ReturnType<typeof button> {
  return button({
    action: "incident.action-item.edit",
    text: item.ownerId && item.dueOn ? "Change" : "Owner and date",
    about: { id: item.id, version: item.version },
  });
}

export function doneButton(item: ActionItem): ReturnType<typeof button> {
  return button({ action: "incident.action-item.done", text: "Done", about: { id: item.id, version: item.version } });
}
