import type { ActionsBlock, KnownBlock } from "@slack/types";
import { inWords, writtenFields } from "../../src/domain/incident/closing.ts";
import { type IncidentFacts, incidentFacts } from "../../src/domain/incident/facts.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import type { LinkedIncident } from "../../src/domain/incident/links.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import { durations } from "../../src/domain/postmortem/durations.ts";
import { shorten } from "../../src/domain/text.ts";
import { actions, button, context, fields, header, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { clockLine } from "./clocks.ts";
import { missingLines } from "./missing.ts";
import { about, lasting, named, severityLabel, shortTitle } from "./phrases.ts";
import { ticketWords } from "./tickets.ts";
import { timeLine } from "./times-form.ts";
import { watchLine } from "./watch.ts";

/** The incident's pinned card. */
export const incidentCardView: View = async (app, incidentId) => {
  const facts = await incidentFacts(app, incidentId);
  return facts ? { reply: incidentCard(facts) } : null;
};

/** Everything that counts now, on one phone screen, with a button for every verb. */
export function incidentCard(facts: IncidentFacts): Reply {
  const { incident } = facts;
  const text = `${named(incident)} – ${facts.severity.name}, ${facts.step.title.toLowerCase()}`;
  const blocks: KnownBlock[] = [
    header(`${incidentName(incident)} · ${shortTitle(incident)}`),
    fields([
      ["Severity", severityLabel(facts)],
      ["Status", facts.step.title],
      ["Commander", facts.commanderId ? person(facts.commanderId) : "nobody yet"],
      ["Affected", facts.affected.length > 0 ? inert(facts.affected.join(", ")) : "not said yet"],
      ["Started", moment(incident.times.startedAt)],
      clock(facts),
    ]),
  ];
  if (incident.summary) blocks.push(section(inert(shorten(incident.summary, 500))));
  if (incident.lastUpdate) blocks.push(section(`*Last update*\n${inert(shorten(incident.lastUpdate, 700))}`));
  if (facts.operations.length > 0)
    blocks.push(section(`*Last operations*\n${facts.operations.map(operationLine).join("\n")}`));
  blocks.push(context(small(facts)));
  blocks.push(...clockLine(facts));
  if (!facts.open) blocks.push(...written(facts), context(measured(facts)));
  if (facts.ticket) blocks.push(context(`Ticket ${ticketWords(facts.ticket)}`));
  if (facts.links.length > 0) blocks.push(context(facts.links.slice(0, 10).map(linkLine).join("\n")));
  const channel = channelLine(facts);
  if (channel) blocks.push(context(`:warning: ${channel}`));
  const missing = missingLines(facts.missing);
  if (missing.length > 0) blocks.push(context(`:warning: ${missing.join("\n")}`));
  blocks.push(...buttons(facts));
  return reply(text, blocks);
}

/** What became of the channel by hand; null where it is as it should be. That of a closed one may be archived: no news. */
export function channelLine({ channel, incident }: IncidentFacts): string | null {
  if (!channel) return null;
  if (channel.isDeleted) return "Its channel was deleted in Slack. What was said in it until then is kept here.";
  if (channel.botIsOut) return "I was taken out of its channel, so nothing said there is captured. Invite me back.";
  return channel.isArchived && incident.phase !== "closed" ? "Its channel was archived." : null;
}

function clock(facts: IncidentFacts): readonly [string, string] {
  const { incident } = facts;
  if (facts.durationMinutes !== null) return ["Duration", lasting(facts.durationMinutes)];
  if (!incident.nextUpdateAt) return ["Next update", "no clock"];
  const at = moment(incident.nextUpdateAt, "{time}");
  return ["Next update", facts.updateOverdue ? `*overdue* since ${at}` : `by ${at}`];
}

function small(facts: IncidentFacts): string {
  const { incident } = facts;
  const parts = [
    ...facts.others.map(({ role, userId }) => `${inert(role.title)} ${person(userId)}`),
    `reported by ${person(incident.reporterId)}`,
    ...(incident.source.permalink ? [`<${incident.source.permalink}|from this message>`] : []),
    ...(facts.openActionItems > 0
      ? [`${facts.openActionItems} open action item${facts.openActionItems > 1 ? "s" : ""}`]
      : []),
    ...(incident.kind === "drill" ? ["*drill*: nobody is paged, and no figure counts it"] : []),
    ...(incident.isSilent ? ["nobody was called for it"] : []),
    ...(incident.isPrivate ? ["private: only people in this channel see it"] : []),
  ];
  return parts.join(" · ");
}

/** What people wrote of it once it was over, and what is still to be filled in before it is closed. */
function written({ incident, missingToClose = [] }: IncidentFacts): KnownBlock[] {
  const lines = writtenFields.flatMap((field) => {
    const text = incident.fields[field];
    return text ? [`*${field[0]?.toUpperCase()}${field.slice(1)}* ${inert(shorten(text, 400))}`] : [];
  });
  return [
    ...(lines.length > 0 ? [section(lines.join("\n"))] : []),
    ...(missingToClose.length > 0 ? [context(`Before closing: ${inWords(missingToClose)}`)] : []),
  ];
}

function linkLine({ relation, incident }: LinkedIncident): string {
  const title = incident.isPrivate ? incidentName(incident) : named(incident, 80);
  const words = { related: "linked with", "merged here": "took in", "duplicate here": "has a duplicate:" } as const;
  const place =
    incident.channelId && !incident.isPrivate && relation === "goes on in" ? ` in <#${incident.channelId}>` : "";
  return `${relation in words ? words[relation as keyof typeof words] : relation} ${title}${place}`;
}

/** The key times and the spans between them, once it is over. */
function measured({ incident, watch }: IncidentFacts): string {
  const spans = durations(incident.times).flatMap(({ title, minutes }) =>
    minutes === null ? [] : [`${title.toLowerCase()} ${lasting(minutes)}`],
  );
  const watched = watchLine(watch);
  return `${timeLine(incident)}\n${[...spans, ...(watched ? [watched] : [])].join(" · ")}`;
}

function operationLine(operation: OperationRecord): string {
  return `\`${operation.code}\` ${inert(shorten(operationInWords(operation), 160))}: ${stateInWords(operation)}`;
}

function buttons(facts: IncidentFacts): ActionsBlock[] {
  const { incident } = facts;
  const press = (action: string, text: string, style?: "primary") =>
    button({ action, text, about: about(incident), ...(style ? { style } : {}) });
  if (!facts.open) {
    return [
      actions([
        press("incident.postmortem", "Post-mortem", "primary"),
        press("incident.timeline", "Timeline"),
        press("incident.details", "Details"),
        press("incident.times", "Times"),
        press("incident.note", "Note"),
        press("incident.action-item", "Action item"),
        ...(facts.openActionItems > 0 ? [press("incident.actions.of", "Open items")] : []),
        press("incident.link", "Link or merge"),
        press("incident.reopen", "Reopen"),
        ...(incident.phase === "resolved"
          ? [
              button({
                action: "incident.close",
                text: "Close",
                about: about(incident),
                confirm: {
                  title: `Close ${incidentName(incident)}?`,
                  text: "Nothing is lost: the post-mortem can still be written, and it can be reopened.",
                  yes: "Close it",
                  no: "Not yet",
                },
              }),
            ]
          : []),
      ]),
    ];
  }
  return [
    actions(
      [
        ...(incident.times.acknowledgedAt ? [] : [press("incident.acknowledge", "Acknowledge", "primary")]),
        press("incident.update", "Update"),
        ...(facts.commanderId ? [] : [press("incident.lead-me", "Take the lead")]),
        press("incident.resolve", "Resolve"),
        press("incident.timeline", "Timeline"),
      ],
      "first",
    ),
    actions(
      [
        press("incident.severity", "Severity"),
        press("incident.details", "Details"),
        press("incident.times", "Times"),
        press("incident.role", "Roles"),
        press("incident.note", "Note"),
        press("incident.action-item", "Action item"),
        ...(facts.openActionItems > 0 ? [press("incident.actions.of", "Open items")] : []),
        press("incident.link", "Link or merge"),
        press("ops.scale.open", "Scale"),
        ...(incident.affected.length > 0 ? [press("ops.lock.incident", "Lock")] : []),
        press("incident.postmortem", "Post-mortem"),
        incident.isPrivate ? press("incident.access", "Access") : press("incident.private", "Make private"),
      ],
      "second",
    ),
  ];
}
