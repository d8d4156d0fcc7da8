import type { App } from "../../src/domain/ports.ts";
import { Refusal } from "../../src/errors.ts";
import { arg, type Command, command } from "../../src/slack/command.ts";
import { checkbox, input, modal, reply, section, textInput, userSelect } from "../../templates/kit.ts";
import type { StageApp } from "./stage.ts";

function note(app: App, what: string): Promise<void> {
  return (app as StageApp).note(what);
}

export const sampleForm = modal(
  { callback: "sample.form", title: "Sample", submit: "Save", about: { id: "thing-1", version: 3, channel: "C0OPS" } },
  [
    input({ name: "title", label: "Title" }, textInput()),
    input({ name: "owner", label: "Owner", optional: true }, userSelect()),
    input({ name: "sure", label: "Sure", optional: true }, checkbox("Yes", "yes")),
  ],
);

/** Commands that record what they were asked, one for each kind of door and of end. */
export const stageCommands: readonly Command[] = [
  command({
    name: "/ops note",
    summary: "Notes a text",
    examples: ["/ops note hello"],
    args: { text: arg.text("<text>") },
    needs: "member",
    run: async ({ app, args, caller, at }) => {
      await note(app, `${caller.kind} ${caller.userId} in ${at.channelId}: ${args.text}`);
      return { text: reply(`Noted: ${args.text}`) };
    },
    buttons: {
      "sample.press": async ({ app, about, at }) => {
        await note(app, `press ${about.id} v${about.version} on ${at.message?.ts ? "a message" : "nothing"}`);
        return { text: reply(`Pressed ${about.id}`) };
      },
      "sample.choose": async ({ app, about }) => {
        await note(app, `choose ${about.id}`);
        return undefined;
      },
      "sample.open": async () => ({ modal: sampleForm }),
    },
    shortcuts: {
      sample_global: {
        name: "Sample",
        type: "global",
        description: "Opens the form",
        run: async () => ({ modal: sampleForm }),
      },
      sample_message: {
        name: "Sample of a message",
        type: "message",
        description: "Notes the message",
        run: async ({ app, at }) => {
          await note(app, `message ${at.message?.text} at ${at.message?.permalink}`);
          return { text: reply("Taken") };
        },
      },
    },
    reactions: [
      {
        name: (config) => config.reactions.timeline,
        run: async ({ app, on, caller }) => note(app, `reaction ${on ? "on" : "off"} by ${caller.userId}`),
      },
    ],
    events: {
      message: async ({ app, event, caller }) => note(app, `message by ${caller?.userId}: ${event.text}`),
      "message.message_changed": async ({ app }) => note(app, "edited"),
    },
  }),
  command({
    name: "/ops form",
    summary: "Opens a form",
    examples: ["/ops form"],
    args: {},
    needs: "member",
    run: async () => ({ modal: sampleForm }),
    forms: {
      "sample.form": async ({ app, about, values, at }) => {
        const title = values.text("title") ?? "";
        if (title === "refuse") throw new Refusal("bad_argument", "That `title` is taken.", "Take another.", "title");
        if (title === "nowhere") throw new Refusal("not_possible", "It cannot be.", null, "no-such-input");
        if (title === "break") throw new Error("the form is broken");
        if (title === "errors") return { errors: { owner: "Nobody has it.", gone: "Lost." } };
        await note(app, `form ${about.id} v${about.version} in ${at.channelId}: ${title}, ${values.ticked("sure")}`);
        return title === "answer" ? { text: reply("Saved it") } : undefined;
      },
    },
    suggestions: {
      "sample.suggest": async ({ query }) => [{ text: `${query} ${"long ".repeat(30)}`, value: query }],
    },
  }),
  command({
    name: "/ops slow",
    summary: "Takes its time",
    examples: ["/ops slow"],
    args: {},
    needs: "member",
    run: async ({ app }) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await note(app, "slow");
      return { text: reply("Slowly done") };
    },
  }),
  command({
    name: "/ops break",
    summary: "Breaks",
    examples: ["/ops break"],
    args: {},
    needs: "member",
    run: async ({ app }) => {
      await note(app, "never committed");
      throw new Error("a fault of ours");
    },
  }),
  command({
    name: "/ops refuse",
    summary: "Refuses",
    examples: ["/ops refuse"],
    args: {},
    needs: "member",
    run: async ({ app }) => {
      await note(app, "never committed");
      throw new Refusal("not_allowed", "You may not, <@U0ANA> & <!channel>.", "Ask <@U0BEN>.");
    },
  }),
  command({
    name: "/ops anyone",
    summary: "Is for everybody",
    examples: ["/ops anyone"],
    args: {},
    needs: "anyone",
    run: async () => ({ text: reply(section("x").type) }),
  }),
];
