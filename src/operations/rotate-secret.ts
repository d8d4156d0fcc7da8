import type { SecretRotation } from "../domain/configuration.ts";
import type { Json, Operation, Plan, Run, Sighting, Slice, Target } from "../domain/operation/operation.ts";
import type { RotationRead, RotationWrite, SecretState } from "../domain/platform/secrets.ts";
import type { ServiceState } from "../domain/platform.ts";
import { ProviderError, Refusal } from "../errors.ts";

interface Input {
  /** After a breach: the target's name is typed whatever the policy says. */
  readonly strict: boolean;
}

/** What apply needs: the version that was current, and what the consumers ran. */
interface Steps {
  readonly before: string;
  readonly characters: number | null;
  readonly consumers: readonly { readonly name: string; readonly deployment: string; readonly revision: string }[];
}

/** Seconds between two looks while something takes its time, and how many looks it gets: ten minutes. */
const waiting = { seconds: 10, looks: 60 } as const;

/** Gives a secret a new value: by the platform's own rotation, or step by step from here. No value is ever read. */
export const rotateSecret: Operation<Input, RotationRead, RotationWrite> = {
  name: "rotate-secret",
  verb: "rotate",
  summary: "Give a secret a new value, follow it until it is current, and restart who reads it",
  targetKind: "secret",
  parse: (input) => ({ strict: (input as { readonly strict?: Json } | null)?.strict === true }),
  plan,
  expectations: async (made, target, see) => {
    const state = await see.describe(target.placement);
    const { consumers } = stepsOf(made);
    const states = await consumersOf(target, see, new Set(consumers.map(({ name }) => name)));
    return expects(state, states);
  },
  apply: async (made, target, act, run) => {
    const { before, characters, consumers } = stepsOf(made);
    const at = target.placement;
    const version = run.operationId;
    if (characters === null) {
      await run.step("rotation started", () => act.rotate(at, version));
      await run.slices("new value", (cursor) =>
        patiently(cursor, ["waiting for the platform's rotation", "current"], async () => {
          const { current } = await act.describe(at);
          if (current !== version && current !== before)
            throw stopped("CurrentMoved", "Another version became current.");
          return current === version
            ? null
            : `The rotation has not ended; the old value still holds. \`/ops cancel-rotation ${target.name}\` gives it up.`;
        }),
      );
    } else {
      await run.step("new value stored as pending", () => act.store(at, version, characters));
      await run.step("new value made current", () => act.makeCurrent(at, { from: before, to: version }));
    }
    for (const consumer of consumers) await restart(consumer, target, act, run, characters === null ? null : before);
    if (characters !== null) await run.step("old value revoked", () => act.revoke(at, before));
  },
  look: async (_made, target, see, _since, operationId) => {
    const { current, previous } = await see.describe(target.placement);
    return current === operationId
      ? sighting(
          "as-asked",
          `the new value is current, the old one is ${previous === null ? "revoked" : "kept as previous"}`,
        )
      : sighting("reverted", "another version is current now");
  },
};

async function plan(input: Input, target: Target, see: RotationRead): Promise<Plan> {
  const state = await see.describe(target.placement);
  const name = `${target.name} in ${target.environment}`;
  const { characters, consumers } = rotationOf(target);
  if (state.deletedAt !== null) throw new Refusal("not_possible", `${name} is about to be deleted.`);
  if (state.current === null) throw new Refusal("not_possible", `${name} has no value yet that could be rotated.`);
  if (state.pending !== null) {
    throw new Refusal(
      "not_possible",
      `A rotation of ${name} is under way or got stuck: it has a pending version that is not current.`,
      `Wait until it ends, or give it up: \`/ops cancel-rotation ${target.name}\`.`,
    );
  }
  if (characters === null && state.rotation.by === null) {
    throw new Refusal(
      "not_possible",
      `Nothing is set up that rotates ${name}.`,
      "Give it a rotation on the platform, or `generate` in the configuration where a random value will do.",
    );
  }
  const states = await consumersOf(target, see, new Set(consumers.map((one) => one.name)));
  return {
    summary: `Rotate ${name}${consumers.length > 0 ? ` and restart ${consumers.map((one) => one.name).join(", ")}` : ""}`,
    changes: [
      {
        label: "Value",
        from: sinceOf(state),
        to: characters === null ? "a new one" : `${characters} random characters`,
      },
      ...states.map(({ name: service, state: seen }) => ({
        label: service,
        from: `${seen.running} running`,
        to: `${seen.desired} new`,
      })),
    ],
    risks: [
      "A rotation cannot be undone: whoever still holds the old value is locked out.",
      ...(consumers.length === 0
        ? ["No service is known to read it at its start (`consumers`): restart those that do afterwards."]
        : []),
      ...(characters === null ? [] : ["The whole value is replaced, so it must not be a document with other fields."]),
    ],
    observed: [
      characters === null
        ? `The platform makes the new value (${state.rotation.by}); the bot never reads one.`
        : "The bot makes the new value and stores it; it never reads one.",
    ],
    expects: expects(state, states),
    steps: {
      before: state.current,
      characters,
      consumers: states.map(({ name: service, state: seen }) => ({
        name: service,
        deployment: primaryOf(seen)?.id ?? "none",
        revision: seen.revision,
      })),
    },
    undo: null,
    nothingToDo: null,
    count: null,
    ...(input.strict ? { confirm: "type" as const } : {}),
  };
}

