import { isDeepStrictEqual } from "node:util";
import type { Surface } from "./facts.ts";
import type { Report } from "./problem.ts";

type Plain = Readonly<Record<string, unknown>>;

function objects(value: unknown): Plain[] {
  return Array.isArray(value) ? value.filter((item): item is Plain => typeof item === "object" && item !== null) : [];
}

/** Every option an element offers, whether in groups or not. */
export function optionsOf(element: Plain): Plain[] {
  return [...objects(element.options), ...objects(element.option_groups).flatMap((group) => objects(group.options))];
}

/** What the fields of one element must be to each other (facts, `rules` of the elements). */
export function checkElementRules(element: Plain, pointer: string, report: Report): void {
  if (element.options !== undefined || element.option_groups !== undefined)
    checkInitialOptions(element, pointer, report);
  const chosen = Object.entries(element).find(([key, value]) => /^initial_\w+s$/.test(key) && Array.isArray(value));
  if (typeof element.max_selected_items === "number" && chosen) {
    const [key, value] = chosen as [string, unknown[]];
    if (value.length > element.max_selected_items) {
      report(`${pointer}/${key}`, `no more than ${element.max_selected_items} items allowed`);
    }
  }
  if (element.type === "number_input") checkNumberRange(element, pointer, report);
  const { min_length: min, max_length: max } = element;
  if (typeof min === "number" && typeof max === "number" && min > max) {
    report(`${pointer}/min_length`, "`min_length` must not be more than `max_length`");
  }
}

function checkInitialOptions(element: Plain, pointer: string, report: Report): void {
  const offered = optionsOf(element);
  const known = (option: unknown) => offered.some((one) => isDeepStrictEqual(one, option));
  if (element.initial_option !== undefined && !known(element.initial_option)) {
    report(`${pointer}/initial_option`, "`initial_option` must match one of the options");
  }
  objects(element.initial_options).forEach((option, index) => {
    if (!known(option)) report(`${pointer}/initial_options/${index}`, "`initial_options` must match the options");
  });
}

function checkNumberRange(element: Plain, pointer: string, report: Report): void {
  const number = (value: unknown) => (typeof value === "string" ? Number(value) : Number.NaN);
  const [min, max, initial] = [number(element.min_value), number(element.max_value), number(element.initial_value)];
  if (min > max) report(`${pointer}/min_value`, "`min_value` must not be more than `max_value`");
  if (initial < min || initial > max) {
    report(`${pointer}/initial_value`, "`initial_value` must be between `min_value` and `max_value`");
  }
  if (element.is_decimal_allowed === false && initial % 1 !== 0 && !Number.isNaN(initial)) {
    report(`${pointer}/initial_value`, "failed to match schema");
  }
}

/** A block and, for a container, its children, each with its pointer. */
function flatten(blocks: readonly unknown[], pointer: string): { block: Plain; pointer: string }[] {
  return blocks.flatMap((block, index) => {
    if (typeof block !== "object" || block === null || Array.isArray(block)) return [];
    const here = `${pointer}/${index}`;
    const children = (block as Plain).child_blocks;
    return [
      { block: block as Plain, pointer: here },
      ...(Array.isArray(children) ? flatten(children, `${here}/child_blocks`) : []),
    ];
  });
}

/** Every element of a block that could carry an action_id, with its pointer. */
export function elementsOf(block: Plain, pointer = ""): { element: Plain; pointer: string }[] {
  const one = (key: string) => {
    const value = block[key];
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? [{ element: value as Plain, pointer: `${pointer}/${key}` }]
      : [];
  };
  const many = (key: string) =>
    Array.isArray(block[key])
      ? block[key].flatMap((value: unknown, index) =>
          typeof value === "object" && value !== null
            ? [{ element: value as Plain, pointer: `${pointer}/${key}/${index}` }]
            : [],
        )
      : [];
  switch (block.type) {
    case "section":
      return one("accessory");
    case "input":
      return one("element");
    case "actions":
    case "context_actions":
      return many("elements");
    case "card":
      return many("actions");
    case "carousel":
      return many("elements").flatMap(({ element, pointer: at }) => elementsOf(element, at));
    default:
      return [];
  }
}

