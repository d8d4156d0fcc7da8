import type { Lane } from "../intent.ts";
import type { App } from "../ports.ts";
import { shorten } from "../text.ts";
import type { TimelineEntry } from "../timeline/entry.ts";
import { type Incident, incidentName, isOpen, markedTitle } from "./incident.ts";
import { currentStep } from "./phases.ts";

/** Has the pinned card and the announcement show what is true now. Private incidents are never announced. */
export async function redraw(app: App, incident: Incident, lane: Lane = "cosmetic"): Promise<void> {
  await app.outbox.add(
    { kind: "card", view: "incident.card", subject: incident.id, place: { incident: incident.id }, pin: true },
    lane,
  );
  if (incident.isPrivate || !incident.isAnnounced) return;
  await app.outbox.add(
    { kind: "card", view: "incident.announcement", subject: incident.id, place: { configured: "incidents" } },
    lane,
  );
}

/** Tells the incident's channel what the timeline entry says, once. */
export async function tell(app: App, incident: Incident, entry: TimelineEntry): Promise<void> {
  await app.outbox.add({
    kind: "message",
    view: "incident.notice",
    subject: entry.id,
    place: { incident: incident.id },
    once: `entry:${entry.id}`,
  });
}

/**
 * The channel's topic: what and how bad, or that it is over. Slack tells the channel of every new topic, so it holds
 * only what changes seldom. At most 250 characters (docs.slack.dev: conversations.setTopic).
 */
export function incidentTopic(incident: Incident): string {
  const state = isOpen(incident) ? incident.severity : `${incident.severity} · ${currentStep(incident).title}`;
  const head = `${incidentName(incident)} · ${state}`;
  return `${head} · ${shorten(markedTitle(incident), 240 - head.length)}`;
}
