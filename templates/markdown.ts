/** Between the three ways text is written here: Slack's mrkdwn, Markdown, and HTML. */
import { setImmediate } from "node:timers/promises";
import type { Element, ElementContent } from "hast";
import { toHtml } from "hast-util-to-html";
import type { Html, Image, Link, Root } from "mdast";
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
    .split(/(\n?```[\s\S]*?```\n?|`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 1 ? code(part) : decoded(inline(part, names), "\\<")))
    .join("");
}

/** Slack takes three backticks anywhere for a block of code, Markdown only on lines of their own. */
function code(part: string): string {
  const body = /^\n?```\n?([\s\S]*?)\n?```\n?$/.exec(part)?.[1];
  if (body === undefined) return decoded(part, "<");
  return body.trim() === "" ? "" : `\n\`\`\`\n${decoded(body, "<")}\n\`\`\`\n`;
}

function inline(text: string, names: ReadonlyMap<string, string>): string {
  return (
    text
      .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `@${names.get(id) ?? id}`)
      .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id: string, label = "") => `#${label || (names.get(id) ?? id)}`)
      .replace(/<!(?:subteam\^[A-Z0-9]+\|)?@?([a-z-]+)[^>]*>/gi, "@$1")
      .replace(/<(https?:[^|>]+|mailto:[^|>]+)\|([^>]+)>/g, "[$2]($1)")
      .replace(/<(https?:[^|>]+|mailto:[^|>]+)>/g, "<$1>")
      .replace(/(^|[\s(])\*(\S(?:[^*\n]*\S)?)\*(?=$|[\s).,;:!?])/g, "$1**$2**")
      .replace(/(^|[\s(])~([^\s~](?:[^~\n]*[^\s~])?)~(?=$|[\s).,;:!?])/g, "$1~~$2~~")
      // A fence that nothing closes would make code of all that follows.
      .replace(/`{3,}|~{3,}/g, (fence) => fence.replaceAll(/./g, "\\$&"))
  );
}

/** A decoded `<` could begin a tag in Markdown, but not inside code. */
function decoded(text: string, less: string): string {
  return text.replaceAll("&lt;", less).replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/**
 * Markdown as HTML. Tags in it are shown, never obeyed; links go to http, https and mailto only; images become
 * links, so that the page needs nothing from outside. The process goes on with other work after each few thousand
 * characters.
 */
export async function toHtmlBody(markdown: string): Promise<string> {
  const drawn: string[] = [];
  for await (const tree of markdownTrees(markdown)) drawn.push(treeToHtml(tree));
  return drawn.join("\n");
}

/**
 * Markdown as trees, in order: a long text is several, cut between blocks. What cannot be cut and is too long to read
 * is one block of code. The process goes on with other work in between.
 */
export async function* markdownTrees(markdown: string): AsyncGenerator<Root> {
  let isFirst = true;
  for (const piece of inPieces(markdown)) {
    if (!isFirst) await setImmediate();
    isFirst = false;
    yield piece.length > mostWhole
      ? { type: "root", children: [{ type: "code", value: piece }] }
      : fromMarkdown(piece, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  }
}

/** The parser's time grows with the square of what it is given; longer texts go through it piece by piece. */
const mostWhole = 8_000;
const pieceLength = 2_000;

/** Cuts between blocks, long code into several blocks of it, and lines that are too long at a space. */
function inPieces(markdown: string): readonly string[] {
  if (markdown.length <= mostWhole) return [markdown];
  const pieces: string[] = [];
  let piece: string[] = [];
  let length = 0;
  let fence: string | null = null;
  let fenceIsInItem = false;
  let opening = "";
  let head: readonly string[] = [];
  for (const line of markdown.split("\n").flatMap(cutLine)) {
    // What stands in a list's item ends with it, a fence that nothing closed too.
    if (fenceIsInItem && /^(?:[-*+] |#)/.test(line)) fence = null;
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (!line.startsWith("|")) head = [];
    else if (/^\|(\s*:?-+:?\s*\|)+\s*$/.test(line)) head = [piece.at(-1) ?? "", line];
    const isBetween = piece.at(-1)?.trim() === "" && /^\S/.test(line);
    // A text of one endless paragraph is cut at a line, once it is too long to wait for its end.
    const isEndless = length + line.length > pieceLength * 2 && !head.includes(line);
    if (length >= pieceLength && fence === null && (isBetween || isEndless)) {
      pieces.push(piece.join("\n"));
      // A table that is cut has its head again.
      piece = [...head];
      length = 0;
    }
    if (mark && fence === null) {
      fence = mark;
      opening = line;
      fenceIsInItem = line.startsWith(" ");
    } else if (mark && fence !== null && mark.startsWith(fence) && line.trim() === mark) fence = null;
    else if (fence !== null && length + line.length > mostWhole / 2) {
      // Code that is too long goes on as another block of code.
      pieces.push([...piece, opening.replace(/[^ ].*/, fence)].join("\n"));
      piece = [opening];
      length = opening.length;
    }
    piece.push(line);
    length += line.length + 1;
  }
  return [...pieces, piece.join("\n")];
}

/** A line too long to be read in one go, at spaces, or anywhere where it has none. */
function cutLine(line: string): readonly string[] {
  if (line.length <= mostWhole / 2) return [line];
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > mostWhole / 2) {
    const space = rest.lastIndexOf(" ", mostWhole / 2);
    const end = space > 0 ? space : mostWhole / 2;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...pieces, rest];
}

function treeToHtml(tree: Root): string {
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
