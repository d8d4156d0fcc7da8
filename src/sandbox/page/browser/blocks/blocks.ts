import type { VNode } from "preact";
import { useId, useState } from "preact/hooks";
import type { Container, JsonObject } from "../../protocol.ts";
import { dispatchMoments } from "../form.ts";
import { type Child, h, html } from "../html.ts";
import { isObject, numberAt, objectAt, objectsAt, stringAt, wordsAt } from "../json.ts";
import { Markdown, plainWithEmoji, Words } from "../text/passages.ts";
import { Chart } from "./chart.ts";
import { Element, Unknown } from "./element.ts";
import { FormProvider, useForm, useFormScope } from "./form-scope.ts";
import { Picture } from "./picture.ts";
import { RichText } from "./rich-text.ts";
import { DataTable, Table, TaskCard } from "./tables.ts";

interface BlocksProps {
  readonly container: Container;
  readonly blocks: readonly JsonObject[];
  /** All blocks of the message, where these are only a part of them: their values travel together. */
  readonly all?: readonly JsonObject[];
}

/** The blocks of a message or of the home view, which answer at once to what one does with them. */
export function Blocks({ container, blocks, all }: BlocksProps): VNode {
  const scope = useFormScope(container, all ?? blocks, noErrors);
  return h(FormProvider, { value: scope }, h(BlockList, { blocks }));
}

const noErrors = {};

export function BlockList({ blocks }: { readonly blocks: readonly JsonObject[] }): VNode {
  return html`<div class="blocks">
    ${blocks.map((block, at) => h(Block, { key: stringAt(block, "block_id") || at, block }))}
  </div>`;
}

function Block({ block }: { readonly block: JsonObject }): VNode {
  const blockId = stringAt(block, "block_id");
  switch (stringAt(block, "type")) {
    case "section":
      return section(block, blockId);
    case "header":
      return h(
        `h${(numberAt(block, "level") ?? 1) + 2}`,
        { class: "block-header" },
        plainWithEmoji(wordsAt(block, "text")) as Child,
      );
    case "context":
      return html`<div class="block-context">${objectsAt(block, "elements").map(contextElement)}</div>`;
    case "divider":
      return html`<hr class="block-divider" />`;
    case "actions":
    case "context_actions":
      return html`<div class="block-actions">${objectsAt(block, "elements").map((element) => standing(blockId, element))}</div>`;
    case "input":
      return h(InputBlock, { block, blockId });
    case "image":
      return html`<figure class="block-image">
        ${objectAt(block, "title") !== null && html`<figcaption>${h(Words, { of: objectAt(block, "title") })}</figcaption>`}
        ${h(Picture, { image: block, isSmall: false })}
      </figure>`;
    case "rich_text":
      return h(RichText, { block });
    case "markdown":
      return h(Markdown, { text: stringAt(block, "text") });
    case "table":
      return h(Table, { block });
    case "data_table":
      return h(DataTable, { block });
    case "data_visualization":
      return h(Chart, { block });
    case "alert":
      return alert(block);
    case "card":
      return card(block, blockId);
    case "carousel":
      return html`<div class="block-carousel">${objectsAt(block, "elements").map((item) => h(Block, { block: item }))}</div>`;
    case "container":
      return h(ContainerBlock, { block });
    case "plan":
      return html`<div class="block-plan"><b>${wordsAt(block, "title")}</b>
        ${objectsAt(block, "tasks").map((task) => h(TaskCard, { block: task }))}</div>`;
    case "task_card":
      return h(TaskCard, { block });
    default:
      return h(Unknown, { what: "block", type: stringAt(block, "type") });
  }
}

/** An element outside of an input block tells the bot at once. */
function standing(blockId: string, element: JsonObject): VNode {
  const moments = dispatchMoments({}, element);
  return h(Element, {
    key: stringAt(element, "action_id"),
    blockId,
    element,
    label: "",
    isInput: false,
    isRequired: false,
    dispatches: true,
    moments,
  });
}

