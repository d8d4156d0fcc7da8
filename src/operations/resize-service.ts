import type { Held, Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { Release, TaskSize } from "../domain/platform/releases.ts";
import type { ServiceState } from "../domain/platform.ts";
import { Refusal } from "../errors.ts";
import {
  describeReleasable,
  expects,
  healthInWords,
  healthNow,
  primaryOf,
  rollOut,
  rolloutRisks,
  type VersionSteps,
  type VersionsRead,
  type VersionsWrite,
} from "./roll-out.ts";
import { lasting, parseLease } from "./scale-lease.ts";
import { nearestSizes, sizeInWords } from "./task-size.ts";

export interface ResizeInput {
  /** CPU units and MiB of the whole task; one that is left out stays. */
  readonly cpu: number | null;
  readonly memory: number | null;
  /** Full name of the version whose size comes back; only a way back names it. */
  readonly back?: string;
  /** For so long: then the version before comes back by itself. */
  readonly forSeconds?: number;
  /** What the lease had left that this ends. */
  readonly held?: Held;
}

/** Gives the tasks of a service more or less CPU and memory: a copy of its version that differs in nothing else. */
export const resizeService: Operation<ResizeInput, VersionsRead, VersionsWrite> = {
  ...rollOut,
  name: "resize-service",
  verb: "resize",
  summary: "Give the tasks of a service more or less CPU and memory",
  parse,
  plan: async (input, target, see) => {
    const state = await describeReleasable(target, see);
    const current = await see.release(target.placement, null);
    return input.back === undefined
      ? planSize(input, target, see, state, current)
      : planBack(input, input.back, target, see, state, current);
  },
};

function parse(input: Json): ResizeInput {
  const given = input as { readonly cpu?: Json; readonly memory?: Json; readonly back?: Json } | null;
  const size = (value: Json | undefined) => (typeof value === "number" && Number.isInteger(value) ? value : null);
  const [cpu, memory] = [size(given?.cpu), size(given?.memory)];
  const back = typeof given?.back === "string" ? given.back : undefined;
  if (cpu === null && memory === null && back === undefined) {
    const next = "Such as `/ops resize backend --cpu 512 --memory 1024`.";
    throw new Refusal("missing_argument", "Say how much CPU or memory.", next, "cpu");
  }
  const { held } = (input ?? {}) as { readonly held?: Held };
  return {
    cpu,
    memory,
    ...(back === undefined ? {} : { back }),
    ...parseLease(input),
    ...(held === undefined ? {} : { held }),
  };
}

async function planSize(
  input: ResizeInput,
  target: Target,
  see: VersionsRead,
  state: ServiceState,
  current: Release,
): Promise<Plan> {
  const name = `${target.name} in ${target.environment}`;
  const before = sizeOf(current, name);
  const size: TaskSize = { cpu: input.cpu ?? before.cpu, memory: input.memory ?? before.memory };
  refuseOtherSizes(size, current, input);
  const isDone = size.cpu === before.cpu && size.memory === before.memory;
  const health = await healthNow(target, see);
  const steps: VersionSteps = {
    from: { revision: current.revision, version: current.version, deployment: primaryOf(state)?.id ?? "" },
    to: { revision: current.revision, version: current.version },
    copy: size,
    stop: null,
    before: health,
  };
  const lease = input.forSeconds === undefined || isDone ? null : input.forSeconds;
  return {
    summary: `Resize ${name} from ${sizeInWords(before)} to ${sizeInWords(size)}`,
    changes: sizeChanges(before, size),
    risks: isDone ? [] : [...sizeRisks(before, size), ...rolloutRisks(state)],
    observed: [
      `A copy of ${current.version} is registered that differs in nothing else.`,
      ...(lease === null ? [] : [`After ${lasting(lease)} ${current.version} comes back.`]),
      healthInWords(health),
    ],
    expects: expects(state),
    steps: steps as unknown as Json,
    undo: isDone ? null : back(target, current),
    undoLabel: `Back to ${sizeInWords(before)}`,
    nothingToDo: isDone ? `The tasks of ${name} have ${sizeInWords(before)} already.` : null,
    count: null,
    ...(lease === null
      ? {}
      : {
          lease: {
            seconds: lease,
            held: { count: state.desired, bounds: null, size: { ...size, of: current.revision } },
          },
        }),
  };
}

async function planBack(
  input: ResizeInput,
  revision: string,
  target: Target,
  see: VersionsRead,
  state: ServiceState,
  current: Release,
): Promise<Plan> {
  const name = `${target.name} in ${target.environment}`;
  const [to, health] = await Promise.all([see.release(target.placement, revision), healthNow(target, see)]);
  const drift = driftOf(current, revision, input.held);
  const isDone = current.revision === revision || current.sameAs === revision;
  const leftAlone = drift !== null && input.held !== undefined ? `${drift} It is left alone.` : null;
  const steps: VersionSteps = {
    from: { revision: current.revision, version: current.version, deployment: primaryOf(state)?.id ?? "" },
    to: { revision: to.revision, version: to.version },
    copy: to.active ? null : { same: true },
    stop: null,
    before: health,
  };
  const [now, then] = [sizeOf(current, name), sizeOf(to, name)];
  return {
    summary: `Set the size of ${name} back to ${sizeInWords(then)} (${to.version})`,
    changes: [...sizeChanges(now, then), { label: "Version", from: current.version, to: to.version }],
    risks: isDone
      ? []
      : [
          ...(drift === null ? [] : [drift]),
          ...(to.active ? [] : [`${to.version} was deregistered: a copy of it is registered first.`]),
          ...sizeRisks(now, then),
          ...rolloutRisks(state),
        ],
    observed: [healthInWords(health)],
    expects: expects(state),
    steps: steps as unknown as Json,
    undo: isDone || leftAlone !== null ? null : back(target, current),
    undoLabel: `Back to ${sizeInWords(now)}`,
    nothingToDo: isDone ? `${name} runs ${current.version} with ${sizeInWords(now)} already.` : leftAlone,
    count: null,
  };
}

/** What a way back asks for: exactly the version that ran. */
function back(target: Target, current: Release): Plan["undo"] {
  return {
    operation: "resize-service",
    target: { environment: target.environment, name: target.name },
    input: { cpu: null, memory: null, back: current.revision },
  };
}

/** Why what runs is not what was left behind; null where it is. */
function driftOf(current: Release, revision: string, held: Held | undefined): string | null {
  if ([current.revision, current.sameAs].includes(revision)) return null;
  const isOurs = current.sizedFrom === revision;
  const { size } = held ?? {};
  const hasSize = size === undefined || (current.cpu === size.cpu && current.memory === size.memory);
  return isOurs && hasSize
    ? null
    : `It runs ${current.version} now, which is not what was left behind: somebody deployed it since.`;
}

function sizeOf({ cpu, memory, version }: Release, name: string): TaskSize {
  if (cpu !== null && memory !== null) return { cpu, memory };
  throw new Refusal(
    "not_possible",
    `${version} of ${name} sets no CPU and memory for its tasks as a whole, only for containers.`,
    "Set them in the task definition, and deploy that.",
  );
}

function refuseOtherSizes(size: TaskSize, current: Release, { cpu, memory }: ResizeInput): void {
  const { sizes } = current;
  if (sizes === null || sizes.some((one) => one.cpu === size.cpu && one.memory === size.memory)) return;
  const near = nearestSizes(size, sizes).map((one) => `\`--cpu ${one.cpu} --memory ${one.memory}\``);
  const asked =
    cpu !== null && memory !== null
      ? sizeInWords(size)
      : cpu === null
        ? `${memory} MiB with the ${size.cpu} CPU it has`
        : `${cpu} CPU with the ${size.memory} MiB it has`;
  throw new Refusal(
    "bad_argument",
    `${asked} is no size that tasks can have here.`,
    `Nearest: ${near.join(", ")}.`,
    "memory",
  );
}

function sizeChanges(before: TaskSize, size: TaskSize): Plan["changes"] {
  return [
    ...(before.cpu === size.cpu ? [] : [{ label: "CPU", from: `${before.cpu}`, to: `${size.cpu}` }]),
    ...(before.memory === size.memory
      ? []
      : [{ label: "Memory", from: `${before.memory} MiB`, to: `${size.memory} MiB` }]),
  ];
}

function sizeRisks(before: TaskSize, size: TaskSize): readonly string[] {
  return [
    "All tasks are replaced by new ones.",
    ...(size.memory < before.memory
      ? [`A task that needs more than ${size.memory} MiB is killed: see \`/ops diagnose\` for what it uses.`]
      : []),
  ];
}
