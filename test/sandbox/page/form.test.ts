import { describe, expect, test } from "vitest";
import {
  collectValues,
  dispatchMoments,
  type Field,
  fault,
  fieldsOf,
  initialValue,
} from "../../../src/sandbox/page/browser/form.ts";
import type { JsonObject } from "../../../src/sandbox/page/protocol.ts";

const option = { text: { type: "plain_text", text: "SEV2" }, value: "sev2" };
const blocks: readonly JsonObject[] = [
  { type: "input", block_id: "title", element: { type: "plain_text_input", action_id: "a", initial_value: "API" } },
  { type: "input", block_id: "note", optional: true, element: { type: "plain_text_input", action_id: "a" } },
  {
    type: "section",
    block_id: "severity",
    accessory: { type: "static_select", action_id: "b", initial_option: option, options: [option] },
  },
  {
    type: "actions",
    block_id: "row",
    elements: [
      { type: "button", action_id: "go" },
      { type: "datepicker", action_id: "due" },
      { type: "overflow", action_id: "more" },
    ],
  },
  {
    type: "container",
    child_blocks: [
      { type: "input", block_id: "inner", element: { type: "checkboxes", action_id: "c", options: [option] } },
    ],
  },
];

describe("the values of a form", () => {
  test("are those of every element that holds one, wherever it stands, in Slack's shape", () => {
    expect(collectValues(blocks, ({ element }) => initialValue(element, null))).toEqual({
      title: { a: { type: "plain_text_input", value: "API" } },
      note: { a: { type: "plain_text_input", value: null } },
      severity: { b: { type: "static_select", selected_option: option } },
      row: { due: { type: "datepicker", selected_date: null } },
      inner: { c: { type: "checkboxes", selected_options: [] } },
    });
  });

  test("know what must be filled in", () => {
    expect(fieldsOf(blocks).map(({ blockId, required }) => [blockId, required])).toEqual([
      ["title", true],
      ["note", false],
      ["severity", false],
      ["row", false],
      ["inner", true],
    ]);
  });

  test.each([
    ["conversations_select", { type: "conversations_select", selected_conversation: "C0OPS" }],
    ["multi_conversations_select", { type: "multi_conversations_select", selected_conversations: ["C0OPS"] }],
  ])("%s may begin with the conversation at hand", (type, expected) => {
    expect(initialValue({ type, default_to_current_conversation: true }, "C0OPS")).toEqual(expected);
  });
});

describe("what Slack says before it asks the bot", () => {
  const field = (element: JsonObject, required = true): Field => ({
    blockId: "b",
    actionId: "a",
    element,
    isInput: true,
    required,
  });
  const text = (value: string | null) => ({ value });
  test.each<[string, Field, JsonObject, string | null]>([
    [
      "nothing where something is required",
      field({ type: "plain_text_input" }),
      text(null),
      "Please complete this required field.",
    ],
    ["nothing where nothing is required", field({ type: "plain_text_input" }, false), text(null), null],
    [
      "an empty choice of several",
      field({ type: "checkboxes" }),
      { selected_options: [] },
      "Please complete this required field.",
    ],
    [
      "too short a text",
      field({ type: "plain_text_input", min_length: 3 }),
      text("ab"),
      "Please use at least 3 characters.",
    ],
    [
      "too long a text",
      field({ type: "plain_text_input", max_length: 3 }),
      text("abcd"),
      "Please use no more than 3 characters.",
    ],
    [
      "more than any text may have",
      field({ type: "plain_text_input" }),
      text("x".repeat(3001)),
      "Please use no more than 3000 characters.",
    ],
    ["a word for a number", field({ type: "number_input" }), text("six"), "Please enter a number."],
    [
      "a fraction where only whole numbers go",
      field({ type: "number_input", is_decimal_allowed: false }),
      text("1.5"),
      "Please enter a whole number.",
    ],
    ["a fraction where it may be one", field({ type: "number_input", is_decimal_allowed: true }), text("1.5"), null],
    [
      "a number below its bound",
      field({ type: "number_input", min_value: "2" }),
      text("1"),
      "Please enter a number of at least 2.",
    ],
    [
      "a number above its bound",
      field({ type: "number_input", max_value: "8" }),
      text("9"),
      "Please enter a number of at most 8.",
    ],
    [
      "no address of a person",
      field({ type: "email_text_input" }),
      text("ana@"),
      "Please enter a valid email address.",
    ],
    ["no address of a page", field({ type: "url_text_input" }), text("runbook"), "Please enter a valid URL."],
    [
      "too many choices",
      field({ type: "multi_users_select", max_selected_items: 1 }),
      { selected_users: ["U1", "U2"] },
      "Please choose no more than 1.",
    ],
  ])("%s", (_what, given, value, expected) => {
    expect(fault(given, value)).toBe(expected);
  });
});

test("an input tells the bot at once only when its block dispatches, and on Enter unless it says otherwise", () => {
  const element = { type: "plain_text_input" };
  const listening = {
    type: "plain_text_input",
    dispatch_action_config: { trigger_actions_on: ["on_character_entered"] },
  };
  expect(dispatchMoments({ type: "input" }, listening)).toEqual([]);
  expect(dispatchMoments({ type: "input", dispatch_action: true }, element)).toEqual(["on_enter_pressed"]);
  expect(dispatchMoments({ type: "input", dispatch_action: true }, listening)).toEqual(["on_character_entered"]);
});
