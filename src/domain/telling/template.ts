import type { Configuration } from "../configuration.ts";
import { affectedTitles } from "../incident/affected.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { Step } from "../incident/phases.ts";
import { commanderOf } from "../incident/roles.ts";

/** What a template may name; filled in from what is recorded, or left as a gap for the writer. */
export const templateFields = [
  "organisation",
  "number",
  "title",
  "severity",
  "status",
  "started",
  "duration",
  "responder",
  "affected",
  "summary",
  "next_update",
  "users_affected",
  "share_of_requests",
  "feature_unavailable",
  "cause",
  "impact",
  "resolution",
  "prevention",
] as const;
export type TemplateField = (typeof templateFields)[number];

const field = /\{\{\s*([a-z_]+)\s*\}\}/g;

/** Names in a template that stand for nothing. */
export function unknownFields(template: string): readonly string[] {
  const known: readonly string[] = templateFields;
  return [...template.matchAll(field)].map(([, name = ""]) => name).filter((name) => !known.includes(name));
}

/** What is known of an incident, in words for a message that people go on writing. */
export interface TemplateFacts {
  readonly config: Configuration;
  readonly incident: Incident;
  readonly step: Step;
  readonly severity: string;
  readonly now: Date;
  readonly names: ReadonlyMap<string, string>;
}

/** The message a template makes of an incident; what is not known stands in it as [users affected]. */
export function fillTemplate(template: string, facts: TemplateFacts): string {
  const known = values(facts);
  return template
    .replace(field, (_, name: string) => known[name as TemplateField] || gap(name))
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** Says which gaps are still in a message, such as [users affected], in their order; null when it is whole. */
export function gapsIn(message: string): string | null {
  const gaps = templateFields
    .map(gap)
    .filter((one) => message.includes(one))
    .toSorted((one, other) => message.indexOf(one) - message.indexOf(other));
  const [last = "", ...before] = gaps.toReversed();
  if (last === "") return null;
  return before.length === 0
    ? `${last} still stands in it.`
    : `${before.toReversed().join(", ")} and ${last} still stand in it.`;
}

function gap(name: string): string {
  return `[${name.replaceAll("_", " ")}]`;
}

function values({
  config,
  incident,
  step,
  severity,
  now,
  names,
}: TemplateFacts): Partial<Record<TemplateField, string>> {
  const commander = commanderOf(incident);
  const { startedAt, resolvedAt } = incident.times;
  const { cause, impact, resolution, prevention } = incident.fields;
  return {
    organisation: config.organisation,
    number: incidentName(incident),
    title: incident.title,
    severity,
    status: step.title.toLowerCase(),
    started: clock(startedAt),
    duration: lasting(Math.round(((resolvedAt ?? now).getTime() - startedAt.getTime()) / 60_000)),
    responder: commander ? (names.get(commander) ?? "") : "",
    affected: affectedTitles(config, incident.affected).join(", "),
    summary: incident.summary,
    next_update: incident.nextUpdateAt ? clock(incident.nextUpdateAt) : "",
    cause: cause ?? "",
    impact: impact ?? "",
    resolution: resolution ?? "",
    prevention: prevention ?? "",
  };
}

function clock(at: Date): string {
  return `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 16)} UTC`;
}

function lasting(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
