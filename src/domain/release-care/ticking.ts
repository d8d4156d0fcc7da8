import { Refusal } from "../../errors.ts";
import { noteOnChange } from "../change/tie.ts";
import type { OperationRecord } from "../operation/operation.ts";
import { redraw, stateInWords } from "../operation/record.ts";
import type { App } from "../ports.ts";
import { quoteTyped } from "../text.ts";
import { deploymentList, itemsByHand, type Measured } from "./checklist.ts";

/** The checklist of an operation while it can be ticked: what people tick on it, and what a tick leaves behind. */
export async function deploymentTicks(app: App, id: string) {
  const record = await app.operations.byId(id);
  if (record === null) return null;
  mustBeOpen(record);
  const items = itemsByHand(record);
  const before = await app.ticks.of(deploymentList(id));
  return {
    items,
    subject: record.code,
    redraw: async (change: { readonly index: number; readonly on: boolean; readonly byId: string }) => {
      const item = items[change.index] ?? "";
      const isNew = before.some((tick) => tick.item === item) !== change.on;
      if (isNew) await leaveTick(app, record, { ...change, item });
      await redraw(app, record, "answer");
    },
  };
}

/** On the timeline of the incident it was asked in, and on the change it is carried out under. */
async function leaveTick(
  app: App,
  record: OperationRecord,
  { item, on, byId }: { readonly item: string; readonly on: boolean; readonly byId: string },
): Promise<void> {
  const words = `${on ? "ticked" : "took the tick away from"} “${item}”`;
  if (record.incidentId !== null) {
    await app.timeline.add({
      incidentId: record.incidentId,
      at: app.now,
      kind: "operation",
      actorId: byId,
      text: `${record.code}: ${quoteTyped(words)}`,
      operationId: record.id,
    });
  }
  if (record.changeId) await noteOnChange(app, record.changeId, { text: `${record.code}: ${words}`, byId });
}

/** Has what proves its items looked at again. */
export async function lookAgain(app: App, id: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record === null) throw new Refusal("not_found", "This operation is not known here any more.");
  mustBeOpen(record);
  await app.jobs.add("check-operation", { operationId: id }, { key: id });
}

/** Keeps what was read, and draws the card anew: what rests on records is looked at whenever it is drawn. */
export async function recordMeasured(app: App, id: string, measured: Measured | null): Promise<void> {
  const record = await app.operations.byId(id);
  if (record === null || !isOpen(record)) return;
  await redraw(app, measured === null ? record : await app.operations.update(record, { measured }), "answer");
}

function isOpen({ state }: OperationRecord): boolean {
  return state === "planned" || state === "awaiting-approval";
}

function mustBeOpen(record: OperationRecord): void {
  if (isOpen(record)) return;
  throw new Refusal("already_done", `${record.code} is ${stateInWords(record)}: its checklist is closed.`);
}
