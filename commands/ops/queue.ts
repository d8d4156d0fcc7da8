import { anyOperation, type Json, type Target } from "../../src/domain/operation/operation.ts";
import { requestStoreLook, storeLookById, targetOfLook } from "../../src/domain/operation/store-look.ts";
import { type QueueView, queueViews } from "../../src/domain/platform/queues.ts";
import { pauseQueues, queuesMeant, resumeQueues } from "../../src/operations/pause-queues.ts";
import { cleanQueue, removeJob, retryFailed } from "../../src/operations/tend-queue.ts";
import { type Answered, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { askStore, secondsOf } from "./ask-store.ts";
import { whereSeen } from "./db.ts";
import { operationArgs } from "./guarded.ts";

const one = arg.option("queue", "name");
/** The same without its flag, as one types it. */
const named = arg.optional(arg.text("<queue>"));
const { reason, change, yes, breakGlass } = operationArgs;

/** Shows how queues are, or what failed in them. */
export const queue = command({
  name: "/ops queue",
  synonyms: ["queues"],
  summary: "Show how queues are: waiting, active, failed with reasons, workers",
  examples: ["/ops queue jobs", "/ops queue jobs failed", "/ops queue jobs failed --queue emails"],
  args: {
    target: arg.target("queue"),
    view: arg.optional(arg.choice(`<${queueViews.join("|")}>`, () => queueViews)),
    queue: one,
  },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    if (args.queue !== undefined) queuesMeant([args.queue], args.target);
    const question = { kind: "queue" as const, view: (args.view ?? "stats") as QueueView, queue: args.queue ?? null };
    const look = await requestStoreLook(app, { userId: caller.userId, asked: at, target: args.target, question });
    return whereSeen(app, look, at);
  },
  buttons: {
    "ops.queue.pause": (ask) => bySeen(ask, pauseQueues, "pause", () => ({ queues: null })),
    "ops.queue.resume": (ask) => bySeen(ask, resumeQueues, "resume", () => ({ queues: null })),
    "ops.queue.retry": (ask) => bySeen(ask, retryFailed, "retry", (name) => ({ queue: name })),
  },
});

/** `all`, `non-critical`, or the name of a queue; a target with one queue needs none. */
function queuesFrom(word: string | undefined, target: Target): Json {
  if (word === undefined) return { queues: queuesMeant(null, target).length === 1 ? null : [] };
  if (word === "all") return { queues: null };
  if (word === "non-critical") return { queues: "non-critical" };
  return { queues: [...queuesMeant([word], target)] };
}

interface Words {
  readonly synonyms: readonly string[];
  readonly summary: string;
  readonly examples: readonly string[];
}

/** Plans to let workers take no more jobs. */
export const pause = onQueues(pauseQueues, "pause", {
  synonyms: ["pause-queue"],
  summary: "Let workers take no more jobs of a queue, of all, or of the non-critical ones",
  examples: ["/ops pause jobs emails", "/ops pause jobs all", "/ops pause jobs non-critical"],
});
/** Plans to let workers take jobs again. */
export const resume = onQueues(resumeQueues, "resume", {
  synonyms: ["resume-queue", "unpause"],
  summary: "Let workers take jobs of a queue again, or of all",
  examples: ["/ops resume jobs emails", "/ops resume jobs all"],
});
/** Plans to pause every queue of a target. */
export const pauseAll = onAllQueues(pauseQueues, "pause", "Let workers take no more jobs of any queue of a target");
/** Plans to resume every queue of a target. */
export const resumeAll = onAllQueues(resumeQueues, "resume", "Let workers take jobs of every queue of a target again");

function onQueues(operation: typeof pauseQueues, verb: string, words: Words) {
  return command({
    name: `/ops ${verb}`,
    ...words,
    args: {
      target: arg.target("queue"),
      ...operationArgs,
      which: arg.optional(arg.text("<queue|all|non-critical>")),
    },
    needs: "member",
    run: async (ask) => {
      const { target, which, ...rest } = ask.args;
      const input = queuesFrom(which, target);
      return askStore(ask, {
        operation: anyOperation(operation),
        target,
        input,
        what: `${verb} ${which ?? ""}`,
        ...rest,
      });
    },
  });
}