function stepsOf(made: Plan): Steps {
  return made.steps as unknown as Steps;
}

function rotationOf(target: Target): SecretRotation {
  return target.placement.rotation ?? { characters: null, consumers: [] };
}

function sinceOf({ rotatedAt, changedAt, createdAt }: SecretState): string {
  const since = rotatedAt ?? changedAt ?? createdAt;
  return since === null ? "the current one" : `from ${since.toISOString().slice(0, 10)}`;
}

interface ConsumerState {
  readonly name: string;
  readonly state: ServiceState;
}

function consumersOf(target: Target, see: RotationRead, names: ReadonlySet<string>): Promise<readonly ConsumerState[]> {
  const consumers = rotationOf(target).consumers.filter(({ name }) => names.has(name));
  return Promise.all(
    consumers.map(async ({ name, placement }) => ({ name, state: await see.services(placement).describe(placement) })),
  );
}

function expects(state: SecretState, consumers: readonly ConsumerState[]): Readonly<Record<string, string>> {
  return {
    "current version": state.current ?? "none",
    "pending version": state.pending ?? "none",
    ...Object.fromEntries(consumers.map(({ name, state: seen }) => [`version of ${name}`, seen.version])),
  };
}

function primaryOf(state: ServiceState) {
  return state.deployments.find((deployment) => deployment.primary);
}

/** Restarts one reader of the secret and waits until its new tasks run; where they do not, the old value comes back. */
async function restart(
  consumer: Steps["consumers"][number],
  target: Target,
  act: RotationWrite,
  run: Run,
  oldValue: string | null,
): Promise<void> {
  const placement = rotationOf(target).consumers.find(({ name }) => name === consumer.name)?.placement;
  if (!placement) throw stopped("NotConfigured", `${consumer.name} is no longer configured as a reader.`);
  const services = act.services(placement);
  await run.step(`${consumer.name} restarted`, () => services.redeploy(placement, consumer));
  await run.slices(`new tasks of ${consumer.name}`, (cursor) =>
    patiently(cursor, [`waiting for ${consumer.name}`, "running"], async () => {
      const [state, balancer] = await Promise.all([services.describe(placement), services.balancer(placement)]);
      const primary = primaryOf(state);
      const broken = state.deployments.find(({ id, state: one }) => id !== consumer.deployment && one === "failed");
      if (broken) {
        const why = `New tasks of ${consumer.name} do not stay up${broken.reason ? ` (${broken.reason})` : ""}.`;
        if (oldValue === null) throw stopped("ConsumerFailed", why);
        await act.makeCurrent(target.placement, { from: run.operationId, to: oldValue });
        throw stopped("ConsumerFailed", `${why} The old value was made current again.`);
      }
      const isNew = primary !== undefined && primary.id !== consumer.deployment && primary.state === "completed";
      const isWhole = state.running === state.desired && state.pending === 0;
      const isHealthy = balancer === null || balancer.healthy >= state.desired;
      return isNew && isWhole && isHealthy ? null : `${consumer.name} does not run with the new value yet.`;
    }),
  );
}

/** One look of many: done when `look` finds nothing in the way, given up with what it found when all were in vain. */
async function patiently(
  cursor: Json,
  [doing, done]: readonly [string, string],
  look: () => Promise<string | null>,
): Promise<Slice> {
  const looks = typeof cursor === "number" ? cursor : 0;
  const inTheWay = await look();
  if (inTheWay === null) return { cursor: null, progress: done, share: 1 };
  if (looks >= waiting.looks) throw stopped("TookTooLong", inTheWay);
  return { cursor: looks + 1, progress: doing, share: null, waitSeconds: waiting.seconds };
}

function stopped(code: string, message: string): ProviderError {
  return new ProviderError({ provider: "AWS", operation: "rotation", fault: "refused", code, message });
}

function sighting(verdict: Sighting["verdict"], progress: string): Sighting {
  return { verdict, progress, share: 1, events: [], reason: verdict === "as-asked" ? null : progress, final: true };
}
