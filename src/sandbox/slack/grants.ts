/** The scopes of an incident bot that asks for no more than it uses (notes on the platform, section 3). */
export const defaultScopes: readonly string[] = [
  "app_mentions:read",
  "bookmarks:read",
  "bookmarks:write",
  "canvases:read",
  "canvases:write",
  "channels:history",
  "channels:join",
  "channels:manage",
  "channels:read",
  "chat:write",
  "commands",
  "files:write",
  "groups:history",
  "groups:read",
  "groups:write",
  "im:history",
  "im:read",
  "im:write",
  "pins:read",
  "pins:write",
  "reactions:read",
  "reactions:write",
  "usergroups:read",
  "users:read",
  "users:read.email",
];

/** The events this Slack sends, with the scopes of which one is needed; none needed is an empty list. */
const eventScopes: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ["app_mentions:read"],
  channel_archive: ["channels:read"],
  channel_rename: ["channels:read"],
  channel_unarchive: ["channels:read"],
  file_deleted: ["files:read"],
  file_shared: ["files:read"],
  group_archive: ["groups:read"],
  group_rename: ["groups:read"],
  group_unarchive: ["groups:read"],
  member_joined_channel: ["channels:read", "groups:read"],
  member_left_channel: ["channels:read", "groups:read"],
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  "message.im": ["im:history"],
  pin_added: ["pins:read"],
  pin_removed: ["pins:read"],
  reaction_added: ["reactions:read"],
  reaction_removed: ["reactions:read"],
  user_change: ["users:read"],
};

/** The events the app will get. Slack refuses a subscription the scopes do not cover, and so does this. */
export function subscriptions(
  granted: ReadonlySet<string>,
  wanted: readonly string[] | undefined,
): ReadonlySet<string> {
  const covered = (event: string) => {
    const scopes = eventScopes[event];
    return scopes !== undefined && (scopes.length === 0 || scopes.some((scope) => granted.has(scope)));
  };
  const refused = wanted?.filter((event) => Object.hasOwn(eventScopes, event) && !covered(event)) ?? [];
  if (refused.length > 0) throw new Error(`The granted scopes do not cover these events: ${refused.join(", ")}.`);
  return new Set((wanted ?? Object.keys(eventScopes)).filter(covered));
}
