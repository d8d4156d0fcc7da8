import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { arming } from "../arming.ts";
import { databaseInput } from "../backup/input.ts";
import { ticked } from "../checklist/checklist.ts";
import type { AnyOperation, OperationRecord } from "../operation/operation.ts";
import { requestOperation } from "../operation/request.ts";
import type { App } from "../ports.ts";
import { lastTime, nextTime } from "../time/cadence.ts";
import { isPerson, type UpkeepTask, upkeepTarget, upkeepTask } from "./task.ts";

/** One time that a task came round. */
export interface Turn {
  readonly id: string;
  readonly task: string;
  readonly dueAt: Date;
  /** Missed: it came round again, and this one was not done. */
  readonly state: "open" | "done" | "skipped" | "missed";
  readonly endedAt: Date | null;
  /** Who ended it; null where an operation did, or nobody. */
  readonly byId: string | null;
  /** Why it was skipped, or what did it. */
  readonly note: string | null;
  /** The operation that was asked for from its card, or that did it. */
  readonly operationId: string | null;
  /** How many earlier ones went by while the bot was away. */
  readonly unseen: number;
}

export interface TurnRecords {
  /** False where it was there already. */
  readonly insert: (turn: Turn) => Promise<boolean>;
  readonly byId: (id: string) => Promise<Turn | null>;
  readonly update: (id: string, changes: Partial<Omit<Turn, "id" | "task" | "dueAt">>) => Promise<void>;
  readonly open: () => Promise<readonly Turn[]>;
  /** Newest first. */
  readonly of: (task: string, limit: number) => Promise<readonly Turn[]>;
}

const mostReminders = 20;
const hour = 3_600_000;

/** The list that its items belong to. */
export function turnList(turnId: string): string {
  return `upkeep:${turnId}`;
}

/** Whether it should have been done by now. */
export function isOverdue(
  turn: Pick<Turn, "state" | "dueAt">,
  task: Pick<UpkeepTask, "graceHours">,
  now: Date,
): boolean {
  return turn.state === "open" && now.getTime() >= turn.dueAt.getTime() + task.graceHours * hour;
}

/** Sets the clock of each task; asked at each start. */
export async function armUpkeep(app: App): Promise<void> {
  for (const task of app.config.upkeep ?? []) await armTask(app, task, true);
}

async function armTask(app: App, task: UpkeepTask, catchUp: boolean): Promise<void> {
  const next = nextTime(task.rhythm, app.now);
  if (!next) return;
  const after = await arming(app, `task:${task.title}`, next, catchUp);
  await app.jobs.add("task-due", { task: task.title }, { key: task.title, after });
}

/**
 * A task came round: it is posted, once, and an earlier one that is still open is missed. Of several that came round
 * while the bot was away the newest is posted and says so. Answers the one that is to be run by itself.
 */
export async function taskDue(app: App, title: string): Promise<Turn | null> {
  const task = upkeepTask(app.config, title);
  if (!task) return null;
  await armTask(app, task, false);
  const dueAt = lastTime(task.rhythm, app.now);
  if (!dueAt) return null;
  const [before] = await app.turns.of(title, 1);
  const turn: Turn = {
    id: `${dueAt.getTime().toString(36)}-${title}`.slice(0, 200),
    task: title,
    dueAt,
    state: "open",
    endedAt: null,
    byId: null,
    note: null,
    operationId: null,
    unseen: before ? between(task, before.dueAt, dueAt) : 0,
  };
  if (!(await app.turns.insert(turn))) {
    // Handed over twice, or stopped before it was run by itself.
    const known = await app.turns.byId(turn.id);
    return task.automatic && known?.state === "open" && known.operationId === null ? known : null;
  }
  for (const old of await app.turns.of(title, 5)) {
    if (old.state !== "open" || old.id === turn.id) continue;
    await app.turns.update(old.id, { state: "missed", endedAt: app.now });
    await showTurn(app, old);
  }
  await app.audit.add({ actor: "tocsin", action: "task.due", subject: title, details: { due: dueAt.toISOString() } });
  await showTurn(app, turn);
  await armReminder(app, turn, task, 1);
  return task.automatic ? turn : null;
}

/** How many times it came round strictly between two moments; counts no further than a year of days. */
function between(task: UpkeepTask, from: Date, until: Date): number {
  let count = 0;
  for (let at = nextTime(task.rhythm, from); at && at < until && count < 366; at = nextTime(task.rhythm, at))
    count += 1;
  return count;
}

async function armReminder(app: App, turn: Turn, task: UpkeepTask, round: number): Promise<void> {
  if (round > mostReminders) return;
  const after = new Date(turn.dueAt.getTime() + round * task.graceHours * hour);
  await app.jobs.add("remind-task", { turnId: turn.id, round }, { key: `${turn.id}:${round}`, after });
}

/** Says under its card that it is overdue, unless it was done, skipped or came round again. */
export async function remindOfTask(app: App, turnId: string, round: number): Promise<void> {
  const turn = await app.turns.byId(turnId);
  const task = turn && upkeepTask(app.config, turn.task);
  if (!turn || !task || turn.state !== "open") return;
  await showTurn(app, turn, "cosmetic");
  await app.outbox.add({
    kind: "message",
    view: "ops.task.overdue",
    subject: turn.id,
    place: task.place,
    once: `task:${turn.id}:${round}`,
    thread: { card: "ops.task", subject: turn.id },
  });
  await armReminder(app, turn, task, round + 1);
}

