import type { NamedTask, Service } from "../domain/configuration.ts";
import { inquire } from "../domain/inquiry/inquiry.ts";
import { logPlacement } from "../domain/logs/logs.ts";
import { nearest } from "../domain/nearest.ts";
import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import type { OneOffTask, ReleasesRead, ReleasesWrite } from "../domain/platform/releases.ts";
import type { ServicesRead } from "../domain/platform.ts";
import { Refusal } from "../errors.ts";
import { endInWords, followTask, isGood, type TaskSteps, taskSteps } from "./one-off-task.ts";
import { lasting } from "./scale-lease.ts";

interface TaskInput {
  /** As the configuration calls it: never a command. */
  readonly name: string;
}

/** What apply and look need. */
interface Steps extends TaskSteps {
  readonly lines: number;
}

type See = ServicesRead & ReleasesRead;
type Act = Pick<ReleasesRead, "task"> & ReleasesWrite;

/** Runs one of the commands that the configuration allows, once, beside a service and as the service runs. */
export const runTask: Operation<TaskInput, See, Act> = {
  name: "run-task",
  verb: "task",
  summary: "Run a command that the configuration allows once beside a service",
  targetKind: "service",
  ports: ["services", "releases"],
  parse: (input) => {
    const { name } = (input ?? {}) as { readonly name?: Json };
    if (typeof name === "string" && /^[a-z][a-z0-9-]{0,39}$/.test(name)) return { name };
    throw new Refusal("bad_argument", "A task is named as the configuration names it.", "See `/ops task <service>`.");
  },
  plan,
  expectations: async (_plan, target, see) => ({ "task definition": (await see.describe(target.placement)).version }),
  apply: async (made, target, act, run) => {
    const { name, revision, container, command, timeoutSeconds } = stepsOf(made);
    const token = run.operationId;
    await run.step(`task ${name} started`, () =>
      act.runTask(target.placement, { revision, container, command }, token),
    );
    await followTask(act, target, run, { token, timeoutSeconds, named: "followed" });
  },
  look: async (made, target, see, _since, operationId = "") =>
    sightingOf(stepsOf(made), await see.task(target.placement, operationId)),
  keep: async (app, record, seen) => {
    const { name, environment } = record.target;
    const id = (seen.facts as { readonly task?: string } | undefined)?.task;
    if (id === undefined || record.plan === null || logPlacement(app.config, { name, environment }) === null) return;
    const started = record.appliedAt ?? record.requestedAt;
    const question = {
      target: { name, environment },
      sinceSeconds: Math.ceil((app.now.getTime() - started.getTime()) / 1000) + 60,
      lines: stepsOf(record.plan).lines,
      errors: false,
      grep: null,
      followUntil: null,
      source: id.slice(0, 8),
    };
    const asked = { channelId: record.channelId, channelName: null };
    await inquire(app, "logs", { userId: record.requesterId, question, asked });
  },
};

/** The allowed task by that name; Refusal with the nearest, or all there are. */
export function taskNamed(name: string, tasks: readonly NamedTask[], service: string): NamedTask {
  const found = tasks.find((one) => one.name === name);
  if (found) return found;
  const names = tasks.map((one) => one.name);
  const near = nearest(name, names);
  throw new Refusal(
    "not_found",
    `No task ${name} is allowed for ${service}.`,
    names.length === 0
      ? "Add it under `tasks` of the service in the configuration."
      : `There is ${(near.length > 0 ? near : names).join(", ")}.`,
  );
}

async function plan(input: TaskInput, target: Target, see: See, entry?: Service | null): Promise<Plan> {
  const task = taskNamed(input.name, entry?.tasks ?? [], target.name);
  const [state, release] = await Promise.all([see.describe(target.placement), see.release(target.placement, null)]);
  const name = `${target.name} in ${target.environment}`;
  if (state.status !== "active") throw new Refusal("not_possible", `${name} is ${state.status}.`);
  const steps: Steps = { ...taskSteps(task, release), lines: task.lines };
  const hasLogs = entry?.logs?.some(({ environment }) => environment === target.environment) ?? false;
  return {
    summary: `Run ${task.name} once beside ${name}`,
    changes: [
      { label: "Task", from: "none", to: `${task.command.join(" ")} in ${steps.container} of ${release.version}` },
    ],
    risks: ["It runs with the network, the rights and the secrets of the service, and cannot be undone."],
    observed: [
      ...(task.summary === "" ? [] : [task.summary]),
      `It is stopped after ${lasting(task.timeoutSeconds)}.`,
      hasLogs
        ? `Its last ${task.lines} lines are shown when it has ended, without secrets.`
        : "What it writes is not shown: the configuration does not say where the logs are (`logs`).",
    ],
    expects: { "task definition": state.version },
    steps: steps as unknown as Json,
    undo: null,
    nothingToDo: null,
    count: null,
    // Other operations on the service run beside it, and so do other tasks.
    part: `task ${task.name}`,
  };
}

function stepsOf(made: Plan): Steps {
  return made.steps as unknown as Steps;
}

function sightingOf({ name }: Steps, task: OneOffTask | null): Sighting {
  const base = { events: [], final: true as const };
  if (task === null) {
    const gone = "the platform no longer knows the task";
    return { ...base, verdict: "failed", progress: gone, share: 1, reason: `How ${name} ended is not known: ${gone}.` };
  }
  const progress = task.state === "stopped" ? endInWords(task) : task.state;
  const facts = { task: task.id };
  if (task.state !== "stopped") {
    return { ...base, verdict: "on-the-way", progress, share: null, reason: null, working: true, facts };
  }
  const good = isGood(task);
  const reason = good ? null : `${name} ended with ${progress}.`;
  return { ...base, verdict: good ? "as-asked" : "failed", progress, share: 1, reason, facts };
}
