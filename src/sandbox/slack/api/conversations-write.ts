import type { JsonObject } from "../../page/protocol.ts";
import {
  addMember,
  channelObject,
  createChannel,
  directChannel,
  nameProblem,
  removeMember,
  renameChannel,
  setArchived,
  setNote,
} from "../channels.ts";
import type { Core } from "../core.ts";
import { SlackFailure } from "../failure.ts";
import {
  bot,
  conversation,
  flag,
  list,
  type Method,
  type MethodCall,
  person,
  refuseDirect,
  requireActive,
  required,
  requireMember,
  requireScopeForKind,
  text,
} from "../method.ts";
import { isForeign } from "../people.ts";
import type { Channel } from "../workspace.ts";

/** Why Slack would not let this person into this channel; null when it would. */
export function inviteProblem(core: Core, channel: Channel, id: string): string | null {
  const found = core.workspace.people[id];
  if (!found) return "user_not_found";
  if (id === bot(core)) return "cant_invite_self";
  if (channel.members.includes(id)) return "already_in_channel";
  if (found.deleted || isForeign(core.workspace, found)) return "cant_invite";
  const elsewhere = Object.values(core.workspace.channels).some(
    (other) => other.kind !== "im" && other.members.includes(id),
  );
  // A single-channel guest has exactly one channel.
  return found.ultraRestricted && elsewhere ? "ura_max_channels" : null;
}

function invite(call: MethodCall): JsonObject {
  const { core } = call;
  const channel = conversation(call);
  refuseDirect(channel);
  requireMember(core, channel);
  requireActive(channel);
  const users = list(call, "users") ?? [];
  if (users.length === 0) throw new SlackFailure("no_user");
  // docs.slack.dev/reference/methods/conversations.invite: up to 100 ids (older pages: 1000).
  if (users.length > 100) throw new SlackFailure("too_many_users");
  const errors = users.flatMap((user) => {
    const error = inviteProblem(core, channel, user);
    return error ? [{ user, ok: false, error }] : [];
  });
  const good = users.filter((user) => !errors.some((error) => error.user === user));
  const [first] = errors;
  if (first && !(flag(call, "force") && good.length > 0)) {
    throw new SlackFailure(first.error, users.length > 1 ? { errors } : {});
  }
  for (const user of new Set(good)) addMember(core, channel, user, bot(core));
  return { channel: channelObject(core, channel), ...(errors.length > 0 ? { errors } : {}) };
}

function note(which: "topic" | "purpose"): Method {
  return {
    name: which === "topic" ? "conversations.setTopic" : "conversations.setPurpose",
    run: (call) => {
      const { core } = call;
      const channel = conversation(call);
      refuseDirect(channel);
      requireMember(core, channel);
      requireActive(channel);
      const value = text(call, which) ?? "";
      if ([...value].length > 250) throw new SlackFailure("too_long");
      setNote(core, channel, which, value, bot(core));
      return { channel: channelObject(core, channel) };
    },
  };
}

function open(call: MethodCall): JsonObject {
  const { core } = call;
  const users = list(call, "users") ?? [];
  const given = text(call, "channel");
  if (given !== undefined && given !== "") {
    const channel = conversation(call);
    if (channel.kind !== "im") throw new SlackFailure("method_not_supported_for_channel_type");
    return { no_op: true, already_open: true, channel: { id: channel.id } };
  }
  if (users.length === 0) throw new SlackFailure("users_list_not_supplied");
  requireScopeForKind(call, "im");
  if (users.length > 8) throw new SlackFailure("too_many_users");
  for (const user of users) {
    if (person(core, user).deleted) throw new SlackFailure("user_disabled");
    if (isForeign(core.workspace, person(core, user))) throw new SlackFailure("user_not_visible");
  }
  const [user] = users;
  if (user === undefined || users.length > 1 || user === bot(core)) throw new SlackFailure("invalid_user_combination");
  const known = Object.keys(core.workspace.channels).length;
  const channel = directChannel(core, bot(core), user);
  const fresh = Object.keys(core.workspace.channels).length > known;
  return {
    ...(fresh ? {} : { no_op: true, already_open: true }),
    channel: flag(call, "return_im") ? channelObject(core, channel) : { id: channel.id },
  };
}

