import type { JsonObject } from "../../page/protocol.ts";
import { type Core, nextId, seconds } from "../core.ts";
import { SlackFailure } from "../failure.ts";
import { pin, pinItem, react } from "../marks.ts";
import { findMessage, messageObject } from "../messages.ts";
import {
  bot,
  conversation,
  type Method,
  type MethodCall,
  requireActive,
  required,
  requireMember,
  text,
} from "../method.ts";
import { isWebAddress } from "../validator/schema.ts";
import type { Bookmark, Channel, Message } from "../workspace.ts";

function target(call: MethodCall): { channel: Channel; message: Message } {
  if (text(call, "channel") === undefined) throw new SlackFailure("no_item_specified");
  const channel = conversation(call);
  const ts = text(call, "timestamp");
  if (ts === undefined || ts === "") throw new SlackFailure("no_item_specified");
  if (!/^\d+\.\d{6}$/.test(ts)) throw new SlackFailure("bad_timestamp");
  requireMember(call.core, channel);
  const message = findMessage(channel, ts);
  if (!message) throw new SlackFailure("message_not_found");
  return { channel, message };
}

function answer(problem: string | null): JsonObject {
  if (problem) throw new SlackFailure(problem);
  return {};
}

function emojiName(call: MethodCall): string {
  const name = required(call, "name");
  if (!/^[a-z0-9_+'-]+(?:::skin-tone-[2-6])?$/.test(name)) throw new SlackFailure("invalid_name");
  return name;
}

/** reactions.* and pins.*. */
export const markMethods: readonly Method[] = [
  {
    name: "reactions.add",
    missing: "any well-formed emoji name is taken for an existing emoji",
    run: (call) => {
      const name = emojiName(call);
      const { channel, message } = target(call);
      requireActive(channel);
      return answer(react(call.core, channel, message, name, bot(call.core), false));
    },
  },
  {
    name: "reactions.remove",
    missing: "files and file comments",
    run: (call) => {
      const name = emojiName(call);
      const { channel, message } = target(call);
      return answer(react(call.core, channel, message, name, bot(call.core), true));
    },
  },
  {
    name: "reactions.get",
    missing: "files and file comments",
    run: (call) => {
      const { channel, message } = target(call);
      return { type: "message", channel: channel.id, message: messageObject(call.core, channel, message, "api") };
    },
  },
  {
    name: "pins.add",
    run: (call) => {
      const { channel, message } = target(call);
      requireActive(channel);
      if (message.subtype === "tombstone") throw new SlackFailure("not_pinnable");
      return answer(pin(call.core, channel, message, bot(call.core), false));
    },
  },
  {
    name: "pins.remove",
    run: (call) => {
      const { channel, message } = target(call);
      return answer(pin(call.core, channel, message, bot(call.core), true));
    },
  },
  {
    name: "pins.list",
    run: (call) => {
      const channel = conversation(call);
      requireMember(call.core, channel);
      const items = channel.pins.toReversed().map((one) => pinItem(call.core, channel, one.ts, one.by, one.created));
      return { items };
    },
  },
];

function bookmarkObject(core: Core, channel: Channel, bookmark: Bookmark): JsonObject {
  return {
    id: bookmark.id,
    channel_id: channel.id,
    title: bookmark.title,
    link: bookmark.link,
    emoji: bookmark.emoji,
    icon_url: "",
    type: "link",
    entity_id: null,
    date_created: bookmark.created,
    date_updated: bookmark.updated,
    rank: String(channel.bookmarks.indexOf(bookmark)),
    last_updated_by_user_id: bookmark.by,
    last_updated_by_team_id: core.workspace.team.id,
    shortcut_id: null,
    app_id: core.workspace.app.id,
    app_action_id: null,
  };
}

function bookmarkChannel(call: MethodCall): Channel {
  const channel = conversation(call, "channel_id");
  requireMember(call.core, channel);
  return channel;
}

function link(given: string): string {
  if (!isWebAddress(given, false) || given.length > 2048) throw new SlackFailure("invalid_link");
  return given;
}

function bookmark(call: MethodCall, channel: Channel): Bookmark {
  const found = channel.bookmarks.find((one) => one.id === required(call, "bookmark_id"));
  if (!found) throw new SlackFailure("not_found");
  return found;
}

function title(given: string): string {
  if ([...given].length > 256) throw new SlackFailure("invalid_arguments");
  return given;
}

/** bookmarks.*: the links in a channel's header. */
export const bookmarkMethods: readonly Method[] = [
  {
    name: "bookmarks.add",
    missing: "folders, and bookmarks of anything but a link",
    run: (call) => {
      const { core } = call;
      const channel = bookmarkChannel(call);
      if (text(call, "type") !== "link") throw new SlackFailure("invalid_bookmark_type");
      const now = seconds(core);
      const added: Bookmark = {
        id: nextId(core, "Bk"),
        title: title(required(call, "title")),
        link: link(text(call, "link") ?? ""),
        emoji: text(call, "emoji") ?? "",
        created: now,
        updated: now,
        by: bot(core),
      };
      if (channel.bookmarks.length >= 100) throw new SlackFailure("too_many_bookmarks");
      channel.bookmarks.push(added);
      core.changed({ channel: channel.id });
      return { bookmark: bookmarkObject(core, channel, added) };
    },
  },
  {
    name: "bookmarks.edit",
    run: (call) => {
      const { core } = call;
      const channel = bookmarkChannel(call);
      const found = bookmark(call, channel);
      const given = text(call, "link");
      Object.assign(found, {
        title: title(text(call, "title") ?? found.title),
        link: given === undefined ? found.link : link(given),
        emoji: text(call, "emoji") ?? found.emoji,
        updated: seconds(core),
        by: bot(core),
      });
      core.changed({ channel: channel.id });
      return { bookmark: bookmarkObject(core, channel, found) };
    },
  },
  {
    name: "bookmarks.list",
    run: (call) => {
      const channel = bookmarkChannel(call);
      return { bookmarks: channel.bookmarks.map((one) => bookmarkObject(call.core, channel, one)) };
    },
  },
  {
    name: "bookmarks.remove",
    run: (call) => {
      const channel = bookmarkChannel(call);
      const found = bookmark(call, channel);
      channel.bookmarks.splice(channel.bookmarks.indexOf(found), 1);
      call.core.changed({ channel: channel.id });
      return {};
    },
  },
];
