import type { VNode } from "preact";
import { type Child, h, html } from "../html.ts";
import { placeOfLink, sandboxHref } from "../place.ts";
import { personOf, useSession } from "../session.ts";
import { emojiOf } from "./emoji.ts";
import { type Cell, type Inline, isSafeUrl, type ListItem, type Passage } from "./inline.ts";
import { parseMarkdown } from "./markdown.ts";
import { parseInline, parseMrkdwn } from "./mrkdwn.ts";
import { fillDateTokens, fullTime } from "./time.ts";

/** Text in Slack's notation. */
export function Mrkdwn({ text }: { readonly text: string }): VNode {
  return html`<div class="passages">${passages(parseMrkdwn(text))}</div>`;
}

/** The same on one line: a topic, a label. */
export function MrkdwnLine({ text }: { readonly text: string }): VNode {
  return html`<span>${inlines(parseInline(text))}</span>`;
}

export function Markdown({ text }: { readonly text: string }): VNode {
  return html`<div class="passages document">${passages(parseMarkdown(text))}</div>`;
}

export function passages(list: readonly Passage[]): readonly VNode[] {
  return list.map(passage);
}

function passage(item: Passage): VNode {
  switch (item.kind) {
    case "lines":
      return html`<div class="lines">${inlines(item.children)}</div>`;
    case "heading":
      return h(`h${Math.min(item.level + 1, 6)}`, { class: `heading-${item.level}` }, inlines(item.children));
    case "quote":
      return html`<blockquote>${passages(item.children)}</blockquote>`;
    case "fence":
      return html`<pre class="fence" tabindex="0"><code>${item.text}</code></pre>`;
    case "list":
      return h(item.ordered ? "ol" : "ul", item.ordered ? { start: item.start } : {}, item.items.map(listItem));
    case "table":
      return textTable(item.head, item.rows);
    case "rule":
      return html`<hr />`;
  }
}

function listItem(item: ListItem): VNode {
  if (item.done === null) return html`<li>${passages(item.children)}</li>`;
  return html`<li class="task">
    <input type="checkbox" checked=${item.done} disabled aria-label=${item.done ? "Done" : "Not done"} />
    <div>${passages(item.children)}</div>
  </li>`;
}

function textTable(head: readonly Cell[], rows: readonly (readonly Cell[])[]): VNode {
  const cell = (tag: "th" | "td") => (item: Cell) => h(tag, { class: `align-${item.align}` }, inlines(item.children));
  return html`<div class="table-frame" tabindex="0" role="group" aria-label="Table">
    <table>
      <thead><tr>${head.map(cell("th"))}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map(cell("td"))}</tr>`)}</tbody>
    </table>
  </div>`;
}

export function inlines(list: readonly Inline[]): readonly Child[] {
  return list.map(inline);
}

function inline(item: Inline): Child {
  switch (item.kind) {
    case "text":
      return item.text;
    case "bold":
      return html`<b>${inlines(item.children)}</b>`;
    case "italic":
      return html`<i>${inlines(item.children)}</i>`;
    case "strike":
      return html`<s>${inlines(item.children)}</s>`;
    case "underline":
      return html`<u>${inlines(item.children)}</u>`;
    case "code":
      return html`<code>${item.text}</code>`;
    case "break":
      return html`<br />`;
    case "link":
      return h(Link, { url: item.url }, inlines(item.children) as Child);
    case "user":
    case "channel":
    case "group":
      return h(Mention, { kind: item.kind, id: item.id, label: item.label });
    case "broadcast":
      return html`<span class="mention mention-me">@${item.range}</span>`;
    case "date":
      return h(DateWords, { seconds: item.seconds, format: item.format, url: item.url });
    case "emoji":
      return emoji(item.name);
    case "color":
      return html`<code><span class="color-dot" style=${{ background: item.value }}></span>${item.value}</code>`;
  }
}

/** A known emoji as its character, an unknown one as its name. */
export function emoji(name: string): Child {
  const character = emojiOf(name);
  if (character === null) return `:${name}:`;
  return html`<span class="emoji" role="img" aria-label=${name.replaceAll("_", " ")} title=${`:${name}:`}>${character}</span>`;
}

/** A link: those into the workspace lead there, all others open in a tab of their own. */
export function Link({ url, children }: { readonly url: string; readonly children?: Child }): VNode {
  const { go } = useSession();
  if (!isSafeUrl(url)) return html`<span>${children}</span>`;
  const place = placeOfLink(url);
  if (place === null)
    return html`<a href=${sandboxHref(url)} target="_blank" rel="noreferrer noopener">${children}</a>`;
  const follow = (event: MouseEvent) => {
    event.preventDefault();
    go(place);
  };
  return html`<a href=${url} onClick=${follow}>${children}</a>`;
}

interface MentionProps {
  readonly kind: "user" | "channel" | "group";
  readonly id: string;
  readonly label: string;
}

function Mention({ kind, id, label }: MentionProps): VNode {
  const { state, go } = useSession();
  if (kind === "user") {
    const name = personOf(state, id)?.realName ?? (label || id);
    return html`<span class=${`mention ${id === state.me.id ? "mention-me" : ""}`}>@${name}</span>`;
  }
  if (kind === "group") {
    const handle = state.groups?.find((group) => group.id === id)?.handle ?? (label.replace(/^@/, "") || id);
    return html`<span class="mention">@${handle}</span>`;
  }
  const channel = state.channels.find((candidate) => candidate.id === id);
  if (channel === undefined) return html`<span class="mention">#${label || "private channel"}</span>`;
  const open = () => go({ kind: "channel", channel: id, pane: null, ts: null });
  return html`<button type="button" class="mention mention-link" onClick=${open}>#${channel.name}</button>`;
}

interface DateProps {
  readonly seconds: number;
  readonly format: string;
  readonly url: string;
}

function DateWords({ seconds, format, url }: DateProps): VNode {
  const date = new Date(seconds * 1000);
  const words = fillDateTokens(format, date, new Date());
  const time = html`<time dateTime=${date.toISOString()} title=${fullTime(date)}>${words}</time>`;
  return url === "" ? time : h(Link, { url }, time);
}

/** A text object of Block Kit: formatted when it is mrkdwn, with emoji when it is plain. */
export function Words({ of }: { readonly of: { readonly [key: string]: unknown } | null }): VNode | null {
  if (of === null || typeof of.text !== "string") return null;
  if (of.type === "mrkdwn") return h(Mrkdwn, { text: of.text });
  return html`<span class="plain">${plainWithEmoji(of.text)}</span>`;
}

/** Plain text whose `:names:` are shown as emoji. */
export function plainWithEmoji(text: string): readonly Child[] {
  return text.split(/(:[a-z0-9_+'-]+:)/).map((piece) => (/^:[^:]+:$/.test(piece) ? emoji(piece.slice(1, -1)) : piece));
}