function section(block: JsonObject, blockId: string): VNode {
  const accessory = objectAt(block, "accessory");
  return html`<div class="block-section">
    <div class="section-words">
      ${h(Words, { of: objectAt(block, "text") })}
      ${
        objectsAt(block, "fields").length > 0 &&
        html`<div class="section-fields">${objectsAt(block, "fields").map((field) => html`<div>${h(Words, { of: field })}</div>`)}</div>`
      }
    </div>
    ${accessory !== null && html`<div class="section-accessory">${standing(blockId, accessory)}</div>`}
  </div>`;
}

function contextElement(element: JsonObject): VNode {
  if (stringAt(element, "type") === "image") return h(Picture, { image: element, isSmall: true });
  return html`<span class="context-words">${h(Words, { of: element })}</span>`;
}

function alert(block: JsonObject): VNode {
  const level = stringAt(block, "level") || "default";
  return html`<div class=${`block-alert alert-${level}`} role=${level === "error" ? "alert" : "note"}>${h(Words, { of: objectAt(block, "text") })}</div>`;
}

function card(block: JsonObject, blockId: string): VNode {
  const image = (key: string, isSmall: boolean) => {
    const found = block[key];
    return isObject(found) && h(Picture, { image: found, isSmall });
  };
  const line = (key: string) =>
    objectAt(block, key) !== null && html`<div class=${`card-${key}`}>${h(Words, { of: objectAt(block, key) })}</div>`;
  return html`<div class="block-card">
    ${image("hero_image", false)}
    <div class="card-head">${image("icon", true)}<div>${line("title")}${line("subtitle")}</div></div>
    ${line("body")}${line("subtext")}
    ${objectsAt(block, "actions").length > 0 && html`<div class="block-actions">${objectsAt(block, "actions").map((element) => standing(blockId, element))}</div>`}
  </div>`;
}

function ContainerBlock({ block }: { readonly block: JsonObject }): VNode {
  const [isOpen, setOpen] = useState(block.default_collapsed !== true);
  const rich = objectAt(block, "rich_text_title");
  const title = rich === null ? plainWithEmoji(wordsAt(block, "title")) : h(RichText, { block: rich });
  const head = html`<b>${title}</b>${objectAt(block, "subtitle") !== null && html`<small>${h(Words, { of: objectAt(block, "subtitle") })}</small>`}`;
  const children = h(BlockList, { blocks: objectsAt(block, "child_blocks") });
  if (block.is_collapsible !== true)
    return html`<section class="block-container"><header>${head}</header>${children}</section>`;
  return html`<section class="block-container">
    <button type="button" class="container-head" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${head}</button>
    ${isOpen && children}
  </section>`;
}

interface InputBlockProps {
  readonly block: JsonObject;
  readonly blockId: string;
}

function InputBlock({ block, blockId }: InputBlockProps): VNode {
  const form = useForm();
  const id = useId();
  const element = objectAt(block, "element") ?? {};
  const label = wordsAt(block, "label");
  const isOptional = block.optional === true;
  const error = form.errors[blockId];
  const hint = objectAt(block, "hint");
  const moments = dispatchMoments(block, element);
  const described = [hint === null ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`].filter(
    (part) => part !== "",
  );
  return html`<div class=${`block-input ${error === undefined ? "" : "has-error"}`}>
    <div class="input-label" aria-hidden="true">${plainWithEmoji(label)}
      ${isOptional ? html` <span class="optional">(optional)</span>` : html`<span class="required" title="Required">*</span>`}
    </div>
    ${h(Element, {
      blockId,
      element,
      label: isOptional ? `${label} (optional)` : label,
      isInput: true,
      isRequired: !isOptional,
      dispatches: moments.length > 0,
      moments,
      ...(described.length === 0 ? {} : { describedBy: described.join(" ") }),
    })}
    ${error !== undefined && html`<p class="input-error" id=${`${id}-error`} role="alert">${error}</p>`}
    ${hint !== null && html`<p class="input-hint" id=${`${id}-hint`}>${h(Words, { of: hint })}</p>`}
  </div>`;
}
