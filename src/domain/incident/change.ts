import type { Json } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { tellOutside } from "../telling/fan-out.ts";
import type { TimelineKind } from "../timeline/entry.ts";
import { type Incident, incidentName } from "./incident.ts";
import { incidentTopic, redraw, tell } from "./notices.ts";
import { keepTicket } from "./ticket.ts";

export interface Change {
  readonly changes: Partial<Omit<Incident, "id" | "number" | "version">>;
  /** A plain sentence without its subject: who did it stands beside it. */
  readonly entry: { readonly kind: TimelineKind; readonly text: string };
  readonly audit: { readonly action: string; readonly details: Json };
  /** Whether the channel gets a message of its own for it, beside the card; "everyone": stakeholders and subscribers too. */
  readonly tell: boolean | "everyone";
}

/**
 * Records one change of a locked incident: the fact, the timeline, the audit log and what Slack should show, in the
 * transaction the ask came with.
 */
export async function recordChange(
  app: App,
  incident: Incident,
  actorId: string | null,
  change: Change,
): Promise<Incident> {
  const changed = await app.incidents.update(incident, change.changes);
  const entry = await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: change.entry.kind,
    actorId,
    text: change.entry.text,
  });
  await app.audit.add({
    actor: actorId ?? "tocsin",
    action: change.audit.action,
    subject: incidentName(incident),
    details: change.audit.details,
  });
  if (change.tell) await tell(app, changed, entry);
  if (change.tell === "everyone") await tellOutside(app, changed, entry);
  await redraw(app, changed);
  await keepTicket(app, changed, actorId ?? "tocsin");
  if (incidentTopic(changed) !== incidentTopic(incident)) {
    await app.outbox.add({ kind: "topic", incident: incident.id }, "cosmetic");
  }
  return changed;
}
