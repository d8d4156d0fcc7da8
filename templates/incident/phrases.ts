import type { IncidentFacts } from "../../src/domain/incident/facts.ts";
import { type Incident, incidentName, markedTitle } from "../../src/domain/incident/incident.ts";
import { currentStep } from "../../src/domain/incident/phases.ts";
import { shorten } from "../../src/domain/text.ts";
import { type About, inert, section } from "../kit.ts";

/** Hebrew, Arabic and the other scripts that run from right to left. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** Text of another direction is kept from turning the words around it. Source: unicode.org/reports/tr9 (isolates) */
export function isolated(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

/** A title for plain text places: cut, never mrkdwn. */
export function shortTitle(incident: Pick<Incident, "title" | "kind">, limit = 120): string {
  return isolated(shorten(markedTitle(incident), limit));
}

/** INC-42 · title, inert, for mrkdwn. */
export function named(incident: Pick<Incident, "number" | "title" | "kind">, limit = 120): string {
  return `${incidentName(incident)} · ${inertLine(shortTitle(incident, limit))}`;
}

// A title is shown as it was typed: Slack's marks for bold, italic, strike and code are parted from what they would mark.
export function inertLine(text: string): string {
  return inert(text)
    .replace(/[*_~`]/g, "$&\u200b")
    .replace(/:(?=[a-z0-9_+-]+:)/g, ":\u200b");
}

export function statusOf(incident: Pick<Incident, "phase" | "times">): string {
  return currentStep(incident).title;
}

export function severityLabel(facts: Pick<IncidentFacts, "severity">): string {
  const emoji = facts.severity.emoji.replaceAll(":", "");
  return emoji ? `:${emoji}: ${facts.severity.name}` : facts.severity.name;
}

/** 45 min, 3 h 20 min, 2 d 4 h. */
export function lasting(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

/** Long text in as many sections as it needs, five at most. */
export function paragraphs(text: string): ReturnType<typeof section>[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > 2900 && parts.length < 4) {
    const breakAt = Math.max(rest.lastIndexOf("\n", 2900), rest.lastIndexOf(" ", 2900));
    const end = breakAt > 1500 ? breakAt : 2900;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest].map((part) => section(part));
}

/** What a card's button is about. */
export function about(incident: Pick<Incident, "id" | "version">): About {
  return { id: incident.id, version: incident.version };
}

/** Where it is worked on: its channel once there is one. */
export function channelOf(incident: Pick<Incident, "channelId">): string {
  return incident.channelId ? `<#${incident.channelId}>` : "its channel, which is being made";
}
