import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { dayAt, daysBetween, type FollowUpSettings, laterDay, tellingMoment } from "../follow-up.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName, isOpen } from "../incident/incident.ts";
import { answersFor } from "../incident/roles.ts";
import type { Place } from "../intent.ts";
import type { App } from "../ports.ts";
import type { ActionItem } from "../postmortem/postmortem.ts";

/** The first moment after `after` at which an open item's owner is reminded; null where nobody is. */
export function nextReminder(
  item: Pick<ActionItem, "dueOn" | "doneAt" | "snoozedUntil">,
  settings: FollowUpSettings,
  after: Date,
): Date | null {
  if (!item.dueOn || item.doneAt) return null;
  const from = item.snoozedUntil && item.snoozedUntil > after ? item.snoozedUntil : after;
  const early = settings.remindBeforeDays === null ? [] : [laterDay(item.dueOn, -settings.remindBeforeDays)];
  for (const day of [...early, item.dueOn]) {
    const at = tellingMoment(day, settings);
    if (at > from) return at;
  }
  const rounds = Math.floor(daysBetween(item.dueOn, dayAt(from, settings)) / settings.remindEveryDays);
  for (let round = Math.max(1, rounds); ; round += 1) {
    const at = tellingMoment(laterDay(item.dueOn, round * settings.remindEveryDays), settings);
    if (at > from) return at;
  }
}

/** Sets the clock for the item's next reminder; an earlier clock finds itself stale. */
export async function armItemReminder(app: App, item: ActionItem): Promise<void> {
  const at = nextReminder(item, app.config.followUp, app.now);
  if (!at) return;
  await app.jobs.add("remind-action-item", { itemId: item.id, at: at.toISOString() }, { key: item.id, after: at });
}

/** Reminds the owner of an open item, and others once it is long overdue or nobody owns it. */
export async function remindOfItem(app: App, itemId: string, at: string): Promise<void> {
  const item = await app.actionItems.byId(itemId);
  const settings = app.config.followUp;
  const due = item && nextReminder(item, settings, new Date(Date.parse(at) - 1));
  if (!item?.dueOn || due?.toISOString() !== at) return;
  const incident = await app.incidents.byId(item.incidentId);
  if (!incident) return;
  const once = `item-reminder:${item.id}:${at}`;
  const reminder = { kind: "message", view: "action-item.reminder", subject: item.id } as const;
  if (item.ownerId) {
    await app.outbox.add({ ...reminder, place: { user: item.ownerId }, once });
    await app.outbox.add({ kind: "home", userId: item.ownerId }, "cosmetic");
  }
  const over = daysBetween(item.dueOn, dayAt(new Date(at), settings));
  if (tellsOthers(item, over, settings)) {
    const place = widePlace(app, incident, item);
    if (place) await app.outbox.add({ ...reminder, place, once: `${once}:wide` });
  }
  await armItemReminder(app, item);
}

/** Widely at first when it has been overdue for so long, then about once a week: often enough to be heeded. */
function tellsOthers(item: ActionItem, over: number, settings: FollowUpSettings): boolean {
  if (over < 0) return false;
  if (!item.ownerId) return over % 7 < settings.remindEveryDays;
  if (settings.widenAfterDays === null || over < settings.widenAfterDays) return false;
  return (over - settings.widenAfterDays) % 7 < settings.remindEveryDays;
}

/** A private incident's item is told to who leads or declared it, never in a channel. */
function widePlace(app: App, incident: Incident, item: ActionItem): Place | null {
  if (isOpen(incident)) return { incident: incident.id };
  if (!incident.isPrivate) return { configured: "incidents" };
  const user = answersFor(app, incident);
  return user === null || user === item.ownerId ? null : { user };
}

/** Keeps the reminders quiet for so many days; the due date stays. */
export async function snoozeItem(app: App, caller: Caller, id: string, days: number): Promise<ActionItem> {
  const item = await app.actionItems.byId(id);
  if (!item) throw new Refusal("not_found", "That action item is gone.");
  const incident = await openForChange(app, caller, item.incidentId);
  if (item.doneAt) throw new Refusal("already_done", "That action item is done already.");
  const settings = app.config.followUp;
  const snoozedUntil = new Date(tellingMoment(laterDay(dayAt(app.now, settings), days), settings).getTime() - 1);
  const changed = await app.actionItems.update(item, { snoozedUntil });
  await app.audit.add({
    actor: caller.userId,
    action: "action-item.snoozed",
    subject: incidentName(incident),
    details: { item: id, until: snoozedUntil.toISOString() },
  });
  await armItemReminder(app, changed);
  return changed;
}
