import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { commanderOf } from "../../src/domain/incident/roles.ts";
import { severityOf } from "../../src/domain/incident/severity.ts";
import { actions, button, context, moment, person, type Reply, reply, section } from "../kit.ts";
import { about, named, severityLabel, statusOf } from "./phrases.ts";

/** Incidents, newest first, each with the way to more. */
export function incidentList(config: Configuration, incidents: readonly Incident[], heading: string): Reply {
  if (incidents.length === 0) {
    return reply("No incidents.", [section("Nothing here."), actions([declareButton()])]);
  }
  const blocks: KnownBlock[] = [section(`*${heading}*`)];
  for (const incident of incidents.slice(0, 40)) {
    blocks.push(
      section(
        `*${named(incident, 100)}*\n${incidentLine(config, incident)}`,
        button({ action: "incident.status", text: "Status", about: about(incident) }),
      ),
    );
  }
  if (incidents.length > 40) blocks.push(context(`${incidents.length - 40} more, older than these.`));
  return reply(`${heading}: ${incidents.map((incident) => named(incident, 60)).join(", ")}`, blocks);
}

/** Severity, status, who leads, where, since when. */
export function incidentLine(config: Configuration, incident: Incident): string {
  const leads = commanderOf(incident);
  return [
    severityLabel({ severity: severityOf(config, incident.severity) }),
    statusOf(incident),
    leads ? person(leads) : "nobody leads",
    ...(incident.channelId ? [`<#${incident.channelId}>`] : []),
    moment(incident.times.declaredAt),
  ].join(" · ");
}

export function declareButton(): ReturnType<typeof button> {
  return button({ action: "incident.declare", text: "Declare an incident", about: { id: "list" }, style: "primary" });
}
