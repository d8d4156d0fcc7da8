import type { Caller } from "../../src/domain/access/caller.ts";
import { callsNobody, type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import { actions, button, context, option, type Reply, reply, section, selectMenu } from "../kit.ts";
import { about, channelOf, named, shortTitle, statusOf } from "./phrases.ts";

/** What the person who declares reads at once; the channel follows. */
export function declared(incident: Incident, others: readonly Incident[]): Reply {
  const text = `*${named(incident)}* is declared as ${incident.severity}. ${
    incident.channelId
      ? `It is worked on in ${channelOf(incident)}.`
      : "Its channel is being made; you will be brought in."
  }${callsNobody(incident) ? " Nobody is called for it." : ""}`;
  if (others.length === 0) return reply(text, [section(text)]);
  const same = others.map((other) =>
    section(
      `${named(other, 60)}${other.channelId ? ` in <#${other.channelId}>` : ""}`,
      button({
        action: "incident.same",
        text: "It is this one",
        about: { id: `${incident.id}/${other.id}` },
        label: `${incidentName(incident)} is the same as ${incidentName(other)}`,
        confirm: {
          title: `Merge into ${incidentName(other)}?`,
          text: `${incidentName(incident)} is closed and goes on in ${incidentName(other)}. Its people come along.`,
          yes: "Merge",
          no: "Not yet",
        },
      }),
    ),
  );
  return reply(text, [section(text), context("Open already, and alike:"), ...same]);
}

/** Which incident is meant: the chosen one takes the ask up again through the same door as its card's button. */
export function pickIncident(
  incidents: readonly Incident[],
  facts: { readonly action: string; readonly question: string },
): Reply {
  return reply(facts.question, [
    section(facts.question),
    actions([selectMenu(facts.action, incidentOptions(incidents), "Pick an incident")]),
  ]);
}

export function incidentOptions(incidents: readonly Incident[]): ReturnType<typeof option>[] {
  return incidents.map((incident) =>
    option(
      `${incidentName(incident)} · ${shortTitle(incident, 60)}`,
      incident.id,
      `${incident.severity}, ${statusOf(incident).toLowerCase()}`,
    ),
  );
}

/** A short confirmation for the person alone; `where` is left out when they are in the incident's channel. */
export function done(sentence: string, incident: Incident, at: { readonly channelId: string | null }): Reply {
  const elsewhere = incident.channelId && incident.channelId !== at.channelId ? ` See <#${incident.channelId}>.` : "";
  return reply(`${sentence}${elsewhere}`);
}

export function joining(incident: Incident, caller: Caller): Reply {
  return reply(
    incident.channelId
      ? `You are being added to <#${incident.channelId}>, ${caller.name}.`
      : `You will be added to the channel of ${incidentName(incident)} as soon as it exists.`,
  );
}

/** A confirmation with the way back beside it. */
export function followed(
  sentence: string,
  incident: Incident,
  back: "incident.subscribe" | "incident.unsubscribe" | null,
): Reply {
  if (back === null) return reply(sentence);
  const text = back === "incident.subscribe" ? "Subscribe" : "Unsubscribe";
  return reply(sentence, [section(sentence), actions([button({ action: back, text, about: about(incident) })])]);
}
