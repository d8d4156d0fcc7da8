/**
 * The only block vocabulary. Every function cuts to Slack's limits (docs.slack.dev/reference/block-kit), so that no
 * fact, however long, makes Slack refuse a message. Text that came from people goes through `plain` or `inert`.
 */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  Datepicker,
  DividerBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  MrkdwnElement,
  Overflow,
  PlainTextElement,
  PlainTextOption,
  SectionBlock,
  StaticSelect,
  View,
} from "@slack/types";

/** What people read in a channel or as an answer: blocks, and the same as text for notifications and screen readers. */
export interface Reply {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** What one view looks like now; null when there is nothing to show any more (its subject is gone). */
export type Drawn =
  | { readonly reply: Reply }
  | { readonly files: readonly DrawnFile[]; readonly comment: string }
  | { readonly canvas: { readonly title: string; readonly markdown: string } }
  | { readonly home: Reply };

export interface DrawnFile {
  readonly name: string;
  readonly title: string;
  readonly content: string | Uint8Array;
  /** What it shows, for who cannot see it; at most 1000 characters. */
  readonly alt?: string;
}

/** A form; opened, pushed or updated. */
export interface Modal {
  readonly view: View;
}

/** What a button or form is about: a record's id and the version the person saw, never state. */
export interface About {
  readonly id: string;
  readonly version?: number;
  /** The channel the person was in, so that an answer can find them. */
  readonly channel?: string;
}

const ellipsis = "…";

/** Cuts to `limit` characters (code points, so that no emoji is halved), the last being an ellipsis where something is lost. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const points = [...text];
  return points.length <= limit ? text : points.slice(0, limit - 1).join("") + ellipsis;
}

/** Makes text inert in mrkdwn: no mention, link or channel can be smuggled in. Source: docs.slack.dev/messaging/formatting-message-text */
export function inert(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function plain(text: string, limit = 3000): PlainTextElement {
  return { type: "plain_text", text: cut(text, limit) || " ", emoji: true };
}

export function mrkdwn(text: string, limit = 3000): MrkdwnElement {
  return { type: "mrkdwn", text: cut(text, limit) || " " };
}

export function reply(text: string, blocks: readonly KnownBlock[] = [section(text)]): Reply {
  return { text: cut(text, 3900), blocks: blocks.slice(0, 50) };
}

export function header(text: string): HeaderBlock {
  return { type: "header", text: plain(text, 150) };
}

export function section(text: string, accessory?: NonNullable<SectionBlock["accessory"]>): SectionBlock {
  return { type: "section", text: mrkdwn(text), ...(accessory ? { accessory } : {}) };
}

/** Up to ten label and value pairs, two to a row. */
export function fields(pairs: readonly (readonly [label: string, value: string])[]): SectionBlock {
  return {
    type: "section",
    fields: pairs.slice(0, 10).map(([label, value]) => mrkdwn(`*${label}*\n${value || "–"}`, 2000)),
  };
}

export function context(...texts: readonly string[]): ContextBlock {
  return { type: "context", elements: texts.slice(0, 10).map((text) => mrkdwn(text, 2000)) };
}

export function divider(): DividerBlock {
  return { type: "divider" };
}

export function aboutValue(about: About): string {
  return JSON.stringify(about);
}

export interface ButtonFacts {
  readonly action: string;
  readonly text: string;
  readonly about: About;
  readonly style?: "primary" | "danger";
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string };
  readonly label?: string;
}

export function button(facts: ButtonFacts): Button {
  return {
    type: "button",
    action_id: facts.action,
    text: plain(facts.text, 75),
    value: aboutValue(facts.about),
    ...(facts.style ? { style: facts.style } : {}),
    ...(facts.label ? { accessibility_label: cut(facts.label, 75) } : {}),
    ...(facts.confirm
      ? {
          confirm: {
            title: plain(facts.confirm.title, 100),
            text: plain(facts.confirm.text, 300),
            confirm: plain(facts.confirm.yes, 30),
            deny: plain(facts.confirm.no, 30),
          },
        }
      : {}),
  };
}

export function linkButton(facts: { readonly action: string; readonly text: string; readonly url: string }): Button {
  return { type: "button", action_id: facts.action, text: plain(facts.text, 75), url: facts.url };
}

/** At most 25 elements; `id` keeps the block apart from others of the same message. */
export function actions(elements: ActionsBlock["elements"], id?: string): ActionsBlock {
  return { type: "actions", elements: elements.slice(0, 25), ...(id ? { block_id: id } : {}) };
}

export function option(text: string, value: string, description?: string): PlainTextOption {
  return {
    text: plain(text, 75),
    value: cut(value, 150),
    ...(description ? { description: plain(description, 75) } : {}),
  };
}

export interface InputFacts {
  /** Block id and action id: what a form is asked for by. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  /** Has the form told of each change under this action, beside being read by name when it is sent. */
  readonly action?: string;
}

/** A labelled input; its element's action id is the input's name, so values are read by one word. */
export function input(facts: InputFacts, element: InputBlock["element"]): InputBlock {
  return {
    type: "input",
    block_id: facts.name,
    label: plain(facts.label, 2000),
    element: { ...element, action_id: facts.action ?? facts.name } as InputBlock["element"],
    ...(facts.action ? { dispatch_action: true } : {}),
    ...(facts.hint ? { hint: plain(facts.hint, 2000) } : {}),
    ...(facts.optional ? { optional: true } : {}),
  };
}

export interface TextFacts {
  readonly initial?: string | undefined;
  readonly placeholder?: string;
  readonly multiline?: boolean;
  readonly max?: number;
  readonly focus?: boolean;
}

export function textInput(facts: TextFacts = {}): InputBlock["element"] {
  const max = Math.min(facts.max ?? 3000, 3000);
  return {
    type: "plain_text_input",
    max_length: max,
    ...(facts.multiline ? { multiline: true } : {}),
    ...(facts.initial ? { initial_value: cut(facts.initial, max) } : {}),
    ...(facts.placeholder ? { placeholder: plain(facts.placeholder, 150) } : {}),
    ...(facts.focus ? { focus_on_load: true } : {}),
  };
}

/** A select of at most 100 options; the initial one must be among them, else none is chosen. */
export function select(
  options: readonly PlainTextOption[],
  initial?: string,
  placeholder?: string,
): InputBlock["element"] {
  const shown = options.slice(0, 100);
  const chosen = shown.find((candidate) => candidate.value === initial);
  return {
    type: "static_select",
    options: shown,
    ...(chosen ? { initial_option: chosen } : {}),
    ...(placeholder ? { placeholder: plain(placeholder, 150) } : {}),
  };
}

/** A menu of at most five things to do; each option's value says what, as a button's would. */
export function overflow(
  action: string,
  options: readonly PlainTextOption[],
): Overflow & { readonly action_id: string } {
  return { type: "overflow", action_id: action, options: options.slice(0, 5) };
}

/** A select that stands by itself and acts at once: the chosen value is what the ask is about. */
export function selectMenu(
  action: string,
  options: readonly PlainTextOption[],
  placeholder: string,
): StaticSelect & { readonly action_id: string } {
  return {
    type: "static_select",
    action_id: action,
    options: options.slice(0, 100),
    placeholder: plain(placeholder, 150),
  };
}

/** A day that is chosen by itself and acts at once. */
export function dayMenu(
  action: string,
  placeholder: string,
  initial?: string,
): Datepicker & { readonly action_id: string } {
  return {
    type: "datepicker",
    action_id: action,
    placeholder: plain(placeholder, 150),
    ...(initial ? { initial_date: initial } : {}),
  };
}

export function multiSelect(
  options: readonly PlainTextOption[],
  initial: readonly string[] = [],
): InputBlock["element"] {
  const shown = options.slice(0, 100);
  const chosen = shown.filter((candidate) => candidate.value !== undefined && initial.includes(candidate.value));
  return {
    type: "multi_static_select",
    options: shown,
    ...(chosen.length > 0 ? { initial_options: chosen } : {}),
  };
}

export function userSelect(initial?: string | null): InputBlock["element"] {
  return { type: "users_select", ...(initial ? { initial_user: initial } : {}) };
}

export function dateInput(initial?: string | null): InputBlock["element"] {
  return { type: "datepicker", ...(initial ? { initial_date: initial } : {}) };
}

/** A day and a time, in the reader's own zone. */
export function momentInput(initial?: Date | null): InputBlock["element"] {
  return {
    type: "datetimepicker",
    ...(initial ? { initial_date_time: Math.floor(initial.getTime() / 1000) } : {}),
  };
}

/** One tick box. */
export function checkbox(text: string, value: string, ticked = false): InputBlock["element"] {
  const one = option(text, value);
  return { type: "checkboxes", options: [one], ...(ticked ? { initial_options: [one] } : {}) };
}

export interface ModalFacts {
  readonly callback: string;
  readonly title: string;
  readonly submit?: string;
  readonly close?: string;
  readonly about?: About;
  readonly notifyOnClose?: boolean;
}

export function modal(facts: ModalFacts, blocks: readonly KnownBlock[]): Modal {
  return {
    view: {
      type: "modal",
      callback_id: facts.callback,
      title: plain(facts.title, 24),
      close: plain(facts.close ?? "Cancel", 24),
      ...(facts.submit ? { submit: plain(facts.submit, 24) } : {}),
      ...(facts.about ? { private_metadata: aboutValue(facts.about) } : {}),
      ...(facts.notifyOnClose ? { notify_on_close: true } : {}),
      blocks: blocks.slice(0, 100),
    },
  };
}

/** A moment shown in each reader's own zone, with UTC for those who cannot see it. Source: docs.slack.dev/messaging/formatting-message-text#date-formatting */
export function moment(at: Date, format = "{date_short_pretty} {time}"): string {
  const utc = at.toISOString();
  return `<!date^${Math.floor(at.getTime() / 1000)}^${format}|${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC>`;
}

export function person(userId: string | null): string {
  return userId ? `<@${userId}>` : "nobody";
}

/** A number, with a decimal point where it has one. */
export function numberInput(initial?: string | null): InputBlock["element"] {
  return { type: "number_input", is_decimal_allowed: true, ...(initial ? { initial_value: initial } : {}) };
}

/** An input that tells of every change while one types or chooses: `action` is what the change is asked for by. */
export function reporting(block: InputBlock, action: string): InputBlock {
  const typed = block.element.type === "plain_text_input" || block.element.type === "number_input";
  return {
    ...block,
    dispatch_action: true,
    element: {
      ...block.element,
      action_id: action,
      ...(typed ? { dispatch_action_config: { trigger_actions_on: ["on_character_entered"] } } : {}),
    } as InputBlock["element"],
  };
}

export interface ChartFacts {
  readonly title: string;
  /** At most six, all with the same labels in the same order, twenty at most. */
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly { readonly label: string; readonly value: number }[];
  }[];
}

/**
 * Slack's own bar chart; a message holds two at most. Where Slack does not take charts yet, the message is sent without
 * them, so its words must say the same. Source: docs.slack.dev/reference/block-kit/blocks/data-visualization-block
 */
export function barChart({ title, series }: ChartFacts): KnownBlock {
  const shown = series.slice(0, 6).map(({ name, values }) => ({
    name: cut(name, 20),
    data: values.slice(0, 20).map(({ label, value }) => ({ label: cut(label, 20), value })),
  }));
  const chart = {
    type: "data_visualization",
    title: cut(title, 50),
    chart: {
      type: "bar",
      series: shown,
      axis_config: { categories: (shown[0]?.data ?? []).map(({ label }) => label) },
    },
  };
  // @slack/types does not know this block yet.
  return chart as unknown as KnownBlock;
}
