import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import type { TimelineEntry, TimelineKind } from "../timeline/entry.ts";
import { openForReading } from "./access.ts";
import type { Incident } from "./incident.ts";

/** What somebody missed, for them alone. */
export interface CatchUp {
  readonly incident: Incident;
  /** When they last caught up; null for the first time. */
  readonly since: Date | null;
  /** In the order of their time; the first time the most important first. */
  readonly lines: readonly { readonly entry: TimelineEntry; readonly link: string | null }[];
  /** How many more there were than fit; the least important are left out. */
  readonly left: number;
  readonly messages: number;
}

const mostLines = 25;

/** What counts most comes first; what is not named comes last. */
const weights: readonly (readonly TimelineKind[])[] = [
  ["phase", "severity", "declared"],
  ["decision"],
  ["hypothesis", "update"],
  ["operation"],
  ["role", "action-item", "postmortem"],
  ["note", "message"],
];

/** Tells a person what changed since they last asked, from the start the first time, and remembers that they know it now. */
export async function catchUp(app: App, caller: Caller, incidentId: string): Promise<CatchUp> {
  const incident = await openForReading(app, caller, incidentId, "catch-up");
  const since = await app.visits.visit(incident.id, caller.userId);
  const { entries, messages } = await app.visits.since(incident.id, since, caller.userId);
  const byWeight = entries.toSorted((one, other) => weightOf(one) - weightOf(other));
  const kept = byWeight.slice(0, mostLines);
  const shown = since ? kept.toSorted((one, other) => one.at.getTime() - other.at.getTime()) : kept;
  const lines = [];
  for (const entry of shown) lines.push({ entry, link: await linkOf(app, incident, entry) });
  return { incident, since, lines, left: entries.length - kept.length, messages };
}

function weightOf(entry: TimelineEntry): number {
  const found = weights.findIndex((kinds) => kinds.includes(entry.kind));
  return found < 0 ? weights.length : found;
}

/** The message an entry comes from, else the card that shows it. */
async function linkOf(app: App, incident: Incident, entry: TimelineEntry): Promise<string | null> {
  if (entry.source?.permalink) return entry.source.permalink;
  const believed = entry.kind === "hypothesis" || entry.kind === "decision";
  const card =
    (entry.operationId ? await app.outbox.posted("ops.operation", entry.operationId) : null) ??
    (believed ? await app.outbox.posted("incident.beliefs", incident.id) : null) ??
    (await app.outbox.posted("incident.card", incident.id));
  return card ? app.workspace.permalink(card.channelId, card.ts) : null;
}
