import { incidentName } from "../incident/incident.ts";
import type { JobData } from "../jobs.ts";
import type { App } from "../ports.ts";
import type { TimelineEntry } from "./entry.ts";

/**
 * What holds a message on the timeline: the configured reaction, a pin, or the shortcut. All are kept as marks with
 * the newest event time, so that events may come late, twice and in any order.
 */
const pin = ":pin";
export const shortcutMark = ":shortcut";
const deleted = ":deleted";
/** A pin belongs to the message, not to who set it: anybody may take it away. */
const anybody = "";

export interface MarkEvent {
  readonly channelId: string;
  readonly ts: string;
  /** Empty where nobody can tell who it was. */
  readonly userId: string;
  readonly on: boolean;
  readonly eventTs: string;
}

/** The timeline reaction was set or taken away. */
export async function reactionMarked(app: App, event: MarkEvent): Promise<void> {
  await marked(app, event, app.config.reactions.timeline, event.userId, "reaction");
}

/** A message was pinned or unpinned. */
export async function pinMarked(app: App, event: MarkEvent): Promise<void> {
  await marked(app, event, pin, anybody, "pin");
}

/** The shortcut was used on a message; it cannot be taken back in Slack, only hidden on the timeline. */
export async function shortcutMarked(app: App, event: MarkEvent, incidentId: string): Promise<void> {
  await app.reactions.note({ ...event, name: shortcutMark, on: true });
  await capture(app, event, "shortcut", incidentId);
}

async function marked(
  app: App,
  event: MarkEvent,
  name: string,
  userId: string,
  through: JobData["capture-message"]["through"],
): Promise<void> {
  if (event.userId === app.workspace.botUserId) return;
  const incident = await app.incidents.byChannel(event.channelId);
  if (!incident) return;
  if (!(await app.reactions.note({ ...event, name, userId }))) return;
  if (event.on) return capture(app, event, through);
  const entry = await app.timeline.bySource(event.channelId, event.ts);
  if (entry && !entry.hidden && !(await isHeld(app, event.channelId, event.ts))) {
    await app.timeline.change(entry.id, { hidden: true }, event.userId || null);
    await app.audit.add({
      actor: event.userId || "tocsin",
      action: "timeline.message-removed",
      subject: incidentName(incident),
      details: { entry: entry.id, through },
    });
  }
}

async function capture(
  app: App,
  event: MarkEvent,
  through: JobData["capture-message"]["through"],
  incidentId?: string,
): Promise<void> {
  const { channelId, ts } = event;
  await app.jobs.add(
    "capture-message",
    { channelId, ts, through, byUserId: event.userId, ...(incidentId ? { incidentId } : {}) },
    { key: `${channelId}:${ts}` },
  );
}

/** Whether anything still holds the message on a timeline; one that was deleted is held by nothing. */
export async function isHeld(app: App, channelId: string, ts: string): Promise<boolean> {
  if ((await app.reactions.holders(channelId, ts, deleted)).length > 0) return false;
  for (const name of [app.config.reactions.timeline, pin, shortcutMark]) {
    if ((await app.reactions.holders(channelId, ts, name)).length > 0) return true;
  }
  return false;
}

/** Whether the message is known to be pinned to its channel. */
export async function isPinned(app: App, channelId: string, ts: string): Promise<boolean> {
  return (await app.reactions.holders(channelId, ts, pin)).length > 0;
}

/** A message was edited: what is on the timeline follows, the newest edit winning. */
export async function messageEdited(
  app: App,
  edit: { readonly channelId: string; readonly ts: string; readonly text: string; readonly editedTs: string },
): Promise<void> {
  const entry = await app.timeline.bySource(edit.channelId, edit.ts);
  if (entry) return app.timeline.change(entry.id, { text: app.redact(edit.text), editedTs: edit.editedTs }, null);
  const incident = await app.incidents.byChannel(edit.channelId);
  // Marked but not read yet: reading once more after this finds the newer text, whatever is under way now.
  if (incident && (await isHeld(app, edit.channelId, edit.ts))) {
    await capture(app, { ...edit, userId: app.workspace.botUserId, on: true, eventTs: edit.editedTs }, "reaction");
  }
}

/** A message was deleted, perhaps before it was read: its words leave the timeline, and do not come back. */
export async function messageDeleted(app: App, channelId: string, ts: string, eventTs: string): Promise<void> {
  const entry: TimelineEntry | null = await app.timeline.bySource(channelId, ts);
  if (!entry && !(await app.incidents.byChannel(channelId))) return;
  await app.reactions.note({ channelId, ts, userId: anybody, name: deleted, on: true, eventTs });
  if (entry) await app.timeline.erase(entry.id);
}
