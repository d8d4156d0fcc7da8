import type { JsonObject, StateValues } from "../protocol.ts";
import { isObject, listAt, numberAt, objectAt, objectsAt, stringAt, stringsAt, wordsAt } from "./json.ts";

/** One element of a message or view that holds a value. */
export interface Field {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: JsonObject;
  /** Whether it stands in an input block, whose value only a submission sends. */
  readonly isInput: boolean;
  readonly required: boolean;
}

const withoutValue = new Set(["button", "overflow", "workflow_button", "image", "icon_button", "feedback_buttons"]);

/** Every element that holds a value, in order; each stands for itself in `state.values`. */
export function fieldsOf(blocks: readonly JsonObject[]): readonly Field[] {
  return blocks.flatMap((block) => {
    const blockId = stringAt(block, "block_id");
    const input = stringAt(block, "type") === "input" ? objectAt(block, "element") : null;
    const accessory = objectAt(block, "accessory");
    const elements =
      input !== null
        ? [input]
        : stringAt(block, "type") === "actions"
          ? objectsAt(block, "elements")
          : accessory === null
            ? []
            : [accessory];
    const own = elements
      .filter((element) => stringAt(element, "action_id") !== "" && !withoutValue.has(stringAt(element, "type")))
      .map((element) => ({
        blockId,
        actionId: stringAt(element, "action_id"),
        element,
        isInput: input !== null,
        required: input !== null && block.optional !== true,
      }));
    return [...own, ...fieldsOf(objectsAt(block, "child_blocks"))];
  });
}

/** What each kind of element is called in `state.values`, and where its first value is written. */
const shapes: Readonly<Record<string, readonly [value: string, initial: string]>> = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  users_select: ["selected_user", "initial_user"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  channels_select: ["selected_channel", "initial_channel"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  checkboxes: ["selected_options", "initial_options"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  multi_users_select: ["selected_users", "initial_users"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  file_input: ["files", ""],
};

const holdsMany = new Set(["checkboxes", "file_input"]);

function isMany(type: string): boolean {
  return type.startsWith("multi_") || holdsMany.has(type);
}

/** The key of an element's value, such as `selected_option`. */
export function valueKey(element: JsonObject): string {
  return shapes[stringAt(element, "type")]?.[0] ?? "value";
}

/** What Slack reports before anybody has touched the element. */
export function initialValue(element: JsonObject, currentChannel: string | null): JsonObject {
  const type = stringAt(element, "type");
  const [key, initial] = shapes[type] ?? ["value", "initial_value"];
  const defaults = element.default_to_current_conversation === true && currentChannel !== null;
  const current = defaults ? (isMany(type) ? [currentChannel] : currentChannel) : null;
  return { type, [key]: element[initial] ?? current ?? (isMany(type) ? [] : null) };
}

/** `view.state.values` or `state.values` of everything that holds a value. */
export function collectValues(blocks: readonly JsonObject[], read: (field: Field) => JsonObject): StateValues {
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const field of fieldsOf(blocks)) {
    values[field.blockId] = { ...values[field.blockId], [field.actionId]: read(field) };
  }
  return values;
}

function isEmpty(value: JsonObject, element: JsonObject): boolean {
  const held = value[valueKey(element)];
  return held === null || held === undefined || held === "" || (Array.isArray(held) && held.length === 0);
}

/** What Slack itself says to a person before it asks the bot, or null when the value may be sent. */
export function fault(field: Field, value: JsonObject): string | null {
  const { element } = field;
  const type = stringAt(element, "type");
  if (isEmpty(value, element)) return field.required ? "Please complete this required field." : null;
  const text = stringAt(value, "value");
  if (type === "plain_text_input") return lengthFault(element, text);
  if (type === "number_input") return numberFault(element, text);
  if (type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text))
    return "Please enter a valid email address.";
  if (type === "url_text_input" && !URL.canParse(text)) return "Please enter a valid URL.";
  const most = numberAt(element, type === "file_input" ? "max_files" : "max_selected_items");
  const chosen = listAt(value, valueKey(element)).length;
  if (most !== null && chosen > most) return `Please choose no more than ${most}.`;
  return null;
}

function lengthFault(element: JsonObject, text: string): string | null {
  const least = numberAt(element, "min_length");
  const most = numberAt(element, "max_length") ?? 3000;
  if (least !== null && text.length < least) return `Please use at least ${least} characters.`;
  return text.length > most ? `Please use no more than ${most} characters.` : null;
}

function numberFault(element: JsonObject, text: string): string | null {
  const number = Number(text);
  if (!/^-?\d*\.?\d+$/.test(text.trim()) || !Number.isFinite(number)) return "Please enter a number.";
  if (element.is_decimal_allowed !== true && !Number.isInteger(number)) return "Please enter a whole number.";
  const least = numberAt(element, "min_value");
  const most = numberAt(element, "max_value");
  if (least !== null && number < least) return `Please enter a number of at least ${least}.`;
  return most !== null && number > most ? `Please enter a number of at most ${most}.` : null;
}

/** When an input tells the bot at once: never, on Enter, or with every character. */
export function dispatchMoments(block: JsonObject, element: JsonObject): readonly string[] {
  if (stringAt(block, "type") === "input" && block.dispatch_action !== true) return [];
  const config = objectAt(element, "dispatch_action_config");
  const moments = config === null ? [] : stringsAt(config, "trigger_actions_on");
  return moments.length > 0 ? moments : ["on_enter_pressed"];
}

/** The words of what is chosen or typed, for a chip, a label or a test. */
export function optionWords(option: unknown): string {
  return isObject(option) ? wordsAt(option, "text") : String(option ?? "");
}
