/**
 * A person in the sandbox workspace, acting by what they see: channels by name, buttons by their words, inputs by
 * their labels. What a scenario does through this, a person can do on the page.
 */
import type {
  Act,
  ActAnswer,
  ChannelDetail,
  Container,
  MessageState,
  ViewState,
  WorkspaceState,
} from "../../src/sandbox/page/protocol.ts";
import { fill, type Typed } from "./form-filling.ts";
import { elementsOf, findButton, matches, optionsOf, reading, words } from "./reading.ts";
import { slowness } from "./slowness.ts";

/** The half of the sandbox Slack that people use. */
export interface Workspace {
  readonly act: (as: string, act: Act) => Promise<ActAnswer>;
  readonly state: (as: string) => WorkspaceState;
  readonly channel: (as: string, id: string) => ChannelDetail | null;
}

/** A message of a channel; the newest that fits, where no words of it are given. */
interface OnMessage {
  readonly channel: string;
  readonly reading?: RegExp;
}

function isOn(message: MessageState, where: OnMessage): boolean {
  return where.reading?.test(reading(message)) ?? true;
}

/** Polls until `look` answers something, at most `seconds`; fails naming what was waited for and what was there. */
export async function until<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  seconds = 40,
  describe: () => string = () => "",
): Promise<T> {
  const most = seconds * slowness;
  const end = Date.now() + most * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited ${most} s for ${what}. ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function createPerson(workspace: Workspace, id: string) {
  const act = async (what: Act): Promise<ActAnswer> => workspace.act(id, what);
  const state = (): WorkspaceState => workspace.state(id);

  const channelId = (name: string): string => {
    const bare = name.replace(/^#/, "");
    const found = state().channels.find((channel) => channel.name === bare || channel.id === bare);
    if (!found)
      throw new Error(
        `${id} sees no channel ${name}; there are ${state()
          .channels.map((channel) => channel.name)
          .join(", ")}`,
      );
    return found.id;
  };
  const read = (name: string): ChannelDetail => {
    const detail = workspace.channel(id, channelId(name));
    if (!detail) throw new Error(`${id} cannot read ${name}`);
    return detail;
  };
  const screen = (name: string): string => {
    const found = state().channels.find((one) => one.name === name.replace(/^#/, "") || one.id === name);
    const detail = found ? workspace.channel(id, found.id) : null;
    return (
      detail?.messages.map(reading).join("\n---\n") ??
      `no such channel among ${state()
        .channels.map((channel) => channel.name)
        .join(", ")}`
    );
  };
  const view = (): ViewState => {
    const top = state().views.at(-1);
    if (!top) throw new Error(`${id} has no form open. Notice: ${state().notice}`);
    return top;
  };
  /** Forms open a moment after what asked for them is answered. */
  const opened = (): Promise<ViewState> =>
    until(
      `${id} to have a form open`,
      () => state().views.at(-1),
      15,
      () => `${state().notice}`,
    );
  const done = (answer: ActAnswer): ActAnswer => {
    if (!answer.ok) throw new Error(`${id} could not: ${answer.error}`);
    return answer;
  };

  /** Where buttons and choices may stand, newest first. */
  const sources = (where: OnMessage | "home" | "form"): readonly { container: Container; blocks: unknown }[] => {
    if (where === "form") {
      const top = state().views.at(-1);
      return top ? [{ container: { type: "view", viewId: top.id }, blocks: top.view.blocks }] : [];
    }
    if (where === "home") return [{ container: { type: "home" }, blocks: state().home?.blocks }];
    const channel = channelId(where.channel);
    return read(where.channel)
      .messages.filter((message) => isOn(message, where))
      .toReversed()
      .map((message) => ({ container: { type: "message", channel, ts: message.ts }, blocks: message.blocks }));
  };

  const person = {
    id,
    state,
    read,
    channelId,
    view,
    /** All of a channel, as one text. */
    screen,

    /** Types a line into a channel's composer: a message, or a slash command. */
    types: async (channel: string, text: string, threadTs?: string): Promise<string | null> => {
      const to = channelId(channel);
      if (text.startsWith("/")) {
        done(await act({ act: "command", channel: to, text }));
        return null;
      }
      const answer = done(await act({ act: "post", channel: to, text, ...(threadTs ? { threadTs } : {}) }));
      return String(answer.result);
    },
    /** Shares a file with a message; answers the message's ts. */
    shares: async (
      channel: string,
      file: { readonly name: string; readonly bytes: Buffer },
      text = "",
      threadTs?: string,
    ) => {
      const shared = { name: file.name, base64: file.bytes.toString("base64") };
      const to = { channel: channelId(channel), text, ...(threadTs ? { threadTs } : {}) };
      return String(done(await act({ act: "post", ...to, file: shared })).result);
    },
    edits: async (channel: string, ts: string, text: string) =>
      done(await act({ act: "edit", channel: channelId(channel), ts, text })),
    deletes: async (channel: string, ts: string) => done(await act({ act: "delete", channel: channelId(channel), ts })),
    reacts: async (channel: string, ts: string, name: string, remove = false) =>
      done(await act({ act: "react", channel: channelId(channel), ts, name, remove })),
    pins: async (channel: string, ts: string, remove = false) =>
      done(await act({ act: "pin", channel: channelId(channel), ts, remove })),
    shortcut: async (callbackId: string, message?: { readonly channel: string; readonly ts: string }) =>
      done(
        await act({
          act: "shortcut",
          callbackId,
          ...(message ? { message: { channel: channelId(message.channel), ts: message.ts } } : {}),
        }),
      ),
    opensHome: async () => done(await act({ act: "home" })),
    /** What stands on App Home. */
    home: (): string => words(state().home),
    /** What stands in the open form, once it reads like that. */
    form: async (reads: RegExp = /./): Promise<string> =>
      until(
        `${id} to have a form open that reads ${reads}`,
        async () => {
          const text = words((await opened()).view);
          return reads.test(text) ? text : null;
        },
        15,
        () => words(state().views.at(-1)?.view),
      ),
    joins: async (channel: string) => done(await act({ act: "join", channel: channelId(channel) })),
    leaves: async (channel: string) => done(await act({ act: "leave", channel: channelId(channel) })),
    archives: async (channel: string) => done(await act({ act: "archive", channel: channelId(channel) })),
    unarchives: async (channel: string) => done(await act({ act: "unarchive", channel: channelId(channel) })),

    /** Waits for a message that reads like `text` (its text or its blocks), newest first. */
    sees: async (channel: string, text: RegExp, seconds = 40): Promise<MessageState> =>
      until(
        `${id} to see ${text} in ${channel}`,
        () => {
          const found = state().channels.find((one) => one.name === channel.replace(/^#/, "") || one.id === channel);
          const detail = found ? workspace.channel(id, found.id) : null;
          return detail?.messages.toReversed().find((message) => text.test(reading(message)));
        },
        seconds,
        () => `There is: ${screen(channel).slice(-3000)}. Notice: ${state().notice}`,
      ),
    /** Waits for the channel whose name matches. */
    seesChannel: async (name: RegExp, seconds = 40): Promise<string> =>
      until(
        `${id} to see a channel ${name}`,
        () => state().channels.find((channel) => name.test(channel.name))?.name,
        seconds,
        () =>
          `Channels: ${state()
            .channels.map((channel) => channel.name)
            .join(", ")}. Notice: ${state().notice}`,
      ),
    /** Waits for a form with that title. */
    seesForm: async (title: RegExp, seconds = 40): Promise<ViewState> =>
      until(
        `${id} to see a form ${title}`,
        () => {
          const top = state().views.at(-1);
          return top && title.test(words(top.view.title)) ? top : null;
        },
        seconds,
        () =>
          `Forms: ${state()
            .views.map((one) => words(one.view.title))
            .join(", ")}. Notice: ${state().notice}`,
      ),

    /** Presses a button by its words: on the newest message of a channel that has it, in the open form, or on App Home. */
    clicks: async (label: string | RegExp, where: OnMessage | "form" | "home"): Promise<void> => {
      const [container, block, element] = await until(
        `${id} to find a button ${label}`,
        () => {
          const top = state().views.at(-1);
          const places =
            where !== "form"
              ? sources(where)
              : top
                ? [{ container: { type: "view", viewId: top.id } as Container, blocks: top.view.blocks }]
                : [];
          for (const place of places) {
            const hit = findButton(place.blocks, label);
            if (hit) return [place.container, ...hit] as const;
          }
          return null;
        },
        15,
        () => {
          if (where === "form") return words(state().views.at(-1)?.view);
          return where === "home" ? words(state().home) : screen(where.channel).slice(-2000);
        },
      );
      done(
        await act({
          act: "click",
          in: container,
          blockId: String(block.block_id),
          actionId: String(element.action_id),
          value: element,
          state: {},
        }),
      );
    },
    /** Chooses an option of a select or a menu that stands by itself, by its words; `beside` says what stands next to it. */
    chooses: async (
      label: string | RegExp,
      where: OnMessage | "home" | "form",
      beside: RegExp = /(?:)/,
    ): Promise<void> => {
      const [container, block, element, option] = await until(`${id} to find an option ${label}`, () => {
        for (const source of sources(where)) {
          for (const [block, element] of elementsOf(source.blocks)) {
            if (!beside.test(words(block))) continue;
            const option = optionsOf(element).find((one) => matches(words(one.text), label));
            if (option) return [source.container, block, element, option] as const;
          }
        }
        return null;
      });
      done(
        await act({
          act: "click",
          in: container,
          blockId: String(block.block_id),
          actionId: String(element.action_id),
          value: { ...element, selected_option: option },
          state: {},
        }),
      );
    },
    /** Chooses a day in the open form. */
    choosesDay: async (day: string): Promise<void> => {
      const [{ container, blocks } = { container: { type: "home" } as Container, blocks: [] }] = sources("form");
      for (const [block, element] of elementsOf(blocks)) {
        if (element.type !== "datepicker" || block.type !== "actions") continue;
        const at = { blockId: String(block.block_id), actionId: String(element.action_id) };
        done(
          await act({
            act: "click",
            in: container,
            ...at,
            value: { type: "datepicker", selected_date: day },
            state: {},
          }),
        );
        return;
      }
      throw new Error(`${id} sees no day to choose in: ${words(view().view)}`);
    },
    /** Fills the open form by labels and submits it; answers the field errors it got, or {} when it was taken. */
    submits: async (typed: Typed = {}): Promise<Readonly<Record<string, string>>> => {
      const top = await until(
        `${id} to have a form open`,
        () => state().views.at(-1),
        15,
        () => `${state().notice}`,
      );
      const answer = await act({ act: "submit", viewId: top.id, values: fill(top, typed) });
      const after = state().views.find((one) => one.id === top.id);
      if (after?.failure) throw new Error(`The form failed: ${after.failure}`);
      const errors = after?.errors ?? {};
      if (Object.keys(errors).length === 0) done(answer);
      return errors;
    },
    /** Types into an input of the open form that reports every change, without submitting it. */
    keysIn: async (label: string, text: string): Promise<void> => {
      const top = view();
      const block = (top.view.blocks as readonly Record<string, unknown>[]).find(
        (one) => one.type === "input" && words(one.label) === label,
      );
      const element = block?.element as Record<string, unknown> | undefined;
      if (!block || !element) throw new Error(`${id} finds no input ${label} in ${words(top.view)}`);
      done(
        await act({
          act: "click",
          in: { type: "view", viewId: top.id },
          blockId: String(block.block_id),
          actionId: String(element.action_id),
          value: { type: String(element.type), value: text },
          state: {},
        }),
      );
    },
    closes: async (all = false) => done(await act({ act: "close", viewId: view().id, all })),
    /** What only this person was told, newest last. */
    told: (channel: string): readonly string[] =>
      read(channel)
        .messages.filter((message) => message.ephemeral)
        .map(reading),
  };
  return person;
}

export type Person = ReturnType<typeof createPerson>;
