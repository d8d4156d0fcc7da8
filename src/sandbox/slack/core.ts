import type { SandboxClock } from "../clock.ts";
import type { Json, JsonObject } from "../page/protocol.ts";
import type { Message, Workspace } from "./workspace.ts";

/** What all parts of the sandbox's Slack share. */
export interface Core {
  readonly clock: SandboxClock;
  readonly workspace: Workspace;
  readonly session: Session;
  /** The scopes the bot token was granted. */
  readonly granted: ReadonlySet<string>;
  /** The bot events the app subscribes to, by the names the manifest uses. */
  readonly subscribed: ReadonlySet<string>;
  readonly homeTab: boolean;
  /** Whether commands arrive with mentions and links escaped, as the manifest's should_escape says. */
  readonly escapeCommands: boolean;
  /** Where this Slack listens, with no slash at the end. */
  readonly baseUrl: string;
  /** Says that something changed that these people, or everyone in a channel, or everyone at all can see. */
  readonly changed: (seenBy: { readonly channel: string } | { readonly person: string } | "everyone") => void;
  /** Sends the app an event it is subscribed to; Slack does not wait for the answer. */
  readonly emit: (event: AppEvent) => void;
  /** Sends the app a command or an interaction and waits for the answer. */
  readonly request: (request: AppRequest) => Promise<AppAnswer>;
}

/** What lives only as long as the sandbox runs. */
export interface Session {
  readonly ephemerals: { channel: string; person: string; message: Message }[];
  readonly notices: Map<string, string>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  /** What the bot last offered for an external select, by where the select stands. */
  readonly offers: Map<string, JsonObject[]>;
  readonly verificationToken: string;
}

export interface Trigger {
  readonly person: string;
  readonly at: number;
  /** The view the trigger came from, when it came from inside a modal. */
  readonly view: string | null;
  used: boolean;
}

export interface ResponseUrl {
  readonly channel: string;
  readonly person: string;
  readonly at: number;
  /** The message whose button was pressed; null for a slash command. */
  readonly original: { readonly ts: string; readonly ephemeral: boolean } | null;
  uses: number;
}

export interface AppEvent {
  /** The subscription's name in the manifest: "message.channels", "reaction_added" … */
  readonly subscription: string;
  /** The channel the app must be a member of to hear of it; null when membership does not matter. */
  readonly channel: string | null;
  readonly event: JsonObject;
}

export interface AppRequest {
  readonly kind: "command" | "interactive" | "options";
  readonly payload: JsonObject;
}

export type AppAnswer =
  | { readonly ok: true; readonly body: Json }
  | { readonly ok: false; readonly reason: "operation_timeout" | "dispatch_failed" };

/** Whole seconds since 1970, as most Slack objects carry time. */
export function seconds(core: Core): number {
  return Math.floor(core.clock.now() / 1000);
}

export function nextId(core: Core, prefix: string): string {
  core.workspace.counters.id += 1;
  return `${prefix}0S${core.workspace.counters.id.toString(36).toUpperCase().padStart(7, "0")}`;
}

/** A message timestamp: seconds and microseconds, never given out twice and always rising. */
export function nextTimestamp(core: Core): string {
  const { counters } = core.workspace;
  counters.timestamp = Math.max(core.clock.now() * 1000, counters.timestamp + 1);
  const micros = String(Math.floor(counters.timestamp));
  return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
}
