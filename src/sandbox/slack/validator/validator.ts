import { facts, type Surface } from "./facts.ts";
import { collect, type Problem, type Report } from "./problem.ts";
import { checkFocus, checkPayloadRules } from "./rules.ts";
import { checkValue, isObject } from "./schema.ts";

/** Every reason Slack would refuse these blocks on this surface; none means it would take them. */
export function checkBlocks(surface: Surface, blocks: unknown, pointer: string): Problem[] {
  return collect((report) => reportBlocks(surface, blocks, pointer, report));
}

function reportBlocks(surface: Surface, blocks: unknown, pointer: string, report: Report): void {
  if (!Array.isArray(blocks)) {
    report(pointer, "must provide an array");
    return;
  }
  const { maxBlocks } = facts.surfaces[surface];
  if (blocks.length > maxBlocks) report(pointer, `no more than ${maxBlocks} items allowed`);
  for (const [index, block] of blocks.entries()) reportBlock(surface, block, `${pointer}/${index}`, report);
  checkPayloadRules(blocks, pointer, surface, report);
}

function reportBlock(surface: Surface, block: unknown, pointer: string, report: Report): void {
  if (!isObject(block)) {
    report(pointer, "must provide an object");
    return;
  }
  if (block.type === undefined) {
    report(pointer, "missing required field: type", "missing_field");
    return;
  }
  if (typeof block.type !== "string" || !facts.surfaces[surface].allowedBlocks.includes(block.type)) {
    report(`${pointer}/type`, `unsupported type: ${String(block.type)}`);
    return;
  }
  checkValue({ type: "ref", ref: `blocks.${block.type}` }, block, pointer, { surface, report });
}

/** Every reason Slack would refuse this view. The type asked for is the one the method or the stack wants. */
export function checkView(view: unknown, pointer = "/view"): Problem[] {
  const problems = collect((report) => reportView(view, pointer, report));
  // Slack says first that no kind of view fits, then why (facts, errorFormat.viewMethods).
  return problems.length === 0
    ? []
    : [{ message: "failed to match all allowed schemas", pointer, code: "failed_constraint" }, ...problems];
}

function reportView(view: unknown, pointer: string, report: Report): void {
  if (!isObject(view)) {
    report(pointer, "must provide an object");
    return;
  }
  const { type } = view;
  if (type === undefined) {
    report(pointer, "missing required field: type", "missing_field");
    return;
  }
  if (type !== "modal" && type !== "home") {
    report(`${pointer}/type`, `unsupported type: ${String(type)}`);
    return;
  }
  const { blocks: _checkedBelow, ...fields } = facts.views[type].fields ?? {};
  const { blocks, ...rest } = view;
  const required = facts.views[type].required?.filter((key) => key !== "blocks") ?? [];
  checkValue({ type: "object", fields, required }, rest, pointer, { surface: type, report });
  if (blocks === undefined) {
    report(pointer, "missing required field: blocks", "missing_field");
    return;
  }
  reportBlocks(type, blocks, `${pointer}/blocks`, report);
  if (!Array.isArray(blocks)) return;
  checkFocus(blocks, `${pointer}/blocks`, report);
  const input = blocks.findIndex((block: unknown) => isObject(block) && block.type === "input");
  if (type === "modal" && input >= 0 && view.submit === undefined) {
    report(`${pointer}/blocks/${input}/input`, "must define `submit` to use an `input` block in modals");
  }
}

/** Slack counts the view's JSON: 250 KB at most (docs.slack.dev/reference/methods/views.open). */
export function isViewTooLarge(view: unknown): boolean {
  return (
    Buffer.byteLength(JSON.stringify(view) ?? "") > (facts.surfaces.modal.maxViewBytes ?? Number.POSITIVE_INFINITY)
  );
}

/** Every reason Slack would refuse this answer to a block_suggestion request. */
export function checkOptionsAnswer(body: unknown): Problem[] {
  return collect((report) => {
    if (!isObject(body)) {
      report("", "must provide an object");
      return;
    }
    const given = ["options", "option_groups"].filter((key) => body[key] !== undefined);
    if (given.length !== 1) {
      report("", "must define either `options` or `option_groups`");
      return;
    }
    checkValue({ type: "object", fields: facts.optionsResponse.fields ?? {} }, body, "", { surface: "modal", report });
  });
}
