import type { LookUpPeople } from "../domain/people/records.ts";
import { upkeepTask } from "../domain/upkeep/task.ts";
import { automaticOwner, remindOfTask, runTurn, showTurn, taskDue } from "../domain/upkeep/turns.ts";
import { Refusal } from "../errors.ts";
import type { JobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";

/** Posts a task that came round; one that runs by itself is asked for in its owner's name, as if they had. */
export function taskDueJob(context: OperationContext & { readonly lookUp: LookUpPeople }): JobHandler<"task-due"> {
  return {
    name: "task-due",
    handle: async ({ task: title }) => {
      const due = await context.transact(async (app) => {
        const turn = await taskDue(app, title);
        const task = turn && upkeepTask(app.config, title);
        return turn && task && { turn, owner: automaticOwner(task) };
      });
      if (!due) return;
      const refused = await runByItself(context, due.turn.id, due.owner);
      if (refused === null) return;
      await context.transact(async (app) => {
        await app.turns.update(due.turn.id, { note: `It did not run by itself: ${refused}` });
        await showTurn(app, due.turn);
      });
    },
  };
}

/** Null where it was asked for; else why it was not. */
async function runByItself(
  context: OperationContext & { readonly lookUp: LookUpPeople },
  turnId: string,
  owner: string | null,
): Promise<string | null> {
  if (owner === null) return "nobody owns it.";
  await context.lookUp([owner]);
  const [userId] = await context.transact(async (app) => (await app.people.meant([owner])).get(owner) ?? []);
  if (userId === undefined) return `Slack knows nobody called ${owner}.`;
  const caller = await context.identify(userId, { fresh: true, patienceSeconds: 5 });
  try {
    await context.transact((app) => runTurn(app, context.operations, turnId, caller, "schedule"));
    return null;
  } catch (error) {
    if (error instanceof Refusal) return `${error.message}${error.next ? ` ${error.next}` : ""}`;
    throw error;
  }
}

/** Reminds of a task that is overdue. */
export function remindTaskJob(context: OperationContext): JobHandler<"remind-task"> {
  return {
    name: "remind-task",
    handle: ({ turnId, round }) => context.transact((app) => remindOfTask(app, turnId, round)),
  };
}
