import type { Button, KnownBlock } from "@slack/types";
import { isRunning } from "../../src/domain/operation/lifecycle.ts";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { type SequenceStep, standingOf } from "../../src/domain/operation/sequence.ts";
import { button, cut, inert, section } from "../kit.ts";
import { changeLine, shortened } from "./operation-words.ts";

/** A step of an operation that carries others out. */
export interface StepFacts {
  readonly step: SequenceStep;
  /** The operation it is, once it was begun. */
  readonly part: OperationRecord | null;
  /** Whether it can be taken back now. */
  readonly canGoBack: boolean;
}

const marks = { running: ":arrow_forward:", good: ":white_check_mark:", bad: ":x:" } as const;

/** A section of Slack holds so many characters of text. Source: docs.slack.dev/reference/block-kit/blocks/section-block */
const mostCharacters = 2900;

/** Every step in its order: while it is a plan with what each changes, then with how each stands. */
export function stepBlocks(steps: readonly StepFacts[], isPlan: boolean): readonly KnownBlock[] {
  const blocks: KnownBlock[] = [];
  let text = "";
  for (const [index, facts] of steps.entries()) {
    const next = cut(stepLines(facts, index, isPlan), mostCharacters);
    if (text !== "" && text.length + next.length > mostCharacters) {
      blocks.push(section(text));
      text = "";
    }
    text = text === "" ? next : `${text}\n${next}`;
  }
  return text === "" ? blocks : [...blocks, section(text)];
}

function stepLines({ step, part }: StepFacts, index: number, isPlan: boolean): string {
  const name = `${index + 1}. *${inert(step.what)}*`;
  if (part === null && !isPlan) return `:white_large_square: ${name}`;
  if (part === null) {
    const changes = step.plan?.changes ?? [];
    const lines = changes.length > 0 ? changes.map((change) => `   ${changeLine(change)}`) : [later(step)];
    const risks = (step.plan?.risks ?? []).map((risk) => `   :warning: ${inert(risk)}`);
    return [name, ...lines, ...risks].join("\n");
  }
  const { state, words, progress, code } = standingOf(part);
  const how = isRunning(part) ? (progress ?? words) : words;
  return `${marks[state]} ${name} · ${cut(inert(shortened(how)), 300)} · \`${code}\``;
}

function later(step: SequenceStep): string {
  if (step.takesBack !== undefined) return `   • What step ${step.takesBack + 1} paused runs again`;
  return "   • Planned when its turn comes, on what the steps before it left";
}

/** A row of buttons is not to hold more of them. */
export const mostWaysBack = 8;

/** Ways back for the steps that can be taken back, the last one first. */
export function backButtons(steps: readonly StepFacts[]): Button[] {
  const ways = steps.flatMap(({ step, part, canGoBack }) =>
    part !== null && canGoBack && step.takesBack === undefined ? [{ step, part }] : [],
  );
  return ways
    .toReversed()
    .slice(0, mostWaysBack)
    .map(({ step, part }, place) => {
      const text = cut(wayBack(step, part), 70);
      const about = { id: part.id, version: part.version };
      return button({ action: `ops.take-back-${place}`, text, about, label: `${text}: takes back ${step.what}` });
    });
}

function wayBack(step: SequenceStep, part: OperationRecord): string {
  const { undoLabel } = part.plan ?? {};
  if (step.request.operation === "pause-queues") return `Resume ${step.target.name}`;
  return undoLabel === undefined ? `Undo: ${step.what}` : `${step.target.name}: ${undoLabel}`;
}
