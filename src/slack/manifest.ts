import { ConfigurationError } from "../errors.ts";
import type { Command } from "./command.ts";
import { freeEvents, scopes } from "./scopes.ts";

/** What a manifest is made of: objects, lists, text and switches. */
export type ManifestValue =
  | string
  | number
  | boolean
  | readonly ManifestValue[]
  | { readonly [key: string]: ManifestValue };

const description = "Incidents, operations and post-mortems from Slack, on your own servers";
const longDescription =
  "Tocsin runs your incidents: it makes a channel for each, keeps a status card, a timeline and a post-mortem, and lets people operate services under rules you set. It runs on your own servers, and nothing leaves them but what it says here in Slack.";

/** How Slack shows a slash command while one types; fixed words, so that a new verb leaves the manifest as it is. */
const slashWords: Readonly<Record<string, { readonly description: string; readonly hint: string }>> = {
  "/incident": {
    description: "Declare an incident and run it",
    hint: "declare sev2 <title> | update | resolve | help",
  },
  "/ops": { description: "See and operate services", hint: "status | scale <service> <count> | help" },
  "/runbook": { description: "Find and run a runbook", hint: "search <words> | run <name> | help" },
  "/oncall": { description: "See and change who is on call", hint: "[team] | page <team> | override | swap | help" },
};

/**
 * The app manifest: for Socket Mode, or with the public https address of the bot for HTTP. Shape:
 * docs.slack.dev/reference/app-manifest. Throws ConfigurationError where the address is none that Slack takes.
 */
export function manifest(options: {
  readonly commands: readonly Command[];
  readonly url?: string;
}): Readonly<Record<string, ManifestValue>> {
  const requestUrl = options.url === undefined ? null : requestAddress(options.url);
  const address = requestUrl ? { request_url: requestUrl } : {};
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: "Tocsin",
      description,
      long_description: longDescription,
      background_color: "#7a1f1f",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "tocsin", always_online: true },
      slash_commands: slashCommands(options.commands, requestUrl),
      shortcuts: shortcuts(options.commands),
    },
    oauth_config: { scopes: { bot: scopes.map(({ name }) => name) } },
    settings: {
      event_subscriptions: { ...address, bot_events: botEvents() },
      interactivity: {
        is_enabled: true,
        ...address,
        ...(requestUrl ? { message_menu_options_url: requestUrl } : {}),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: requestUrl === null,
      token_rotation_enabled: false,
    },
  };
}

function requestAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== "https:" || parsed.search !== "" || parsed.hash !== "")
    throw new ConfigurationError([
      "--url is not an address Slack can reach; write one such as https://tocsin.example.com.",
    ]);
  const base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`;
  return base.endsWith("/slack/events") ? base : `${base}/slack/events`;
}

function slashCommands(commands: readonly Command[], requestUrl: string | null): readonly ManifestValue[] {
  const slashes = [...new Set(commands.flatMap(({ name }) => /^\/[^\s]+/.exec(name)?.[0] ?? []))];
  return slashes.map((slash) => ({
    command: slash,
    ...(requestUrl ? { url: requestUrl } : {}),
    description: slashWords[slash]?.description ?? `Ask Tocsin: ${slash.slice(1)}`,
    usage_hint: slashWords[slash]?.hint ?? "help",
    // People and channels come as ids, so that names can change and carry spaces.
    should_escape: true,
  }));
}

function shortcuts(commands: readonly Command[]): readonly ManifestValue[] {
  return commands.flatMap((command) =>
    Object.entries(command.shortcuts ?? {}).map(([callbackId, { name, type, description: text }]) => ({
      name,
      type,
      callback_id: callbackId,
      description: text,
    })),
  );
}

/** Every event the bot is told of. */
export function botEvents(): readonly string[] {
  return [...new Set([...freeEvents, ...scopes.flatMap(({ events }) => events)])].sort();
}

/** A manifest as YAML, with a line above that says where it comes from. */
export function manifestYaml(value: Readonly<Record<string, ManifestValue>>): string {
  return `# Made by: npm run manifest. With --url https://… it prints the one for HTTP instead of Socket Mode.\n${lines(value, 0).join("\n")}\n`;
}

function lines(value: ManifestValue, depth: number): readonly string[] {
  const indent = "  ".repeat(depth);
  if (isList(value)) {
    return value.flatMap((item) => {
      const [first = "", ...rest] = lines(item, depth + 1);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  if (typeof value !== "object") return [`${indent}${scalar(value)}`];
  return Object.entries(value).flatMap(([key, member]) => {
    if (typeof member !== "object") return [`${indent}${key}: ${scalar(member)}`];
    const inner = lines(member, depth + 1);
    return inner.length === 0 ? [`${indent}${key}: ${isList(member) ? "[]" : "{}"}`] : [`${indent}${key}:`, ...inner];
  });
}

function isList(value: ManifestValue): value is readonly ManifestValue[] {
  return Array.isArray(value);
}

/** Words that mean only themselves stay bare; everything else is quoted as in JSON, which YAML reads the same. */
function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const bare =
    /^[A-Za-z/][A-Za-z0-9 _./:-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$|: |[: ]$/i.test(value);
  return bare ? value : JSON.stringify(value);
}