/** The writing half of conversations.*. */
export const conversationsWriteMethods: readonly Method[] = [
  {
    name: "conversations.create",
    run: (call) => {
      const { core } = call;
      const kind = flag(call, "is_private") ? "private" : "public";
      requireScopeForKind(call, kind);
      const name = text(call, "name") ?? "";
      const problem = nameProblem(core.workspace, name);
      if (problem) throw new SlackFailure(problem);
      return { channel: channelObject(core, createChannel(core, name, kind, bot(core))) };
    },
  },
  { name: "conversations.invite", run: invite },
  {
    name: "conversations.kick",
    run: (call) => {
      const { core } = call;
      const channel = conversation(call);
      refuseDirect(channel);
      requireMember(core, channel);
      requireActive(channel);
      const user = person(core, required(call, "user")).id;
      if (user === bot(core)) throw new SlackFailure("cant_kick_self");
      if (channel.general) throw new SlackFailure("cant_kick_from_general");
      if (!channel.members.includes(user)) throw new SlackFailure("not_in_channel");
      removeMember(core, channel, user);
      return { errors: {} };
    },
  },
  {
    name: "conversations.join",
    run: (call) => {
      const { core } = call;
      const channel = core.workspace.channels[required(call, "channel")];
      if (channel?.kind === "im") throw new SlackFailure("method_not_supported_for_channel_type");
      if (!channel || channel.kind === "private") throw new SlackFailure("channel_not_found");
      requireActive(channel);
      const already = channel.members.includes(bot(core));
      if (!already) addMember(core, channel, bot(core), null);
      return {
        channel: channelObject(core, channel),
        ...(already ? { warning: "already_in_channel", response_metadata: { warnings: ["already_in_channel"] } } : {}),
      };
    },
  },
  {
    name: "conversations.leave",
    run: (call) => {
      const { core } = call;
      const channel = conversation(call);
      refuseDirect(channel);
      requireActive(channel);
      if (channel.general) throw new SlackFailure("cant_leave_general");
      if (!channel.members.includes(bot(core))) return { not_in_channel: true };
      if (channel.kind === "private" && channel.members.length === 1) throw new SlackFailure("last_member");
      removeMember(core, channel, bot(core));
      return {};
    },
  },
  {
    name: "conversations.archive",
    run: (call) => {
      const { core } = call;
      const channel = conversation(call);
      refuseDirect(channel);
      if (channel.archived) throw new SlackFailure("already_archived");
      if (channel.general) throw new SlackFailure("cant_archive_general");
      requireMember(core, channel);
      setArchived(core, channel, true, bot(core));
      return {};
    },
  },
  {
    name: "conversations.unarchive",
    missing: "the real one often refuses bot tokens once nobody of the app is in the channel",
    run: (call) => {
      const { core } = call;
      const channel = conversation(call);
      refuseDirect(channel);
      if (!channel.archived) throw new SlackFailure("not_archived");
      setArchived(core, channel, false, bot(core));
      return {};
    },
  },
  {
    name: "conversations.rename",
    run: (call) => {
      const { core } = call;
      const channel = conversation(call);
      refuseDirect(channel);
      requireMember(core, channel);
      requireActive(channel);
      const name = text(call, "name") ?? "";
      const problem = nameProblem(core.workspace, name, channel.id);
      if (problem) throw new SlackFailure(problem);
      // An app may rename only the channels it made (docs.slack.dev/reference/methods/conversations.rename).
      if (channel.creator !== bot(core)) throw new SlackFailure("not_authorized");
      renameChannel(core, channel, name, bot(core));
      return { channel: channelObject(core, channel) };
    },
  },
  note("topic"),
  note("purpose"),
  { name: "conversations.open", missing: "group direct messages", run: open },
];
