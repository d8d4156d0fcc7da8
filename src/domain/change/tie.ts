import { Refusal } from "../../errors.ts";
import { type Ruling, type Target, targetName } from "../operation/operation.ts";
import type { App } from "../ports.ts";
import { type Change, type ChangeNote, changeName, changeNumber } from "./change.ts";
import { requireClass, stateWords } from "./keep.ts";

/** The change an operation is asked under, by what people typed (CHG-12) or by its id. */
export async function changeNamed(app: App, word: string): Promise<Change> {
  const number = changeNumber(word);
  const found = number === null ? await app.changes.byId(word) : await app.changes.byNumber(number);
  if (found) return found;
  throw new Refusal("not_found", `There is no change ${word.slice(0, 40)}.`, "See `/ops changes`.");
}

/**
 * What holds for an operation under a change: it is in progress, inside its window, about that service, and its class
 * may ask for more approvals than the policy does, never for fewer. Throws a Refusal that names what is in the way.
 */
export async function underChange(app: App, ruling: Ruling, changeId: string, target: Target): Promise<Ruling> {
  const change = await app.changes.byId(changeId);
  if (change === null) throw new Refusal("not_found", "The change it belongs to is not known here any more.");
  mustBeUnderWay(app, change, target);
  const name = changeName(change);
  const kind = requireClass(app, change.class);
  if (kind.operationApprovals <= ruling.approvals) return ruling;
  return {
    ...ruling,
    rule: `${ruling.rule}; ${name}, a ${kind.name} change`,
    approvals: kind.operationApprovals,
    approvers: ruling.approvals > 0 ? ruling.approvers : kind.approvers,
  };
}

/** Refuses a change that is not in progress, whose window is over, or that is about other services. */
export function mustBeUnderWay(
  app: Pick<App, "now">,
  change: Change,
  target: Pick<Target, "kind" | "name" | "environment">,
): void {
  const name = changeName(change);
  if (change.state !== "in-progress") {
    throw new Refusal("not_possible", `${name} is ${stateWords[change.state]}, not in progress.`, "Start it first.");
  }
  if (change.window !== null && app.now >= change.window.until) {
    throw new Refusal("expired", `The window of ${name} is over.`, "Draft it again with another window.");
  }
  if (target.kind === "service" && change.services.length > 0 && !change.services.includes(target.name)) {
    throw new Refusal(
      "not_possible",
      `${name} is about ${change.services.join(", ")}, not about ${targetName(target)}.`,
      "Ask without --change, or name a change that is about it.",
    );
  }
}

/** Writes on the change's card that an operation belongs to it. */
export async function noteOperation(app: App, change: Change, code: string): Promise<void> {
  const updated = await app.changes.update(change, { operations: [...(change.operations ?? []), code] });
  await app.outbox.add({ kind: "card", view: "ops.change", subject: updated.id, place: updated.place }, "cosmetic");
}

/** The newest of what was recorded on a change is kept. */
const notesKept = 40;

/** Writes on the change's card what happened while it was carried out; a change that is gone is left. */
export async function noteOnChange(app: App, changeId: string, note: Omit<ChangeNote, "at">): Promise<void> {
  const change = await app.changes.byId(changeId);
  if (change === null) return;
  const notes = [...(change.notes ?? []), { ...note, at: app.now }].slice(-notesKept);
  const updated = await app.changes.update(change, { notes });
  await app.outbox.add({ kind: "card", view: "ops.change", subject: updated.id, place: updated.place }, "cosmetic");
}
