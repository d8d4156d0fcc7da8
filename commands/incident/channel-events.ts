import {
  botMoved,
  channelArchived,
  channelDeleted,
  channelMadePrivate,
  channelRenamed,
  memberMoved,
  topicChanged,
} from "../../src/domain/incident/channel.ts";
import { momentOf } from "../../src/domain/timeline/capture.ts";
import type { Command, EventAsk } from "../../src/slack/command.ts";

type Listener = NonNullable<Command["events"]>[string];

/** What people do to an incident's channel by hand, noted on its timeline. Public channels and private ones say it by different names. */
export const channelEvents: Readonly<Record<string, Listener>> = {
  member_joined_channel: (ask) => moved(ask, true),
  member_left_channel: (ask) => moved(ask, false),
  "message.channel_topic": topic,
  "message.group_topic": topic,
  channel_rename: rename,
  group_rename: rename,
  channel_archive: (ask) => archived(ask, true),
  group_archive: (ask) => archived(ask, true),
  channel_unarchive: (ask) => archived(ask, false),
  channel_deleted: deleted,
  group_deleted: deleted,
  channel_left: out,
  group_left: out,
  "message.channel_convert_to_private": (ask) =>
    channelMadePrivate(ask.app, word(ask, "channel"), word(ask, "user") || null),
  group_unarchive: (ask) => archived(ask, false),
};

function moved(ask: EventAsk, joined: boolean): Promise<void> {
  const ts = word(ask, "event_ts");
  return memberMoved(ask.app, word(ask, "channel"), {
    userId: word(ask, "user"),
    joined,
    at: ts ? momentOf(ts) : ask.app.now,
  });
}

function topic(ask: EventAsk): Promise<void> {
  return topicChanged(ask.app, word(ask, "channel"), word(ask, "user") || null, word(ask, "topic"));
}

function rename({ app, event }: EventAsk): Promise<void> {
  const channel = event.channel as { readonly id?: unknown; readonly name?: unknown } | undefined;
  return channelRenamed(app, String(channel?.id ?? ""), String(channel?.name ?? ""));
}

function deleted(ask: EventAsk): Promise<void> {
  return channelDeleted(ask.app, word(ask, "channel"), word(ask, "actor_id") || null);
}

function out(ask: EventAsk): Promise<void> {
  return botMoved(ask.app, word(ask, "channel"), true, word(ask, "actor_id") || null);
}

function archived(ask: EventAsk, now: boolean): Promise<void> {
  return channelArchived(ask.app, word(ask, "channel"), word(ask, "user") || null, now);
}

function word({ event }: EventAsk, key: string): string {
  const value = event[key];
  return typeof value === "string" ? value : "";
}
