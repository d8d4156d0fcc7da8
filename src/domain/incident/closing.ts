import { Refusal } from "../../errors.ts";
import type { App } from "../ports.ts";
import { catalog } from "./affected.ts";
import { type CloseField, closeFields } from "./close-fields.ts";
import { type Incident, incidentName } from "./incident.ts";
import { commanderOf } from "./roles.ts";
import { severityOf } from "./severity.ts";

/** What each is called in a sentence. */
const words: Readonly<Record<CloseField, string>> = {
  summary: "summary",
  affected: "what is affected",
  commander: "commander",
  cause: "cause",
  impact: "impact",
  resolution: "resolution",
  mitigated: "when it was mitigated",
  postmortem: "a published post-mortem",
};

/** What people write in their own words; kept in the incident's fields. */
export const writtenFields = ["cause", "impact", "resolution"] as const;

/** What the incident's severity asks for before closing and is not there yet, in the order of the form. */
export async function missingToClose(app: App, incident: Incident): Promise<readonly CloseField[]> {
  const required = severityOf(app.config, incident.severity).closeRequires;
  const published =
    required.includes("postmortem") && (await app.postmortems.byIncident(incident.id))?.state === "published";
  const there: Readonly<Record<CloseField, boolean>> = {
    summary: incident.summary !== "",
    // Where the configuration names nothing that can be affected, nobody can say it.
    affected: incident.affected.length > 0 || catalog(app.config).length === 0,
    commander: commanderOf(incident) !== null,
    cause: Boolean(incident.fields.cause),
    impact: Boolean(incident.fields.impact),
    resolution: Boolean(incident.fields.resolution),
    mitigated: incident.times.mitigatedAt !== null,
    postmortem: published,
  };
  return closeFields.filter((field) => required.includes(field) && !there[field]);
}

/** The fields by name, for a sentence. */
export function inWords(missing: readonly CloseField[]): string {
  const named = missing.map((field) => words[field]);
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} and ${named.at(-1)}`;
}

/** Refuses to close while something is missing that the severity asks for, naming it. */
export async function requireFilled(app: App, incident: Incident): Promise<void> {
  const missing = await missingToClose(app, incident);
  if (missing.length === 0) return;
  const name = incidentName(incident);
  throw new Refusal(
    "not_possible",
    `${name} is ${incident.severity}, which is closed only with ${inWords(missing)}.`,
    missing.every((field) => field === "postmortem")
      ? `Publish the post-mortem first: /incident postmortem ${name}.`
      : `Fill it in with /incident close ${name}.`,
    "status",
  );
}
