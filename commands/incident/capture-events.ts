import { captureDeletion, capturePost, slackTime } from "../../src/domain/capture/capture.ts";
import { readPost, writtenSubtypes } from "../../src/domain/capture/post.ts";
import type { Command, EventAsk } from "../../src/slack/command.ts";

type Listener = NonNullable<Command["events"]>[string];
type Payload = Readonly<Record<string, unknown>>;

/** Everything said in incidents' channels, written into the log as it happens, in the transaction that answers the event. */
export const captureEvents: Readonly<Record<string, Listener>> = {
  message: posted,
  ...Object.fromEntries(writtenSubtypes.map((subtype) => [`message.${subtype}`, posted])),
  "message.message_changed": changed,
  "message.message_deleted": async (ask) => {
    const previous = record(ask.event.previous_message);
    await gone(ask, word(ask.event.deleted_ts) ?? word(previous.ts), previous);
  },
  reaction_added: (ask) => reacted(ask, true),
  reaction_removed: (ask) => reacted(ask, false),
  file_deleted: async ({ app, event }) => {
    const fileId = word(event.file_id);
    if (fileId) await app.capturedFiles.erase(fileId);
  },
};

async function posted(ask: EventAsk): Promise<void> {
  const post = readPost(ask.event);
  if (post) await capturePost(ask.app, channelOf(ask), post, seen(ask));
}

async function changed(ask: EventAsk): Promise<void> {
  const [message, previous] = [record(ask.event.message), record(ask.event.previous_message)];
  // Slack tells a deletion that leaves a thread behind as a change into a tombstone.
  if (message.subtype === "tombstone") return gone(ask, word(message.ts), previous);
  const before = readPost(previous);
  const post = readPost(message);
  if (!post) return;
  const channelId = channelOf(ask);
  // The words before are written too where their own event never came; what is known already is not written again.
  if (before && before.editedTs !== post.editedTs) {
    await capturePost(ask.app, channelId, before, { seenTs: before.editedTs ?? before.ts, via: "event" });
  }
  // Slack's own changes (a preview of a link, a count of replies) are no edits; a file that is gone is one all the same.
  if (post.editedTs || post.files.some((file) => file.gone)) await capturePost(ask.app, channelId, post, seen(ask));
}

async function gone(ask: EventAsk, ts: string | null, previous: Payload): Promise<void> {
  if (!ts) return;
  const threadTs = word(previous.thread_ts);
  await captureDeletion(
    ask.app,
    channelOf(ask),
    {
      ts,
      threadTs: threadTs === ts ? null : threadTs,
      authorId: word(previous.user),
      authorName: word(previous.username),
    },
    seen(ask),
  );
}

async function reacted({ app, event }: EventAsk, on: boolean): Promise<void> {
  const item = record(event.item);
  const [channelId, ts, name, userId] = [item.channel, item.ts, event.reaction, event.user].map(word);
  if (item.type !== "message" || !channelId || !ts || !name || !userId) return;
  const eventTs = word(event.event_ts) ?? slackTime(app.now);
  await app.captures.reaction(channelId, { ts, userId, name, on, eventTs, via: "event" });
}

function channelOf({ event }: EventAsk): string {
  return word(event.channel) ?? "";
}

function seen({ app, event }: EventAsk) {
  return { seenTs: word(event.event_ts) ?? word(event.ts) ?? slackTime(app.now), via: "event" } as const;
}

function record(value: unknown): Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : {};
}

function word(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
