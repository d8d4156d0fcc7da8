import { randomUUID } from "node:crypto";
import type { JsonObject } from "../page/protocol.ts";
import { type Core, nextId, nextTimestamp } from "./core.ts";
import { fileObject } from "./files.ts";
import { composedBlocks } from "./text.ts";
import type { Channel, Message } from "./workspace.ts";

export type Draft = Partial<Omit<Message, "ts">> & { readonly user: string };

/** Puts a message into a channel and tells the app of it. */
export function addMessage(core: Core, channel: Channel, draft: Draft): Message {
  const message = newMessage(core, draft);
  channel.messages.push(message);
  if (message.user !== core.workspace.app.botUserId) channel.read[message.user] = message.ts;
  for (const id of message.files) core.workspace.files[id]?.shares.push({ channel: channel.id, ts: message.ts });
  core.changed({ channel: channel.id });
  emitMessage(core, channel, { ...messageObject(core, channel, message, "event"), event_ts: message.ts });
  const mention = `<@${core.workspace.app.botUserId}>`;
  if (message.text.includes(mention) && !message.app && message.subtype === null && channel.kind !== "im") {
    const { type: _message, ...rest } = messageObject(core, channel, message, "event");
    core.emit({
      subscription: "app_mention",
      channel: channel.id,
      event: { type: "app_mention", ...rest, channel: channel.id, event_ts: message.ts },
    });
  }
  return message;
}

/** A message that is not in any channel yet, with a timestamp of its own. */
export function newMessage(core: Core, draft: Draft): Message {
  const fromPerson = draft.app !== true && (draft.subtype ?? null) === null;
  return {
    ts: nextTimestamp(core),
    threadTs: null,
    app: false,
    text: "",
    blocks: fromPerson ? composedBlocks(draft.text ?? "", nextId(core, "b")) : [],
    attachments: [],
    files: [],
    reactions: [],
    edited: null,
    subtype: null,
    extra: {},
    metadata: null,
    clientMessageId: fromPerson ? randomUUID() : null,
    username: null,
    icons: null,
    ...draft,
  };
}

/** Sends a message event to the app, with the fields every message event has. */
export function emitMessage(core: Core, channel: Channel, event: JsonObject): void {
  const kind = { public: "channel", private: "group", im: "im" }[channel.kind];
  const plural = { public: "channels", private: "groups", im: "im" }[channel.kind];
  core.emit({
    subscription: `message.${plural}`,
    channel: channel.id,
    event: { ...event, channel: channel.id, channel_type: kind },
  });
}

export function findMessage(channel: Channel, ts: string): Message | undefined {
  return channel.messages.find((message) => message.ts === ts);
}

export function repliesOf(channel: Channel, ts: string): Message[] {
  return channel.messages.filter((message) => message.threadTs === ts && message.ts !== ts);
}

/** Changes a message and sends message_changed; `edited` is left out for changes nobody made by hand. */
export function changeMessage(core: Core, channel: Channel, message: Message, change: Partial<Message>): void {
  const previous = messageObject(core, channel, message, "event");
  Object.assign(message, change);
  core.changed({ channel: channel.id });
  const at = nextTimestamp(core);
  emitMessage(core, channel, {
    type: "message",
    subtype: "message_changed",
    message: messageObject(core, channel, message, "event"),
    previous_message: previous,
    hidden: true,
    ts: at,
    event_ts: at,
  });
}

/** Takes a message away. One that has replies leaves a tombstone, as in Slack. */
export function removeMessage(core: Core, channel: Channel, message: Message): void {
  const previous = messageObject(core, channel, message, "event");
  channel.pins = channel.pins.filter((pin) => pin.ts !== message.ts);
  if (repliesOf(channel, message.ts).length > 0) {
    const text = "This message was deleted.";
    const emptied = { blocks: [], attachments: [], files: [], reactions: [], edited: null, metadata: null };
    Object.assign(message, emptied, { text, subtype: "tombstone", user: "USLACKBOT", app: false });
  } else {
    channel.messages.splice(channel.messages.indexOf(message), 1);
  }
  core.changed({ channel: channel.id });
  const at = nextTimestamp(core);
  emitMessage(core, channel, {
    type: "message",
    subtype: "message_deleted",
    previous_message: previous,
    deleted_ts: message.ts,
    hidden: true,
    ts: at,
    event_ts: at,
  });
}

/** A message as the Web API answers it ("api") or as an event carries it ("event"). */
export function messageObject(
  core: Core,
  channel: Channel,
  message: Message,
  seenIn: "api" | "event",
  withMetadata = false,
): JsonObject {
  const { workspace } = core;
  const pin = channel.pins.find((one) => one.ts === message.ts);
  return {
    type: "message",
    ...(message.subtype ? { subtype: message.subtype } : {}),
    user: message.user,
    text: message.text,
    ts: message.ts,
    ...(message.clientMessageId ? { client_msg_id: message.clientMessageId } : {}),
    ...(message.subtype ? {} : { team: workspace.people[message.user]?.teamId ?? workspace.team.id }),
    ...(message.app ? appFields(core) : {}),
    ...foreignFields(core, message),
    ...(message.username ? { username: message.username } : {}),
    ...(message.icons ? { icons: message.icons } : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((id) => fileObject(core, id)), upload: false } : {}),
    ...threadFields(core, channel, message),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.reactions.length > 0 && seenIn === "api"
      ? { reactions: message.reactions.map(({ name, users }) => ({ name, users, count: users.length })) }
      : {}),
    ...(pin && seenIn === "api"
      ? { pinned_to: [channel.id], pinned_info: { channel: channel.id, pinned_by: pin.by, pinned_ts: pin.created } }
      : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
    ...message.extra,
  };
}

/** What Slack adds for somebody who writes from another workspace. */
function foreignFields({ workspace }: Core, message: Message): JsonObject {
  const team = workspace.people[message.user]?.teamId ?? workspace.team.id;
  return team === workspace.team.id ? {} : { user_team: team, source_team: team };
}

function appFields({ workspace: { app, team, people } }: Core): JsonObject {
  const bot = people[app.botUserId];
  return {
    bot_id: app.botId,
    app_id: app.id,
    bot_profile: {
      id: app.botId,
      app_id: app.id,
      user_id: app.botUserId,
      name: bot?.realName ?? "",
      icons: {},
      deleted: false,
      updated: bot?.updated ?? 0,
      team_id: team.id,
    },
  };
}

function threadFields(core: Core, channel: Channel, message: Message): JsonObject {
  const replies = repliesOf(channel, message.ts);
  const last = replies.at(-1);
  if (last) {
    return {
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users_count: new Set(replies.map((reply) => reply.user)).size,
      latest_reply: last.ts,
      reply_users: [...new Set(replies.map((reply) => reply.user))],
      is_locked: false,
      subscribed: message.user === core.workspace.app.botUserId,
    };
  }
  if (message.threadTs === null || message.threadTs === message.ts) return {};
  const parent = findMessage(channel, message.threadTs)?.user;
  return { thread_ts: message.threadTs, ...(parent ? { parent_user_id: parent } : {}) };
}
