/**
 * What the sandbox page and the sandbox say to each other: the page asks for a state, sends acts of a person, and
 * is told over one event stream that something changed. Tests act through the same acts, so what a test does a
 * person can do.
 */

/** A block, element or view as Slack would hand it to a client; already validated when the bot sent it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface PersonState {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title: string;
  readonly kind: "member" | "admin" | "guest" | "outsider" | "bot" | "deleted";
  readonly color: string;
}

export interface ChannelState {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  readonly archived: boolean;
  readonly topic: string;
  readonly memberIds: readonly string[];
  readonly isMember: boolean;
  readonly unread: number;
  /** Unread messages that mention the person or are direct. */
  readonly mentions: number;
}

export interface FileState {
  readonly id: string;
  readonly title: string;
  readonly mimetype: string;
  readonly size: number;
  /** Path on the sandbox that answers with the file's bytes. */
  readonly url: string;
}

export interface MessageState {
  readonly ts: string;
  readonly threadTs: string | null;
  readonly userId: string;
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly attachments: readonly JsonObject[];
  readonly files: readonly FileState[];
  readonly reactions: readonly { readonly name: string; readonly userIds: readonly string[] }[];
  readonly pinned: boolean;
  readonly edited: boolean;
  /** Only the person it was sent to sees it, and only until the sandbox stops. */
  readonly ephemeral: boolean;
  readonly replyCount: number;
  /** A join, a topic change and the like. */
  readonly subtype: string | null;
}

export interface ViewState {
  readonly id: string;
  readonly callbackId: string;
  /** The view as the bot sent it: title, blocks, submit, close … */
  readonly view: JsonObject;
  readonly hash: string;
  /** Field errors of the last submission: block id to sentence. */
  readonly errors: Readonly<Record<string, string>>;
  /** Set when a submission failed as a whole, in Slack's own words. */
  readonly failure: string | null;
}

/** What one person sees at one moment. */
export interface WorkspaceState {
  readonly version: number;
  readonly team: { readonly id: string; readonly name: string };
  readonly me: PersonState;
  readonly people: readonly PersonState[];
  /** User groups, for mentions; a workspace without any may leave it out. */
  readonly groups?: readonly { readonly id: string; readonly handle: string; readonly name: string }[];
  readonly channels: readonly ChannelState[];
  readonly commands: readonly CommandState[];
  readonly shortcuts: readonly {
    readonly callbackId: string;
    readonly name: string;
    readonly type: "global" | "message";
  }[];
  /** The open modal's stack, lowest first; empty when none is open. */
  readonly views: readonly ViewState[];
  readonly home: JsonObject | null;
  /** The last thing Slack itself told the person, such as "/ops failed with the error dispatch_failed". */
  readonly notice: string | null;
  readonly bot: { readonly connected: boolean; readonly mode: "http" | "socket" };
}

/** A slash command as the manifest declares it, with the words the bot offers for completion. */
export interface CommandState {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
  /** Lines as they are typed, with or without the command; `<count>` or `[service]` is shown and left to the person. */
  readonly completions: readonly { readonly text: string; readonly summary: string }[];
}

export interface ChannelDetail {
  readonly version: number;
  readonly channel: ChannelState;
  /** Oldest first; replies are included, with their threadTs. */
  readonly messages: readonly MessageState[];
  readonly pins: readonly string[];
  readonly bookmarks: readonly {
    readonly id: string;
    readonly title: string;
    readonly link: string;
    readonly emoji: string;
  }[];
  readonly canvases: readonly { readonly id: string; readonly title: string; readonly url: string }[];
}

export type Container =
  | { readonly type: "message"; readonly channel: string; readonly ts: string }
  | { readonly type: "view"; readonly viewId: string }
  | { readonly type: "home" };

/**
 * Values of inputs, by block id and action id, in the shape Slack reports in `view.state.values`. Only a
 * `file_input` differs: the page sends `{ type, files: [{ name, mimetype, base64 }] }`, and the sandbox keeps the
 * bytes and reports Slack's file objects.
 */
