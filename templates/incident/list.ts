import type { KnownBlock } from "@slack/types";
import type { Configuration } from "../../src/domain/configuration.ts";
import { affectedTitles } from "../../src/domain/incident/affected.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { commanderOf } from "../../src/domain/incident/roles.ts";
import type { IncidentQuery, Passage } from "../../src/domain/incident/search.ts";
import { severityOf } from "../../src/domain/incident/severity.ts";
import { quoteTyped } from "../../src/domain/text.ts";
import { actions, button, context, inert, moment, person, type Reply, reply, section } from "../kit.ts";
import { about, named, severityLabel, statusOf } from "./phrases.ts";

export interface ListFacts {
  readonly incidents: readonly Incident[];
  readonly query: IncidentQuery;
  readonly passages: ReadonlyMap<string, readonly Passage[]>;
  readonly pages: {
    readonly packed: string;
    readonly offset: number;
    /** Where the neighbouring pages begin; null where there is none. */
    readonly newer: number | null;
    readonly older: number | null;
  };
}

const headings = { open: "Open incidents", resolved: "Resolved incidents", all: "Incidents" } as const;

/** One page of incidents, each with the way to more. */
export function incidentList(config: Configuration, { incidents, query, passages, pages }: ListFacts): Reply {
  const heading = headingOf(config, query);
  if (incidents.length === 0) {
    const nothing = query.state === "open" && heading === headings.open ? "Nothing here." : `${heading}: none.`;
    return reply("No incidents.", [section(nothing), actions([declareButton()])]);
  }
  const range =
    pages.offset > 0 || pages.older !== null ? `, ${pages.offset + 1}–${pages.offset + incidents.length}` : "";
  const blocks: KnownBlock[] = [section(`*${heading}${range}*`)];
  for (const incident of incidents) {
    blocks.push(
      section(
        `*${named(incident, 100)}*\n${incidentLine(config, incident)}`,
        button({ action: "incident.status", text: "Status", about: about(incident) }),
      ),
    );
    const places = passages.get(incident.id) ?? [];
    if (places.length > 0) blocks.push(context(...places.map(passageLine)));
  }
  const turns = [
    ...(pages.newer === null ? [] : [{ text: "Newer", offset: pages.newer }]),
    ...(pages.older === null ? [] : [{ text: "Older", offset: pages.older }]),
  ];
  if (turns.length > 0) {
    // One block each: both buttons have the same action.
    for (const { text, offset } of turns) {
      blocks.push(
        actions(
          [button({ action: "incident.list.page", text, about: { id: pages.packed, version: offset } })],
          `page-${text.toLowerCase()}`,
        ),
      );
    }
  }
  blocks.push(
    actions([button({ action: "incident.export", text: "As a CSV file", about: { id: pages.packed } })], "file"),
  );
  return reply(`${heading}: ${incidents.map((incident) => named(incident, 60)).join(", ")}`, blocks);
}

function headingOf(config: Configuration, query: IncidentQuery): string {
  const narrowed = [
    query.severity,
    query.status && (query.status.name ?? query.status.milestone),
    query.service ? inert(affectedTitles(config, [query.service]).join("")) : null,
    query.since ? `since ${query.since}` : null,
    query.mine ? "yours" : null,
    query.text ? `with “${inert(query.text)}”` : null,
  ].filter((word) => word !== null);
  return [headings[query.state], ...narrowed].join(", ");
}

/** Where the words stand, with the words themselves in bold. */
function passageLine(passage: Passage): string {
  const text = quoteTyped(passage.text.replace(/\s+/g, " "))
    .replace(/[*_~`]/g, "$&\u200b")
    .replaceAll("\u0002", "*")
    .replaceAll("\u0003", "*");
  return `${passage.place}: ${text}`;
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
