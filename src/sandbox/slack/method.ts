import type { Json, JsonObject } from "../page/protocol.ts";
import type { Core } from "./core.ts";
import methodFacts from "./facts/slack-methods.json" with { type: "json" };
import { invalidArguments, SlackFailure } from "./failure.ts";
import type { Channel, Person } from "./workspace.ts";

/** One Web API method. `missing` says, for the coverage table, what the real one does beyond this. */
export interface Method {
  readonly name: string;
  readonly run: (call: MethodCall) => JsonObject | Promise<JsonObject>;
  readonly missing?: string;
}

export interface MethodCall {
  readonly core: Core;
  readonly method: string;
  readonly args: JsonObject;
}

export interface MethodFact {
  readonly tier: string | null;
  readonly scope: { readonly bot?: readonly string[] };
  readonly required: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly errors: readonly string[];
}

/** What Slack's reference states of each method. */
export const methods: Readonly<Record<string, MethodFact>> = methodFacts.methods as never;

export function text(call: MethodCall, key: string): string | undefined {
  const value = call.args[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw invalidArguments([`must provide a string [json-pointer:/${key}]`]);
  return String(value);
}

export function flag(call: MethodCall, key: string): boolean {
  const value = call.args[key];
  return value === true || value === 1 || value === "true" || value === "1";
}

export function wholeNumber(call: MethodCall, key: string): number | undefined {
  const given = text(call, key);
  if (given === undefined || given === "") return undefined;
  if (!/^-?\d+$/.test(given)) throw invalidArguments([`must provide an integer [json-pointer:/${key}]`]);
  return Number(given);
}

/** A list sent as JSON or as a comma-separated string; Slack takes both. */
export function list(call: MethodCall, key: string): string[] | undefined {
  const value = structure(call, key, () => undefined);
  if (Array.isArray(value)) return value.map(String);
  return text(call, key)
    ?.split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** An object or array argument: as it is in a JSON body, or as JSON within a form field. */
export function structure(call: MethodCall, key: string, notJson: () => undefined): Json | undefined {
  const value = call.args[key];
  if (typeof value !== "string") return value;
  if (value === "") return undefined;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return notJson();
  }
}

export function required(call: MethodCall, key: string): string {
  const value = text(call, key);
  if (value === undefined || value === "") throw invalidArguments([`missing required field: ${key}`]);
  return value;
}

/** Refuses the call unless the token has one of these scopes, as `missing_scope` with what is needed. */
export function requireScope(core: Core, anyOf: readonly string[]): void {
  if (anyOf.length === 0 || anyOf.some((scope) => core.granted.has(scope))) return;
  throw new SlackFailure("missing_scope", { needed: anyOf.join(","), provided: [...core.granted].join(",") });
}

const scopePrefix = { public: "channels:", private: "groups:", im: "im:" } as const;

/** Of the scopes a method accepts, those that count for this kind of conversation. */
export function requireScopeForKind(call: MethodCall, kind: Channel["kind"]): void {
  const accepted = methods[call.method]?.scope.bot ?? [];
  requireScope(
    call.core,
    accepted.filter((scope) => scope.startsWith(scopePrefix[kind]) && scope !== "channels:write"),
  );
}

/** The conversation an argument names, if the bot may know of it; scopes of its kind are checked too. */
export function conversation(call: MethodCall, key = "channel"): Channel {
  const channel = visibleChannel(call.core, required(call, key));
  if (!channel) throw new SlackFailure("channel_not_found");
  requireScopeForKind(call, channel.kind);
  return channel;
}

/** A channel the bot can see: a public one, or one it is a member of. */
export function visibleChannel(core: Core, id: string): Channel | undefined {
  const channel = core.workspace.channels[id];
  if (!channel) return undefined;
  return channel.kind === "public" || channel.members.includes(bot(core)) ? channel : undefined;
}

export function requireMember(core: Core, channel: Channel): void {
  if (!channel.members.includes(bot(core))) throw new SlackFailure("not_in_channel");
}

export function requireActive(channel: Channel): void {
  if (channel.archived) throw new SlackFailure("is_archived");
}

export function refuseDirect(channel: Channel): void {
  if (channel.kind === "im") throw new SlackFailure("method_not_supported_for_channel_type");
}

export function bot(core: Core): string {
  return core.workspace.app.botUserId;
}

export function person(core: Core, id: string, error = "user_not_found"): Person {
  const found = core.workspace.people[id];
  if (!found) throw new SlackFailure(error);
  return found;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  readonly cursor: string;
}

/** One page of a list, by Slack's `limit` and `cursor`. */
export function paginate<T>(call: MethodCall, items: readonly T[], usual: number, most: number): Page<T> {
  const limit = wholeNumber(call, "limit") ?? usual;
  if (limit < 1 || limit > most) throw new SlackFailure("invalid_limit");
  const given = text(call, "cursor") ?? "";
  const start = given === "" ? 0 : readCursor(given);
  const end = start + limit;
  const more = end < items.length;
  return { items: items.slice(start, end), more, cursor: more ? Buffer.from(`next:${end}`).toString("base64") : "" };
}

function readCursor(cursor: string): number {
  const [, start] = /^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString()) ?? [];
  if (start === undefined) throw new SlackFailure("invalid_cursor");
  return Number(start);
}

export function nextCursor(page: Page<unknown>): JsonObject {
  return { response_metadata: { next_cursor: page.cursor } };
}
