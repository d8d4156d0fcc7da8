import type { VNode } from "preact";
import type { JsonObject } from "../../protocol.ts";
import { h, html } from "../html.ts";
import { icon } from "../icons.ts";
import { isObject, objectsAt, stringAt, wordsAt } from "../json.ts";
import { MenuButton } from "../menu.ts";
import { placeOfLink, sandboxHref } from "../place.ts";
import { useSession } from "../session.ts";
import { emojiOf, withEmoji } from "../text/emoji.ts";
import { isSafeUrl } from "../text/inline.ts";
import { plainWithEmoji } from "../text/passages.ts";
import { Checks, PickerInput, TextInput } from "./fields.ts";
import { FileInput } from "./file-input.ts";
import { fieldKey, useForm } from "./form-scope.ts";
import { SelectMenu } from "./menus.ts";
import { Picture } from "./picture.ts";

export interface ElementProps {
  readonly blockId: string;
  readonly element: JsonObject;
  /** What a screen reader calls it: the label of its input block; empty elsewhere. */
  readonly label: string;
  readonly describedBy?: string;
  readonly isInput: boolean;
  readonly isRequired: boolean;
  /** Whether the bot is told at once. */
  readonly dispatches: boolean;
  readonly moments?: readonly string[];
}

const textTypes = new Set([
  "plain_text_input",
  "number_input",
  "email_text_input",
  "url_text_input",
  "rich_text_input",
]);

/** Any element, wherever it stands; one that is not known is shown as a box that names it. */
export function Element(props: ElementProps): VNode {
  const type = stringAt(props.element, "type");
  if (type === "button") return h(Button, props);
  if (type === "overflow") return h(Overflow, props);
  if (type.endsWith("_select")) return h(SelectMenu, props);
  if (type === "checkboxes" || type === "radio_buttons") return h(Checks, props);
  if (type === "datepicker" || type === "timepicker" || type === "datetimepicker") return h(PickerInput, props);
  if (textTypes.has(type)) return h(TextInput, props);
  if (type === "file_input") return h(FileInput, props);
  if (type === "image") return h(Picture, { image: props.element, isSmall: true });
  if (type === "icon_button") return h(IconButton, props);
  if (type === "feedback_buttons") return h(FeedbackButtons, props);
  return h(Unknown, { what: "element", type });
}

/** So that nothing a bot sends disappears without a trace. */
export function Unknown({ what, type }: { readonly what: string; readonly type: string }): VNode {
  return html`<div class="unknown" role="note">This page cannot show the ${what} “${type || "without a type"}”.</div>`;
}

function Button({ blockId, element }: ElementProps): VNode {
  const form = useForm();
  const { go } = useSession();
  const words = wordsAt(element, "text");
  const url = stringAt(element, "url");
  const style = stringAt(element, "style");
  const isBusy = form.busy === fieldKey(blockId, element);
  const click = async () => {
    const place = url === "" ? null : placeOfLink(url);
    if (place !== null) go(place);
    else if (isSafeUrl(url)) window.open(sandboxHref(url), "_blank", "noreferrer,noopener");
    const value = { type: "button", text: element.text ?? null, ...pick(element, ["value", "style", "url"]) };
    await form.fire(blockId, element, value);
  };
  return html`<button type="button" class=${`button ${style === "" ? "" : `button-${style}`}`} aria-busy=${isBusy}
    aria-label=${stringAt(element, "accessibility_label") || undefined} disabled=${isBusy}
    onClick=${() => void click()}>${plainWithEmoji(words)}${url !== "" && icon("open")}</button>`;
}

function pick(element: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => key in element).map((key) => [key, element[key] ?? null]));
}

function Overflow({ blockId, element }: ElementProps): VNode {
  const form = useForm();
  const items = objectsAt(element, "options").map((option) => ({
    label: withEmoji(wordsAt(option, "text")),
    detail: withEmoji(wordsAt(option, "description")),
    ...(isSafeUrl(stringAt(option, "url")) ? { href: stringAt(option, "url") } : {}),
    run: () => void form.fire(blockId, element, { type: "overflow", selected_option: option }),
  }));
  return h(MenuButton, { label: "More actions", face: icon("more"), items, class: "button button-icon" });
}

function IconButton({ blockId, element }: ElementProps): VNode {
  const form = useForm();
  const words = stringAt(element, "accessibility_label") || wordsAt(element, "text");
  const value = { type: "icon_button", ...pick(element, ["icon", "text", "value"]) };
  return html`<button type="button" class="icon-button" aria-label=${words} title=${words}
    onClick=${() => void form.fire(blockId, element, value)}>${icon("trash")}</button>`;
}

function FeedbackButtons({ blockId, element }: ElementProps): VNode {
  const form = useForm();
  const one = (key: string, character: string | null) => {
    const button = element[key];
    if (!isObject(button)) return null;
    const words = stringAt(button, "accessibility_label") || wordsAt(button, "text");
    const value = { type: "feedback_buttons", ...pick(button, ["text", "value"]) };
    return html`<button type="button" class="icon-button" aria-label=${words} title=${words}
      onClick=${() => void form.fire(blockId, element, value)}>${character}</button>`;
  };
  return html`<span>${one("positive_button", emojiOf("+1"))}${one("negative_button", emojiOf("-1"))}</span>`;
}
