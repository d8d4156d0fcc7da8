import { channelCreated } from "../../domain/incident/channel.ts";
import { channelName } from "../../domain/incident/channel-name.ts";
import { markedTitle } from "../../domain/incident/incident.ts";
import { incidentTopic } from "../../domain/incident/notices.ts";
import type { OutboxRow } from "../../domain/outbox.ts";
import { refusedWord } from "../call.ts";
import { clockSlackSeconds } from "./look-up.ts";
import { tolerating } from "./messages.ts";
import { incidentOf, type Sender, type SenderContext, Undeliverable } from "./sender.ts";
import { isPassing } from "./trouble.ts";

const mostNames = 50;

/**
 * Creates the incident's channel. A name that is taken is kept apart by a number, unless an attempt in doubt has
 * made that channel: one the bot created since the attempt began is taken for ours.
 */
export const sendChannel: Sender<{ readonly incident: string }> = async (context, row, intent) => {
  const incident = await incidentOf(context, intent.incident);
  if (incident.channelId) return undefined;
  const first = typeof row.scratch.attempt === "number" ? row.scratch.attempt : 1;
  for (let attempt = first; attempt < first + mostNames; attempt += 1) {
    const name = channelName(context.config.channels.prefix, incident.number, markedTitle(incident), attempt);
    // Noted first, so that a look-up after a crash looks for the right name.
    if (attempt !== first) await context.work((_, rows) => rows.note(row.id, { attempt }));
    const made = await createOrAdopt(context, row, name, incident.isPrivate, row.inDoubt && attempt === first);
    if (made) return (app) => channelCreated(app, incident.id, made);
  }
  throw new Undeliverable("name_taken");
};

async function createOrAdopt(
  context: SenderContext,
  row: OutboxRow,
  name: string,
  isPrivate: boolean,
  inDoubt: boolean,
): Promise<{ readonly id: string; readonly name: string } | null> {
  try {
    const answer = await context.call("conversations.create", { name, is_private: isPrivate });
    const channel = answer.channel as { readonly id: string; readonly name?: string };
    return { id: channel.id, name: channel.name ?? name };
  } catch (error) {
    if (refusedWord(error) !== "name_taken") throw error;
    return inDoubt ? ownChannel(context, name, row.attemptedAt) : null;
  }
}

async function ownChannel(
  context: SenderContext,
  name: string,
  since: Date,
): Promise<{ readonly id: string; readonly name: string } | null> {
  const oldest = since.getTime() / 1000 - clockSlackSeconds;
  let cursor = "";
  do {
    const answer = await context.call("users.conversations", {
      types: "public_channel,private_channel",
      exclude_archived: true,
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    const channels = (answer.channels ?? []) as readonly {
      readonly id: string;
      readonly name: string;
      readonly creator?: string;
      readonly created?: number;
    }[];
    const found = channels.find(
      (channel) => channel.name === name && channel.creator === context.botUserId() && (channel.created ?? 0) >= oldest,
    );
    if (found) return { id: found.id, name };
    cursor = (answer.response_metadata as { readonly next_cursor?: string } | undefined)?.next_cursor ?? "";
  } while (cursor);
  return null;
}

export const sendTopic: Sender<{ readonly incident: string }> = async (context, _row, intent) => {
  const incident = await incidentOf(context, intent.incident);
  await context.call("conversations.setTopic", { channel: incident.channelId, topic: incidentTopic(incident) });
  return undefined;
};

export const sendArchive: Sender<{ readonly incident: string }> = async (context, _row, intent) => {
  const incident = await incidentOf(context, intent.incident);
  await tolerating(["already_archived"], () => context.call("conversations.archive", { channel: incident.channelId }));
  return undefined;
};

export const sendBookmark: Sender<{
  readonly incident: string;
  readonly title: string;
  readonly link: string;
}> = async (context, row, intent) => {
  const incident = await incidentOf(context, intent.incident);
  if (row.inDoubt) {
    const answer = await context.call("bookmarks.list", { channel_id: incident.channelId });
    const there = (answer.bookmarks ?? []) as readonly { readonly title?: string; readonly link?: string }[];
    if (there.some((bookmark) => bookmark.link === intent.link && bookmark.title === intent.title)) return undefined;
  }
  await context.call("bookmarks.add", {
    channel_id: incident.channelId,
    title: intent.title,
    type: "link",
    link: intent.link,
  });
  return undefined;
};

/** Takes a person out of the incident's channel; who is not in it, or never can be, needs nothing. */
export const sendRemoval: Sender<{ readonly incident: string; readonly userId: string }> = async (
  context,
  _row,
  intent,
) => {
  const incident = await incidentOf(context, intent.incident);
  const { userId: user } = intent;
  await tolerating(["not_in_channel", "is_archived", "user_not_found"], () =>
    context.call("conversations.kick", { channel: incident.channelId, user }),
  );
  return undefined;
};

/** What the topic of such a channel says; Slack need not take an empty one. */
const withdrawn = "This was withdrawn.";

/**
 * A channel that was an incident's: its topic and name say nothing any more, and it is archived, whatever Slack would
 * not take before that.
 */
export const sendRetirement: Sender<{ readonly incident: string; readonly channel: string }> = async (
  context,
  _row,
  { incident: id, channel },
) => {
  const { number } = await incidentOf(context, id);
  const over = ["is_archived", "already_archived"];
  const refused: string[] = [];
  try {
    await tolerating(over, () => context.call("conversations.setTopic", { channel, topic: withdrawn }));
  } catch (error) {
    refused.push(refusalIn(error));
  }
  for (let attempt = 1; attempt <= mostNames; attempt += 1) {
    const name = channelName(context.config.channels.prefix, number, "moved", attempt);
    try {
      await tolerating(over, () => context.call("conversations.rename", { channel, name }));
      break;
    } catch (error) {
      const word = refusalIn(error);
      if (word === "name_taken") continue;
      // Where the workspace keeps names to administrators, the channel is archived under the name it has.
      if (word !== "not_authorized" && word !== "restricted_action") refused.push(word);
      break;
    }
  }
  await tolerating(over, () => context.call("conversations.archive", { channel }));
  if (refused.length > 0) throw new Undeliverable([...new Set(refused)].join(", "));
  return undefined;
};

/** Slack's word for why not; anything else that went wrong is thrown on, to be tried again. */
function refusalIn(error: unknown): string {
  const word = refusedWord(error);
  if (word === null || isPassing(word)) throw error;
  return word;
}
