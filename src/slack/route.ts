import { type HelpFacts, helpReply, verbHelpReply } from "../../templates/help.ts";
import type { Caller, Right } from "../domain/access/caller.ts";
import type { Redact } from "../domain/capture/redact.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { App, Identify } from "../domain/ports.ts";
import type { SlackApp } from "../domain/slack-side.ts";
import { Refusal } from "../errors.ts";
import { aboutOfAction, aboutOfView } from "./about.ts";
import type { People } from "./arguments.ts";
import { atCommand, atInteraction } from "./at.ts";
import type { At, Command } from "./command.ts";
import { formValues } from "./form-values.ts";
import type { Prepared, Work } from "./intake.ts";
import type { Membership } from "./membership.ts";
import { peopleInArguments, peopleInState } from "./named-people.ts";
import { parseLine, rawMentions } from "./parse.ts";
import { type Payload, record, text } from "./payload.ts";
import type { Routes } from "./routes.ts";
import { briefUsage, slashOf, usageLine } from "./usage.ts";

export interface RouterOptions {
  readonly commands: readonly Command[];
  /** Takes secrets out of what people type, in lines and forms, before anything reads it: nothing else needs to. */
  readonly redact: Redact;
  readonly routes: Routes;
  readonly config: Configuration;
  readonly identify: Identify;
  readonly permalink: App["workspace"]["permalink"];
  /** Learns whether the bot is in the channel of an ask, so that the command can tell where to answer. */
  readonly membership: Membership;
  /** The bot's own user id; its own messages, edits and reactions are nobody's asks. */
  readonly botUserId: () => string;
  /** Looks up names typed with an @ that Slack did not turn into ids. */
  readonly lookUp: (names: readonly string[]) => Promise<People>;
}

export interface Router {
  readonly command: (body: Payload) => Promise<Prepared>;
  readonly button: (body: Payload, action: Payload) => Promise<Prepared>;
  readonly form: (body: Payload) => Promise<Prepared>;
  readonly shortcut: (body: Payload) => Promise<Prepared>;
  /** Options for a select that asks while one types. */
  readonly suggestions: (body: Payload) => Promise<((app: SlackApp) => Promise<readonly Suggestion[]>) | null>;
  /** What an event sets going; null where nothing listens to it. */
  readonly event: (body: Payload) => Promise<((app: SlackApp) => Promise<void>) | null>;
}

interface Suggestion {
  readonly text: string;
  readonly value: string;
}

const nobody: People = { find: () => null, names: [] };

/** Finds the door an ask is for, reads what it carries and hands it to its command. */
export function createRouter(options: RouterOptions): Router {
  const { commands, redact, routes, config, identify } = options;

  async function work(
    command: Command,
    door: {
      readonly subject: string;
      readonly userId: string | null;
      readonly at: At;
      readonly fresh?: boolean;
      /** People the ask names: who they are is known by the time it is recorded. */
      readonly named?: readonly string[];
    },
    run: (caller: Caller, app: SlackApp, named: readonly Caller[]) => ReturnType<Work["run"]>,
  ): Promise<Work> {
    const { subject, userId, at, fresh = false, named = [] } = door;
    const [caller, others] = await Promise.all([
      identify(userId ?? "", { fresh }),
      Promise.all(named.map((one) => identify(one))),
      at.channelId === null ? undefined : options.membership.learn(at.channelId),
    ]);
    return {
      subject,
      caller,
      check: () => requireRight(command.needs, caller),
      run: async (app) => {
        for (const other of others) await app.people.keep(other);
        return run(caller, app, others);
      },
    };
  }

  function noteOwnMoves(event: Payload): void {
    const [type, channel] = [text(event.type), text(event.channel)];
    if (!channel || text(event.user) !== options.botUserId()) return;
    if (type === "member_joined_channel" || type === "member_left_channel") {
      options.membership.moved(channel, type === "member_joined_channel");
    }
  }

  return {
    command: async (body) => {
      const slash = (text(body.command) ?? "").toLowerCase();
      const typed = redact(text(body.text) ?? "");
      const me = text(body.user_id) ?? "";
      if (!routes.slashes.has(slash)) {
        throw new Refusal("unknown_verb", `I do not know \`${slash}\`.`, `I know ${[...routes.slashes].join(", ")}.`);
      }
      const names = rawMentions(typed);
      const people = names.length > 0 ? await options.lookUp(names) : nobody;
      const parsed = parseLine({ slash, text: typed, me, people }, commands, config);
      if (parsed.kind === "help") return { answer: { text: help(slash, parsed.command, commands) } };
      const { command, args } = parsed;
      const at = atCommand(body);
      const named = peopleInArguments(command, args);
      const fresh = command.fresh?.includes(command.name) ?? false;
      return work(command, { subject: command.name, userId: me, at, fresh, named }, (caller, app, people) =>
        command.run({ caller, app, at, args: args as never, named: people }),
      );
    },

    button: async (body, action) => {
      const id = text(action.action_id) ?? "";
      const route = routes.buttons.get(id);
      if (!route) {
        if (text(action.url)) return { answer: undefined };
        throw new Refusal("stale", "This button is no longer in use.", "Use a newer message, or type the command.");
      }
      const view = record(body.view);
      const about = aboutOfAction(action, view);
      const at = atInteraction(body, options.permalink, redact, about.channel ?? aboutOfView(view).channel ?? null);
      const state = record(body.view).state ?? body.state;
      const form = view.type === "modal" ? { form: aboutOfView(view) } : {};
      const values = formValues(state, redact);
      const actedTs = text(action.action_ts);
      const fresh = route.command.fresh?.includes(id) ?? false;
      return work(route.command, { subject: `button ${id}`, userId: userOf(body), at, fresh }, (caller, app) =>
        route.door({ caller, app, at, about, values, ...form, ...(actedTs ? { actedTs } : {}) }),
      );
    },

    form: async (body) => {
      const view = record(body.view);
      const id = text(view.callback_id) ?? "";
      const route = routes.forms.get(id);
      if (!route) throw new Refusal("stale", "This form is no longer in use.", "Close it and open a new one.");
      const about = aboutOfView(view);
      const at = { ...atInteraction(body, options.permalink, redact, about.channel ?? null), inForm: true };
      const values = formValues(view.state, redact);
      const fresh = route.command.fresh?.includes(id) ?? false;
      return work(
        route.command,
        { subject: `form ${id}`, userId: userOf(body), at, fresh, named: peopleInState(view.state) },
        (caller, app) => route.door({ caller, app, at, about, values }),
      );
    },

    shortcut: async (body) => {
      const id = text(body.callback_id) ?? "";
      const route = routes.shortcuts.get(id);
      if (!route) throw new Refusal("stale", "This shortcut is no longer in use.", "Type the command instead.");
      const at = atInteraction(body, options.permalink, redact);
      return work(route.command, { subject: `shortcut ${id}`, userId: userOf(body), at }, (caller, app) =>
        route.door.run({ caller, app, at }),
      );
    },

    suggestions: async (body) => {
      const route = routes.suggestions.get(text(body.action_id) ?? "");
      if (!route) return null;
      const caller = await identify(userOf(body) ?? "");
      if (!hasRight(route.command.needs, caller)) return null;
      const view = record(body.view);
      const at = atInteraction(body, options.permalink, redact, aboutOfView(view).channel ?? null);
      return (app) => route.door({ caller, app, at, query: text(body.value) ?? "" });
    },

    event: async (body) => {
      const event = record(body.event);
      noteOwnMoves(event);
      if (isOwn(event, options.botUserId())) return null;
      const type = text(event.type) ?? "";
      const subtype = text(event.subtype);
      const listeners = routes.events(type === "message" && subtype ? `message.${subtype}` : type);
      const reactions = reactionRoutes(routes, type, event);
      if (listeners.length === 0 && reactions.length === 0) return null;
      const userId = whoseEvent(event);
      const caller = userId ? await identify(userId) : null;
      return async (app) => {
        for (const { door } of listeners) await door({ app, caller, event });
        const item = record(event.item);
        for (const { command, door } of reactions) {
          if (!caller || !hasRight(command.needs, caller)) continue;
          await door({
            caller,
            app,
            on: type === "reaction_added",
            name: reactionName(event),
            channelId: text(item.channel) ?? "",
            ts: text(item.ts) ?? "",
            eventTs: text(event.event_ts) ?? "",
          });
        }
      };
    },
  };
}

