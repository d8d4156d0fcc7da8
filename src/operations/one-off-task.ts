import type { NamedTask } from "../domain/configuration.ts";
import type { Json, Run, Slice, Target } from "../domain/operation/operation.ts";
import type { OneOffTask, Release, ReleasesRead, ReleasesWrite } from "../domain/platform/releases.ts";
import { ProviderError, Refusal } from "../errors.ts";
import { lasting } from "./scale-lease.ts";

/** A task as it was allowed when it was planned. */
export interface TaskSteps {
  readonly name: string;
  readonly revision: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
}

export type TaskAct = Pick<ReleasesRead, "task"> & Pick<ReleasesWrite, "runTask" | "stopTask">;

/** Seconds between two looks, and how long a task that was started may be unknown to the platform. */
const waiting = { seconds: 5, unknownSeconds: 60 } as const;

/** A configured task with the container it runs in; a Refusal where that is not clear, or not there. */
export function taskSteps(task: NamedTask, release: Release): TaskSteps {
  const containers = release.images.map(({ container }) => container);
  const container = task.container ?? release.main;
  if (container === null || !containers.includes(container)) {
    throw new Refusal(
      "not_possible",
      container === null
        ? `Which container of ${release.version} runs it is not clear: it has ${containers.join(", ")}.`
        : `${release.version} has no container ${container}: it has ${containers.join(", ")}.`,
      "Name one as `container` of the task in the configuration.",
    );
  }
  const { name, command, timeoutSeconds } = task;
  return { name, revision: release.revision, container, command, timeoutSeconds };
}

/**
 * Follows a task that was started until it has ended, and stops it when its time is up or a person stops the operation.
 * `named` is how the steps call it; `ended` may throw for one that ended badly.
 */
export async function followTask(
  act: TaskAct,
  target: Target,
  run: Run,
  task: { readonly token: string; readonly timeoutSeconds: number; readonly named: string },
  ended: (task: OneOffTask) => void = () => {},
): Promise<void> {
  const { token, timeoutSeconds, named } = task;
  const at = target.placement;
  await run.slices(
    named,
    async (cursor: Json, moment: Date) => {
      const { since } = (cursor ?? { since: moment.toISOString() }) as { readonly since: string };
      const seen = await act.task(at, token);
      const seconds = (moment.getTime() - Date.parse(since)) / 1000;
      if (seen?.state === "stopped") ended(seen);
      else if (seconds >= timeoutSeconds) {
        await act.stopTask(at, token, `Stopped by Tocsin after ${lasting(timeoutSeconds)}`);
      }
      return sliceOf(seen, since, seconds, timeoutSeconds);
    },
    () => act.stopTask(at, token, "Stopped from Slack"),
  );
}

function sliceOf(task: OneOffTask | null, since: string, seconds: number, timeoutSeconds: number): Slice {
  if (task?.state === "stopped") return { cursor: null, progress: endInWords(task), share: 1 };
  if (task === null && seconds >= waiting.unknownSeconds) {
    throw new ProviderError({
      provider: "AWS",
      operation: "DescribeTasks",
      fault: "refused",
      code: "TaskUnknown",
      message: "The task was started, and the platform no longer knows it.",
    });
  }
  const word = task === null ? "not seen yet" : task.state === "starting" ? "starting" : "running";
  const progress = seconds >= timeoutSeconds ? "being stopped: its time is up" : word;
  return { cursor: { since }, progress, share: null, waitSeconds: waiting.seconds };
}

/** Whether a task that has ended did what it was run for. */
export function isGood({ byItself, exitCode }: OneOffTask): boolean {
  return byItself && exitCode === 0;
}

/** How a task ended: exit code 1. */
export function endInWords({ exitCode, byItself, reason }: OneOffTask): string {
  if (!byItself && reason !== null) return reason;
  return exitCode === null ? (reason ?? "no exit code") : `exit code ${exitCode}`;
}
