/**
 * The shape of a command: one declared object with every door to one ask. Help, usage errors, did-you-mean,
 * completion, the README's table and the manifest are made from, or held to, the list of these.
 */
import type { Modal, Reply } from "../../templates/kit.ts";
import type { Caller, Right } from "../domain/access/caller.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { Scope } from "../domain/guard/hold.ts";
import type { Target } from "../domain/operation/operation.ts";
import type { App } from "../domain/ports.ts";

/** Where the person was when they asked. */
export interface At {
  /** Null where Slack does not say: a global shortcut, App Home. */
  readonly channelId: string | null;
  readonly channelName: string | null;
  /** The message a button sits on, or a message shortcut was used on. */
  readonly message: {
    readonly ts: string;
    readonly threadTs: string | null;
    readonly userId: string | null;
    readonly text: string;
    readonly permalink: string | null;
  } | null;
  /** True when the ask came from inside an open form, so that a form in answer replaces or covers it. */
  readonly inForm: boolean;
}

interface AskBase {
  readonly caller: Caller;
  readonly app: App;
  readonly at: At;
}

/** What a door answers the person themself. What others must see goes through `app.outbox`, never both for one fact. */
export type Answer =
  /** Only the person sees it. `kept` is told to a repeat instead, where it holds what must not be kept: a link. */
  | { readonly text: Reply; readonly kept?: Reply }
  /** A form opens; from inside a form it replaces it, or with `push` covers it. */
  | { readonly modal: Modal; readonly push?: boolean; readonly kept?: Reply }
  /** For forms: what is wrong, by input name; the form stays open with everything typed. */
  | { readonly errors: Readonly<Record<string, string>> };

/** Void: what was recorded says it all (a form closes, a button stays). */
export type Answered = Promise<Answer | undefined>;

export interface Arg<T> {
  readonly kind:
    | "word"
    | "integer"
    | "severity"
    | "target"
    | "scope"
    | "person"
    | "incident"
    | "choice"
    | "text"
    | "option"
    | "flag";
  /** How it stands in the usage line, such as <service>. */
  readonly usage: string;
  readonly optional: boolean;
  /** For options and flags: the name after the dashes. */
  readonly name?: string;
  /** For integers: bounds. */
  readonly min?: number;
  readonly max?: number;
  /** For targets: what kind of thing, or kinds; any of the catalog. */
  readonly target?: Target["kind"] | readonly Target["kind"][] | "any";
  /** For choices: the words. */
  readonly choices?: (config: Configuration) => readonly string[];
  /** For texts: what something is called, in which an unknown option is a mistake and no part of a sentence. */
  readonly isName?: boolean;
  /** Only for the type checker. */
  readonly value?: T;
}

/** Arguments as people type them, in order; options and flags anywhere. */
export const arg = {
  integer: (usage: string, bounds: { readonly min?: number; readonly max?: number } = {}): Arg<number> => ({
    kind: "integer",
    usage,
    optional: false,
    ...bounds,
  }),
  /** A severity in any configured spelling, its canonical name. */
  severity: (): Arg<string> => ({ kind: "severity", usage: "<severity>", optional: false }),
  /** Something of the catalog; `--env <name>` and `in <env>` come with it. */
  target: (kind: NonNullable<Arg<unknown>["target"]> = "service"): Arg<Target> => ({
    kind: "target",
    usage: `<${kind === "any" ? "target" : [kind].flat().join("|")}>`,
    optional: false,
    target: kind,
  }),
  /** Something of the catalog, or an environment as a whole. */
  scope: (): Arg<Scope> => ({ kind: "scope", usage: "<target|environment>", optional: false }),
  /** @name, <@U…>, or me: a Slack user id. */
  person: (): Arg<string> => ({ kind: "person", usage: "@person", optional: false }),
  /** INC-42 or 42, anywhere in the line: its number. */
  incident: (): Arg<number | undefined> => ({ kind: "incident", usage: "[INC-n]", optional: true }),
  choice: (usage: string, choices: (config: Configuration) => readonly string[]): Arg<string> => ({
    kind: "choice",
    usage,
    optional: false,
    choices,
  }),
  /** The rest of the line, quotes and all. */
  text: (usage: string): Arg<string> => ({ kind: "text", usage, optional: false }),
  /** What something outside the catalog is called, to the end of the line: a version, a table. */
  name: (usage: string): Arg<string> => ({ kind: "text", usage, optional: false, isName: true }),
  option: (name: string, usage: string): Arg<string | undefined> => ({
    kind: "option",
    name,
    usage: `[--${name} ${usage}]`,
    optional: true,
  }),
  flag: (name: string): Arg<boolean> => ({ kind: "flag", name, usage: `[--${name}]`, optional: true }),
  optional: <T>(inner: Arg<T>): Arg<T | undefined> =>
    ({ ...inner, optional: true, usage: `[${inner.usage.replace(/^[<[]|[>\]]$/g, "")}]` }) as Arg<T | undefined>,
};

