import type { KnownBlock } from "@slack/types";
import type { Ticked } from "../../src/domain/checklist/checklist.ts";
import { nextTime } from "../../src/domain/time/cadence.ts";
import type { UpkeepTask } from "../../src/domain/upkeep/task.ts";
import { isOverdue, type Turn, turnList } from "../../src/domain/upkeep/turns.ts";
import {
  actions,
  button,
  context,
  cut,
  inert,
  input,
  type Modal,
  modal,
  moment,
  person,
  type Reply,
  reply,
  section,
  textInput,
} from "../kit.ts";
import { checklistBlocks } from "./checklist.ts";

const marks = {
  open: ":calendar:",
  overdue: ":large_orange_circle:",
  done: ":white_check_mark:",
  skipped: ":fast_forward:",
  missed: ":heavy_minus_sign:",
} as const;
const day = "{date_short_pretty} {time}";

/** A task that came round: what is to be done, and what became of it. */
export function taskCard(
  turn: Turn,
  task: UpkeepTask,
  facts: { readonly items: readonly Ticked[]; readonly code: string | null; readonly now: Date },
): Reply {
  const overdue = isOverdue(turn, task, facts.now);
  const mark = marks[overdue ? "overdue" : turn.state];
  const lines = [`${mark} *${inert(task.title)}* · ${stateText(turn, overdue)}`, whatText(turn, task, facts.code)];
  const left = facts.items.filter(({ tick }) => tick === null).length;
  const blocks: KnownBlock[] = [section(lines.filter(Boolean).join("\n"))];
  if (turn.state === "open") blocks.push(...checklistBlocks(turnList(turn.id), facts.items));
  else if (facts.items.length > 0)
    blocks.push(context(`${facts.items.length - left} of ${facts.items.length} items ticked`));
  if (turn.state === "open") blocks.push(actions(buttonsOf(turn, task), "task"));
  return reply(`${task.title}: ${overdue ? "overdue" : turn.state === "open" ? "due" : turn.state}`, blocks);
}

function stateText(turn: Turn, overdue: boolean): string {
  if (turn.state === "open") return `${overdue ? "overdue, it came round" : "due since"} ${moment(turn.dueAt, day)}`;
  const by = turn.byId === null ? "" : ` by <@${turn.byId}>`;
  const when = turn.endedAt === null ? "" : ` ${moment(turn.endedAt, day)}`;
  if (turn.state === "missed") return `of ${moment(turn.dueAt, day)}: not done before it came round again`;
  return `${turn.state}${by}${when}`;
}

