import type { KnownBlock } from "@slack/types";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { deploymentList, holdingUp, type ItemStanding, tickedItems } from "../../src/domain/release-care/checklist.ts";
import { context, cut, inert, person, section } from "../kit.ts";
import { checklistBlocks } from "./checklist.ts";

const marks: Readonly<Record<ItemStanding["state"], string>> = {
  done: ":white_check_mark:",
  open: ":x:",
  unknown: ":grey_question:",
};

/** The checklist of a plan: what is proven with what it rests on, and what people tick with its buttons. */
export function beforeDeployment(operation: OperationRecord, standing: readonly ItemStanding[]): KnownBlock[] {
  if (standing.length === 0) return [];
  const open = holdingUp(operation, standing).length;
  const lifted = operation.breakGlass?.lifts.includes("checklist") === true;
  const head = lifted
    ? "the glass was broken: it holds nothing up"
    : open === 0
      ? "done"
      : `${open} of ${standing.length} open, so that it cannot be confirmed yet`;
  const proven = standing.filter(({ byHand }) => !byHand).map(provenLine);
  const optional = standing.filter(({ byHand, required }) => byHand && !required).map(({ text }) => inert(text));
  return [
    section(cut([`*Before the deployment*: ${head}`, ...proven].join("\n"), 2900)),
    ...checklistBlocks(deploymentList(operation.id), tickedItems(standing)),
    ...(optional.length > 0 ? [context(cut(`Not required: ${optional.join(", ")}`, 1500))] : []),
  ];
}

function provenLine({ text, state, detail, required }: ItemStanding): string {
  const extra = required ? "" : " (not required)";
  return `${marks[state]} ${cut(inert(text), 200)}${extra}${detail === null ? "" : `: ${cut(inert(detail), 300)}`}`;
}

/** The checklist of a deployment that began, as it stood then, in a line. */
export function checkedBefore(standing: readonly ItemStanding[]): KnownBlock {
  const words = standing.map(({ text, state, tick }) => {
    const by = tick === null ? "" : ` (${person(tick.byId)})`;
    return `${marks[state]} ${cut(inert(text), 80)}${by}`;
  });
  return context(cut(`Before: ${words.join(" · ")}`, 1900));
}