function onAllQueues(operation: typeof pauseQueues, verb: string, summary: string) {
  return command({
    name: `/ops ${verb}-all`,
    summary,
    examples: [`/ops ${verb}-all jobs`],
    args: { target: arg.target("queue"), ...operationArgs },
    needs: "member",
    run: async (ask) => {
      const { target, ...rest } = ask.args;
      const input = { queues: null };
      return askStore(ask, { operation: anyOperation(operation), target, input, what: `${verb} all`, ...rest });
    },
  });
}

/** Plans to put failed jobs back into their queue. */
export const retry = command({
  name: "/ops retry",
  synonyms: ["retry-failed"],
  summary: "Put failed jobs back into their queue: by name, by reason, so many at most",
  examples: ["/ops retry jobs emails", "/ops retry jobs --queue emails --why timeout --most 50"],
  args: {
    target: arg.target("queue"),
    queue: one,
    job: arg.option("job", "name"),
    why: arg.option("why", "text"),
    most: arg.option("most", "100"),
    change,
    yes,
    breakGlass,
    name: named,
  },
  needs: "member",
  run: async (ask) => {
    const { target, queue: name = ask.args.name, job, why, most } = ask.args;
    const input = {
      queue: name ?? null,
      job: job ?? null,
      reason: why ?? null,
      most: most === undefined ? 100 : Number(most),
    };
    return askStore(ask, {
      operation: anyOperation(retryFailed),
      target,
      input,
      what: "retry failed",
      change: ask.args.change,
      yes: ask.args.yes,
      breakGlass: ask.args.breakGlass,
    });
  },
});

/** Plans to remove old jobs. */
export const clean = command({
  name: "/ops clean",
  synonyms: ["clean-queue"],
  summary: "Remove jobs of a queue that are older than a time",
  examples: ["/ops clean jobs emails --older 24h", "/ops clean jobs --state failed --older 7d"],
  args: {
    target: arg.target("queue"),
    queue: one,
    state: arg.option("state", "completed"),
    older: arg.option("older", "24h"),
    reason,
    change,
    breakGlass,
    name: named,
  },
  needs: "member",
  run: async (ask) => {
    const { target, queue: name = ask.args.name, state, older } = ask.args;
    const input = {
      queue: name ?? null,
      state: state ?? "completed",
      olderSeconds: older === undefined ? 86_400 : secondsOf(older),
    };
    return askStore(ask, {
      operation: anyOperation(cleanQueue),
      target,
      input,
      what: "clean",
      reason: ask.args.reason,
      change: ask.args.change,
      breakGlass: ask.args.breakGlass,
    });
  },
});

/** Plans to remove a job that no worker holds. */
export const removeJobCommand = command({
  name: "/ops remove-job",
  summary: "Remove one job that no worker holds",
  examples: ["/ops remove-job jobs 4711 --queue emails"],
  args: { target: arg.target("queue"), queue: one, reason, change, breakGlass, id: arg.text("<job>") },
  needs: "member",
  run: async (ask) => {
    const { target, queue: name, id } = ask.args;
    const input = { queue: name ?? null, id };
    return askStore(ask, {
      operation: anyOperation(removeJob),
      target,
      input,
      what: `remove job ${id}`,
      reason: ask.args.reason,
      change: ask.args.change,
      breakGlass: ask.args.breakGlass,
    });
  },
});

async function bySeen(
  ask: ButtonAsk,
  operation: { readonly name: string },
  what: string,
  inputOf: (queue: string) => Json,
): Answered {
  const slash = ask.about.id.indexOf("/");
  const look = await storeLookById(ask.app, slash < 0 ? ask.about.id : ask.about.id.slice(0, slash));
  const target = targetOfLook(ask.app.config, look);
  const name = slash < 0 ? "" : ask.about.id.slice(slash + 1);
  if (name !== "") queuesMeant([name], target);
  return askStore(ask, { operation: operation as never, target, input: inputOf(name), what });
}
