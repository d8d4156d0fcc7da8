import type { VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Json, JsonObject } from "../../protocol.ts";
import { valueKey } from "../form.ts";
import { h, html } from "../html.ts";
import { numberAt, objectAt, objectsAt, stringAt, wordsAt } from "../json.ts";
import { Words } from "../text/passages.ts";
import type { ElementProps } from "./element.ts";
import { useForm } from "./form-scope.ts";
import { richTextOf, wordsOfRichText } from "./rich-text.ts";

/** A bot that listens to every character hears of them after this pause. */
const typingPause = 300;

const inputTypes: Readonly<Record<string, string>> = {
  email_text_input: "email",
  url_text_input: "url",
};

/** Everything one types into. */
export function TextInput({ blockId, element, label, describedBy, isRequired, moments }: ElementProps): VNode {
  const form = useForm();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const type = stringAt(element, "type");
  const isRich = type === "rich_text_input";
  const isMultiline = element.multiline === true || isRich;
  const value = form.held(blockId, element);
  const text = isRich ? wordsOfRichText(objectAt(value, "rich_text_value")) : stringAt(value, "value");
  const most = type === "plain_text_input" ? (numberAt(element, "max_length") ?? 3000) : null;
  useFocusOnLoad(element, field);
  useEffect(() => () => clearTimeout(timer.current), []);

  const heldAs = (typed: string): JsonObject => {
    if (isRich) return { type, rich_text_value: typed === "" ? null : richTextOf(typed) };
    return { type, value: typed === "" ? null : typed };
  };
  const onInput = (event: Event) => {
    const next = heldAs((event.currentTarget as HTMLInputElement).value);
    form.change(blockId, element, next);
    clearTimeout(timer.current);
    if (moments?.includes("on_character_entered")) {
      timer.current = setTimeout(() => void form.fire(blockId, element, next), typingPause);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const fires = event.key === "Enter" && !event.shiftKey && moments?.includes("on_enter_pressed") === true;
    if (!fires || event.isComposing) return;
    event.preventDefault();
    clearTimeout(timer.current);
    void form.fire(blockId, element, heldAs(field.current?.value ?? ""));
  };
  const isInvalid = form.errors[blockId] !== undefined;
  const props = {
    ref: field,
    class: "text-input",
    "aria-label": label,
    "aria-describedby": describedBy,
    "aria-invalid": isInvalid,
    "aria-required": isRequired,
    placeholder: wordsAt(element, "placeholder"),
    value: text,
    onInput,
    onKeyDown,
  };
  const control = isMultiline
    ? h("textarea", { ...props, rows: isRich ? (numberAt(element, "min_lines") ?? 3) : 5 })
    : h("input", {
        ...props,
        type: inputTypes[type] ?? "text",
        inputMode: type === "number_input" ? "decimal" : undefined,
      });
  const isNear = most !== null && text.length > most * 0.8;
  return html`${control}${isNear && html`<small class="counter" role="status">${text.length} of ${most} characters</small>`}` as VNode;
}

function useFocusOnLoad(element: JsonObject, field: { readonly current: HTMLElement | null }): void {
  const wanted = element.focus_on_load === true;
  useEffect(() => {
    if (wanted) field.current?.focus();
  }, [wanted, field]);
}

const pickerTypes: Readonly<Record<string, string>> = {
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

/** Date, time, and both, with the browser's own pickers. */
export function PickerInput({ blockId, element, label, describedBy, isInput, dispatches }: ElementProps): VNode {
  const form = useForm();
  const field = useRef<HTMLInputElement>(null);
  const type = stringAt(element, "type");
  const key = valueKey(element);
  const held = form.held(blockId, element)[key] ?? null;
  useFocusOnLoad(element, field);
  const onChange = (event: Event) => {
    const typed = (event.currentTarget as HTMLInputElement).value;
    const next: JsonObject = { type, [key]: typed === "" ? null : fromPicker(type, typed) };
    if (isInput && !dispatches) form.change(blockId, element, next);
    else void form.fire(blockId, element, next);
  };
  const words = label || wordsAt(element, "placeholder") || (type === "timepicker" ? "Time" : "Date");
  return html`<input ref=${field} class="text-input picker" type=${pickerTypes[type]} aria-label=${words}
    aria-describedby=${describedBy} aria-invalid=${form.errors[blockId] !== undefined} value=${toPicker(type, held)}
    onChange=${onChange} />`;
}

function fromPicker(type: string, typed: string): Json {
  return type === "datetimepicker" ? Math.floor(new Date(typed).getTime() / 1000) : typed;
}

function toPicker(type: string, held: Json): string {
  if (type !== "datetimepicker") return typeof held === "string" ? held : "";
  if (typeof held !== "number") return "";
  const date = new Date(held * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Checkboxes and radio buttons. */
export function Checks({ blockId, element, label, describedBy, isInput, dispatches }: ElementProps): VNode {
  const form = useForm();
  const name = useId();
  const type = stringAt(element, "type");
  const isMany = type === "checkboxes";
  const value = form.held(blockId, element);
  const options = objectsAt(element, "options");
  const chosen = isMany ? objectsAt(value, "selected_options") : [objectAt(value, "selected_option")];
  const isChosen = (option: JsonObject) =>
    chosen.some((item) => item !== null && stringAt(item, "value") === stringAt(option, "value"));
  const choose = (option: JsonObject, input: HTMLInputElement) => {
    const others = options.filter((item) => item !== option && isChosen(item));
    const many = options.filter((item) => others.includes(item) || (item === option && input.checked));
    const next: JsonObject = isMany ? { type, selected_options: many } : { type, selected_option: option };
    if (isInput && !dispatches) form.change(blockId, element, next);
    else {
      void form.fire(blockId, element, next).then((isDone) => {
        if (!isDone) input.checked = isChosen(option);
      });
    }
  };
  return html`<div class="checks" role=${isMany ? "group" : "radiogroup"} aria-label=${label || undefined} aria-describedby=${describedBy}>
    ${options.map(
      (option) => html`<label class="check">
        <input type=${isMany ? "checkbox" : "radio"} name=${name} checked=${isChosen(option)}
          onChange=${(event: Event) => choose(option, event.currentTarget as HTMLInputElement)} />
        <span>
          ${h(Words, { of: objectAt(option, "text") })}
          ${objectAt(option, "description") !== null && html`<small>${h(Words, { of: objectAt(option, "description") })}</small>`}
        </span>
      </label>`,
    )}
  </div>`;
}