export type StateValues = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** One thing a person does. Every act answers { ok } or { ok: false, error } in words for a person. */
export type Act =
  | {
      readonly act: "post";
      readonly channel: string;
      readonly text: string;
      readonly threadTs?: string;
      readonly file?: { readonly name: string; readonly base64: string };
    }
  | { readonly act: "edit"; readonly channel: string; readonly ts: string; readonly text: string }
  | { readonly act: "delete"; readonly channel: string; readonly ts: string }
  | { readonly act: "command"; readonly channel: string; readonly text: string }
  | {
      readonly act: "click";
      readonly in: Container;
      readonly blockId: string;
      readonly actionId: string;
      readonly value: JsonObject;
      readonly state: StateValues;
    }
  | {
      readonly act: "suggest";
      readonly in: Container;
      readonly blockId: string;
      readonly actionId: string;
      readonly query: string;
    }
  | { readonly act: "submit"; readonly viewId: string; readonly values: StateValues }
  | { readonly act: "close"; readonly viewId: string; readonly all: boolean }
  | {
      readonly act: "react";
      readonly channel: string;
      readonly ts: string;
      readonly name: string;
      readonly remove: boolean;
    }
  | { readonly act: "pin"; readonly channel: string; readonly ts: string; readonly remove: boolean }
  | {
      readonly act: "shortcut";
      readonly callbackId: string;
      readonly message?: { readonly channel: string; readonly ts: string };
    }
  | { readonly act: "home" }
  | { readonly act: "join" | "leave" | "read" | "archive" | "unarchive"; readonly channel: string }
  | { readonly act: "direct"; readonly userId: string };

export interface ActAnswer {
  readonly ok: boolean;
  readonly error?: string;
  /** For `suggest`: the options or groups the bot answered. For `direct`: the channel. For `post`: its ts. */
  readonly result?: Json;
}

export interface CloudState {
  readonly now: string;
  /** How many times faster than the wall clock the cloud moves. */
  readonly speed: number;
  readonly services: readonly CloudService[];
  /** Every fault that can be switched on, with where and whether it is on. */
  readonly faults: readonly {
    readonly name: string;
    readonly summary: string;
    readonly target: string;
    readonly on: boolean;
  }[];
  /** The last calls of the bot, newest first, at most 30. */
  readonly calls: readonly {
    readonly at: string;
    readonly operation: string;
    readonly summary: string;
    readonly error: string | null;
  }[];
}

export interface CloudService {
  readonly cluster: string;
  readonly name: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly taskDefinition: string;
  readonly bounds: { readonly min: number; readonly max: number } | null;
  readonly deployments: readonly {
    readonly id: string;
    readonly status: string;
    readonly rolloutState: string;
    readonly taskDefinition: string;
    readonly running: number;
    readonly desired: number;
    readonly failedTasks: number;
  }[];
  readonly events: readonly { readonly at: string; readonly message: string }[];
}

export type CloudAct =
  | { readonly act: "fault"; readonly name: string; readonly target: string; readonly on: boolean }
  | { readonly act: "speed"; readonly speed: number };

/**
 * HTTP of the page, all on the sandbox's own port, same-origin only:
 *   GET  /                             the page
 *   GET  /sandbox/state?as=U1          WorkspaceState
 *   GET  /sandbox/channel?as=U1&id=C1  ChannelDetail
 *   POST /sandbox/act?as=U1            body Act → ActAnswer
 *   GET  /sandbox/cloud                CloudState
 *   POST /sandbox/cloud                body CloudAct → ActAnswer
 *   GET  /sandbox/changes?as=U1        server-sent events, `data: {"version": n}` whenever something this person can see changed,
 *                                      `event: cloud` whenever the cloud did
 *   GET  /sandbox/files/<id>, /sandbox/canvases/<id>   what a person opens; a canvas is its Markdown
 */
export const pagePaths = {
  state: "/sandbox/state",
  channel: "/sandbox/channel",
  act: "/sandbox/act",
  cloud: "/sandbox/cloud",
  changes: "/sandbox/changes",
  files: "/sandbox/files/",
  canvases: "/sandbox/canvases/",
} as const;