/** Finds one by its id; refuses one that is gone, and with `open` one that is over. */
export async function requireTurn(
  app: App,
  id: string,
  open = true,
): Promise<{ readonly turn: Turn; readonly task: UpkeepTask }> {
  const turn = await app.turns.byId(id);
  const task = turn && upkeepTask(app.config, turn.task);
  if (!turn || !task) throw new Refusal("not_found", "This task is no longer configured.", "See `/ops schedule`.");
  if (open && turn.state !== "open") throw new Refusal("already_done", `${task.title} is ${turn.state} already.`);
  return { turn, task };
}

/** A person says that it is done; refused while items of its checklist are not ticked. */
export async function finishTurn(app: App, id: string, caller: Caller): Promise<void> {
  const { turn, task } = await requireTurn(app, id);
  const left = (await ticked(app, turnList(id), task.checklist)).filter(({ tick }) => tick === null);
  if (left.length > 0)
    throw new Refusal(
      "not_possible",
      `${left.length} of its items ${left.length === 1 ? "is" : "are"} not ticked: ${left.map(({ item }) => item).join(", ")}.`,
      "Tick them, or skip it with the reason.",
    );
  await endTurn(app, turn, { state: "done", byId: caller.userId, note: null }, caller.userId);
}

/** A person says why it is not done this time. */
export async function skipTurn(app: App, id: string, caller: Caller, reason: string | null): Promise<void> {
  const why = app.redact((reason ?? "").trim().replaceAll(/\s+/g, " ")).slice(0, 500);
  if (why === "") throw new Refusal("needs_reason", "Say why it is skipped.", null, "reason");
  const { turn } = await requireTurn(app, id);
  await endTurn(app, turn, { state: "skipped", byId: caller.userId, note: why }, caller.userId);
}

async function endTurn(
  app: App,
  turn: Turn,
  end: Pick<Turn, "state" | "byId" | "note">,
  actor: string,
  operationId: string | null = turn.operationId,
): Promise<void> {
  await app.turns.update(turn.id, { ...end, operationId, endedAt: app.now });
  await app.audit.add({
    actor,
    action: `task.${end.state}`,
    subject: turn.task,
    details: { due: turn.dueAt.toISOString(), note: end.note },
  });
  await showTurn(app, turn);
}

/** The operation that does a task, asked for by a person or in the owner's name; the policy decides as for any other. */
export async function runTurn(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
  by: "person" | "schedule",
): Promise<OperationRecord> {
  const { turn, task } = await requireTurn(app, id);
  if (task.operation === null)
    throw new Refusal("not_possible", `Nothing runs ${task.title} from here.`, "Press Done once it is done.");
  const { action, names, input } = task.operation;
  const target = upkeepTarget(app.config, task.operation);
  const operation = target && operations.find((one) => names.includes(one.name) && one.targetKind === target.kind);
  if (!target || !operation)
    throw new Refusal(
      "not_possible",
      `${action} on ${task.operation.target} is not possible here.`,
      "Correct the configuration.",
    );
  const channelId = (await app.outbox.posted("ops.task", id))?.channelId ?? null;
  const record = await requestOperation(app, {
    operation,
    target,
    input: target.kind === "database" ? { ...databaseInput(app, target.name), ...input } : input,
    reason: `${task.title}${by === "schedule" ? ", by the schedule" : ""}`,
    caller,
    asked: { channelId, channelName: null },
    skipConfirm: by === "schedule",
  });
  await app.turns.update(turn.id, { operationId: record.id });
  await showTurn(app, turn);
  return record;
}

/** An operation ended: what of the schedule it does is done where it was verified; one that was run from a card is told there. */
export async function settleTurns(app: App, operation: OperationRecord): Promise<void> {
  for (const turn of await app.turns.open()) {
    const task = upkeepTask(app.config, turn.task);
    const wanted = task?.operation;
    if (!task || !wanted) continue;
    const target = upkeepTarget(app.config, wanted);
    const { name, environment } = operation.request.target;
    if (target?.name !== name || target.environment !== environment) continue;
    if (!wanted.names.includes(operation.request.operation)) continue;
    if (operation.outcome === "verified")
      await endTurn(
        app,
        turn,
        { state: "done", byId: operation.requesterId, note: operation.code },
        operation.requesterId,
        operation.id,
      );
    else if (turn.operationId === operation.id) {
      await app.turns.update(turn.id, { operationId: null, note: `${operation.code} did not do it` });
      await showTurn(app, turn);
    }
  }
}

/** Draws its card anew. */
export async function showTurn(
  app: App,
  turn: Pick<Turn, "id" | "task">,
  lane: "answer" | "cosmetic" = "answer",
): Promise<void> {
  const task = upkeepTask(app.config, turn.task);
  if (task) await app.outbox.add({ kind: "card", view: "ops.task", subject: turn.id, place: task.place }, lane);
}

/** Why a task that should run by itself cannot: it has no person as its owner. */
export function automaticOwner(task: UpkeepTask): string | null {
  return task.owner !== null && isPerson(task.owner) ? task.owner : null;
}
