import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName, isOpen } from "../incident/incident.ts";
import { currentStep } from "../incident/phases.ts";
import { severityRank } from "../incident/severity.ts";
import type { App } from "../ports.ts";
import { cleanLine, cleanText } from "../text.ts";
import { tellOutsidePage } from "./outside.ts";
import {
  historyDays,
  type PublicImpact,
  type PublicPage,
  type PublicStatus,
  publicImpacts,
  publicPage,
  type StatusPageSettings,
} from "./page.ts";
import { announcedMaintenance } from "./windows.ts";

/** What somebody ticked to be public, as typed. */
export interface Publication {
  readonly title: string;
  readonly text: string;
  readonly components: readonly string[];
  readonly impact: string | null;
}

/** Why an incident cannot be on the status page; null when it can. */
export function notPublishable(app: Pick<App, "config">, incident: Incident): string | null {
  if (!app.config.statusPage) return "There is no status page here.";
  if (incident.isPrivate) return `${incidentName(incident)} is private; nothing of it goes on the status page.`;
  if (incident.kind === "drill") return `${incidentName(incident)} is a drill; drills are not public.`;
  return null;
}

/** Puts a text on the status page: public title and wording as they were written for the public, never the incident's own. */
export async function publish(app: App, caller: Caller, incidentId: string, said: Publication): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const reason = notPublishable(app, incident);
  const settings = app.config.statusPage;
  if (reason || !settings) throw new Refusal("not_possible", reason ?? "There is no status page here.");
  const before = await app.publicPage.ofIncident(incident.id);
  const title = cleanLine(said.title) || (before?.title ?? "");
  if (title === "") {
    throw new Refusal(
      "missing_argument",
      "The status page needs a title.",
      "Write one for the public.",
      "public_title",
    );
  }
  const text = cleanText(said.text);
  if (text === "") {
    throw new Refusal("missing_argument", "The status page needs a text.", "Write one for the public.", "public_text");
  }
  refuseInternal(title, "public_title");
  refuseInternal(text, "public_text");
  const unknown = said.components.find((name) => !settings.components.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new Refusal(
      "unknown_target",
      `The status page has no component “${unknown.slice(0, 40)}”.`,
      "Pick from the list.",
      "public_components",
    );
  }
  const impact = publicImpacts.find((one) => one === said.impact) ?? before?.impact ?? usualImpact(app, incident);
  const status = publicStatus(incident);
  const update = { id: app.newId(), status, text, at: app.now };
  await app.publicPage.publish(
    { incidentId: incident.id, title, components: [...new Set(said.components)], impact },
    update,
  );
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "update",
    actorId: caller.userId,
    text: `Published on the status page (${status})`,
  });
  await app.audit.add({
    actor: caller.userId,
    action: "status-page.published",
    subject: incidentName(incident),
    details: { title, text, status, impact, components: said.components },
  });
  await tellOutsidePage(app, incident, caller.userId);
  return incident;
}

/** The words of the status page for where an incident stands. */
export function publicStatus(incident: Pick<Incident, "phase" | "times">): PublicStatus {
  if (!isOpen(incident)) return "resolved";
  const step = currentStep(incident).milestone;
  if (step === "mitigated") return "monitoring";
  return incident.phase === "mitigating" ? "identified" : "investigating";
}

/** The components that what is affected belongs to. */
export function affectedComponents(settings: StatusPageSettings, affected: readonly string[]): readonly string[] {
  return settings.components
    .filter(({ parts }) => parts.some((part) => affected.includes(part)))
    .map(({ name }) => name);
}

export function usualImpact(app: Pick<App, "config">, incident: Pick<Incident, "severity">): PublicImpact {
  const rank = severityRank(app.config, incident.severity);
  return rank === 0 ? "major_outage" : rank === 1 ? "partial_outage" : "degraded";
}

/** Everything the public may read, as it is now; null where there is no status page. */
export async function readPublicPage(app: App): Promise<PublicPage | null> {
  const settings = app.config.statusPage;
  if (!settings) return null;
  const since = new Date(app.now.getTime() - historyDays * 86_400_000);
  const incidents = await app.publicPage.incidents(since);
  return publicPage(settings, incidents, await announcedMaintenance(app), app.now);
}

const internal: readonly (readonly [RegExp, string])[] = [
  [/<[@#!][^>]*>|(^|\s)@[\p{L}\d._-]+/u, "a person or group"],
  [/(^|\s)#[\p{L}\d_-]{2,}/u, "a channel"],
  [/\bINC-?\d+\b/i, "an incident's number"],
  [/https?:\/\/[^\s/]*slack\.com\b/i, "a link into Slack"],
];

/** Refuses what shows that a text was written for colleagues: people, channels, numbers, links into Slack. */
export function refuseInternal(text: string, field: string): void {
  for (const [pattern, what] of internal) {
    if (!pattern.test(text)) continue;
    throw new Refusal("bad_argument", `That would show the public ${what}.`, "Write it without.", field);
  }
}
