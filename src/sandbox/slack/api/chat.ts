import type { JsonObject } from "../../page/protocol.ts";
import { directChannel } from "../channels.ts";
import { type Content, type ContentRules, readContent, requireContent } from "../content.ts";
import type { Core } from "../core.ts";
import { showEphemeral } from "../ephemerals.ts";
import { SlackFailure } from "../failure.ts";
import { permalink } from "../marks.ts";
import { addMessage, changeMessage, findMessage, messageObject, removeMessage } from "../messages.ts";
import {
  bot,
  conversation,
  flag,
  type Method,
  type MethodCall,
  person,
  requireActive,
  required,
  requireMember,
  requireScope,
  text,
  visibleChannel,
} from "../method.ts";
import type { Channel, Message } from "../workspace.ts";

/** Text that is edited, sent to one person or scheduled may have 4,000 characters (chat.update, msg_too_long). */
export const shortText: ContentRules = { longest: 4_000 };

/** The conversation a post goes to: by id, by name, or, for a user's id, the direct conversation with the bot. */
export function destination(call: MethodCall): Channel {
  const { core } = call;
  const given = required(call, "channel");
  const user = core.workspace.people[given];
  if (user) {
    if (user.deleted || user.id === bot(core)) throw new SlackFailure("channel_not_found");
    return directChannel(core, bot(core), user.id);
  }
  const name = given.replace(/^#/, "");
  const named = Object.values(core.workspace.channels).find(
    (channel) => channel.kind === "public" && channel.name === name,
  );
  const channel = visibleChannel(core, given) ?? named;
  if (!channel) throw new SlackFailure("channel_not_found");
  return channel;
}

/** Whether the bot may write here; scope chat:write.public lets it write where it is not a member. */
export function requirePostable(core: Core, channel: Channel): void {
  if (!(channel.kind === "public" && core.granted.has("chat:write.public"))) requireMember(core, channel);
  requireActive(channel);
}

/** The message a reply belongs under; a reply to a reply goes to the same thread. */
export function threadOf(channel: Channel, given: string | undefined): string | null {
  if (given === undefined || given === "") return null;
  const parent = findMessage(channel, given);
  if (
    !parent ||
    (parent.subtype !== null &&
      !["bot_message", "file_share", "thread_broadcast", "tombstone"].includes(parent.subtype))
  ) {
    throw new SlackFailure("cannot_reply_to_message");
  }
  return parent.threadTs ?? parent.ts;
}

function authorship(call: MethodCall): Pick<Message, "username" | "icons"> {
  const [username, emoji, url] = [text(call, "username"), text(call, "icon_emoji"), text(call, "icon_url")];
  if (username !== undefined || emoji !== undefined || url !== undefined) {
    requireScope(call.core, ["chat:write.customize"]);
  }
  return {
    username: username ?? null,
    icons: emoji ? { emoji } : url ? { image_48: url } : null,
  };
}

/** Posts content as the app. */
export function post(core: Core, channel: Channel, content: Content, more: Partial<Message> = {}): Message {
  return addMessage(core, channel, {
    user: bot(core),
    app: true,
    text: content.text ?? "",
    blocks: content.blocks ?? [],
    attachments: content.attachments ?? [],
    metadata: content.metadata ?? null,
    ...more,
  });
}

function postMessage(call: MethodCall): JsonObject {
  const { core } = call;
  const channel = destination(call);
  requirePostable(core, channel);
  const content = readContent(core, call.args);
  requireContent(content);
  const threadTs = threadOf(channel, text(call, "thread_ts"));
  const broadcast = threadTs !== null && flag(call, "reply_broadcast");
  const root = broadcast ? findMessage(channel, threadTs) : undefined;
  const message = post(core, channel, content, {
    threadTs,
    ...authorship(call),
    ...(root ? { subtype: "thread_broadcast", extra: { root: messageObject(core, channel, root, "api") } } : {}),
  });
  const cut = typeof call.args.text === "string" && [...call.args.text].length > 40_000;
  return {
    channel: channel.id,
    ts: message.ts,
    message: messageObject(core, channel, message, "api", true),
    ...(cut ? { warning: "message_truncated", response_metadata: { warnings: ["message_truncated"] } } : {}),
  };
}

/** The message the bot wants to change or take away: it must be its own. */
function ownMessage(call: MethodCall, channel: Channel, refusal: string): Message {
  const message = findMessage(channel, required(call, "ts"));
  if (!message) throw new SlackFailure("message_not_found");
  if (!message.app || message.user !== bot(call.core)) throw new SlackFailure(refusal);
  return message;
}

function update(call: MethodCall): JsonObject {
  const { core } = call;
  const channel = conversation(call);
  const message = ownMessage(call, channel, "cant_update_message");
  if (channel.archived) throw new SlackFailure("is_inactive");
  const content = readContent(core, call.args, shortText);
  if (content.text === undefined && content.blocks === undefined && content.attachments === undefined) {
    throw new SlackFailure("no_text");
  }
  const reworded = content.text !== undefined && content.text !== message.text;
  // What is not given stays as it is (docs.slack.dev/reference/methods/chat.update).
  changeMessage(core, channel, message, {
    text: content.text ?? message.text,
    blocks: content.blocks ?? message.blocks,
    attachments: content.attachments ?? message.attachments,
    metadata: content.metadata ?? message.metadata,
    ...(reworded ? { edited: { user: bot(core), ts: `${Math.floor(core.clock.now() / 1000)}.000000` } } : {}),
  });
  return {
    channel: channel.id,
    ts: message.ts,
    text: message.text,
    message: messageObject(core, channel, message, "api", true),
  };
}

function postEphemeral(call: MethodCall): JsonObject {
  const { core } = call;
  const channel = destination(call);
  requirePostable(core, channel);
  const user = required(call, "user");
  if (!channel.members.includes(user) || person(core, user, "user_not_in_channel").deleted) {
    throw new SlackFailure("user_not_in_channel");
  }
  const content = readContent(core, call.args, shortText);
  requireContent(content);
  const message = showEphemeral(core, channel.id, user, content, threadOf(channel, text(call, "thread_ts")));
  return { message_ts: message.ts };
}

/** chat.*: what the bot says. */
export const chatMethods: readonly Method[] = [
  { name: "chat.postMessage", missing: "unfurling links and reading mrkdwn of attachments", run: postMessage },
  { name: "chat.update", missing: "files, and edit windows set by an administrator", run: update },
  {
    name: "chat.delete",
    run: (call) => {
      const channel = conversation(call);
      const message = ownMessage(call, channel, "cant_delete_message");
      removeMessage(call.core, channel, message);
      return { channel: channel.id, ts: message.ts };
    },
  },
  { name: "chat.postEphemeral", run: postEphemeral },
  {
    name: "chat.getPermalink",
    run: (call) => {
      const channel = conversation(call);
      const message = findMessage(channel, required(call, "message_ts"));
      if (!message) throw new SlackFailure("message_not_found");
      return { channel: channel.id, permalink: permalink(call.core, channel, message) };
    },
  },
];
