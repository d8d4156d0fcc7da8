import { type IncidentFacts, incidentFacts } from "../../src/domain/incident/facts.ts";
import { incidentName } from "../../src/domain/incident/incident.ts";
import { shorten } from "../../src/domain/text.ts";
import { actions, button, context, fields, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { channelLine } from "./card.ts";
import { missingLines } from "./missing.ts";
import { about, lasting, named, severityLabel } from "./phrases.ts";

/** The living message in the incidents channel. A private incident has none; one that became private, a neutral word. */
export const announcementView: View = async (app, incidentId) => {
  const facts = await incidentFacts(app, incidentId);
  if (!facts) return null;
  if (!facts.incident.isPrivate) return { reply: announcement(facts) };
  return (await app.outbox.posted("incident.announcement", incidentId)) ? { reply: withdrawn() } : null;
};

/** What stands where something of an incident stood before it became private. */
export const withdrawnView: View = async () => ({ reply: withdrawn() });

export function withdrawn(): Reply {
  return reply("_This was withdrawn._");
}

export function announcement(facts: IncidentFacts): Reply {
  const { incident } = facts;
  const state =
    facts.durationMinutes === null ? facts.step.title : `${facts.step.title} after ${lasting(facts.durationMinutes)}`;
  const missing = incident.channelId ? [] : missingLines(facts.missing.filter((piece) => piece.piece === "channel"));
  return reply(`${named(incident)} – ${facts.severity.name}, ${state.toLowerCase()}`, [
    section(`*${named(incident)}*`),
    fields([
      ["Severity", severityLabel(facts)],
      ["Status", state],
      ["Commander", facts.commanderId ? person(facts.commanderId) : "nobody yet"],
      ["Where", incident.channelId ? `<#${incident.channelId}>` : "channel is being made"],
    ]),
    ...(facts.open && incident.lastUpdate ? [section(inert(shorten(incident.lastUpdate, 300)))] : []),
    context(
      [
        ...(facts.affected.length > 0 ? [inert(facts.affected.join(", "))] : []),
        ...(incident.kind === "drill" ? ["*drill*: nobody is paged"] : []),
        `reported by ${person(incident.reporterId)}`,
        moment(incident.times.declaredAt),
      ].join(" · "),
    ),
    ...(channelLine(facts) ? [context(`:warning: ${channelLine(facts)}`)] : []),
    ...(missing.length > 0 ? [context(`:warning: ${missing.join("\n")}`)] : []),
    ...(incident.phase === "closed"
      ? []
      : [
          actions([
            button({
              action: "incident.join",
              text: "Join",
              about: about(incident),
              label: `Join ${incidentName(incident)}`,
              ...(facts.open ? { style: "primary" as const } : {}),
            }),
            button({
              action: "incident.subscribe",
              text: "Subscribe",
              about: about(incident),
              label: `Get the updates of ${incidentName(incident)} as direct messages`,
            }),
          ]),
        ]),
  ]);
}
