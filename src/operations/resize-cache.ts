import { nearest } from "../domain/nearest.ts";
import type { Json, Operation, Plan, Sighting, Target } from "../domain/operation/operation.ts";
import type { NodeGroup, NodesRead, NodesWrite } from "../domain/platform/sizes.ts";
import { Refusal } from "../errors.ts";
import { parseTiming, sizeChange, type Timing, timingObserved, waiting, whenInWords } from "./window-words.ts";

export interface ResizeCacheInput extends Timing {
  /** cache.r6g.large */
  readonly type: string;
}

interface Steps {
  readonly type: string;
  readonly from: string;
  readonly when: Timing["when"];
}

/** Gives the nodes of a cache another type, at once or in its maintenance window. */
export const resizeCache: Operation<ResizeCacheInput, NodesRead, NodesWrite> = {
  name: "resize-cache",
  verb: "resize-cache",
  summary: "Give the nodes of a cache another type",
  targetKind: "cache",
  ports: ["nodes"],
  parse: (input) => {
    const type = (input as { readonly type?: Json } | null)?.type;
    if (typeof type === "string") return { type: type.toLowerCase(), ...parseTiming(input) };
    const next = "Such as `/ops resize redis --node-type cache.r6g.large`.";
    throw new Refusal("missing_argument", "Say which type the nodes are to have.", next, "type");
  },
  plan,
  expectations: async (_plan, target, see) => expects(await see.group(target.placement)),
  apply: async (plan, target, act, run) => {
    const { type, from, when } = stepsOf(plan);
    const name = type === from ? "taken back" : when === "now" ? "asked for at once" : "scheduled for the window";
    await run.step(name, () => act.setType(target.placement, type, from, when));
  },
  look,
};

function stepsOf(plan: Plan): Steps {
  return plan.steps as unknown as Steps;
}

function expects({ type, pending, status, nodes }: NodeGroup) {
  return { "node type": type, "waiting change": pending ?? "none", status, "number of nodes": `${nodes}` };
}

async function plan(input: ResizeCacheInput, target: Target, see: NodesRead): Promise<Plan> {
  const [group, types] = await Promise.all([see.group(target.placement), see.types(target.placement)]);
  const where = `${target.name} in ${target.environment}`;
  const { type, when } = input;
  const takesBack = type === group.type && group.pending !== null;
  const isScheduled = when === "window" && type === group.pending;
  const isDone = !takesBack && (type === group.type || isScheduled);
  if (group.status !== "available") {
    const said = `${where} is ${group.status}; ElastiCache changes only a group that is available.`;
    throw new Refusal("not_possible", said, "Ask again when it is available.");
  }
  if (!isDone && !takesBack) refuseOtherTypes(type, [...types.larger, ...types.smaller], where);
  const at = whenInWords(when, group.window, new Date(input.asked));
  const steps: Steps = { type, from: group.type, when: takesBack ? "now" : when };
  const { environment, name } = target;
  const command = `/ops resize ${name} --node-type ${type}`;
  return {
    summary: takesBack
      ? `Take back the change of ${where} to ${group.pending}`
      : `Change the nodes of ${where} to ${type} ${at}`,
    changes: takesBack
      ? [sizeChange("Node type", group.type, group.pending, group.type)]
      : [sizeChange("Node type", group.type, group.pending, type)],
    risks: takesBack || isDone ? [] : risksOf(type, group, types.smaller, target),
    observed: takesBack
      ? [`Its nodes stay ${group.type}; nothing is interrupted.`]
      : [timingObserved(input, group.window, command), `${group.nodes} nodes, ${group.status}.`],
    expects: expects(group),
    steps: steps as unknown as Json,
    undo:
      takesBack || isDone
        ? null
        : {
            operation: "resize-cache",
            target: { environment, name },
            input: { type: group.type, when, asked: input.asked },
          },
    undoLabel: `Back to ${group.type}`,
    nothingToDo: !isDone
      ? null
      : isScheduled
        ? `${type} for ${where} is scheduled already, ${at}.`
        : `The nodes of ${where} are ${type} already.`,
    count: null,
    ...(takesBack || isDone || when === "window" ? {} : { confirm: "type" as const }),
  };
}

function refuseOtherTypes(type: string, allowed: readonly string[], where: string): void {
  if (allowed.includes(type)) return;
  const near = nearest(type, allowed);
  const some = (near.length > 0 ? near : allowed.slice(0, 6)).map((one) => `\`${one}\``).join(", ");
  throw new Refusal(
    "bad_argument",
    `The nodes of ${where} cannot be made \`${type}\`.`,
    allowed.length === 0
      ? "ElastiCache allows no other type for them."
      : near.length > 0
        ? `Did you mean ${some}?`
        : `They can be made ${some}.`,
    "type",
  );
}

/** Source: docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.RedisReplGrps.html */
function risksOf(type: string, group: NodeGroup, smaller: readonly string[], target: Target): readonly string[] {
  return [
    group.failsOver
      ? "Every node is replaced: connections are cut, and writes fail for some seconds while another takes over."
      : "No node takes over by itself: nothing may be answered for minutes.",
    "What it holds is copied as far as that goes: whoever reads it must do without what is missing.",
    ...(smaller.includes(type)
      ? [`${type} is smaller: what does not fit is evicted. \`/ops cache ${target.name}\` shows how much it holds.`]
      : []),
  ];
}

async function look(made: Plan, target: Target, see: NodesRead, since: Date): Promise<Sighting> {
  const { type, from, when } = stepsOf(made);
  const [group, told] = await Promise.all([see.group(target.placement), see.groupEvents(target.placement, since)]);
  const events = told.map((event) => ({ at: event.at.toISOString(), text: event.text }));
  const seen = { events, reason: null, share: null };
  const now = `${group.status}, ${group.nodes} nodes of ${group.type}`;
  const isQuiet = group.status === "available" || group.status === "snapshotting";
  if (isQuiet && group.type === type && group.pending === null) {
    return { ...seen, verdict: "as-asked", progress: now, share: 1, final: true };
  }
  if (isQuiet && when === "window" && group.pending === type) {
    return { ...seen, ...waiting(type, group.window, since) };
  }
  if (isQuiet && group.type === from && group.pending === null) {
    const reason = "What was asked for does not wait any more: it was taken back.";
    return { ...seen, verdict: "reverted", progress: now, reason };
  }
  if (/fail/.test(group.status)) {
    return { ...seen, verdict: "failed", progress: now, reason: `The group is ${group.status}.` };
  }
  return {
    ...seen,
    verdict: "on-the-way",
    progress: `${now}, changing`,
    ...(isQuiet ? {} : { working: true as const }),
  };
}