export type ArgSpecs = Readonly<Record<string, Arg<unknown>>>;
export type ArgValues<S extends ArgSpecs> = { readonly [K in keyof S]: S[K] extends Arg<infer T> ? T : never };

/** A pressed button or a chosen option. */
export interface ButtonAsk extends AskBase {
  /** The record and version the button carries; for selects the id is the chosen value. */
  readonly about: { readonly id: string; readonly version?: number; readonly channel?: string };
  /** Values of the inputs around it. */
  readonly values: FormValues;
  /** What the form it stands in is about; absent outside of forms. */
  readonly form?: ButtonAsk["about"];
  /** Slack's time of the press or keystroke, by which those that arrive out of order are put in order. */
  readonly actedTs?: string;
}

/** Reads what a form holds, by input name; empty is null or []. */
export interface FormValues {
  readonly text: (name: string) => string | null;
  readonly choice: (name: string) => string | null;
  readonly choices: (name: string) => readonly string[];
  readonly user: (name: string) => string | null;
  /** yyyy-MM-dd */
  readonly date: (name: string) => string | null;
  readonly moment: (name: string) => Date | null;
  readonly ticked: (name: string) => boolean;
}

export interface FormAsk extends AskBase {
  readonly about: { readonly id: string; readonly version?: number; readonly channel?: string };
  readonly values: FormValues;
}

export interface ReactionAsk {
  readonly caller: Caller;
  readonly app: App;
  readonly on: boolean;
  readonly name: string;
  readonly channelId: string;
  readonly ts: string;
  readonly eventTs: string;
}

/** An event of Slack's that no reaction door covers: messages and their edits, pins, members, App Home, archived channels. */
export interface EventAsk {
  readonly app: App;
  /** Null where the event names nobody. */
  readonly caller: Caller | null;
  /** The event as Slack sent it (slack-platform facts: docs.slack.dev/reference/events). */
  readonly event: Readonly<Record<string, unknown>>;
}

export interface Command<S extends ArgSpecs = ArgSpecs> {
  /** Slash command and verb: "/ops scale". */
  readonly name: string;
  /** Other verbs people bring from other tools. */
  readonly synonyms?: readonly string[];
  /** What the slash command means without a verb: alone, or with this one's own first word. One for each slash command. */
  readonly bare?: boolean;
  readonly summary: string;
  /** What it is for, such as "Services": help lists those of one topic together. */
  readonly topic?: string;
  /** Each is parsed by a test and shown in help. */
  readonly examples: readonly string[];
  readonly args: S;
  readonly needs: Right;
  readonly run: (
    ask: AskBase & {
      readonly args: ArgValues<S>;
      /** The people its arguments name, as Slack says who they are. */
      readonly named?: readonly Caller[];
    },
  ) => Answered;
  /** By action id, on any message, form or App Home. */
  readonly buttons?: Readonly<Record<string, (ask: ButtonAsk) => Answered>>;
  /** Buttons, forms and the command's own name, for which the person is looked up anew, however lately they were: what they grant is serious. */
  readonly fresh?: readonly string[];
  /** By callback id. */
  readonly forms?: Readonly<Record<string, (ask: FormAsk) => Answered>>;
  /** Options for a select that asks while one types, by action id; at most 100. */
  readonly suggestions?: Readonly<
    Record<
      string,
      (
        ask: AskBase & { readonly query: string },
      ) => Promise<readonly { readonly text: string; readonly value: string }[]>
    >
  >;
  /** By callback id; a message shortcut has `at.message`. */
  readonly shortcuts?: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly type: "global" | "message";
        readonly description: string;
        readonly run: (ask: AskBase) => Answered;
      }
    >
  >;
  readonly reactions?: readonly {
    readonly name: (config: Configuration) => string;
    readonly run: (ask: ReactionAsk) => Promise<void>;
  }[];
  /** By event type, and `message.<subtype>` for messages with one. */
  readonly events?: Readonly<Record<string, (ask: EventAsk) => Promise<void>>>;
}

/** Declares a command; the arguments' types follow from `args`. */
export function command<const S extends ArgSpecs>(declared: Command<S>): Command {
  return declared as unknown as Command;
}
