import { atLeast, type Json, type Operation, type Plan, type Target } from "../domain/operation/operation.ts";
import type { CleanState, Failure, QueuesRead, QueuesWrite } from "../domain/platform/queues.ts";
import { Refusal } from "../errors.ts";
import { queuesMeant } from "./pause-queues.ts";

type Given = { readonly [key: string]: Json } | null;

function text(input: Json, name: string): string | null {
  const value = (input as Given)?.[name];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function number(input: Json, name: string, otherwise: number, [least, most]: readonly [number, number]): number {
  const value = (input as Given)?.[name] ?? otherwise;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Refusal("bad_argument", `${name} must be a whole number from ${least} to ${most}.`);
}

/** Seconds a job must be old to go: what came a moment ago may still be looked at, and nothing is kept for years. */
function age(input: Json): number {
  const value = (input as Given)?.olderSeconds;
  if (typeof value === "number" && Number.isInteger(value) && value >= 60 && value <= 366 * 86_400) return value;
  throw new Refusal("bad_argument", "The age must be from 1 minute to 366 days.", "Such as --older 24h.");
}

/** The queue that is meant, which a target with only one need not be told. */
function oneQueue(name: string | null, target: Target): string {
  const all = queuesMeant(name === null ? null : [name], target);
  const [only, ...others] = all;
  if (only !== undefined && others.length === 0) return only;
  throw new Refusal("missing_argument", `${target.name} has several queues.`, `Say which: ${all.join(", ")}.`);
}

async function existing(see: QueuesRead, target: Target, name: string | null) {
  const queue = oneQueue(name, target);
  const [state] = await see.states(target.placement, [queue]);
  if (!state?.exists)
    throw new Refusal("not_found", `Its Redis holds no queue ${queue}.`, "Check its name and prefix.");
  return state;
}

const place = (target: Target) => `${target.name} in ${target.environment}`;

/** The provider puts back some tens a second, so that a slice takes a second or two. */
const retrying = { perSlice: 50 } as const;

/** Puts failed jobs back into their queue: chosen when it is planned, so many at most, and some at a time. */
export const retryFailed: Operation<
  { readonly queue: string | null; readonly job: string | null; readonly reason: string | null; readonly most: number },
  QueuesRead,
  QueuesWrite
> = {
  name: "retry-failed",
  verb: "retry",
  summary: "Put failed jobs back into their queue",
  targetKind: "queue",
  parse: (input) => ({
    queue: text(input, "queue"),
    job: text(input, "job"),
    reason: text(input, "reason"),
    most: number(input, "most", 100, [1, 1000]),
  }),
  plan: async (input, target, see) => {
    const state = await existing(see, target, input.queue);
    if (state.paused) {
      throw new Refusal("not_possible", `The queue ${state.name} is paused.`, "Resume it first; then retry.");
    }
    const { failures, total } = await see.failed(target.placement, state.name, input);
    const count = failures.length;
    return {
      summary: `Retry ${count} failed ${count === 1 ? "job" : "jobs"} of ${state.name} on ${place(target)}`,
      changes: [{ label: "Failed jobs that fit", from: String(total), to: String(total - count) }],
      risks: [
        ...(state.workers === 0 ? ["No worker is there: they will only wait."] : []),
        "What made them fail may still be there; what they did before they failed is done again.",
      ],
      observed: [
        `${state.failed} failed in all, ${state.waiting} waiting, ${state.active} active, ${state.workers} workers.`,
      ],
      expects: { [`queue ${state.name}`]: "running" },
      steps: { queue: state.name, failures: failures.map(({ id, failedAt }) => ({ id, failedAt })) },
      undo: null,
      nothingToDo: count === 0 ? `No failed job of ${state.name} fits.` : null,
      count: { from: 0, to: count, counted: true },
      part: `queue ${state.name}`,
    };
  },
  expectations: async (made, target, see) => {
    const { queue } = made.steps as unknown as { readonly queue: string };
    const [state] = await see.states(target.placement, [queue]);
    return { [`queue ${queue}`]: state?.paused ? "paused" : "running" };
  },
  apply: async (made, target, act, run) => {
    const { queue, failures } = made.steps as unknown as {
      readonly queue: string;
      readonly failures: readonly Failure[];
    };
    await run.slices("retried", async (cursor) => {
      const from = cursor as { readonly at: number; readonly done: number } | null;
      const at = from?.at ?? 0;
      const some = failures.slice(at, at + retrying.perSlice);
      const { looked, retried } = await act.retry(target.placement, queue, some);
      const done = (from?.done ?? 0) + retried;
      const next = at + looked;
      const isOver = next >= failures.length;
      const others =
        run.interrupted === true
          ? "; the others had been put back before the bot was stopped, or were not failed as planned any more"
          : "; the others were not failed as planned any more";
      return {
        cursor: isOver ? null : { at: next, done },
        progress: `${atLeast(run)}${done} of ${failures.length}${isOver && done < failures.length ? others : ""}`,
        share: Math.min(1, next / failures.length),
      };
    });
  },
  look: async (made, target, see) => {
    const { queue } = made.steps as unknown as { readonly queue: string };
    const [state] = await see.states(target.placement, [queue]);
    const progress = `put back; ${state?.waiting ?? 0} waiting, ${state?.active ?? 0} active, ${state?.failed ?? 0} failed now`;
    return { verdict: "as-asked", progress, share: 1, events: [], reason: null, final: true };
  },
};

const cleanStates: readonly CleanState[] = ["completed", "failed", "delayed", "wait"];

/** Removes jobs in one state that are older than a time. */
export const cleanQueue: Operation<
  { readonly queue: string | null; readonly state: CleanState; readonly olderSeconds: number },
  QueuesRead,
  QueuesWrite
> = {
  name: "clean-queue",
  verb: "clean",
  summary: "Remove jobs of a queue that are older than a time",
  targetKind: "queue",
  parse: (input) => {
    const state = cleanStates.find((one) => one === (text(input, "state") ?? "completed"));
    if (!state) throw new Refusal("bad_argument", `The state is one of ${cleanStates.join(", ")}.`);
    return { queue: text(input, "queue"), state, olderSeconds: age(input) };
  },
  plan: async (input, target, see) => {
    const state = await existing(see, target, input.queue);
    // A moment and not an age, so that what grows old until it is done is not removed as well.
    const before = await see.moment(target.placement, input.olderSeconds);
    const count = await see.older(target.placement, state.name, input.state, before);
    const older = `older than ${Math.round(input.olderSeconds / 60)} min`;
    return {
      summary: `Remove ${count} ${input.state} jobs of ${state.name} on ${place(target)}, ${older}`,
      changes: [{ label: `Jobs ${input.state}, ${older}`, from: String(count), to: "0" }],
      risks:
        input.state === "completed" ? [] : ["What these jobs were to do is never done; they cannot be brought back."],
      observed: [
        `${state.completed} completed, ${state.failed} failed, ${state.waiting} waiting, ${state.delayed} delayed.`,
      ],
      expects: {},
      steps: { queue: state.name, state: input.state, before, count },
      undo: null,
      nothingToDo: count === 0 ? `No ${input.state} job of ${state.name} is that old.` : null,
      count: { from: 0, to: count, counted: true },
      part: `queue ${state.name}`,
    };
  },
  expectations: async () => ({}),
  apply: async (made, target, act, run) => {
    const steps = cleaningOf(made);
    await run.slices("removed", async (cursor) => {
      const before = (cursor as { readonly removed: number } | null)?.removed ?? 0;
      const batch = Math.min(1000, Math.max(1, steps.count - before));
      const removed = await act.clean(target.placement, steps.queue, steps.state, steps.before, batch);
      const all = before + removed;
      const isOver = removed === 0 || all >= steps.count;
      return {
        cursor: isOver ? null : { removed: all },
        progress: `${atLeast(run)}${all} of ${steps.count}`,
        share: Math.min(1, all / steps.count),
      };
    });
  },
  look: async (made, target, see) => {
    const { queue, state, before } = cleaningOf(made);
    const left = await see.older(target.placement, queue, state, before);
    const progress =
      left === 0 ? "none that old is left" : `${left} that old are left: they came into that state since`;
    return { verdict: "as-asked", progress, share: 1, events: [], reason: null, final: true };
  },
};

function cleaningOf(made: Plan): {
  readonly queue: string;
  readonly state: CleanState;
  /** Milliseconds since 1970, by the clock of the queues' server. */
  readonly before: number;
  readonly count: number;
} {
  return made.steps as unknown as ReturnType<typeof cleaningOf>;
}

/** Removes one job that no worker holds. */
export const removeJob: Operation<{ readonly queue: string | null; readonly id: string }, QueuesRead, QueuesWrite> = {
  name: "remove-job",
  verb: "remove-job",
  summary: "Remove one job that no worker holds",
  targetKind: "queue",
  parse: (input) => {
    const id = text(input, "id");
    if (id === null || id.length > 200)
      throw new Refusal("bad_argument", "Name the job by its id.", "See `/ops queue`.");
    return { queue: text(input, "queue"), id };
  },
  plan: async (input, target, see) => {
    const queue = (await existing(see, target, input.queue)).name;
    const job = await see.job(target.placement, queue, input.id);
    if (job === null) throw new Refusal("not_found", `${queue} has no job ${input.id}.`);
    if (job.locked) {
      throw new Refusal(
        "not_possible",
        `A worker holds job ${input.id} at this moment.`,
        "A lost worker's hold ends by itself within half a minute.",
      );
    }
    return {
      summary: `Remove job ${input.id} of ${queue} on ${place(target)}`,
      changes: [{ label: `Job ${input.id}`, from: `${job.state}, tried ${job.attempts} times`, to: "gone" }],
      risks: ["What it was to do is never done; it cannot be brought back."],
      observed: [],
      expects: { [`job ${input.id}`]: job.state },
      steps: { queue, id: input.id },
      undo: null,
      nothingToDo: null,
      count: null,
      part: `job ${queue} ${input.id}`,
    };
  },
  expectations: async (made, target, see) => {
    const { queue, id } = made.steps as unknown as { readonly queue: string; readonly id: string };
    const job = await see.job(target.placement, queue, id);
    return { [`job ${id}`]: job === null ? "gone" : job.locked ? "held by a worker" : job.state };
  },
  apply: async (made, target, act, run) => {
    const { queue, id } = made.steps as unknown as { readonly queue: string; readonly id: string };
    await run.step(`removed job ${id}`, async () => {
      await act.remove(target.placement, queue, id);
    });
  },
  look: async (made, target, see) => {
    const { queue, id } = made.steps as unknown as { readonly queue: string; readonly id: string };
    const job = await see.job(target.placement, queue, id);
    if (job === null)
      return { verdict: "as-asked", progress: "it is gone", share: 1, events: [], reason: null, final: true };
    return {
      verdict: "failed",
      progress: "still there",
      share: null,
      events: [],
      reason: `It is still there: ${job.state}${job.locked ? ", held by a worker" : ""}.`,
    };
  },
};
