import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { maySee, openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import { redraw, tell } from "../incident/notices.ts";
import type { JobData } from "../jobs.ts";
import type { App } from "../ports.ts";
import { redrawPostmortem } from "../postmortem/checklist.ts";
import type { ActionItem } from "../postmortem/postmortem.ts";
import type { SlackMessage } from "../slack-side.ts";
import { cleanLine, escapeMrkdwn, shorten } from "../text.ts";
import { messageTitle, plainWords } from "../timeline/capture.ts";
import type { TimelineEntry } from "../timeline/entry.ts";
import { armItemReminder } from "./follow-up.ts";

export interface NewActionItem {
  readonly title: string;
  readonly ownerId: string | null;
  /** yyyy-MM-dd */
  readonly dueOn: string | null;
  readonly source: ActionItem["source"];
}

/** Adds an action item and says so in the channel. A message makes one action item at most. */
export async function addActionItem(
  app: App,
  caller: Caller,
  incidentId: string,
  item: NewActionItem,
): Promise<ActionItem> {
  const incident = await openForChange(app, caller, incidentId);
  const title = cleanLine(item.title);
  if (title === "")
    throw new Refusal("missing_argument", "An action item needs a title.", "Say what is to be done.", "title");
  if (item.source && (await app.actionItems.bySource(item.source.channelId, item.source.ts))) {
    throw new Refusal("already_done", "That message is an action item already.");
  }
  await requireOwner(app, incident, item.ownerId);
  return insert(app, incident, caller.userId, { ...item, title });
}

/** What is private reaches nobody by way of an action item. */
async function requireOwner(app: App, incident: Incident, ownerId: string | null): Promise<void> {
  if (!ownerId || (await maySee(app, incident, ownerId))) return;
  throw new Refusal(
    "not_allowed",
    `<@${ownerId}> is not in this private incident.`,
    "Bring them in first, or name somebody who is.",
    "owner",
  );
}

/** Owner, day, title or done; refuses when somebody else changed it since it was shown. */
export async function changeActionItem(
  app: App,
  caller: Caller,
  id: string,
  changes: Partial<Pick<ActionItem, "title" | "ownerId" | "dueOn" | "doneAt">>,
): Promise<ActionItem> {
  const item = await app.actionItems.byId(id);
  if (!item) throw new Refusal("not_found", "That action item is gone.");
  const incident = await openForChange(app, caller, item.incidentId);
  const title = changes.title === undefined ? item.title : cleanLine(changes.title);
  if (title === "")
    throw new Refusal("missing_argument", "An action item needs a title.", "Say what is to be done.", "title");
  await requireOwner(app, incident, changes.ownerId ?? null);
  const changed = await app.actionItems.update(item, { ...changes, title });
  const done = changes.doneAt !== undefined && changes.doneAt !== null && item.doneAt === null;
  if (done) {
    const entry = await note(app, incident, caller.userId, `Action item done: ${escapeMrkdwn(shorten(title, 300))}`);
    await tell(app, incident, entry);
  }
  await app.audit.add({
    actor: caller.userId,
    action: done ? "action-item.done" : "action-item.changed",
    subject: incidentName(incident),
    details: { item: id, title, owner: changed.ownerId, due: changed.dueOn },
  });
  if (item.doneAt && changed.doneAt === null) {
    await note(app, incident, caller.userId, `Action item taken up again: ${escapeMrkdwn(shorten(title, 300))}`);
  }
  await armItemReminder(app, changed);
  for (const userId of new Set([item.ownerId, changed.ownerId])) {
    if (userId) await app.outbox.add({ kind: "home", userId }, "cosmetic");
  }
  if (changed.ownerId && changed.ownerId !== item.ownerId && changed.ownerId !== caller.userId) {
    await tellOwner(app, changed);
  }
  await shown(app, incident);
  return changed;
}

/** Who was given an item hears of it, wherever they are. */
async function tellOwner(app: App, item: ActionItem): Promise<void> {
  if (!item.ownerId || item.ownerId === app.workspace.botUserId) return;
  await app.outbox.add({
    kind: "message",
    view: "action-item.yours",
    subject: item.id,
    place: { user: item.ownerId },
    once: `item-yours:${item.id}:${item.ownerId}:${item.version}`,
  });
}

/** The action item reaction was set on a message (read it and make one) or taken away (remove it if nobody has worked on it). */
export async function actionItemMarked(
  app: App,
  event: {
    readonly channelId: string;
    readonly ts: string;
    readonly userId: string;
    readonly on: boolean;
    readonly eventTs: string;
  },
): Promise<void> {
  if (event.userId === app.workspace.botUserId) return;
  const incident = await app.incidents.byChannel(event.channelId);
  if (!incident) return;
  const name = app.config.reactions.actionItem;
  if (!(await app.reactions.note({ ...event, name }))) return;
  if (event.on) {
    const { channelId, ts } = event;
    await app.jobs.add("capture-action-item", { channelId, ts, byUserId: event.userId }, { key: `${channelId}:${ts}` });
    return;
  }
  if ((await app.reactions.holders(event.channelId, event.ts, name)).length > 0) return;
  const item = await app.actionItems.bySource(event.channelId, event.ts);
  if (!item || item.version > 1 || item.doneAt) return;
  await app.actionItems.remove(item.id);
  await app.audit.add({
    actor: event.userId,
    action: "action-item.removed",
    subject: incidentName(incident),
    details: { item: item.id, title: item.title },
  });
  await shown(app, incident);
}

/** Whether the message still is to become an action item. */
export async function actionItemWanted(app: App, job: JobData["capture-action-item"]): Promise<Incident | null> {
  const held = await app.reactions.holders(job.channelId, job.ts, app.config.reactions.actionItem);
  if (held.length === 0 || (await app.actionItems.bySource(job.channelId, job.ts))) return null;
  return app.incidents.byChannel(job.channelId);
}

/** Makes the action item of a message that was read. */
export async function recordActionItem(
  app: App,
  job: JobData["capture-action-item"],
  message: SlackMessage,
): Promise<void> {
  const found = await actionItemWanted(app, job);
  const incident = found && (await app.incidents.lock(found.id));
  if (!incident || (await app.actionItems.bySource(job.channelId, job.ts))) return;
  const { channelId, ts } = job;
  await insert(app, incident, job.byUserId, {
    title: cleanLine(await plainWords(app, app.redact(messageTitle(message)))),
    ownerId: null,
    dueOn: null,
    source: { channelId, ts, permalink: app.workspace.permalink(channelId, ts, message.threadTs) },
  });
}

async function insert(app: App, incident: Incident, byId: string, item: NewActionItem): Promise<ActionItem> {
  const inserted = await app.actionItems.insert({
    id: app.newId(),
    incidentId: incident.id,
    ...item,
    doneAt: null,
    snoozedUntil: null,
    createdBy: byId,
    createdAt: app.now,
  });
  const owner = item.ownerId ? ` (<@${item.ownerId}>)` : "";
  await note(app, incident, byId, `Action item: ${escapeMrkdwn(shorten(item.title, 300))}${owner}`);
  await app.outbox.add({
    kind: "message",
    view: "action-item.notice",
    subject: inserted.id,
    place: { incident: incident.id },
    once: `action-item:${inserted.id}`,
  });
  await app.audit.add({
    actor: byId,
    action: "action-item.added",
    subject: incidentName(incident),
    details: { item: inserted.id, title: item.title, owner: item.ownerId, due: item.dueOn },
  });
  await armItemReminder(app, inserted);
  if (inserted.ownerId !== byId) await tellOwner(app, inserted);
  await shown(app, incident);
  return inserted;
}

async function shown(app: App, incident: Incident): Promise<void> {
  await redraw(app, incident);
  await redrawPostmortem(app, incident.id);
}

function note(app: App, incident: Incident, byId: string, text: string): Promise<TimelineEntry> {
  return app.timeline.add({ incidentId: incident.id, at: app.now, kind: "action-item", actorId: byId, text });
}
