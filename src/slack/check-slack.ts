import type { Channels } from "../domain/configuration.ts";
import type { NamedChannel } from "../domain/named-channels.ts";
import type { CheckResult } from "../domain/platform.ts";
import { scopes as wantedScopes } from "./scopes.ts";

export interface SlackCheck {
  readonly apiUrl: string;
  readonly botToken: string;
  /** Null where requests come over HTTP. */
  readonly appToken: string | null;
  readonly channels: Channels;
  /** Channels that are named elsewhere in the configuration. */
  readonly named?: readonly NamedChannel[];
  /** Everybody who is on call by the configuration: e-mail addresses, user ids and groups. */
  readonly people?: readonly string[];
  /** The wall clock, which signatures are checked by. */
  readonly now: () => Date;
}

/** Slack refuses what is signed more than five minutes off, and so do we; a clock that is a minute off will get there. */
const mostSkewSeconds = 60;
const patienceMilliseconds = 10_000;
/** At a thousand a page; a workspace with more public channels than this names them by id in the configuration. */
const mostPages = 30;
const longestWaitSeconds = 30;

interface Heard {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/**
 * For doctor: the tokens, every scope, the clock and the configured channels, each fault with what puts it right.
 * Only reads; where the token does not work nothing further is asked. Never throws.
 */
export async function checkSlack(check: SlackCheck): Promise<readonly CheckResult[]> {
  const ask = asker(check.apiUrl, check.botToken);
  const tested = await heard(ask("auth.test"));
  if (typeof tested === "string") {
    const fix = "Check the network and SLACK_API_URL; behind a proxy, that it lets the address through.";
    return [fault("Slack", `cannot be reached at ${check.apiUrl} (${tested})`, fix)];
  }
  const { body, headers } = tested;
  if (body.ok !== true) return [fault("Bot token", `Slack refuses it: ${word(body)}`, tokenFix)];
  if (typeof body.bot_id !== "string") return [fault("Bot token", "it belongs to a person, not to the bot", tokenFix)];
  const granted = headers.get("x-oauth-scopes");
  return [
    good("Bot token", `@${String(body.user)} in ${String(body.team)} (${String(body.team_id)})`),
    scopeResult(granted),
    clockResult(headers.get("date"), check.now()),
    ...(await channelResults(ask, check.channels, check.named ?? [])),
    ...(await peopleResults(ask, [...new Set(check.people ?? [])])),
    ...(check.appToken === null ? [] : [await appTokenResult(check.apiUrl, check.appToken)]),
  ];
}

const tokenFix =
  "In your app's settings (api.slack.com/apps), under OAuth & Permissions, copy the Bot User OAuth Token (xoxb-…) into SLACK_BOT_TOKEN; where there is none, install the app first.";

function scopeResult(granted: string | null): CheckResult {
  if (granted === null) {
    const found = "Slack did not say which the token has (no x-oauth-scopes header), so none could be checked";
    return fault("Scopes", found, "Ask Slack directly: unset SLACK_API_URL, or let the proxy pass that header.");
  }
  const has = new Set(granted.split(",").map((scope) => scope.trim()));
  const missing = wantedScopes.filter(({ name }) => !has.has(name));
  if (missing.length === 0) return good("Scopes", `all ${wantedScopes.length} granted`);
  const lines = missing.map(({ name, why }) => `missing ${name}: ${why}`);
  const fix =
    "In your app's settings, under App Manifest, paste what npm run manifest prints and save; then under Install App choose Reinstall.";
  return fault("Scopes", lines.join("\n"), fix);
}

function clockResult(date: string | null, now: Date): CheckResult {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return good("Clock", "Slack's answer carried no time to compare with");
  // The header counts whole seconds, and the answer was under way for a moment.
  const seconds = Math.round((now.getTime() - theirs) / 1000);
  const off = Math.abs(seconds);
  if (off <= mostSkewSeconds) return good("Clock", off <= 2 ? "agrees with Slack's" : `${off} s off Slack's`);
  const found = `${off} s ${seconds > 0 ? "ahead of" : "behind"} Slack's; at 300 s every request is refused`;
  return fault("Clock", found, "Keep this machine's time by NTP (timedatectl set-ntp true, or chrony).");
}

/** Who is on call and cannot be: not in the workspace, deactivated, or a group that is not there or empty. */
async function peopleResults(ask: Ask, references: readonly string[]): Promise<readonly CheckResult[]> {
  if (references.length === 0) return [];
  const listed = await heard(ask("usergroups.list", { include_users: "true" }));
  const groups = typeof listed === "string" || !Array.isArray(listed.body.usergroups) ? [] : listed.body.usergroups;
  const missing: string[] = [];
  for (const reference of references) {
    if (/^S[A-Z0-9]+$/.test(reference) || reference.startsWith("@")) {
      const handle = reference.replace(/^@/, "").toLowerCase();
      const found = groups.find(({ id, handle: own }) => id === reference || String(own).toLowerCase() === handle);
      if (!found?.users?.length) missing.push(`${reference} (no such group, or nobody is in it)`);
      continue;
    }
    const byId = /^[UW][A-Z0-9]+$/.test(reference);
    const answer = await heard(
      byId ? ask("users.info", { user: reference }) : ask("users.lookupByEmail", { email: reference }),
    );
    const user = typeof answer === "string" ? null : (answer.body.user as { readonly deleted?: boolean } | undefined);
    if (!user || user.deleted) missing.push(`${reference} (${user ? "deactivated" : "not in this workspace"})`);
  }
  if (missing.length === 0) return [good("People on call", `all ${references.length} are there`)];
  return [
    fault(
      "People on call",
      missing.join("\n"),
      "Put them right under oncall: in the configuration; they are skipped for the next one until then.",
    ),
  ];
}

async function channelResults(
  ask: Ask,
  channels: Channels,
  named: readonly NamedChannel[],
): Promise<readonly CheckResult[]> {
  const { prefix: _prefix, ...configured } = channels;
  const usual = Object.entries(configured).flatMap(([use, names]) =>
    (typeof names === "string" ? [names] : (names ?? [])).map((name) => ({
      what: `Channel for ${use}`,
      field: `channels.${use}`,
      name,
    })),
  );
  const wanted = [...usual, ...named.map(({ field, name }) => ({ what: `Channel of ${field}`, field, name }))];
  const names = new Set(wanted.map(({ name }) => name).filter((name) => !isChannelId(name)));
  const listed = names.size > 0 ? await listChannels(ask, names) : new Map<string, unknown>();
  if (typeof listed === "string") {
    return [fault("Channels", `cannot be listed: ${listed}`, "Put the fault above right first, then look again.")];
  }
  return Promise.all(
    wanted.map(async (one) =>
      channelResult(one, isChannelId(one.name) ? await channelById(ask, one.name) : listed.get(one.name)),
    ),
  );
}

function channelResult(
  { what, field, name }: { readonly what: string; readonly field: string; readonly name: string },
  found: unknown,
): CheckResult {
  const shown = isChannelId(name) ? name : `#${name}`;
  const channel = found as { readonly [key: string]: unknown } | undefined;
  if (!channel) {
    const fix = `Create ${shown}, put ${field} right, or, where it is private, type /invite @tocsin in it.`;
    return fault(what, `${shown} is not there, or is private and the bot is not in it`, fix);
  }
  if (channel.is_archived === true) {
    return fault(what, `${shown} is archived`, `Unarchive it, or name another one under ${field}.`);
  }
  if (channel.is_member === true) return good(what, `${shown}, the bot is in it`);
  if (channel.is_private === true)
    return fault(what, `the bot is not in ${shown}`, `Type /invite @tocsin in ${shown}.`);
  return good(what, `${shown}, which the bot joins when it first writes there`);
}

async function channelById(ask: Ask, id: string): Promise<unknown> {
  const answer = await heard(ask("conversations.info", { channel: id }));
  return typeof answer === "string" ? undefined : answer.body.channel;
}

/** The channels of these names; a word of Slack's or of the network's where they cannot be had. */
async function listChannels(ask: Ask, names: ReadonlySet<string>): Promise<ReadonlyMap<string, unknown> | string> {
  const found = new Map<string, unknown>();
  let cursor = "";
  for (let page = 0; page < mostPages; page++) {
    const types = "public_channel,private_channel";
    const answer = await heard(ask("conversations.list", { types, limit: "999", ...(cursor ? { cursor } : {}) }));
    if (typeof answer === "string") return answer;
    if (answer.body.ok !== true) return word(answer.body);
    const channels = Array.isArray(answer.body.channels) ? answer.body.channels : [];
    for (const channel of channels as { readonly name?: string }[])
      if (channel.name !== undefined && names.has(channel.name)) found.set(channel.name, channel);
    const metadata = answer.body.response_metadata as { readonly next_cursor?: string } | undefined;
    cursor = metadata?.next_cursor ?? "";
    if (cursor === "" || found.size === names.size) break;
  }
  return found;
}

async function appTokenResult(apiUrl: string, token: string): Promise<CheckResult> {
  const answer = await heard(asker(apiUrl, token)("apps.connections.open"));
  if (typeof answer === "string")
    return fault("App token", `no answer (${answer})`, "Check the network, then look again.");
  if (answer.body.ok === true) return good("App token", "opens connections for Socket Mode");
  const fix =
    "In your app's settings, under Basic Information, App-Level Tokens, make one with the scope connections:write and put it into SLACK_APP_TOKEN; under Socket Mode, switch it on.";
  return fault("App token", `Slack refuses it: ${word(answer.body)}`, fix);
}

type Ask = (method: string, args?: Readonly<Record<string, string>>) => Promise<Heard>;

/** Asks by itself rather than through the bot's client: it needs the headers, and a 429 is worth waiting for here. */
function asker(apiUrl: string, token: string): Ask {
  const once = (method: string, args: Readonly<Record<string, string>>) =>
    fetch(`${apiUrl}${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams(args),
      signal: AbortSignal.timeout(patienceMilliseconds),
    });
  return async (method, args = {}) => {
    let response = await once(method, args);
    if (response.status === 429) {
      const seconds = Math.min(Number(response.headers.get("retry-after")) || 1, longestWaitSeconds);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      response = await once(method, args);
    }
    const text = await response.text();
    try {
      return { body: JSON.parse(text) as Readonly<Record<string, unknown>>, headers: response.headers };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new Error(`HTTP ${response.status}, which is not an answer of Slack's`);
    }
  };
}

/** What was heard, or in a few words why nothing was. */
async function heard(answer: Promise<Heard>): Promise<Heard | string> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    // fetch hides what happened one level down.
    const { cause } = error;
    if (!(cause instanceof Error)) return error.message;
    return "code" in cause ? String(cause.code) : `${error.message}: ${cause.message}`;
  }
}

function word(body: Readonly<Record<string, unknown>>): string {
  const needed = typeof body.needed === "string" ? ` (needs ${body.needed})` : "";
  return `${typeof body.error === "string" ? body.error : "no reason given"}${needed}`;
}

function isChannelId(name: string): boolean {
  return /^[CG][A-Z0-9]{2,}$/.test(name);
}

function good(what: string, found: string): CheckResult {
  return { what, ok: true, found, fix: null };
}

function fault(what: string, found: string, fix: string): CheckResult {
  return { what, ok: false, found, fix };
}
