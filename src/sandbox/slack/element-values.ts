import type { Json, JsonObject } from "../page/protocol.ts";
import type { Core } from "./core.ts";
import { addFile, fileObject } from "./files.ts";
import { elementsOf, optionsOf } from "./validator/rules.ts";

type Values = Record<string, Record<string, JsonObject>>;

interface Kind {
  /** The field of the element's value that Slack reports. */
  readonly field: string;
  /** The field of the element that gives the value at first. */
  readonly initial?: string;
  readonly many?: boolean;
  readonly options?: boolean;
}

/** How Slack reports the value of each kind of element (slack-platform notes 2.2, `state.values`). */
const kinds: Readonly<Record<string, Kind>> = {
  plain_text_input: { field: "value", initial: "initial_value" },
  email_text_input: { field: "value", initial: "initial_value" },
  url_text_input: { field: "value", initial: "initial_value" },
  number_input: { field: "value", initial: "initial_value" },
  rich_text_input: { field: "rich_text_value", initial: "initial_value" },
  datepicker: { field: "selected_date", initial: "initial_date" },
  timepicker: { field: "selected_time", initial: "initial_time" },
  datetimepicker: { field: "selected_date_time", initial: "initial_date_time" },
  static_select: { field: "selected_option", initial: "initial_option", options: true },
  external_select: { field: "selected_option", initial: "initial_option", options: true },
  radio_buttons: { field: "selected_option", initial: "initial_option", options: true },
  checkboxes: { field: "selected_options", initial: "initial_options", many: true, options: true },
  multi_static_select: { field: "selected_options", initial: "initial_options", many: true, options: true },
  multi_external_select: { field: "selected_options", initial: "initial_options", many: true, options: true },
  users_select: { field: "selected_user", initial: "initial_user" },
  multi_users_select: { field: "selected_users", initial: "initial_users", many: true },
  conversations_select: { field: "selected_conversation", initial: "initial_conversation" },
  multi_conversations_select: { field: "selected_conversations", initial: "initial_conversations", many: true },
  channels_select: { field: "selected_channel", initial: "initial_channel" },
  multi_channels_select: { field: "selected_channels", initial: "initial_channels", many: true },
  file_input: { field: "files", many: true },
};

/** An element with the block it stands in. */
export interface Placed {
  readonly block: JsonObject;
  readonly element: JsonObject;
}

export function placedElements(blocks: readonly JsonObject[]): Placed[] {
  return blocks.flatMap((block) => [
    ...elementsOf(block).map(({ element }) => ({ block, element: element as JsonObject })),
    ...(Array.isArray(block.child_blocks) ? placedElements(block.child_blocks as JsonObject[]) : []),
  ]);
}

export function findElement(blocks: readonly JsonObject[], blockId: string, actionId: string): Placed | undefined {
  return placedElements(blocks).find(
    ({ block, element }) => block.block_id === blockId && element.action_id === actionId,
  );
}

export function fieldOf(element: JsonObject): string | undefined {
  return kinds[String(element.type)]?.field;
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** An element's value as Slack reports it; what the person gave, else what it held before, else its initial value. */
function reportedValue(
  element: JsonObject,
  given: JsonObject | undefined,
  before: JsonObject | undefined,
): JsonObject | null {
  const kind = kinds[String(element.type)];
  if (!kind) return null;
  const type = String(element.type);
  const chosen =
    given && Object.hasOwn(given, kind.field)
      ? given[kind.field]
      : before
        ? before[kind.field]
        : kind.initial
          ? element[kind.initial]
          : undefined;
  return { type, [kind.field]: isEmpty(chosen) ? (kind.many ? [] : null) : (chosen ?? null) };
}

/** The whole `state.values` of a view or message: every element that holds a value is in it. */
export function stateValues(
  blocks: readonly JsonObject[],
  given: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>,
  before: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>,
): Values {
  const values: Values = {};
  for (const { block, element } of placedElements(blocks)) {
    const [blockId, actionId] = [String(block.block_id), String(element.action_id)];
    const earlier = before[blockId]?.[actionId];
    const kept = earlier?.type === element.type ? earlier : undefined;
    const value = reportedValue(element, given[blockId]?.[actionId], kept);
    if (value) values[blockId] = { ...values[blockId], [actionId]: value };
  }
  return values;
}

export type ValueCheck =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly error: string };

/** Checks a value as Slack's client would not let it through, and completes chosen options from what is offered. */
export function checkElementValue(
  core: Core,
  element: JsonObject,
  value: JsonObject,
  offered: readonly JsonObject[],
): ValueCheck {
  const kind = kinds[String(element.type)];
  if (!kind) return { ok: true, value };
  const held = value[kind.field];
  if (isEmpty(held)) return { ok: true, value };
  if (kind.many !== Array.isArray(held) && (kind.many ?? false) !== Array.isArray(held)) {
    return { ok: false, error: "Choose a valid value." };
  }
  if (kind.options) return checkOptions(element, value, kind, offered);
  if (element.type === "file_input") return checkFiles(element, value);
  const items = Array.isArray(held) ? held : [held];
  const most = element.max_selected_items;
  if (typeof most === "number" && items.length > most) return { ok: false, error: `Choose at most ${most}.` };
  for (const item of items) {
    const error = checkScalar(core, element, item as Json);
    if (error) return { ok: false, error };
  }
  return { ok: true, value };
}

