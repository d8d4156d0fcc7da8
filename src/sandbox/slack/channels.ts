import type { JsonObject } from "../page/protocol.ts";
import { type Core, nextId, nextTimestamp, seconds } from "./core.ts";
import { addMessage } from "./messages.ts";
import type { Channel, Note, Workspace } from "./workspace.ts";

/** A conversation as conversations.info answers it to the bot. */
export function channelObject(core: Core, channel: Channel): JsonObject {
  const { workspace } = core;
  const bot = workspace.app.botUserId;
  const common = {
    id: channel.id,
    created: channel.created,
    is_archived: channel.archived,
    is_im: channel.kind === "im",
    is_org_shared: false,
    context_team_id: workspace.team.id,
    updated: channel.created * 1000,
  };
  if (channel.kind === "im") {
    const other = channel.members.find((id) => id !== bot) ?? "";
    const deleted = workspace.people[other]?.deleted ?? false;
    return { ...common, user: other, is_user_deleted: deleted, is_open: true, priority: 0 };
  }
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === "public",
    is_group: channel.kind === "private",
    is_mpim: false,
    is_private: channel.kind === "private",
    is_general: channel.general,
    unlinked: 0,
    is_frozen: false,
    is_shared: isShared(workspace, channel),
    is_ext_shared: isShared(workspace, channel),
    is_pending_ext_shared: false,
    pending_shared: [],
    parent_conversation: null,
    creator: channel.creator,
    shared_team_ids: [workspace.team.id],
    pending_connected_team_ids: [],
    is_member: channel.members.includes(bot),
    topic: noteObject(channel.topic),
    purpose: noteObject(channel.purpose),
    properties: channel.canvas ? { canvas: { file_id: channel.canvas, is_empty: false, quip_thread_id: "" } } : {},
    previous_names: channel.previousNames,
  };
}

/** Whether people of another workspace are in the channel. */
export function isShared(workspace: Workspace, channel: Channel): boolean {
  return channel.members.some((id) => (workspace.people[id]?.teamId ?? workspace.team.id) !== workspace.team.id);
}

function noteObject(note: Note): JsonObject {
  return { value: note.value, creator: note.creator, last_set: note.lastSet };
}

/** Slack refuses these names and says which rule they break (docs.slack.dev/reference/methods/conversations.create). */
export function nameProblem(workspace: Workspace, name: string, except?: string): string | null {
  if (name === "") return "invalid_name_required";
  if ([...name].length > 80) return "invalid_name_maxlength";
  if (/^[-_]+$/.test(name)) return "invalid_name_punctuation";
  if (!/^[\p{Ll}\p{Lo}\p{N}\p{M}_-]+$/u.test(name)) return "invalid_name_specials";
  const taken = Object.values(workspace.channels).some(
    (channel) => channel.kind !== "im" && channel.name === name && channel.id !== except,
  );
  return taken ? "name_taken" : null;
}

export function createChannel(core: Core, name: string, kind: "public" | "private", creator: string): Channel {
  const none = { value: "", creator: "", lastSet: 0 };
  const channel: Channel = {
    id: nextId(core, "C"),
    name,
    kind,
    created: seconds(core),
    creator,
    archived: false,
    general: false,
    topic: { ...none },
    purpose: { ...none },
    previousNames: [],
    members: [],
    messages: [],
    pins: [],
    bookmarks: [],
    canvas: null,
    read: {},
  };
  core.workspace.channels[channel.id] = channel;
  addMember(core, channel, creator, null);
  core.changed("everyone");
  return channel;
}

