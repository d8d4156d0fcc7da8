/** A right the bot asks of a workspace, and what would not work without it. */
export interface Scope {
  readonly name: string;
  /** The methods of the Web API that need it. */
  readonly methods: readonly string[];
  /** The events that need it. */
  readonly events: readonly string[];
  readonly why: string;
}

/**
 * Every scope of the bot token, none more. Source of what needs what: docs.slack.dev/reference/scopes and the pages of
 * the methods and events. docs/slack-scopes.md is held to this list by a test.
 */
export const scopes: readonly Scope[] = [
  scope("commands", "The slash commands and the shortcuts.", [], []),
  scope("chat:write", "Cards, announcements, answers and their edits.", [
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
  ]),
  scope(
    "channels:manage",
    "A channel for each incident: created, named, its topic set, people invited, archived at the end.",
    [
      "conversations.create",
      "conversations.invite",
      "conversations.kick",
      "conversations.setTopic",
      "conversations.rename",
      "conversations.archive",
    ],
  ),
  scope("groups:write", "The same for private incidents.", [
    "conversations.create",
    "conversations.invite",
    "conversations.kick",
    "conversations.setTopic",
    "conversations.rename",
    "conversations.archive",
  ]),
  scope("channels:join", "Joining the configured public channels by itself.", ["conversations.join"]),
  scope(
    "channels:read",
    "Finding channels by name; knowing who came, who left, and what was archived or renamed.",
    ["conversations.info", "conversations.list", "users.conversations"],
    [
      "member_joined_channel",
      "member_left_channel",
      "channel_archive",
      "channel_unarchive",
      "channel_rename",
      "channel_deleted",
      "channel_left",
    ],
  ),
  scope(
    "groups:read",
    "The same for private channels the bot is in.",
    ["conversations.info", "conversations.list", "users.conversations"],
    [
      "member_joined_channel",
      "member_left_channel",
      "group_archive",
      "group_unarchive",
      "group_rename",
      "group_deleted",
      "group_left",
    ],
  ),
  scope(
    "channels:history",
    "Reading the message somebody put on the timeline, following its edits, and finding the bot's own message again after a crash.",
    ["conversations.history", "conversations.replies"],
    ["message.channels"],
  ),
  scope(
    "groups:history",
    "The same in private incidents.",
    ["conversations.history", "conversations.replies"],
    ["message.groups"],
  ),
  scope("im:write", "Writing to one person.", ["conversations.open"]),
  scope("im:history", "Finding the bot's own direct message again after a crash.", ["conversations.history"]),
  scope("users:read", "Who asks: full member, guest, deactivated, or from another workspace.", [
    "users.info",
    "users.list",
  ]),
  scope("users:read.email", "People named by e-mail address in the configuration.", ["users.lookupByEmail"]),
  scope("usergroups:write", "Keeping a team's user group in step with who is on call.", ["usergroups.users.update"]),
  scope("usergroups:read", "Groups named in the configuration, such as @oncall.", ["usergroups.list"]),
  scope(
    "reactions:read",
    "Reactions that put a message on the timeline or make an action item.",
    [],
    ["reaction_added", "reaction_removed"],
  ),
  scope("reactions:write", "A mark on a message that was captured.", ["reactions.add"]),
  scope("pins:read", "Pinned messages that go on the timeline.", [], ["pin_added", "pin_removed"]),
  scope("pins:write", "Pinning the status card.", ["pins.add"]),
  scope("bookmarks:read", "Not adding a bookmark twice after a crash.", ["bookmarks.list"]),
  scope("bookmarks:write", "Links to dashboards above an incident's channel.", ["bookmarks.add"]),
  scope(
    "files:read",
    "Keeping copies of the files people share in an incident's channel, and erasing them when they are deleted.",
    ["files.info"],
    ["file_deleted"],
  ),
  scope("files:write", "The post-mortem as Markdown and HTML files, and long output.", [
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "files.delete",
  ]),
  scope("canvases:write", "The post-mortem as a canvas.", [
    "conversations.canvases.create",
    "canvases.create",
    "canvases.edit",
  ]),
];

/** Events that need no scope. */
export const freeEvents = ["app_home_opened"] as const;

/** Methods the bot calls that need no scope. */
export const freeMethods = ["auth.test", "views.open", "views.push", "views.update", "views.publish"] as const;

function scope(name: string, why: string, methods: readonly string[], events: readonly string[] = []): Scope {
  return { name, methods, events, why };
}