function whatText(turn: Turn, task: UpkeepTask, code: string | null): string {
  const { operation } = task;
  return [
    task.owner === null ? "" : `Owner: ${ownerText(task.owner)}`,
    operation === null ? "" : `Done by: ${inert(operation.action)} of ${inert(operation.target)}`,
    turn.unseen > 0
      ? `${turn.unseen} earlier ${turn.unseen === 1 ? "one" : "ones"} went by while the bot was away`
      : "",
    code === null || turn.state !== "open" ? "" : `${inert(code)} is under way`,
    turn.note === null ? "" : cut(inert(turn.note), 500),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** A person by id is mentioned; whatever else is shown as it is written. */
function ownerText(owner: string): string {
  return /^[UW][A-Z0-9]{2,}$/.test(owner) ? `<@${owner}>` : inert(owner);
}

function buttonsOf(turn: Turn, task: UpkeepTask): Parameters<typeof actions>[0] {
  const about = { id: turn.id };
  return [
    ...(task.operation === null || turn.operationId !== null
      ? []
      : [button({ action: "ops.task.run", text: "Run", about, style: "primary" as const })]),
    button({ action: "ops.task.done", text: "Done", about }),
    button({ action: "ops.task.skip", text: "Skip", about }),
  ];
}

/** The line under a card that says that it is overdue. */
export function taskOverdue(turn: Turn, task: UpkeepTask): Reply {
  return reply(`${inert(task.title)} is still to be done: it came round ${moment(turn.dueAt, day)}.`);
}

/** Asks why a task is skipped. */
export function skipForm(turn: Turn): Modal {
  return modal({ callback: "ops.task.skip.form", title: "Skip a task", submit: "Skip", about: { id: turn.id } }, [
    section(`*${inert(turn.task)}* of ${moment(turn.dueAt, day)} is not done this time.`),
    input({ name: "reason", label: "Why" }, textInput({ max: 500, focus: true })),
  ]);
}

/** Every task: when it comes next, what is open, and what became of it the last time. */
export function scheduleList(
  rows: readonly { readonly task: UpkeepTask; readonly turns: readonly Turn[] }[],
  now: Date,
): Reply {
  if (rows.length === 0)
    return reply("No maintenance comes round. Add tasks with `every` to `maintenance`; see docs/configuration.md.");
  const open = rows.flatMap(({ task, turns }) =>
    turns.filter(({ state }) => state === "open").map((turn) => ({ task, turn })),
  );
  const overdue = open.filter(({ task, turn }) => isOverdue(turn, task, now)).length;
  const heading = `${rows.length} ${rows.length === 1 ? "task" : "tasks"}, ${open.length} to be done, ${overdue} overdue`;
  const sorted = rows.toSorted((one, other) => rank(one, now) - rank(other, now));
  const lines = sorted.slice(0, 45).map((one) => section(row(one, now)));
  return reply(heading, [
    section(`*Maintenance* · ${heading}`),
    ...lines,
    ...(rows.length > 45 ? [context(`${rows.length - 45} more are not shown.`)] : []),
    context("`/ops schedule <task>` shows its history."),
  ]);
}

function rank({ task, turns }: { readonly task: UpkeepTask; readonly turns: readonly Turn[] }, now: Date): number {
  const open = turns.find(({ state }) => state === "open");
  if (open) return open.dueAt.getTime() - 1e13;
  return nextTime(task.rhythm, now)?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function row({ task, turns }: { readonly task: UpkeepTask; readonly turns: readonly Turn[] }, now: Date): string {
  const open = turns.find(({ state }) => state === "open");
  const last = turns.find(({ state }) => state !== "open");
  const next = nextTime(task.rhythm, now);
  const overdue = open !== undefined && isOverdue(open, task, now);
  const parts = [
    `every ${inert(task.every)}${task.automatic ? ", by itself" : ""}`,
    ...(task.owner === null ? [] : [ownerText(task.owner)]),
    ...(open ? [`${overdue ? "*overdue* since" : "due since"} ${moment(open.dueAt, day)}`] : []),
    next === null ? "never again" : `next ${moment(next, day)}`,
    last
      ? `last ${moment(last.dueAt, "{date_short_pretty}")}: ${last.state}${last.byId === null ? "" : ` by ${person(last.byId)}`}`
      : "never yet",
  ];
  const mark = open ? marks[overdue ? "overdue" : "open"] : ":white_small_square:";
  return `${mark} *${inert(task.title)}*\n${parts.join(" · ")}`;
}

/** What became of a task the last times. */
export function taskHistory(task: UpkeepTask, turns: readonly Turn[], now: Date): Reply {
  const next = nextTime(task.rhythm, now);
  const heading = `*${inert(task.title)}* · every ${inert(task.every)}${next ? `, next ${moment(next, day)}` : ""}`;
  const lines = turns.map((turn) => {
    const overdue = isOverdue(turn, task, now);
    const note = turn.note === null ? "" : `: ${cut(inert(turn.note), 200)}`;
    const by = turn.byId === null ? "" : ` by <@${turn.byId}>`;
    return `${marks[overdue ? "overdue" : turn.state]} ${moment(turn.dueAt, day)} ${overdue ? "overdue" : turn.state}${by}${note}`;
  });
  const blocks = [
    section(heading),
    section(lines.length > 0 ? cut(lines.join("\n"), 2900) : "It has not come round yet."),
  ];
  return reply(`${task.title}: ${turns.length} times`, blocks);
}
