import { addMinutes } from "date-fns/addMinutes";
import type { Lane } from "../intent.ts";
import type { App } from "../ports.ts";
import type { AlertGroup } from "./alert.ts";
import type { AlertSource } from "./settings.ts";

/** Has the message of some alerts show what is true now. */
export async function redrawAlerts(app: App, group: AlertGroup, lane: Lane = "cosmetic"): Promise<void> {
  await app.outbox.add({ kind: "card", view: "alert.card", subject: group.id, place: group.place }, lane);
}

/** Records once that somebody has taken alerts up; null for somebody whom nobody knows here. */
export async function markAcknowledged(app: App, group: AlertGroup, userId: string | null): Promise<void> {
  if (group.acknowledgedAt !== null) return;
  const marked = await app.alerts.updateGroup(group.id, { acknowledgedAt: app.now, acknowledgedBy: userId });
  await app.audit.add({
    actor: userId ?? "tocsin",
    action: "alert.acknowledged",
    subject: group.service ?? group.source,
    details: { alert: group.id, title: group.title },
  });
  await redrawAlerts(app, marked, "answer");
}

/** Whether a further alert of the same key belongs to the same message. */
export function isLive(source: Pick<AlertSource, "windowMinutes">, group: AlertGroup, now: Date): boolean {
  return addMinutes(group.lastAt, source.windowMinutes) >= now;
}
