import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import { insideOf } from "../domain/operation/store-look.ts";
import type { QueueState, QueuesRead, QueuesWrite } from "../domain/platform/queues.ts";
import { Refusal } from "../errors.ts";

export interface PauseInput {
  /** Names of queues; null for all; "non-critical" for all that are not marked critical. */
  readonly queues: readonly string[] | "non-critical" | null;
}

type Pausing = Operation<PauseInput, QueuesRead, QueuesWrite>;

/** Lets no worker take another job of these queues; what is under way goes on. */
export const pauseQueues: Pausing = pausing("pause-queues", "pause", "Let workers take no more jobs of a queue", true);
/** Lets workers take jobs of these queues again. */
export const resumeQueues: Pausing = pausing(
  "resume-queues",
  "resume",
  "Let workers take jobs of a queue again",
  false,
);

function pausing(name: string, verb: string, summary: string, pause: boolean): Pausing {
  return {
    name,
    verb,
    summary,
    targetKind: "queue",
    parse,
    plan: (input, target, see) => plan(pause, input, target, see),
    expectations: async (made, target, see) => {
      const states = await see.states(target.placement, queuesOf(made));
      return Object.fromEntries(states.map((state) => [`queue ${state.name}`, inWords(state)]));
    },
    apply: async (made, target, act, run) => {
      for (const queue of queuesOf(made)) {
        await run.step(`${queue} ${pause ? "paused" : "resumed"}`, () =>
          pause ? act.pause(target.placement, queue) : act.resume(target.placement, queue),
        );
      }
    },
    look: async (made, target, see) => {
      const states = await see.states(target.placement, queuesOf(made));
      const other = states.filter((state) => state.paused !== pause);
      const active = states.reduce((sum, state) => sum + state.active, 0);
      const base = { share: null, events: [], reason: null };
      if (other.length > 0) {
        const names = other.map((state) => state.name).join(", ");
        return {
          ...base,
          verdict: "reverted",
          progress: "changed again",
          reason: `${names} ${pause ? "runs again" : "is paused again"}.`,
        };
      }
      const progress = pause
        ? `paused${active > 0 ? `, ${active} still active` : ", nothing active"}`
        : `running, ${active} active`;
      return { ...base, verdict: "as-asked", progress, share: 1 };
    },
  };
}

function queuesOf(made: Plan): readonly string[] {
  return (made.steps as unknown as { readonly queues: readonly string[] }).queues;
}

function inWords(state: QueueState): string {
  return state.paused ? "paused" : "running";
}

function parse(input: Json): PauseInput {
  const queues = (input as { readonly queues?: Json } | null)?.queues ?? null;
  if (queues === null || queues === "non-critical") return { queues };
  if (Array.isArray(queues) && queues.length > 0 && queues.every((one) => typeof one === "string")) {
    return { queues: queues as readonly string[] };
  }
  throw new Refusal("bad_argument", "Name a queue, `all` or `non-critical`.");
}

/** The queues of a target that are meant; a Refusal for one it does not have. */
export function queuesMeant(input: PauseInput["queues"], target: Target): readonly string[] {
  const { queues = "", critical = "" } = insideOf(target.placement).at;
  const all = queues.split("\n").filter((name) => name !== "");
  if (input === null) return all;
  if (input === "non-critical") return all.filter((name) => !critical.split("\n").includes(name));
  const unknown = input.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new Refusal("not_found", `${target.name} has no queue ${unknown}.`, `There are these: ${all.join(", ")}.`);
  }
  return input;
}

async function plan(pause: boolean, input: PauseInput, target: Target, see: QueuesRead): Promise<Plan> {
  const states = await see.states(target.placement, queuesMeant(input.queues, target));
  const absent = states.filter((state) => !state.exists);
  if (absent.length > 0 && Array.isArray(input.queues)) {
    throw new Refusal("not_found", `Its Redis holds no queue ${absent.map((state) => state.name).join(", ")}.`);
  }
  const changing = states.filter((state) => state.exists && state.paused !== pause);
  const names = changing.map((state) => state.name);
  const where = `${target.name} in ${target.environment}`;
  const what = changing.length === 1 ? `the queue ${names[0]}` : `${changing.length} queues`;
  const held = changing.reduce((sum, state) => sum + state.waiting, 0);
  const active = changing.reduce((sum, state) => sum + state.active, 0);
  return {
    summary: `${pause ? "Pause" : "Resume"} ${what} of ${where}`,
    changes: changing.map((state) => ({ label: state.name, from: inWords(state), to: pause ? "paused" : "running" })),
    risks: pause
      ? [`New jobs pile up until it is resumed${active > 0 ? `; ${active} that are active go on` : ""}.`]
      : held > 0
        ? [`${held} jobs wait and start at once, as fast as the workers take them.`]
        : [],
    observed: [`${held} waiting, ${active} active.`],
    expects: Object.fromEntries(changing.map((state) => [`queue ${state.name}`, inWords(state)])),
    steps: { queues: names },
    undo: {
      operation: pause ? "resume-queues" : "pause-queues",
      target: { environment: target.environment, name: target.name },
      input: { queues: names },
    },
    nothingToDo: changing.length === 0 ? `${where}: ${pause ? "paused" : "running"} already.` : null,
    count: null,
    ...(changing.length === 1 ? { part: `queue ${names[0]}` } : {}),
  };
}
