import type { Service } from "../domain/configuration.ts";
import type { Change, Run, Target } from "../domain/operation/operation.ts";
import type { Release } from "../domain/platform/releases.ts";
import { Refusal } from "../errors.ts";
import { endInWords, followTask, isGood, type TaskAct, type TaskSteps, taskSteps } from "./one-off-task.ts";
import { taskNamed } from "./run-task.ts";

/** A task that runs before a version is brought out, and has to end well. */
export interface BeforeTask extends TaskSteps {
  /** The allowed task that takes it back; null where none does. */
  readonly back: string | null;
}

/** What the configuration has run before a deployment, in its order, as the version to be deployed runs it. */
export function beforeTasks(entry: Service | null | undefined, release: Release): readonly BeforeTask[] {
  const tasks = entry?.tasks ?? [];
  return (entry?.before ?? []).map(({ task, back }) => ({
    ...taskSteps(taskNamed(task, tasks, entry?.name ?? "the service"), release),
    back,
  }));
}

/** The tasks as lines of a plan, in their order; `version` is what runs them. */
export function beforeInWords(tasks: readonly BeforeTask[], version: string): readonly Change[] {
  return tasks.map(({ name, command, container }) => ({
    label: `Before it, the task ${name}`,
    from: "none",
    to: `${command.join(" ")} in ${container} of ${version}`,
  }));
}

/** What there is to know of them: nothing takes them back by itself. */
export function beforeRisks(tasks: readonly BeforeTask[], target: Target): readonly string[] {
  return tasks.map(({ name, back }) => `What ${name} did stays when the deployment fails. ${wayBack(target, back)}`);
}

function wayBack(target: Target, back: string | null): string {
  return back === null
    ? "No task takes it back."
    : `\`/ops task ${target.name} ${back} --env ${target.environment}\` takes it back.`;
}

/**
 * Runs them one after the other, each to its end. The first that does not end well is a Refusal that says how it ended
 * and what was left undone. `revision` answers the version they run with.
 */
export async function runBefore(
  tasks: readonly BeforeTask[],
  target: Target,
  act: TaskAct,
  run: Run,
  made: { readonly revision: () => Promise<string>; readonly stays: string },
): Promise<void> {
  for (const [index, task] of tasks.entries()) {
    const { name, container, command, timeoutSeconds, back } = task;
    const token = index === 0 ? run.operationId : `${run.operationId}-${index + 1}`;
    await run.step(`task ${name} started`, async () =>
      act.runTask(target.placement, { revision: await made.revision(), container, command }, token),
    );
    await followTask(act, target, run, { token, timeoutSeconds, named: `task ${name}` }, (ended) => {
      if (isGood(ended)) return;
      const left = [...tasks.slice(index + 1).map((one) => `the task ${one.name}`), "the deployment"];
      throw new Refusal(
        "not_possible",
        `${name} did not end well: ${endInWords(ended)}. Not done: ${left.join(", ")}; ${target.name} still runs ${made.stays}.`,
        `See what it wrote with \`/ops logs ${target.name}\`. ${wayBack(target, back)}`,
      );
    });
  }
}
