import { channelObject } from "../channels.ts";
import { SlackFailure } from "../failure.ts";
import { bot, flag, type Method, nextCursor, paginate, person, required, text } from "../method.ts";
import { isForeign, userObject } from "../people.ts";
import { channelsOfTypes } from "./conversations-read.ts";

/** users.*: people as the bot may see them. */
export const usersMethods: readonly Method[] = [
  {
    name: "users.info",
    run: (call) => {
      const user = userObject(call.core, person(call.core, required(call, "user")));
      return { user: flag(call, "include_locale") ? { ...user, locale: "en-GB" } : user };
    },
  },
  {
    name: "users.list",
    run: (call) => {
      const { core } = call;
      const people = Object.values(core.workspace.people).filter((one) => !isForeign(core.workspace, one));
      const page = paginate(call, people, 1000, 1000);
      return {
        members: page.items.map((one) => userObject(core, one)),
        cache_ts: Math.floor(core.clock.now() / 1000),
        ...nextCursor(page),
      };
    },
  },
  {
    name: "users.lookupByEmail",
    run: (call) => {
      const { core } = call;
      const email = required(call, "email").toLowerCase();
      const found = Object.values(core.workspace.people).find(
        (one) => one.email.toLowerCase() === email && !one.deleted && !isForeign(core.workspace, one),
      );
      if (!found) throw new SlackFailure("users_not_found");
      return { user: userObject(core, found) };
    },
  },
  {
    name: "users.conversations",
    run: (call) => {
      const { core } = call;
      const user = text(call, "user") ?? bot(core);
      person(core, user);
      const channels = channelsOfTypes(call).filter(
        (channel) => channel.members.includes(user) && !(flag(call, "exclude_archived") && channel.archived),
      );
      const page = paginate(call, channels, 100, 999);
      return { channels: page.items.map((channel) => channelObject(core, channel)), ...nextCursor(page) };
    },
  },
  {
    name: "users.getPresence",
    missing: "everyone who is not deactivated is active",
    run: (call) => {
      const found = person(call.core, text(call, "user") ?? bot(call.core));
      return { presence: found.deleted ? "away" : "active" };
    },
  },
  {
    name: "users.profile.get",
    missing: "custom profile fields",
    run: (call) => ({
      profile: userObject(call.core, person(call.core, text(call, "user") ?? bot(call.core))).profile ?? {},
    }),
  },
  {
    name: "dnd.info",
    missing: "nobody is ever in do-not-disturb",
    run: (call) => {
      person(call.core, text(call, "user") ?? bot(call.core));
      return { dnd_enabled: false, next_dnd_start_ts: 1, next_dnd_end_ts: 1, snooze_enabled: false };
    },
  },
  {
    name: "emoji.list",
    missing: "custom emoji: there are none",
    run: ({ core }) => ({ emoji: {}, cache_ts: String(Math.floor(core.clock.now() / 1000)) }),
  },
];
