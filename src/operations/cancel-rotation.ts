import type { Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { SecretState, SecretsRead, SecretsWrite } from "../domain/platform/secrets.ts";
import { Refusal } from "../errors.ts";

interface Steps {
  readonly current: string;
  readonly pending: string;
}

/** Gives up a rotation that got stuck: the pending version loses its labels, the current value stays. No value is ever read. */
export const cancelRotation: Operation<null, SecretsRead, Pick<SecretsWrite, "cancelRotation" | "revoke">> = {
  name: "cancel-rotation",
  verb: "cancel-rotation",
  summary: "Give up a secret's rotation that got stuck; the current value stays",
  targetKind: "secret",
  parse: () => null,
  plan: async (_input, target, see) => plan(target, await see.describe(target.placement)),
  expectations: async (_made, target, see) => expects(await see.describe(target.placement)),
  apply: async (made, target, act, run) => {
    const { pending } = stepsOf(made);
    await run.step("rotation cancelled", () => act.cancelRotation(target.placement));
    await run.step("pending value given up", () => act.revoke(target.placement, pending));
  },
  look: async (made, target, see) => {
    const state = await see.describe(target.placement);
    const { current } = stepsOf(made);
    const base = { share: 1, events: [], final: true } as const;
    if (state.current !== current) {
      const reason = "Another version became current meanwhile.";
      return { ...base, verdict: "reverted", progress: "another version is current", reason };
    }
    if (state.pending !== null) {
      return { ...base, verdict: "reverted", progress: "a new value is pending", reason: "Another rotation began." };
    }
    return { ...base, verdict: "as-asked", progress: "no rotation under way, the value before holds", reason: null };
  },
};

function plan(target: Target, state: SecretState): Plan {
  const name = `${target.name} in ${target.environment}`;
  if (state.deletedAt !== null) throw new Refusal("not_possible", `${name} is about to be deleted.`);
  const { current, pending, pendingSince, rotation } = state;
  if (current === null) throw new Refusal("not_possible", `${name} has no current value that could stay.`);
  const since = pendingSince === null ? "since when is not known" : `made at ${pendingSince.toISOString()}`;
  return {
    summary: `Cancel the rotation of ${name}`,
    changes: [
      { label: "Pending value", from: since, to: "given up" },
      ...(rotation.on ? [{ label: "Rotating by itself", from: "on", to: "off until the next `/ops rotate`" }] : []),
    ],
    risks: [
      `Where the rotation has set the new value already, such as in the database, the current one no longer opens it and giving up the new one locks everybody out. Look first at ${rotation.by === null ? "what the rotation did" : `what ${rotation.by} logged`}.`,
    ],
    observed: ["The current value stays, and nothing is restarted."],
    expects: expects(state),
    steps: { current, pending: pending ?? "" } satisfies Steps,
    undo: null,
    nothingToDo: pending === null ? `No rotation of ${name} is under way.` : null,
    count: null,
    confirm: "type",
    approvals: 1,
  };
}

function stepsOf(made: Plan): Steps {
  return made.steps as unknown as Steps;
}

function expects({ current, pending }: SecretState): Readonly<Record<string, string>> {
  return { "current version": current ?? "none", "pending version": pending ?? "none" };
}
