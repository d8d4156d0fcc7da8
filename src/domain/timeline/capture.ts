import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { JobData } from "../jobs.ts";
import type { App } from "../ports.ts";
import type { SlackMessage } from "../slack-side.ts";
import { escapeMrkdwn, plainFromSlack, quoteMessage, shorten } from "../text.ts";
import { isHeld, shortcutMark } from "./marks.ts";

type Captured = JobData["capture-message"];

/** The incident whose timeline the message goes on; null when nothing holds it there any more. */
export async function captureTarget(app: App, job: Captured): Promise<Incident | null> {
  if (!(await isHeld(app, job.channelId, job.ts))) return null;
  return job.incidentId ? app.incidents.byId(job.incidentId) : app.incidents.byChannel(job.channelId);
}

/** The message as the log has it; null where it has none, or one with files, whose links only Slack knows. */
export async function messageAsCaptured(app: App, { channelId, ts }: Captured): Promise<SlackMessage | null> {
  const [message] = await app.captures.known(channelId, [ts]);
  if (!message || message.text === null || (await app.capturedFiles.of(channelId, ts)).length > 0) return null;
  const { authorId, text, threadTs, editedTs } = message;
  return { userId: authorId, text, threadTs, editedTs, files: [] };
}

/** Writes the message on the timeline with its own time, or brings it back or up to date when it is there already. */
export async function recordMessage(app: App, job: Captured, message: SlackMessage): Promise<void> {
  const target = await captureTarget(app, job);
  // The lock makes two captures of one message wait for each other.
  const incident = target && (await app.incidents.lock(target.id));
  if (!incident) return;
  const text = app.redact(messageText(message));
  const entry = await app.timeline.bySource(job.channelId, job.ts);
  if (!entry || entry.hidden) {
    await app.audit.add({
      actor: job.byUserId,
      action: "timeline.message-added",
      subject: incidentName(incident),
      details: { channel: job.channelId, ts: job.ts, through: job.through },
    });
  }
  if (entry) {
    await app.timeline.change(
      entry.id,
      { hidden: false, ...(message.editedTs ? { text, editedTs: message.editedTs } : {}) },
      job.byUserId,
    );
    return;
  }
  await app.timeline.add({
    incidentId: incident.id,
    at: momentOf(job.ts),
    kind: "message",
    actorId: message.userId,
    text,
    source: {
      channelId: job.channelId,
      ts: job.ts,
      threadTs: message.threadTs,
      permalink: app.workspace.permalink(job.channelId, job.ts, message.threadTs),
      through: job.through,
      editedTs: message.editedTs,
    },
  });
}

/** Puts a message on the timeline that came with the ask, so that nothing has to be read. */
export async function addMessage(
  app: App,
  caller: Caller,
  incidentId: string,
  message: {
    readonly channelId: string;
    readonly ts: string;
    readonly threadTs: string | null;
    readonly userId: string | null;
    readonly text: string;
  },
): Promise<void> {
  const incident = await openForChange(app, caller, incidentId);
  const { channelId, ts } = message;
  const eventTs = (app.now.getTime() / 1000).toFixed(6);
  await app.reactions.note({ channelId, ts, userId: caller.userId, name: shortcutMark, on: true, eventTs });
  const job = { channelId, ts, through: "shortcut", byUserId: caller.userId } as const;
  const entry = await app.timeline.bySource(channelId, ts);
  if (entry && !entry.hidden) throw new Refusal("already_done", "That message is on a timeline already.");
  await recordMessage(app, { ...job, incidentId: incident.id }, { ...message, editedTs: null, files: [] });
}

/** The moment a message's ts stands for. Source: docs.slack.dev/messaging/retrieving-messages (ts is Unix seconds). */
export function momentOf(ts: string): Date {
  return new Date(Math.round(Number(ts) * 1000));
}

/** What a message said, for a timeline: its text, else what was shared with it. */
export function messageText(message: Pick<SlackMessage, "text" | "files">): string {
  const text = quoteMessage(message.text);
  const files = message.files
    .map(({ permalink, name }) => (permalink ? `<${permalink}|${escapeMrkdwn(name)}>` : escapeMrkdwn(name)))
    .join(", ");
  if (!files) return text || "(a message without text)";
  return text ? `${text} (with ${files})` : `Shared ${files}`;
}

/** A message's mrkdwn as plain words that people may go on writing in: people by name, nobody called, no escapes. */
export async function plainWords(app: App, mrkdwn: string): Promise<string> {
  const said = quoteMessage(mrkdwn);
  const mention = /<@([A-Z0-9]+)(?:\|[^<>]*)?>/g;
  const names = await app.names([...said.matchAll(mention)].map(([, id = ""]) => id));
  return plainFromSlack(said.replace(mention, (_, id: string) => `@${names.get(id) ?? id}`));
}

/** The first line of a message, as a title. */
export function messageTitle(message: Pick<SlackMessage, "text" | "files">): string {
  return shorten(messageText(message).split("\n")[0] ?? "", 200);
}
