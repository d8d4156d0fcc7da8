import type { ReadingState } from "../domain/health/health.ts";
import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { WatchesRead, WatchesWrite } from "../domain/operation/own-ports.ts";
import { Refusal } from "../errors.ts";

interface WatchInput {
  readonly minutes: number;
}

interface Cursor {
  readonly [key: string]: Json;
  readonly id: string;
  /** Whoever watches it may watch it longer than that. */
  readonly until: string;
}

const lookSeconds = 20;

const gateWords: Readonly<Record<ReadingState, string>> = {
  ok: "its gates hold",
  warning: "its gates hold, one at a warning",
  critical: "a gate does not hold at one look",
  unknown: "its gates are not known yet",
};

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
      const { id, until } = (cursor ?? {
        id: await act.begin(target, minutes),
        until: new Date(at.getTime() + minutes * 60_000).toISOString(),
      }) as Cursor;
      const { state, verdict, gates, broken } = await act.standing(id);
      const left = Math.ceil((Date.parse(until) - at.getTime()) / 60_000);
      if (broken.length > 0) throw failed(target, `A gate does not hold at two looks in a row: ${broken.join("; ")}.`);
      if (state === "stopped") throw failed(target, "The watch was ended before its time.");
      if (state === "running" && left > 0) {
        const progress = `${gateWords[gates]}, ${left} min left`;
        return { cursor: { id, until }, progress, share: 1 - left / minutes, waitSeconds: lookSeconds };
      }
      if (gates === "unknown") throw failed(target, "Its gates could not be read, so that nobody knows how it is.");
      const compared = verdict === null ? "" : `; compared with before: ${verdict}`;
      return { cursor: null, progress: `${gateWords[gates]}${compared}`, share: 1 };
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
