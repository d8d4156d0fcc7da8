import type { RefusalCode } from "../../errors.ts";
import type { OperationRecord, OperationState } from "./operation.ts";

/** What an operation may become from where it stands. A state that leads nowhere is final. */
export const lifecycle: Readonly<Record<OperationState, readonly OperationState[]>> = {
  requested: ["planning", "ended", "expired", "refused"],
  planning: ["planned", "awaiting-approval", "approved", "ended", "expired", "refused"],
  planned: ["awaiting-approval", "approved", "ended", "expired", "refused", "stale"],
  "awaiting-approval": ["approved", "ended", "expired", "refused", "stale"],
  approved: ["applying", "ended", "refused", "stale"],
  applying: ["verifying", "ended"],
  verifying: ["ended"],
  ended: [],
  refused: [],
  expired: [],
  stale: [],
};

/** What people can press on an operation's card. */
export type OperationButton =
  | "confirm"
  | "approve"
  | "reject"
  | "cancel"
  | "stop"
  | "undo"
  | "plan-again"
  | "break-glass";

/** The buttons each state offers. */
const buttons: Readonly<Record<OperationState, readonly OperationButton[]>> = {
  requested: ["cancel"],
  planning: ["cancel"],
  planned: ["confirm", "cancel"],
  "awaiting-approval": ["approve", "reject", "cancel"],
  approved: ["cancel"],
  applying: ["stop"],
  verifying: ["stop"],
  ended: ["undo", "plan-again"],
  refused: ["plan-again", "break-glass"],
  expired: ["plan-again"],
  stale: ["plan-again"],
};

/** Refusals that no broken glass lifts: what was asked for is not there, or cannot be. */
const beyondGlass: readonly (RefusalCode | undefined)[] = [
  "not_found",
  "not_possible",
  "bad_argument",
  "missing_argument",
  "needs_factor",
];

/** What its card offers; whether the person may press one is decided when they do. */
export function buttonsFor(
  operation: Pick<OperationRecord, "state" | "outcome" | "refusedFor">,
): readonly OperationButton[] {
  const isDone = operation.outcome === "verified" || operation.outcome === "nothing-to-do";
  return buttons[operation.state].filter(
    (button) =>
      (button !== "plan-again" || !isDone) && (button !== "break-glass" || !beyondGlass.includes(operation.refusedFor)),
  );
}

/** Whether something may still happen to it. */
export function isRunning(operation: Pick<OperationRecord, "state">): boolean {
  return lifecycle[operation.state].length > 0;
}

/** Whether it has begun to change the world, so that stopping it takes nothing back. */
export function hasBegun(operation: Pick<OperationRecord, "state">): boolean {
  return operation.state === "applying" || operation.state === "verifying";
}

/** The states that still lead somewhere, for finding what is open. */
export const openStates: readonly OperationState[] = (Object.keys(lifecycle) as OperationState[]).filter(
  (state) => lifecycle[state].length > 0,
);
