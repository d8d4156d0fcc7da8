import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { WatchesRead, WatchesWrite } from "../domain/operation/own-ports.ts";
import { Refusal } from "../errors.ts";

interface WatchInput {
  readonly minutes: number;
}

const lookSeconds = 20;

/** Waits until a service has been watched for a while after a deployment, and no gate broke. It changes nothing. */
export const watchDeployment: Operation<WatchInput, WatchesRead, WatchesWrite> = {
  name: "watch-deployment",
  verb: "deploy",
  summary: "Watch a service after a deployment against its gates",
  targetKind: "service",
  own: "watches",
  parse: (input) => {
    const { minutes } = (input ?? {}) as { readonly minutes?: Json };
    if (typeof minutes === "number" && minutes >= 5 && minutes <= 240) return { minutes };
    throw new Refusal("bad_argument", "A deployment is watched for 5 minutes to 4 hours.");
  },
  plan,
  expectations: async () => ({}),
  apply: async (made, target, act, run) => {
    const { minutes } = made.steps as unknown as WatchInput;
    await run.slices("watched", async (cursor: Json, at: Date) => {
      const id = typeof cursor === "string" ? cursor : await act.begin(target, minutes);
      const { state, until, verdict, broken } = await act.standing(id);
      const words = verdict ?? "not looked at yet";
      if (broken.length > 0) throw failed(target, `A gate does not hold at two looks in a row: ${broken.join("; ")}.`);
      if (state === "stopped") throw failed(target, "The watch was ended before its time.");
      if (state === "ended") return { cursor: null, progress: words, share: 1 };
      const left = Math.max(0, Math.ceil((until.getTime() - at.getTime()) / 60_000));
      return {
        cursor: id,
        progress: `${words}, ${left} min left`,
        share: Math.max(0, Math.min(1, 1 - left / minutes)),
        waitSeconds: lookSeconds,
      };
    });
  },
  look: async () => ({
    verdict: "as-asked",
    progress: "Watched to the end; no gate broke",
    share: 1,
    events: [],
    reason: null,
    final: true,
  }),
};

function failed(target: Target, why: string): Refusal {
  return new Refusal("not_possible", why, `See \`/ops diagnose ${target.name}\`.`);
}

async function plan({ minutes }: WatchInput, target: Target, see: WatchesRead): Promise<Plan> {
  const gates = await see.gates(target);
  const names = gates.length === 0 ? "no threshold holds for it" : gates.join(", ");
  return {
    summary: `Watch ${target.name} in ${target.environment} for ${minutes} min`,
    changes: [{ label: "Gates", from: names, to: `must hold for ${minutes} min` }],
    risks: [],
    observed: [],
    expects: {},
    steps: { minutes },
    undo: null,
    nothingToDo: null,
    count: null,
    part: "watch",
  };
}
