import type { JsonObject } from "../page/protocol.ts";
import type { Workspace } from "./workspace.ts";

/** What Slack keeps of a message's text: stray &, < and > are escaped, control sequences like <@U1> stay. */
export function storedText(text: string): string {
  return text
    .replaceAll(/&(?!(?:amp|lt|gt);)/g, "&amp;")
    .split(/(<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|![^<>\s][^<>]*|(?:https?|mailto|tel|slack):[^<>]*)(?:\|[^<>]*)?>)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll("<", "&lt;").replaceAll(">", "&gt;")))
    .join("");
}

/** What Slack's composer makes of what a person typed: names become mentions, addresses become links. */
export function composedText(workspace: Workspace, typed: string): string {
  const escaped = typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped
    .replaceAll(/(^|[\s(])@([a-z0-9._-]*[a-z0-9_-])/g, (whole, before: string, name: string) => {
      if (["here", "channel", "everyone"].includes(name)) return `${before}<!${name}>`;
      const person = Object.values(workspace.people).find((one) => one.name === name && !one.deleted);
      if (person) return `${before}<@${person.id}>`;
      const group = Object.values(workspace.usergroups).find((one) => one.handle === name && !one.disabled);
      return group ? `${before}<!subteam^${group.id}|@${group.handle}>` : whole;
    })
    .replaceAll(/(^|[\s(])#([a-z0-9_-]+)/g, (whole, before: string, name: string) => {
      const channel = Object.values(workspace.channels).find((one) => one.name === name && one.kind !== "im");
      return channel ? `${before}<#${channel.id}|>` : whole;
    })
    .replaceAll(/(^|[\s(])(https?:\/\/[^\s|]+[^\s|.,;:!?)])/g, "$1<$2>");
}

/** What the text of a command becomes when the manifest says should_escape: every mention and link with its label. */
export function escapedCommand(workspace: Workspace, typed: string): string {
  const { people, channels } = workspace;
  return composedText(workspace, typed)
    .replaceAll(/<@([A-Z0-9]+)>/g, (_whole, id: string) => `<@${id}|${people[id]?.name ?? id}>`)
    .replaceAll(/<#([A-Z0-9]+)\|>/g, (_whole, id: string) => `<#${id}|${channels[id]?.name ?? ""}>`)
    .replaceAll(/<(https?:\/\/([^|>]+))>/g, "<$1|$2>");
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function leaf(part: string): JsonObject {
  const mark = /^<([@#!]?)([^|>]*)(?:\|([^>]*))?>$/.exec(part);
  if (!mark) {
    const emoji = /^:([a-z0-9_+'-]+):$/.exec(part);
    return emoji?.[1] ? { type: "emoji", name: emoji[1] } : { type: "text", text: unescaped(part) };
  }
  const [, kind, target = "", label] = mark;
  if (kind === "@") return { type: "user", user_id: target };
  if (kind === "#") return { type: "channel", channel_id: target };
  if (kind === "!" && target.startsWith("subteam^")) return { type: "usergroup", usergroup_id: target.slice(8) };
  if (kind === "!") return { type: "broadcast", range: target };
  return { type: "link", url: unescaped(target), ...(label ? { text: unescaped(label) } : {}) };
}

/** The rich_text block Slack's own clients send along with what a person typed. */
export function composedBlocks(text: string, blockId: string): JsonObject[] {
  const parts = text.split(/(<[^<>]+>|:[a-z0-9_+'-]+:)/).filter((part) => part !== "");
  if (parts.length === 0) return [];
  const section = { type: "rich_text_section", elements: parts.map(leaf) };
  return [{ type: "rich_text", block_id: blockId, elements: [section] }];
}

/** Whether a text calls a person by name, by one of their groups, or along with everyone in the channel. */
export function mentions(workspace: Workspace, text: string, person: string): boolean {
  if (/<!(?:here|channel|everyone)(?:\|[^>]*)?>/.test(text)) return true;
  return [...text.matchAll(/<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>/g)].some(
    ([, id = ""]) => id === person || (workspace.usergroups[id]?.users.includes(person) ?? false),
  );
}
