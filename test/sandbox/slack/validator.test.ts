import fc from "fast-check";
import { expect, test } from "vitest";
import type { Problem } from "../../../src/sandbox/slack/validator/problem.ts";
import { checkBlocks, checkOptionsAnswer, checkView } from "../../../src/sandbox/slack/validator/validator.ts";
import { objectPaths, validBlock } from "./generate.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const option = (value: string) => ({ text: plain(value), value });

function print(problems: readonly Problem[]): string[] {
  return problems.map(({ message, pointer }) => `${message} ${pointer}`);
}

function inMessage(...blocks: unknown[]): string[] {
  return print(checkBlocks("message", blocks, "/blocks"));
}

function inModal(block: unknown, more: object = { submit: plain("Send") }): string[] {
  const view = { type: "modal", title: plain("Title"), blocks: [block], ...more };
  return print(checkView(view)).slice(1);
}

function inActions(element: object): string[] {
  return inMessage({ type: "actions", elements: [element] });
}

function inInput(element: object): string[] {
  return inModal({ type: "input", label: plain("Label"), element });
}

const surfaces = ["message", "modal", "home"] as const;

test.each(surfaces)("every block the facts allow in a %s is accepted", (surface) => {
  fc.assert(
    fc.property(fc.array(validBlock(surface), { maxLength: 3 }), (blocks) => {
      expect(checkBlocks(surface, blocks, "/blocks")).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test.each(surfaces)("a key Slack does not know, anywhere in a block in a %s, is refused with its place", (surface) => {
  fc.assert(
    fc.property(validBlock(surface), fc.nat(), (block, pick) => {
      const paths = objectPaths(block);
      const path = paths[pick % paths.length] ?? [];
      const broken = structuredClone(block);
      const target = path.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, broken);
      target.nonsense = 1;
      const problems = print(checkBlocks(surface, [broken], ""));
      expect(problems).toContain(`invalid additional property: nonsense ${["", "0", ...path].join("/")}`);
    }),
    { numRuns: 150 },
  );
});

test.each(surfaces)("null in the place of any value of a block in a %s is refused", (surface) => {
  fc.assert(
    fc.property(validBlock(surface), fc.nat(), fc.nat(), (block, pick, which) => {
      const paths = objectPaths(block);
      const path = paths[pick % paths.length] ?? [];
      const broken = structuredClone(block);
      const target = path.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, broken);
      const keys = Object.keys(target);
      fc.pre(keys.length > 0);
      target[keys[which % keys.length] ?? ""] = null;
      expect(checkBlocks(surface, [broken], "")).not.toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("the validator answers anything at all without failing itself", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...surfaces), (value, surface) => {
      expect(Array.isArray(checkBlocks(surface, value, "/blocks"))).toBe(true);
      expect(checkBlocks(surface, [value], "/blocks")).not.toEqual([]);
      expect(checkView(value)).not.toEqual([]);
      expect(Array.isArray(checkOptionsAnswer(value))).toBe(true);
    }),
  );
});

const button = { type: "button", text: plain("Go"), action_id: "go" };

test.each<[string, string[], string[]]>([
  ["an empty section", inMessage({ type: "section" }), ["must define either `text` or `fields` /blocks/0"]],
  [
    "a text that is empty",
    inMessage({ type: "section", text: { type: "mrkdwn", text: "" } }),
    ["failed to match all allowed schemas /blocks/0/text", "must be more than 0 characters /blocks/0/text/text"],
  ],
  ["a block of no type", inMessage({}), ["missing required field: type /blocks/0"]],
  ["a block of an unknown type", inMessage({ type: "box" }), ["unsupported type: box /blocks/0/type"]],
  ["something that is no block", inMessage("x"), ["must provide an object /blocks/0"]],
  ["an alert in a message", inMessage({ type: "alert", text: plain("x") }), ["unsupported type: alert /blocks/0/type"]],
  ["a table in a modal", inModal({ type: "table", rows: [] }), ["unsupported type: table /view/blocks/0/type"]],
  [
    "51 blocks",
    inMessage(...Array.from({ length: 51 }, () => ({ type: "divider" }))),
    ["no more than 50 items allowed /blocks"],
  ],
  [
    "a header in mrkdwn",
    inMessage({ type: "header", text: { type: "mrkdwn", text: "x" } }),
    ["unsupported type: mrkdwn /blocks/0/text/type"],
  ],
  [
    "actions without elements",
    inMessage({ type: "actions", elements: [] }),
    ["must provide at least 1 items /blocks/0/elements"],
  ],
  [
    "one action id twice in a block",
    inMessage({ type: "actions", elements: [button, button] }),
    ['`action_id` "go" already exists /blocks/0/elements/1/action_id'],
  ],
  [
    "one block id twice",
    inMessage({ type: "divider", block_id: "a" }, { type: "divider", block_id: "a" }),
    ['`block_id` "a" already exists /blocks/1/block_id'],
  ],
  [
    "a button's text that is too long",
    inActions({ ...button, text: plain("x".repeat(76)) }),
    ["must be less than 76 characters /blocks/0/elements/0/text/text"],
  ],
  [
    "a button's odd style",
    inActions({ ...button, style: "warning" }),
    ["must be a valid enum value /blocks/0/elements/0/style"],
  ],
  ["a button's bad address", inActions({ ...button, url: "nowhere" }), ["invalid url /blocks/0/elements/0/url"]],
  [
    "a text input in actions",
    inActions({ type: "plain_text_input" }),
    ["unsupported type: plain_text_input /blocks/0/elements/0/type"],
  ],
  ["a button in an input", inInput(button), ["unsupported type: button /view/blocks/0/element/type"]],
  [
    "a datetimepicker beside a section",
    inMessage({ type: "section", text: plain("x"), accessory: { type: "datetimepicker" } }),
    ["unsupported type: datetimepicker /blocks/0/accessory/type"],
  ],
  [
    "a select without options",
    inActions({ type: "static_select" }),
    ["must define either `options` or `option_groups` /blocks/0/elements/0"],
  ],
  [
    "a select with 101 options",
    inActions({ type: "static_select", options: Array.from({ length: 101 }, (_, index) => option(`${index}`)) }),
    ["no more than 100 items allowed /blocks/0/elements/0/options"],
  ],
  [
    "an initial option that is not offered",
    inActions({ type: "static_select", options: [option("a")], initial_option: option("b") }),
    ["`initial_option` must match one of the options /blocks/0/elements/0/initial_option"],
  ],
  [
    "more initial options than may be chosen",
    inActions({
      type: "multi_static_select",
      options: [option("a"), option("b")],
      initial_options: [option("a"), option("b")],
      max_selected_items: 1,
    }),
    ["no more than 1 items allowed /blocks/0/elements/0/initial_options"],
  ],
  [
    "a number input whose start is out of range",
    inInput({ type: "number_input", is_decimal_allowed: false, min_value: "1", max_value: "3", initial_value: "4" }),
    ["`initial_value` must be between `min_value` and `max_value` /view/blocks/0/element/initial_value"],
  ],
  [
    "a number input bound by a number",
    inInput({ type: "number_input", is_decimal_allowed: false, min_value: 1 }),
    ["must provide a string /view/blocks/0/element/min_value"],
  ],
  [
    "an input without a button to send it",
    inModal({ type: "input", label: plain("x"), element: { type: "plain_text_input" } }, {}),
    ["must define `submit` to use an `input` block in modals /view/blocks/0/input"],
  ],
  [
    "a modal's long title",
    inModal({ type: "divider" }, { title: plain("x".repeat(25)) }),
    ["must be less than 25 characters /view/title/text"],
  ],
  [
    "metadata that is too long",
    inModal({ type: "divider" }, { private_metadata: "x".repeat(3001) }),
    ["must be less than 3001 characters /view/private_metadata"],
  ],
  [
    "a home tab with a title",
    print(checkView({ type: "home", title: plain("x"), blocks: [] })).slice(1),
    ["invalid additional property: title /view"],
  ],
  [
    "an empty table cell",
    inMessage({ type: "table", rows: [[{ type: "raw_text", text: "" }]] }),
    ["must be more than 0 characters /blocks/0/rows/0/0/text"],
  ],
  [
    "too much in tables",
    inMessage({
      type: "table",
      rows: Array.from({ length: 11 }, () => [{ type: "raw_text", text: "x".repeat(1000) }]),
    }),
    ["must be less than 10001 characters /blocks/0"],
  ],
  [
    "a data table with rows of two lengths",
    inMessage({
      type: "data_table",
      caption: "x",
      rows: [
        [{ type: "raw_text", text: "a" }],
        [
          { type: "raw_text", text: "a" },
          { type: "raw_number", value: 1 },
        ],
      ],
    }),
    ["must provide 1 items /blocks/0/rows/1"],
  ],
  [
    "markdown blocks that are too long together",
    inMessage({ type: "markdown", text: "x".repeat(7000) }, { type: "markdown", text: "x".repeat(7000) }),
    ["must be less than 12001 characters /blocks"],
  ],
  [
    "a second focus",
    inModal({
      type: "actions",
      elements: [
        { type: "datepicker", action_id: "a", focus_on_load: true },
        { type: "datepicker", action_id: "b", focus_on_load: true },
      ],
    }),
    ["only one element may set `focus_on_load` /view/blocks/0/elements/1/focus_on_load"],
  ],
  [
    "a style key rich text does not take",
    inMessage({
      type: "rich_text",
      elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "x", style: { blink: true } }] }],
    }),
    ["invalid additional property: blink /blocks/0/elements/0/elements/0/style"],
  ],
])("%s is refused", (_what, problems, expected) => {
  expect(problems).toEqual(expected);
});

test("lengths are counted in characters, not in UTF-16 units", () => {
  expect(inMessage({ type: "header", text: plain("🔥".repeat(150)) })).toEqual([]);
  expect(inMessage({ type: "header", text: plain("🔥".repeat(151)) })).not.toEqual([]);
});

test("an answer of options is either options or groups of them", () => {
  expect(checkOptionsAnswer({ options: [] })).toEqual([]);
  expect(checkOptionsAnswer({ option_groups: [{ label: plain("x"), options: [option("a")] }] })).toEqual([]);
  expect(print(checkOptionsAnswer({}))).toEqual(["must define either `options` or `option_groups` "]);
  expect(print(checkOptionsAnswer({ options: [{ text: plain("x") }] }))).toEqual([
    "missing required field: value /options/0",
  ]);
});
