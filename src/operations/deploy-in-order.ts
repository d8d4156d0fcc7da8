import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { StepsRead, StepsWrite } from "../domain/operation/own-ports.ts";
import type { SequenceStep, StepStanding } from "../domain/operation/sequence.ts";
import type { StepAsk, Wanted } from "../domain/release-care/ordered-steps.ts";
import { Refusal } from "../errors.ts";
import { versionFrom } from "./named-version.ts";

interface Input {
  readonly services: readonly Wanted[];
}

/** A step at hand is looked at so often; its end is told at once. */
const lookSeconds = 15;
const mostServices = 8;

/** Deploys services with everything that the configuration orders around it: each step is an operation of its own. */
export const deployInOrder: Operation<Input, StepsRead, StepsWrite> = {
  name: "deploy-in-order",
  verb: "deploy",
  checklist: true,
  summary: "Deploy services step by step, as the configuration orders it",
  targetKind: "service",
  own: "steps",
  parse,
  plan,
  expectations: async (made, _target, see) => {
    const all = await Promise.all(
      planned(made).map(async ({ step, index }) => named(index, step, await see.expectations(step))),
    );
    return Object.assign({}, ...all);
  },
  apply: async (made, _target, act, run) => {
    const steps = made.sequence ?? [];
    for (const [index, step] of steps.entries()) {
      await run.slices(
        `${index + 1}. ${step.what}`,
        async () => {
          const seen = await act.carryOut(index);
          if (seen.state === "bad") throw failed(steps, index, seen);
          const isOver = seen.state === "good";
          return {
            cursor: isOver ? null : { step: index },
            progress: isOver ? `${seen.words} (${seen.code})` : `step ${index + 1} of ${steps.length}, ${step.what}`,
            share: (index + (isOver ? 1 : (seen.share ?? 0))) / steps.length,
            ...(isOver ? {} : { waitSeconds: lookSeconds }),
          };
        },
        () => act.callOff(index),
      );
    }
  },
  look: async (made) => ({
    verdict: "as-asked",
    progress: `All ${made.sequence?.length ?? 0} steps are done and verified`,
    share: 1,
    events: [],
    reason: null,
    final: true,
  }),
};

function parse(input: Json): Input {
  const { services } = (input ?? {}) as { readonly services?: Json };
  const all = (Array.isArray(services) ? services : []).map((one: Json) => {
    const { name, version } = (one ?? {}) as { readonly name?: Json; readonly version?: Json };
    if (typeof name !== "string" || typeof version !== "string" || version.trim() === "") {
      throw new Refusal("missing_argument", "Say which version.", "Such as `/ops deploy backend agent v43`.");
    }
    return { name, version: versionFrom(version) };
  });
  const twice = all.find(({ name }, index) => all.findIndex((one) => one.name === name) !== index);
  if (twice) throw new Refusal("bad_argument", `${twice.name} is named twice.`, "Name each service once.");
  if (all.length === 0 || all.length > mostServices) {
    throw new Refusal(
      "bad_argument",
      `Name 1 to ${mostServices} services.`,
      "Such as `/ops deploy backend agent v43`.",
    );
  }
  return { services: all };
}

/** The steps that were planned with the whole. */
function planned(made: Plan): readonly { readonly step: SequenceStep; readonly index: number }[] {
  return (made.sequence ?? []).map((step, index) => ({ step, index })).filter(({ step }) => step.plan !== null);
}

function named(index: number, step: SequenceStep, facts: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [`${name} of ${step.target.name} (step ${index + 1})`, value]),
  );
}

