import { describe, expect, test } from "vitest";
import type { Intent } from "../../../src/domain/intent.ts";
import type { App } from "../../../src/domain/ports.ts";
import { readCadence } from "../../../src/domain/time/cadence.ts";
import type { UpkeepTask } from "../../../src/domain/upkeep/task.ts";
import { armUpkeep, isOverdue, remindOfTask, type Turn, taskDue } from "../../../src/domain/upkeep/turns.ts";

const cadence = readCadence("day");
if (!cadence) throw new Error("day is read");
const task: UpkeepTask = {
  title: "Log clean-up",
  rhythm: { cadence, minute: 540, timezone: "UTC" },
  every: "day",
  owner: null,
  checklist: [],
  operation: null,
  automatic: false,
  place: { configured: "operations" },
  graceHours: 24,
};

/** What the schedule needs of the app, in memory, with a clock of its own. */
function startDesk() {
  const turns = new Map<string, Turn>();
  const armings = new Map<string, Date>();
  const jobs: { readonly name: string; readonly after: Date | undefined }[] = [];
  const intents: Intent[] = [];
  const app = {
    config: { upkeep: [task] },
    turns: {
      insert: async (turn: Turn) => !turns.has(turn.id) && Boolean(turns.set(turn.id, turn)),
      byId: async (id: string) => turns.get(id) ?? null,
      update: async (id: string, changes: object) => void turns.set(id, { ...(turns.get(id) as Turn), ...changes }),
      open: async () => [...turns.values()].filter(({ state }) => state === "open"),
      of: async (_title: string, limit: number) =>
        [...turns.values()].toSorted((one, other) => other.dueAt.getTime() - one.dueAt.getTime()).slice(0, limit),
    },
    armings: {
      of: async (name: string) => armings.get(name) ?? null,
      set: async (name: string, at: Date) => void armings.set(name, at),
    },
    jobs: {
      add: async (name: string, _data: object, more?: { readonly after?: Date }) =>
        void jobs.push({ name, after: more?.after }),
    },
    outbox: { add: async (intent: Intent) => void intents.push(intent) },
    audit: { add: async () => {} },
  };
  const at = (moment: string) => ({ ...app, now: new Date(moment) }) as unknown as App;
  return { at, turns, jobs, intents, last: () => jobs.filter(({ name }) => name === "task-due").at(-1)?.after };
}

describe("a task that comes round", () => {
  test("is set for its next time at a first start, and posted once then, however often the job is handed over", async () => {
    const desk = startDesk();
    await armUpkeep(desk.at("2026-11-04T12:00:00Z"));
    expect(desk.last()).toEqual(new Date("2026-11-05T09:00:00Z"));
    await taskDue(desk.at("2026-11-05T09:00:03Z"), task.title);
    await taskDue(desk.at("2026-11-05T09:00:09Z"), task.title);
    expect(desk.turns.size).toBe(1);
    expect(desk.intents).toHaveLength(1);
    expect(desk.last()).toEqual(new Date("2026-11-06T09:00:00Z"));
  });

  test("that went by while the bot was away is posted at the start, the newest alone, and says how many went by", async () => {
    const desk = startDesk();
    await taskDue(desk.at("2026-11-05T09:00:03Z"), task.title);
    const back = desk.at("2026-11-09T11:00:00Z");
    await armUpkeep(back);
    expect(desk.last()).toEqual(back.now);
    await taskDue(back, task.title);
    const [old, newest] = [...desk.turns.values()];
    expect(old).toMatchObject({ state: "missed" });
    expect(newest).toMatchObject({ state: "open", dueAt: new Date("2026-11-09T09:00:00Z"), unseen: 3 });
    expect(desk.turns.size).toBe(2);
    await armUpkeep(desk.at("2026-11-09T11:05:00Z"));
    expect(desk.last()).toEqual(new Date("2026-11-10T09:00:00Z"));
  });

  test("is overdue after its grace, and is not reminded of once it is over", async () => {
    const desk = startDesk();
    await taskDue(desk.at("2026-11-05T09:00:00Z"), task.title);
    const [turn] = [...desk.turns.values()];
    if (!turn) throw new Error("it came round");
    expect(isOverdue(turn, task, new Date("2026-11-06T08:59:59Z"))).toBe(false);
    expect(isOverdue(turn, task, new Date("2026-11-06T09:00:00Z"))).toBe(true);
    await remindOfTask(desk.at("2026-11-06T09:00:00Z"), turn.id, 1);
    const reminders = () =>
      desk.intents.filter((intent) => "view" in intent && intent.view === "ops.task.overdue").length;
    expect(reminders()).toBe(1);
    desk.turns.set(turn.id, { ...turn, state: "done" });
    await remindOfTask(desk.at("2026-11-07T09:00:00Z"), turn.id, 2);
    expect(reminders()).toBe(1);
  });
});