/** The direct conversation of two people, opened when it is not there yet. */
export function directChannel(core: Core, one: string, other: string): Channel {
  const { channels } = core.workspace;
  const members = [...new Set([one, other])];
  const found = Object.values(channels).find(
    (channel) =>
      channel.kind === "im" &&
      channel.members.length === members.length &&
      members.every((id) => channel.members.includes(id)),
  );
  if (found) return found;
  const none = { value: "", creator: "", lastSet: 0 };
  const channel: Channel = {
    id: nextId(core, "D"),
    name: "",
    kind: "im",
    created: seconds(core),
    creator: one,
    archived: false,
    general: false,
    topic: { ...none },
    purpose: { ...none },
    previousNames: [],
    members,
    messages: [],
    pins: [],
    bookmarks: [],
    canvas: null,
    read: {},
  };
  channels[channel.id] = channel;
  for (const id of members) core.changed({ person: id });
  return channel;
}

export function addMember(core: Core, channel: Channel, person: string, inviter: string | null): void {
  channel.members.push(person);
  const message = addMessage(core, channel, {
    user: person,
    subtype: "channel_join",
    text: `<@${person}> has joined the channel`,
    ...(inviter ? { extra: { inviter } } : {}),
  });
  channel.read[person] = message.ts;
  core.changed("everyone");
  core.emit({
    subscription: "member_joined_channel",
    channel: channel.id,
    event: {
      type: "member_joined_channel",
      ...membershipFields(core, channel, person),
      ...(inviter ? { inviter } : {}),
    },
  });
}

export function removeMember(core: Core, channel: Channel, person: string): void {
  // The app hears of its own leaving too, so the events go out while it still counts as a member.
  addMessage(core, channel, {
    user: person,
    subtype: "channel_leave",
    text: `<@${person}> has left the channel`,
  });
  core.emit({
    subscription: "member_left_channel",
    channel: channel.id,
    event: { type: "member_left_channel", ...membershipFields(core, channel, person) },
  });
  channel.members.splice(channel.members.indexOf(person), 1);
  core.changed("everyone");
}

function membershipFields(core: Core, channel: Channel, person: string): JsonObject {
  return {
    user: person,
    channel: channel.id,
    channel_type: channel.kind === "private" ? "G" : "C",
    team: core.workspace.team.id,
    event_ts: nextTimestamp(core),
  };
}

export function setNote(core: Core, channel: Channel, which: "topic" | "purpose", value: string, by: string): void {
  // Setting what is set already is answered well and leaves no line in the channel.
  if (channel[which].value === value) return;
  channel[which] = { value, creator: by, lastSet: seconds(core) };
  const what = which === "topic" ? "topic" : "description";
  addMessage(core, channel, {
    user: by,
    subtype: `channel_${which}`,
    text: value === "" ? `cleared the channel ${what}` : `set the channel ${what}: ${value}`,
    extra: { [which]: value },
  });
  core.changed("everyone");
}

export function renameChannel(core: Core, channel: Channel, name: string, by: string): void {
  const old = channel.name;
  channel.previousNames.unshift(old);
  channel.name = name;
  const prefix = channel.kind === "private" ? "group" : "channel";
  addMessage(core, channel, {
    user: by,
    subtype: "channel_name",
    text: `has renamed the channel from "${old}" to "${name}"`,
    extra: { old_name: old, name },
  });
  core.emit({
    subscription: `${prefix}_rename`,
    channel: channel.id,
    event: {
      type: `${prefix}_rename`,
      channel: {
        id: channel.id,
        is_channel: channel.kind === "public",
        is_mpim: false,
        name,
        name_normalized: name,
        created: channel.created,
      },
      event_ts: nextTimestamp(core),
    },
  });
  core.changed("everyone");
}

export function setArchived(core: Core, channel: Channel, archived: boolean, by: string): void {
  const prefix = channel.kind === "private" ? "group" : "channel";
  const type = `${prefix}_${archived ? "archive" : "unarchive"}`;
  channel.archived = archived;
  addMessage(core, channel, {
    user: by,
    subtype: `channel_${archived ? "archive" : "unarchive"}`,
    text: `${archived ? "archived" : "un-archived"} the channel`,
  });
  core.emit({
    subscription: type,
    channel: channel.id,
    event: { type, channel: channel.id, user: by, event_ts: nextTimestamp(core) },
  });
  core.changed("everyone");
}