/** What the blocks of one payload must be to each other (facts, `payloadRules`). */
export function checkPayloadRules(blocks: readonly unknown[], pointer: string, surface: Surface, report: Report): void {
  const all = flatten(blocks, pointer);
  checkUniqueBlockIds(all, report);
  for (const { block, pointer: at } of all) {
    checkUniqueActionIds(block, at, report);
    checkBlockRules(block, at, surface, report);
  }
  const count = (types: readonly string[]) => all.filter(({ block }) => types.includes(String(block.type)));
  const tables = count(["table", "data_table"]);
  if (tables[1]) report(tables[1].pointer, "only_one_table_allowed", "failed_constraint", "invalid_attachments");
  if (tableCharacters(tables.map(({ block }) => block)) > 10_000) {
    report(tables[0]?.pointer ?? pointer, "must be less than 10001 characters");
  }
  const charts = count(["data_visualization"]);
  if (charts[2]) report(charts[2].pointer, "no more than 2 data_visualization blocks allowed");
  const plans = count(["plan"]);
  if (plans[1]) report(plans[1].pointer, "no more than 1 plan blocks allowed");
  const markdown = count(["markdown"]).reduce((sum, { block }) => sum + [...String(block.text)].length, 0);
  if (markdown > 12_000) report(pointer, "must be less than 12001 characters");
}

function checkUniqueBlockIds(all: readonly { block: Plain; pointer: string }[], report: Report): void {
  const seen = new Set<unknown>();
  for (const { block, pointer } of all) {
    if (block.block_id === undefined || block.type === "markdown") continue;
    if (seen.has(block.block_id))
      report(`${pointer}/block_id`, `\`block_id\` "${String(block.block_id)}" already exists`);
    seen.add(block.block_id);
  }
}

function checkUniqueActionIds(block: Plain, pointer: string, report: Report): void {
  const seen = new Set<unknown>();
  for (const { element, pointer: at } of elementsOf(block, pointer)) {
    if (element.action_id === undefined) continue;
    if (seen.has(element.action_id)) {
      report(`${at}/action_id`, `\`action_id\` "${String(element.action_id)}" already exists`);
    }
    seen.add(element.action_id);
  }
}

function checkBlockRules(block: Plain, pointer: string, surface: Surface, report: Report): void {
  for (const { element, pointer: at } of elementsOf(block, pointer)) {
    if (element.response_url_enabled === true && (surface !== "modal" || block.type !== "input")) {
      report(`${at}/response_url_enabled`, "`response_url_enabled` is only allowed in an `input` block of a modal");
    }
    if (element.type === "file_input" && block.dispatch_action === true) {
      report(`${pointer}/dispatch_action`, "`dispatch_action` is not allowed with a `file_input`");
    }
  }
  if (block.type === "container") {
    if (block.default_collapsed === true && block.is_collapsible !== true) {
      report(`${pointer}/default_collapsed`, "`default_collapsed` needs `is_collapsible`");
    }
    if (block.has_header_divider === true && block.is_collapsible === true) {
      report(`${pointer}/has_header_divider`, "`has_header_divider` is not allowed with `is_collapsible`");
    }
  }
  if (block.type === "data_table" && Array.isArray(block.rows)) checkDataTable(block, block.rows, pointer, report);
}

function checkDataTable(block: Plain, rows: readonly unknown[], pointer: string, report: Report): void {
  const width = (row: unknown) => (Array.isArray(row) ? row.length : 0);
  const columns = width(rows[0]);
  rows.forEach((row, index) => {
    if (width(row) !== columns) report(`${pointer}/rows/${index}`, `must provide ${columns} items`);
  });
  objects(rows[0]).forEach((cell, index) => {
    if (cell.type === "rich_text") report(`${pointer}/rows/0/${index}/type`, "unsupported type: rich_text");
  });
  if (typeof block.row_header_column_index === "number" && block.row_header_column_index >= columns) {
    report(`${pointer}/row_header_column_index`, `must be less than ${columns}`);
  }
}

function tableCharacters(tables: readonly Plain[]): number {
  const text = (value: unknown): number => {
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + text(item), 0);
    if (typeof value !== "object" || value === null) return 0;
    return Object.entries(value).reduce(
      (sum, [key, inner]) => sum + (key === "text" && typeof inner === "string" ? [...inner].length : text(inner)),
      0,
    );
  };
  return tables.reduce((sum, table) => sum + text(table.rows), 0);
}

/** At most one element of a view may ask for the focus. */
export function checkFocus(blocks: readonly unknown[], pointer: string, report: Report): void {
  const focused = flatten(blocks, pointer)
    .flatMap(({ block, pointer: at }) => elementsOf(block, at))
    .filter(({ element }) => element.focus_on_load === true);
  if (focused[1]) report(`${focused[1].pointer}/focus_on_load`, "only one element may set `focus_on_load`");
}
