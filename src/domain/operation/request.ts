import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { changeName } from "../change/change.ts";
import { changeNamed, noteOperation } from "../change/tie.ts";
import { announceBreakGlass, breakGlass } from "../guard/break-glass.ts";
import { incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import type { AnyOperation, Json, OperationRecord, Target } from "./operation.ts";
import { type Asked, placeFor } from "./place.ts";
import { operationCode } from "./plan-hash.ts";
import { leaveMarks, operationInWords } from "./record.ts";
import { rule } from "./rights.ts";

export interface OperationAsk {
  readonly operation: AnyOperation;
  readonly target: Target;
  readonly input: Json;
  readonly reason: string | null;
  readonly caller: Caller;
  readonly asked: Asked;
  /** `--yes`. */
  readonly skipConfirm: boolean;
  /** The operation this one takes back. */
  readonly undoOf?: string;
  /** `--break-glass`: why protections are to be lifted for it. */
  readonly breakGlass?: string | null | undefined;
  /** `--change`: the change it is carried out under, as typed. */
  readonly change?: string | undefined;
  /** The lease it ends. */
  readonly restores?: OperationRecord["restores"];
}

/**
 * Records that an operation was asked for and has it planned in the background; nothing of the world is read here.
 * Refuses at once what the input, or the policy whatever the counts, cannot allow.
 */
export async function requestOperation(app: App, ask: OperationAsk): Promise<OperationRecord> {
  const input = ask.operation.parse(ask.input) as Json;
  const incident = ask.asked.channelId === null ? null : await app.incidents.byChannel(ask.asked.channelId);
  const incidentId = incident?.id ?? null;
  const asking = { target: ask.target, caller: ask.caller, incidentId, count: null };
  const why = ask.breakGlass ?? null;
  const glass = why === null ? null : await breakGlass(app, ask.operation, asking, why);
  const change = ask.change === undefined ? null : await changeNamed(app, ask.change);
  await rule(app, ask.operation, { ...asking, breakGlass: glass, changeId: change?.id });
  const id = app.newId();
  const operation = await app.operations.insert({
    ...newRecord({
      id,
      code: await freeCode(app, id),
      request: {
        operation: ask.operation.name,
        target: { environment: ask.target.environment, name: ask.target.name },
        input,
      },
      target: ask.target,
      caller: ask.caller,
      now: app.now,
    }),
    reason: ask.reason,
    incidentId,
    channelId: ask.asked.channelId,
    place: placeFor(app, ask.asked, ask.caller.userId),
    skipConfirm: ask.skipConfirm,
    undoOf: ask.undoOf ?? null,
    ...(glass === null ? {} : { breakGlass: glass }),
    changeId: change?.id ?? null,
    ...(ask.restores === undefined ? {} : { restores: ask.restores }),
  });
  if (change !== null) await noteOperation(app, change, operation.code);
  await leaveMarks(app, operation, {
    by: ask.caller.userId,
    action: "operation.requested",
    details: {
      input,
      reason: ask.reason,
      incident: incident === null ? null : incidentName(incident),
      ...(ask.undoOf === undefined ? {} : { undoOf: ask.undoOf }),
      ...(change === null ? {} : { change: changeName(change) }),
    },
    timeline: `asked: ${operationInWords(operation)}${ask.reason ? ` (${ask.reason})` : ""}`,
  });
  await app.jobs.add("plan-operation", { operationId: id }, { key: id });
  return announceBreakGlass(app, operation, ask.caller, incident);
}

/** A record that was only asked for: nothing is planned, nothing done. */
export function newRecord({
  now,
  ...asked
}: Pick<OperationRecord, "id" | "code" | "request" | "target" | "caller"> & { readonly now: Date }): Omit<
  OperationRecord,
  "version" | "place"
> {
  return {
    ...asked,
    reason: null,
    requesterId: asked.caller.userId,
    incidentId: null,
    channelId: null,
    state: "requested",
    outcome: null,
    plan: null,
    planHash: null,
    ruling: null,
    approvals: [],
    stepsDone: [],
    skipConfirm: false,
    progress: null,
    share: null,
    events: [],
    detail: null,
    requestedAt: now,
    plannedAt: null,
    appliedAt: null,
    steadySince: null,
    endedAt: null,
    expiresAt: null,
    undoOf: null,
  };
}

/** A speakable name that no other operation has; throws a Refusal where none is found. */
export async function freeCode(app: App, id: string): Promise<string> {
  for (let length = 4; length <= 8; length += 1) {
    const code = operationCode(id, length);
    if ((await app.operations.byCode(code)) === null) return code;
  }
  throw new Refusal("try_again", "No free code was found for this operation.", "Ask again.");
}