function help(slash: string, command: Command | null, commands: readonly Command[]) {
  const facts = (one: Command): HelpFacts => ({
    name: one.name,
    summary: one.summary,
    usage: usageLine(one),
    brief: briefUsage(one),
    topic: one.topic ?? null,
    examples: one.examples,
    synonyms: one.synonyms ?? [],
  });
  return command
    ? verbHelpReply(facts(command))
    : helpReply(slash, commands.filter((one) => slashOf(one) === slash).map(facts));
}

function userOf(body: Payload): string | null {
  return text(record(body.user).id);
}

function hasRight(right: Right, caller: Caller): boolean {
  return right === "anyone" || caller.kind === "member" || caller.kind === "admin";
}

const why: Readonly<Record<Caller["kind"], readonly [string, string | null]>> = {
  member: ["", null],
  admin: ["", null],
  guest: ["Guests cannot do this.", "Ask a member of this workspace."],
  outsider: ["People from other workspaces cannot do this.", "Ask a member of this workspace."],
  deleted: ["This account is deactivated.", null],
  bot: ["Apps cannot do this.", "Ask a person to do it."],
  unknown: ["I could not learn from Slack who you are, so I do nothing.", "Try again in a moment."],
};

function requireRight(right: Right, caller: Caller): void {
  if (hasRight(right, caller)) return;
  const [message, next] = why[caller.kind];
  throw new Refusal("not_allowed", message, next);
}

/** Skin tones make no other reaction. */
function reactionName(event: Payload): string {
  return (text(event.reaction) ?? "").split("::")[0] ?? "";
}

function reactionRoutes(routes: Routes, type: string, event: Payload) {
  if (type !== "reaction_added" && type !== "reaction_removed") return [];
  const item = record(event.item);
  if (item.type !== "message" || !text(item.channel) || !text(item.ts)) return [];
  return routes.reactions(reactionName(event));
}

/** Source: docs.slack.dev/reference/events/message: edits and deletions carry the message inside. */
function whoseEvent(event: Payload): string | null {
  const messages = [event, record(event.message), record(event.previous_message)];
  const users = messages.map(({ user }) => text(user) ?? text(record(user).id));
  return users.find((user) => user !== null) ?? null;
}

/** Whether the bot did it itself: posted, edited or deleted a message of its own. */
function isOwn(event: Payload, botUserId: string): boolean {
  if (event.type !== "message") return text(event.user) === botUserId && event.type !== "member_joined_channel";
  return whoseEvent(event) === botUserId;
}
