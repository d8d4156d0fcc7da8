/** Between the three ways text is written here: Slack's mrkdwn, Markdown, and HTML. */
import type { Element, ElementContent } from "hast";
import { toHtml } from "hast-util-to-html";
import type { Html, Image, Link } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { type State, toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";

/** Text that came from people, made literal in Markdown: nothing in it is markup, and it stays on one line. */
export function literal(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>|~]/g, "\\$&")
    .replace(/^([#+-]|\d+\.)(?=\s)/, "\\$1");
}

/**
 * Slack's mrkdwn as Markdown: mentions become names, links become links, bold and strike change their marks.
 * Source of the syntax: docs.slack.dev/messaging/formatting-message-text
 */
export function fromMrkdwn(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 1 ? decoded(part, "<") : decoded(inline(part, names), "\\<")))
    .join("");
}

function inline(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `@${names.get(id) ?? id}`)
    .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id: string, label = "") => `#${label || (names.get(id) ?? id)}`)
    .replace(/<!(?:subteam\^[A-Z0-9]+\|)?@?([a-z-]+)[^>]*>/gi, "@$1")
    .replace(/<(https?:[^|>]+|mailto:[^|>]+)\|([^>]+)>/g, "[$2]($1)")
    .replace(/<(https?:[^|>]+|mailto:[^|>]+)>/g, "<$1>")
    .replace(/(^|[\s(])\*(\S(?:[^*\n]*\S)?)\*(?=$|[\s).,;:!?])/g, "$1**$2**")
    .replace(/(^|[\s(])~(\S(?:[^~\n]*\S)?)~(?=$|[\s).,;:!?])/g, "$1~~$2~~");
}

/** A decoded `<` could begin a tag in Markdown, but not inside code. */
function decoded(text: string, less: string): string {
  return text.replaceAll("&lt;", less).replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/**
 * Markdown as HTML. Tags in it are shown, never obeyed; links go to http, https and mailto only; images become
 * links, so that the page needs nothing from outside.
 */
export function toHtmlBody(markdown: string): string {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return toHtml(
    toHast(tree, {
      handlers: {
        html: (_: State, node: Html): ElementContent => ({ type: "text", value: node.value }),
        image: (_: State, node: Image): ElementContent =>
          anchor(node.url, [{ type: "text", value: node.alt || node.url }]),
        link: (state: State, node: Link): ElementContent => anchor(node.url, state.all(node)),
      },
    }),
  );
}

function anchor(url: string, children: ElementContent[]): Element {
  const safe = /^(https?:|mailto:)/i.test(url);
  return safe
    ? { type: "element", tagName: "a", properties: { href: url, rel: ["noopener", "noreferrer"] }, children }
    : { type: "element", tagName: "span", properties: {}, children };
}
