import type { VNode } from "preact";
import type { JsonObject } from "../../protocol.ts";
import { h, html } from "../html.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../json.ts";
import type { Inline } from "../text/inline.ts";
import { inlines } from "../text/passages.ts";
import { Unknown } from "./element.ts";

export function RichText({ block }: { readonly block: JsonObject }): VNode {
  return html`<div class="passages">${objectsAt(block, "elements").map(part)}</div>`;
}

function part(element: JsonObject): VNode {
  const leaves = leavesOf(element);
  switch (stringAt(element, "type")) {
    case "rich_text_section":
      return html`<div class="lines">${inlines(leaves)}</div>`;
    case "rich_text_quote":
      return html`<blockquote><div class="lines">${inlines(leaves)}</div></blockquote>`;
    case "rich_text_preformatted":
      return html`<pre class="fence" tabindex="0"><code>${inlines(leaves)}</code></pre>`;
    case "rich_text_list": {
      const indent = numberAt(element, "indent") ?? 0;
      const items = objectsAt(element, "elements").map((item) => html`<li>${inlines(leavesOf(item))}</li>`);
      const isOrdered = stringAt(element, "style") === "ordered";
      const attributes = { class: `rich-list indent-${indent}` };
      if (!isOrdered) return h("ul", attributes, items);
      return h("ol", { ...attributes, start: (numberAt(element, "offset") ?? 0) + 1 }, items);
    }
    default:
      return h(Unknown, { what: "rich text", type: stringAt(element, "type") });
  }
}

function leavesOf(element: JsonObject): readonly Inline[] {
  return objectsAt(element, "elements").map((leaf) => styled(leafOf(leaf), objectAt(leaf, "style")));
}

/** One leaf of rich text as the page's own notation has it. */
export function leafOf(leaf: JsonObject): Inline {
  switch (stringAt(leaf, "type")) {
    case "text":
      return { kind: "text", text: stringAt(leaf, "text") };
    case "link": {
      const url = stringAt(leaf, "url");
      return { kind: "link", url, children: [{ kind: "text", text: stringAt(leaf, "text") || url }] };
    }
    case "emoji":
      return { kind: "emoji", name: stringAt(leaf, "name") };
    case "user":
      return { kind: "user", id: stringAt(leaf, "user_id"), label: "" };
    case "usergroup":
      return { kind: "group", id: stringAt(leaf, "usergroup_id"), label: "" };
    case "channel":
      return { kind: "channel", id: stringAt(leaf, "channel_id"), label: "" };
    case "team":
      return { kind: "text", text: `@${stringAt(leaf, "team_id")}` };
    case "broadcast":
      return { kind: "broadcast", range: stringAt(leaf, "range") };
    case "color":
      return { kind: "color", value: stringAt(leaf, "value") };
    case "date": {
      const seconds = numberAt(leaf, "timestamp") ?? 0;
      return { kind: "date", seconds, format: stringAt(leaf, "format"), url: stringAt(leaf, "url") };
    }
    default:
      return { kind: "text", text: stringAt(leaf, "text") || `[${stringAt(leaf, "type")}]` };
  }
}

function styled(inline: Inline, style: JsonObject | null): Inline {
  if (style === null) return inline;
  let result: Inline = style.code === true && inline.kind === "text" ? { kind: "code", text: inline.text } : inline;
  if (style.strike === true) result = { kind: "strike", children: [result] };
  if (style.underline === true) result = { kind: "underline", children: [result] };
  if (style.italic === true) result = { kind: "italic", children: [result] };
  return style.bold === true ? { kind: "bold", children: [result] } : result;
}

/** What a person typed into a rich text input: its words, without formatting. */
export function richTextOf(text: string): JsonObject {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

export function wordsOfRichText(block: JsonObject | null): string {
  if (block === null) return "";
  const own = stringAt(block, "text");
  return own + objectsAt(block, "elements").map(wordsOfRichText).join("");
}
