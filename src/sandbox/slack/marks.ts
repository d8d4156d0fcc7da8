import type { JsonObject } from "../page/protocol.ts";
import { type Core, nextTimestamp, seconds } from "./core.ts";
import { addMessage, findMessage, messageObject } from "./messages.ts";
import type { Channel, Message } from "./workspace.ts";

/** Adds or takes away one person's reaction; answers Slack's error name, or null when it is done. */
export function react(
  core: Core,
  channel: Channel,
  message: Message,
  name: string,
  by: string,
  remove: boolean,
): string | null {
  const found = message.reactions.find((reaction) => reaction.name === name);
  if (remove) {
    if (!found?.users.includes(by)) return "no_reaction";
    found.users.splice(found.users.indexOf(by), 1);
    if (found.users.length === 0) message.reactions.splice(message.reactions.indexOf(found), 1);
  } else {
    // 23 different emoji per message and person, 50 in all (docs.slack.dev/reference/methods/reactions.add).
    if (found?.users.includes(by)) return "already_reacted";
    if (!found && message.reactions.length >= 50) return "too_many_emoji";
    if (message.reactions.filter((reaction) => reaction.users.includes(by)).length >= 23) return "too_many_reactions";
    if (found) found.users.push(by);
    else message.reactions.push({ name, users: [by] });
  }
  core.changed({ channel: channel.id });
  const type = remove ? "reaction_removed" : "reaction_added";
  core.emit({
    subscription: type,
    channel: channel.id,
    event: {
      type,
      user: by,
      reaction: name,
      item: { type: "message", channel: channel.id, ts: message.ts },
      item_user: message.user,
      event_ts: nextTimestamp(core),
    },
  });
  return null;
}

/** Pins or unpins a message; answers Slack's error name, or null when it is done. */
export function pin(core: Core, channel: Channel, message: Message, by: string, remove: boolean): string | null {
  const found = channel.pins.find((one) => one.ts === message.ts);
  if (remove) {
    if (!found) return "no_pin";
    channel.pins.splice(channel.pins.indexOf(found), 1);
    emitPin(core, channel, message, by, found.created, "pin_removed");
  } else {
    if (found) return "already_pinned";
    if (channel.pins.length >= 100) return "too_many_pins";
    const created = seconds(core);
    channel.pins.push({ ts: message.ts, by, created });
    addMessage(core, channel, {
      user: by,
      subtype: "pinned_item",
      text: `<@${by}> pinned a message to this channel.`,
      extra: { item_type: "message", item: { type: "message", channel: channel.id, ts: message.ts } },
    });
    emitPin(core, channel, message, by, created, "pin_added");
  }
  core.changed({ channel: channel.id });
  return null;
}

function emitPin(core: Core, channel: Channel, message: Message, by: string, created: number, type: string): void {
  core.emit({
    subscription: type,
    channel: channel.id,
    event: {
      type,
      user: by,
      channel_id: channel.id,
      item: pinItem(core, channel, message.ts, by, created),
      item_user: message.user,
      pin_count: channel.pins.length,
      ...(type === "pin_removed"
        ? { has_pins: channel.pins.length > 0 }
        : { pinned_info: { channel: channel.id, pinned_by: by, pinned_ts: created } }),
      event_ts: nextTimestamp(core),
    },
  });
}

export function pinItem(core: Core, channel: Channel, ts: string, by: string, created: number): JsonObject {
  const message = findMessage(channel, ts);
  return {
    type: "message",
    channel: channel.id,
    created,
    created_by: by,
    ...(message
      ? { message: { ...messageObject(core, channel, message, "api"), permalink: permalink(core, channel, message) } }
      : {}),
  };
}

export function permalink(core: Core, channel: Channel, message: Message): string {
  const base = `https://${core.workspace.team.domain}.slack.com/archives/${channel.id}/p${message.ts.replace(".", "")}`;
  return message.threadTs && message.threadTs !== message.ts
    ? `${base}?thread_ts=${message.threadTs}&cid=${channel.id}`
    : base;
}
