import type { Configuration } from "../../src/domain/configuration.ts";
import { nearest } from "../../src/domain/nearest.ts";
import { upkeepTask } from "../../src/domain/upkeep/task.ts";
import { finishTurn, requireTurn, runTurn, skipTurn } from "../../src/domain/upkeep/turns.ts";
import { Refusal } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";
import { arg, command } from "../../src/slack/command.ts";
import { scheduleList, skipForm, taskHistory } from "../../templates/ops/schedule.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

const historyShown = 15;
const lastTurns = 2;

/** Lists maintenance that comes round: what is due, overdue and next; of one task its history. */
export const schedule = command({
  name: "/ops schedule",
  synonyms: ["tasks", "maintenance", "calendar"],
  summary: "List the maintenance that comes round: due, overdue, next; of one task its history",
  examples: ["/ops schedule", "/ops schedule Restore test"],
  args: { task: arg.optional(arg.text("<task>")) },
  needs: "member",
  run: async ({ app, args }) => {
    if (args.task !== undefined) {
      const task = taskMeant(app.config, args.task);
      return { text: taskHistory(task, await app.turns.of(task.title, historyShown), app.now) };
    }
    const rows = [];
    for (const task of app.config.upkeep ?? []) rows.push({ task, turns: await app.turns.of(task.title, lastTurns) });
    return { text: scheduleList(rows, app.now) };
  },
  buttons: {
    "ops.task.done": async ({ app, caller, about }) => {
      await finishTurn(app, about.id, caller);
      return undefined;
    },
    "ops.task.skip": async ({ app, about, at }) => ({
      modal: skipForm((await requireTurn(app, about.id)).turn),
      push: at.inForm,
    }),
    "ops.task.run": async ({ app, caller, about, at }) => {
      const { task } = await requireTurn(app, about.id);
      return orRefused(app, { by: caller.userId, what: "a task of the schedule", subject: task.title }, async () =>
        where(app, await runTurn(app, operations, about.id, caller, "person"), at),
      );
    },
  },
  forms: {
    "ops.task.skip.form": async ({ app, caller, about, values }) => {
      await skipTurn(app, about.id, caller, values.text("reason"));
      return undefined;
    },
  },
});

function taskMeant(config: Configuration, word: string) {
  const said = word
    .trim()
    .replaceAll(/^["“”]|["“”]$/g, "")
    .toLowerCase();
  const titles = (config.upkeep ?? []).map(({ title }) => title);
  const begins = titles.filter((title) => title.toLowerCase().startsWith(said));
  const title = titles.find((one) => one.toLowerCase() === said) ?? (begins.length === 1 ? begins[0] : undefined);
  const task = title === undefined ? null : upkeepTask(config, title);
  if (task) return task;
  const near = nearest(said, titles);
  const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}? ` : "";
  throw new Refusal(
    "not_found",
    `No task is called "${word.slice(0, 80)}".`,
    `${hint}\`/ops schedule\` lists them all.`,
  );
}