async function plan(input: Input, target: Target, see: StepsRead): Promise<Plan> {
  const { asks, leftOut } = await see.asks(target.environment, input.services);
  const first = await plannedNow(asks, see);
  const done = new Set(
    asks.filter((ask) => ask.operation === "deploy-service" && first.get(ask)?.nothingToDo).map(({ of }) => of),
  );
  const notes = [...leftOut];
  const kept: StepAsk[] = [];
  for (const ask of asks) {
    const nothing = first.get(ask)?.nothingToDo ?? null;
    // What paused nothing has nothing to resume.
    const isIdle = ask.resumes !== undefined && !kept.some((one) => isPauseOf(one, ask));
    if (done.has(ask.of)) {
      if (ask.operation === "deploy-service" && nothing !== null) notes.push(nothing);
    } else if (nothing !== null) notes.push(`Left out: ${ask.what}. ${nothing}`);
    else if (isIdle) notes.push(`Left out: ${ask.what}, since no step pauses it.`);
    else kept.push(ask);
  }
  const sequence = kept.map((ask) => stepOf(ask, kept, first, see));
  const services = input.services.filter(({ name }) => !done.has(name));
  const words = services.map(({ name, version }) => `${version} on ${name}`).join(", then ");
  return {
    summary: `Deploy ${words} in ${target.environment}, in ${sequence.length} steps`,
    changes: [],
    risks: [],
    observed: [
      "Each step is verified before the next begins; the first that fails ends it, and what is done stays.",
      ...seenOf(sequence),
      ...notes,
    ],
    expects: Object.assign({}, ...sequence.map((step, index) => named(index, step, step.plan?.expects ?? {}))),
    steps: {},
    undo: null,
    nothingToDo: services.length === 0 ? notes.join(" ") : null,
    count: null,
    part: "in order",
    sequence,
  };
}

/** What was seen of the services that get another version; what is so of all of them is said once. */
function seenOf(sequence: readonly SequenceStep[]): readonly string[] {
  const releases = sequence.filter(({ request }) => request.operation === "deploy-service");
  const isOfAll = (one: string) => releases.every(({ plan: made }) => made?.observed.includes(one));
  const said = releases.flatMap(({ of, plan: made }) =>
    (made?.observed ?? []).map((one) => (isOfAll(one) ? one : `${of}: ${one}`)),
  );
  return [...new Set(said)];
}

/** Plans what can be planned now: what rests on an earlier step is planned when its turn comes. */
async function plannedNow(asks: readonly StepAsk[], see: StepsRead): Promise<ReadonlyMap<StepAsk, Plan>> {
  const plans = new Map<StepAsk, Plan>();
  const touched = new Set<string>();
  for (const ask of asks) {
    const isFirst = !touched.has(ask.target.name);
    if (changes(ask)) touched.add(ask.target.name);
    if (isFirst || !changes(ask)) plans.set(ask, await see.plan(ask));
  }
  return plans;
}

/** Looking changes nothing for whoever comes after, and rests on nothing that came before. */
function changes({ operation }: StepAsk): boolean {
  return operation !== "smoke-test" && operation !== "watch-deployment";
}

function isPauseOf(one: StepAsk, ask: StepAsk): boolean {
  return one.operation === "pause-queues" && one.target.name === ask.resumes && one.of === ask.of;
}

function stepOf(
  ask: StepAsk,
  all: readonly StepAsk[],
  plans: ReadonlyMap<StepAsk, Plan>,
  see: StepsRead,
): SequenceStep {
  const { what, of, operation, target } = ask;
  const paused = ask.resumes === undefined ? -1 : all.findIndex((one) => isPauseOf(one, ask));
  const pause = all[paused];
  // Exactly what the pause before it paused.
  const input = (pause && plans.get(pause)?.undo?.input) ?? ask.input;
  return {
    what,
    of,
    request: { operation, target: { environment: target.environment, name: target.name }, input },
    target,
    verb: see.verbOf(operation),
    plan: plans.get(ask) ?? null,
    ...(pause === undefined ? {} : { takesBack: paused }),
  };
}

/** What stands when a step failed, and how to go back. */
function failed(steps: readonly SequenceStep[], index: number, seen: StepStanding): Refusal {
  const step = steps[index];
  const before = steps.slice(0, index);
  const left = steps.slice(index + 1).map(({ what }) => what);
  const paused = before.filter(
    (one, at) => one.request.operation === "pause-queues" && !before.some(({ takesBack }) => takesBack === at),
  );
  const released = before.filter(({ request }) => request.operation === "deploy-service").map(({ of }) => of);
  const stands = [
    ...(released.length > 0 ? [`${released.join(", ")} ${released.length > 1 ? "run" : "runs"} the new version.`] : []),
    ...paused.map(({ target }) => `${target.name} is still paused.`),
    ...(left.length > 0 ? [`Not done: ${left.join(", ")}.`] : []),
  ];
  return new Refusal(
    "not_possible",
    [`Step ${index + 1}, ${step?.what} (${seen.code}): ${seen.words}.`, seen.detail, ...stands]
      .filter((one) => one !== null && one !== "")
      .join(" "),
    released.length + paused.length > 0 ? "The buttons below take back what is done, the last first." : null,
  );
}
