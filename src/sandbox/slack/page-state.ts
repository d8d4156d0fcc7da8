import {
  type ChannelDetail,
  type ChannelState,
  type MessageState,
  pagePaths,
  type ViewState,
  type WorkspaceState,
} from "../page/protocol.ts";
import type { Declared } from "./acts/act.ts";
import type { Core } from "./core.ts";
import { fileState } from "./files.ts";
import { isForeign, personState } from "./people.ts";
import { mentions } from "./text.ts";
import type { Channel, Message, Person, View } from "./workspace.ts";

export interface Seen {
  readonly version: number;
  readonly mode: "http" | "socket";
  readonly connected: boolean;
}

/** What one person sees; null for somebody who does not exist. */
export function workspaceState(core: Core, declared: Declared, as: string, seen: Seen): WorkspaceState | null {
  const { workspace, session } = core;
  const me = workspace.people[as];
  if (!me) return null;
  const home = workspace.views[workspace.homes[as] ?? ""];
  return {
    version: seen.version,
    team: { id: workspace.team.id, name: workspace.team.name },
    me: personState(workspace, me),
    people: Object.values(workspace.people).map((person) => personState(workspace, person)),
    groups: Object.values(workspace.usergroups)
      .filter((group) => !group.disabled)
      .map(({ id, handle, name }) => ({ id, handle, name })),
    channels: Object.values(workspace.channels)
      .filter((channel) => isSeen(core, me, channel))
      .map((channel) => channelState(core, me, channel)),
    commands: declared.commands,
    shortcuts: declared.shortcuts,
    views: (workspace.stacks[as] ?? []).flatMap((id) => {
      const view = workspace.views[id];
      return view ? [viewState(view)] : [];
    }),
    home: home ? { ...home.definition, id: home.id } : null,
    notice: session.notices.get(as) ?? null,
    bot: { connected: seen.connected, mode: seen.mode },
  };
}

function isSeen(core: Core, me: Person, channel: Channel): boolean {
  const guest = me.restricted || me.ultraRestricted || isForeign(core.workspace, me);
  return channel.members.includes(me.id) || (channel.kind === "public" && !guest);
}

function viewState(view: View): ViewState {
  return {
    id: view.id,
    callbackId: String(view.definition.callback_id ?? ""),
    view: { ...view.definition, state: { values: view.values } },
    hash: view.hash,
    errors: view.errors,
    failure: view.failure,
  };
}

/** Joins, topics and the like do not make a channel unread. */
const quiet = /^(?:channel|group)_|^pinned_item$|^tombstone$/;

function channelState(core: Core, me: Person, channel: Channel): ChannelState {
  const read = channel.read[me.id] ?? "";
  const isMember = channel.members.includes(me.id);
  const unread = isMember
    ? channel.messages.filter(
        (message) =>
          message.ts > read &&
          message.user !== me.id &&
          !quiet.test(message.subtype ?? "") &&
          (message.threadTs === null || message.subtype === "thread_broadcast"),
      )
    : [];
  const called = (message: Message) => channel.kind === "im" || mentions(core.workspace, message.text, me.id);
  const other = core.workspace.people[channel.members.find((id) => id !== me.id) ?? me.id];
  return {
    id: channel.id,
    name: channel.kind === "im" ? (other?.name ?? "") : channel.name,
    kind: channel.kind,
    archived: channel.archived,
    topic: channel.topic.value,
    memberIds: channel.members,
    isMember,
    unread: unread.length,
    mentions: unread.filter(called).length,
  };
}

/** One channel with everything in it; null when the person cannot see it. */
export function channelDetail(core: Core, as: string, id: string, version: number): ChannelDetail | null {
  const { workspace, session } = core;
  const [me, channel] = [workspace.people[as], workspace.channels[id]];
  if (!me || !channel || !isSeen(core, me, channel)) return null;
  const ephemerals = session.ephemerals
    .filter((one) => one.channel === id && one.person === as)
    .map((one) => messageState(core, channel, one.message, true, 0));
  const replies = new Map<string, number>();
  for (const { threadTs, ts } of channel.messages) {
    if (threadTs !== null && threadTs !== ts) replies.set(threadTs, (replies.get(threadTs) ?? 0) + 1);
  }
  const messages = channel.messages.map((message) =>
    messageState(core, channel, message, false, replies.get(message.ts) ?? 0),
  );
  return {
    version,
    channel: channelState(core, me, channel),
    messages: [...messages, ...ephemerals].sort((one, other) => (one.ts < other.ts ? -1 : 1)),
    pins: channel.pins.map((pin) => pin.ts),
    bookmarks: channel.bookmarks.map((one) => ({ id: one.id, title: one.title, link: one.link, emoji: one.emoji })),
    canvases: Object.values(workspace.canvases)
      .filter((canvas) => canvas.channels.includes(id))
      .map((canvas) => ({ id: canvas.id, title: canvas.title, url: `${pagePaths.canvases}${canvas.id}` })),
  };
}

function messageState(
  core: Core,
  channel: Channel,
  message: Message,
  ephemeral: boolean,
  replyCount: number,
): MessageState {
  return {
    ts: message.ts,
    threadTs: message.threadTs,
    userId: message.user,
    text: message.text,
    // What a person typed is shown from its text; the block Slack's client makes of it says the same.
    blocks: message.app ? message.blocks : [],
    attachments: message.attachments,
    files: message.files.flatMap((id) => {
      const file = core.workspace.files[id];
      return file && !file.deleted ? [fileState(file)] : [];
    }),
    reactions: message.reactions.map(({ name, users }) => ({ name, userIds: users })),
    pinned: channel.pins.some((pin) => pin.ts === message.ts),
    edited: message.edited !== null,
    ephemeral,
    replyCount,
    subtype: message.subtype,
  };
}