/** What the page hands over for a `file_input`: the bytes, which `keepFiles` turns into files of the workspace. */
function checkFiles(element: JsonObject, value: JsonObject): ValueCheck {
  const files = value.files as readonly JsonObject[];
  const most = Number(element.max_files ?? 10);
  if (files.length > most) return { ok: false, error: `Choose at most ${most} ${most === 1 ? "file" : "files"}.` };
  const types = element.filetypes as readonly string[] | undefined;
  for (const file of files) {
    const name = String(file.name ?? "");
    if (types && !types.some((type) => name.toLowerCase().endsWith(`.${type.toLowerCase()}`))) {
      return { ok: false, error: `Choose a file of type ${types.join(", ")}.` };
    }
    // 10 MB per file (facts, file_input).
    if (Buffer.byteLength(String(file.base64 ?? ""), "base64") > 10 * 1024 * 1024) {
      return { ok: false, error: `${name} is larger than 10 MB.` };
    }
  }
  return { ok: true, value };
}

/** Keeps the files chosen in a form and reports them as Slack does. */
export function keepFiles(core: Core, person: string, value: JsonObject): JsonObject {
  const files = ((value.files as readonly JsonObject[] | undefined) ?? []).map((file) => {
    if (typeof file.base64 !== "string") return file;
    const size = Buffer.byteLength(file.base64, "base64");
    return fileObject(core, addFile(core, person, String(file.name), size, file.base64).id);
  });
  return { ...value, files };
}

function checkOptions(element: JsonObject, value: JsonObject, kind: Kind, offered: readonly JsonObject[]): ValueCheck {
  const external = String(element.type).includes("external");
  const initial = [element.initial_option, ...((element.initial_options as Json[] | undefined) ?? [])];
  const known = (
    external ? [...offered, ...initial.filter((one) => one !== undefined)] : optionsOf(element)
  ) as JsonObject[];
  const held = value[kind.field];
  const chosen: JsonObject[] = [];
  for (const one of (Array.isArray(held) ? held : [held]) as JsonObject[]) {
    const option = known.find((candidate) => candidate.value === one?.value);
    if (!option) return { ok: false, error: "Choose one of the options." };
    chosen.push(option);
  }
  const most = element.max_selected_items;
  if (typeof most === "number" && chosen.length > most) return { ok: false, error: `Choose at most ${most}.` };
  return { ok: true, value: { ...value, [kind.field]: kind.many ? chosen : (chosen[0] ?? null) } };
}

function checkScalar(core: Core, element: JsonObject, item: Json): string | null {
  const { people, channels } = core.workspace;
  switch (element.type) {
    case "plain_text_input":
      return checkLength(element, String(item));
    case "number_input":
      return checkNumber(element, String(item));
    case "email_text_input":
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(item)) ? null : "Enter a valid email address.";
    case "url_text_input":
      return URL.canParse(String(item)) ? null : "Enter a valid URL.";
    case "datepicker":
      return /^\d{4}-\d{2}-\d{2}$/.test(String(item)) && !Number.isNaN(Date.parse(String(item)))
        ? null
        : "Enter a valid date.";
    case "timepicker":
      return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(String(item)) ? null : "Enter a valid time.";
    case "datetimepicker":
      return typeof item === "number" && Number.isInteger(item) ? null : "Enter a valid date and time.";
    case "users_select":
    case "multi_users_select":
      return people[String(item)] ? null : "Choose a person of this workspace.";
    case "channels_select":
    case "multi_channels_select":
      return channels[String(item)]?.kind === "public" ? null : "Choose a public channel.";
    case "conversations_select":
    case "multi_conversations_select":
      return channels[String(item)] || people[String(item)] ? null : "Choose a conversation.";
    default:
      return null;
  }
}

/** A text input takes 3,000 characters at most, whatever it asks for itself (facts, plain_text_input). */
function checkLength(element: JsonObject, text: string): string | null {
  const length = [...text].length;
  const [min, max] = [Number(element.min_length ?? 0), Number(element.max_length ?? 3_000)];
  if (length < min) return `Enter at least ${min} characters.`;
  return length > max ? `Enter at most ${max} characters.` : null;
}

function checkNumber(element: JsonObject, text: string): string | null {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return "Enter a valid number.";
  if (element.is_decimal_allowed !== true && text.includes(".")) return "Enter a whole number.";
  if (element.min_value !== undefined && Number(text) < Number(element.min_value)) {
    return `Enter a number of at least ${String(element.min_value)}.`;
  }
  return element.max_value !== undefined && Number(text) > Number(element.max_value)
    ? `Enter a number of at most ${String(element.max_value)}.`
    : null;
}

/** Whether an element holds nothing: what a required input may not. */
export function holdsNothing(element: JsonObject, value: JsonObject | undefined): boolean {
  const field = fieldOf(element);
  return field === undefined || value === undefined || isEmpty(value[field]);
}
