import type { JsonObject, StateValues, ViewState } from "../../src/sandbox/page/protocol.ts";
import { type Block, optionsOf, words } from "./reading.ts";

/** What is typed into a form, by label. */
export type Typed = Readonly<Record<string, string | readonly string[] | boolean>>;

/** The state values of a form: what it was opened with, overlaid by what was typed. */
export function fill(view: ViewState, typed: Typed): StateValues {
  const open = new Map(Object.entries(typed));
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const block of view.view.blocks as unknown as Block[]) {
    if (block.type !== "input") continue;
    const element = block.element as JsonObject;
    const label = words(block.label);
    const given = open.get(label);
    open.delete(label);
    values[String(block.block_id)] = { [String(element.action_id)]: entered(element, given) };
  }
  if (open.size > 0)
    throw new Error(
      `The form has no input ${[...open.keys()].join(", ")}; it has ${(view.view.blocks as unknown as Block[])
        .filter((block) => block.type === "input")
        .map((block) => words(block.label))
        .join(", ")}`,
    );
  return values;
}

function entered(element: JsonObject, given: string | readonly string[] | boolean | undefined): JsonObject {
  const type = String(element.type);
  const picked = (text: string): JsonObject => {
    const found = optionsOf(element).find((one) => words(one.text) === text || one.value === text);
    if (!found)
      throw new Error(
        `There is no option ${text}; there are ${optionsOf(element)
          .map((one) => words(one.text))
          .join(", ")}`,
      );
    return found;
  };
  switch (type) {
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
      return { type, value: (given as string | undefined) ?? element.initial_value ?? null } as JsonObject;
    case "static_select":
    case "radio_buttons":
      return {
        type,
        selected_option: given === undefined ? (element.initial_option ?? null) : picked(given as string),
      } as JsonObject;
    case "multi_static_select":
      return {
        type,
        selected_options:
          given === undefined ? (element.initial_options ?? []) : [given].flat().map((one) => picked(String(one))),
      } as JsonObject;
    case "checkboxes":
      return {
        type,
        selected_options:
          given === undefined ? (element.initial_options ?? []) : given ? optionsOf(element).slice(0, 1) : [],
      } as JsonObject;
    case "users_select":
      return { type, selected_user: (given as string | undefined) ?? element.initial_user ?? null } as JsonObject;
    case "multi_users_select":
      return { type, selected_users: given ?? element.initial_users ?? [] } as JsonObject;
    case "datepicker":
      return { type, selected_date: (given as string | undefined) ?? element.initial_date ?? null } as JsonObject;
    case "timepicker":
      return { type, selected_time: (given as string | undefined) ?? element.initial_time ?? null } as JsonObject;
    case "datetimepicker":
      return {
        type,
        selected_date_time: given === undefined ? (element.initial_date_time ?? null) : Number(given),
      } as JsonObject;
    default:
      throw new Error(`A scenario cannot fill a ${type} yet`);
  }
}
