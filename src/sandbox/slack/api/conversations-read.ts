import type { JsonObject } from "../../page/protocol.ts";
import { channelObject } from "../channels.ts";
import { SlackFailure } from "../failure.ts";
import { findMessage, messageObject, repliesOf } from "../messages.ts";
import {
  bot,
  conversation,
  flag,
  type Method,
  type MethodCall,
  nextCursor,
  paginate,
  required,
  requireMember,
  requireScopeForKind,
  text,
} from "../method.ts";
import type { Channel, Message } from "../workspace.ts";

const kinds: Readonly<Record<string, Channel["kind"] | null>> = {
  public_channel: "public",
  private_channel: "private",
  im: "im",
  // Group direct messages do not exist in this workspace.
  mpim: null,
};

/** Every conversation of the types asked for that the bot can see. */
export function channelsOfTypes(call: MethodCall): Channel[] {
  const { core } = call;
  const wanted = (text(call, "types") ?? "public_channel").split(",").map((type) => type.trim());
  return wanted.flatMap((type) => {
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (kind === undefined) throw new SlackFailure("invalid_types");
    if (kind === null) return [];
    requireScopeForKind(call, kind);
    return Object.values(core.workspace.channels).filter(
      (channel) => channel.kind === kind && (kind === "public" || channel.members.includes(bot(core))),
    );
  });
}

const timestamp = /^\d{1,12}(?:\.\d{1,6})?$/;

/** The messages within `oldest` and `latest`, both left out unless `inclusive`. */
function within(call: MethodCall, messages: readonly Message[]): Message[] {
  const [oldest = "0", latest = ""] = [text(call, "oldest"), text(call, "latest")];
  if (!timestamp.test(oldest)) throw new SlackFailure("invalid_ts_oldest");
  if (latest !== "" && !timestamp.test(latest)) throw new SlackFailure("invalid_ts_latest");
  const inclusive = flag(call, "inclusive");
  const [low, high] = [micros(oldest), latest === "" || latest === "now" ? Number.POSITIVE_INFINITY : micros(latest)];
  return messages.filter(({ ts }) => {
    const at = micros(ts);
    return inclusive ? at >= low && at <= high : at > low && at < high;
  });
}

function micros(ts: string): number {
  const [whole = "0", part = ""] = ts.split(".");
  return Number(whole) * 1_000_000 + Number(part.padEnd(6, "0"));
}

function printed(call: MethodCall, channel: Channel, messages: readonly Message[]): JsonObject[] {
  const metadata = flag(call, "include_all_metadata");
  return messages.map((message) => messageObject(call.core, channel, message, "api", metadata));
}

/** The reading half of conversations.*. */
export const conversationsReadMethods: readonly Method[] = [
  {
    name: "conversations.info",
    run: (call) => {
      const channel = conversation(call);
      const count = flag(call, "include_num_members") ? { num_members: channel.members.length } : {};
      return { channel: { ...channelObject(call.core, channel), ...count } };
    },
  },
  {
    name: "conversations.list",
    missing: "group direct messages",
    run: (call) => {
      const channels = channelsOfTypes(call).filter((one) => !(flag(call, "exclude_archived") && one.archived));
      const page = paginate(call, channels, 100, 999);
      return {
        channels: page.items.map((channel) => ({
          ...channelObject(call.core, channel),
          ...(channel.kind === "im" ? {} : { num_members: channel.members.length }),
        })),
        ...nextCursor(page),
      };
    },
  },
  {
    name: "conversations.members",
    run: (call) => {
      const page = paginate(call, conversation(call).members, 100, 1000);
      return { members: [...page.items], ...nextCursor(page) };
    },
  },
  {
    name: "conversations.history",
    run: (call) => {
      const channel = conversation(call);
      requireMember(call.core, channel);
      const roots = channel.messages.filter(
        (message) =>
          message.threadTs === null || message.threadTs === message.ts || message.subtype === "thread_broadcast",
      );
      const page = paginate(call, within(call, roots).reverse(), 100, 999);
      return {
        messages: printed(call, channel, page.items),
        has_more: page.more,
        pin_count: channel.pins.length,
        channel_actions_ts: null,
        channel_actions_count: 0,
        ...(page.more ? nextCursor(page) : {}),
      };
    },
  },
  {
    name: "conversations.replies",
    run: (call) => {
      const channel = conversation(call);
      requireMember(call.core, channel);
      const named = findMessage(channel, required(call, "ts"));
      const root = named && findMessage(channel, named.threadTs ?? named.ts);
      if (!root) throw new SlackFailure("thread_not_found");
      const thread = [root, ...within(call, repliesOf(channel, root.ts))];
      const page = paginate(call, thread, 1000, 1000);
      return {
        messages: printed(call, channel, page.items),
        has_more: page.more,
        ...(page.more ? nextCursor(page) : {}),
      };
    },
  },
  {
    name: "conversations.mark",
    run: (call) => {
      const channel = conversation(call);
      requireMember(call.core, channel);
      const ts = required(call, "ts");
      if (!timestamp.test(ts)) throw new SlackFailure("invalid_timestamp");
      channel.read[bot(call.core)] = ts;
      return {};
    },
  },
];
