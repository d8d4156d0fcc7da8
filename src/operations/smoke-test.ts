import type { Json, Operation, Plan, Target } from "../domain/operation/operation.ts";
import type { HealthRead } from "../domain/operation/own-ports.ts";
import { Refusal } from "../errors.ts";

/** Every address has to be healthy for so long, and is given so long to become it. */
const goodSeconds = 30;
const patienceSeconds = 300;
const lookSeconds = 5;

/** Asks the health addresses of a service until all are healthy at every look for half a minute. It changes nothing. */
export const smokeTest: Operation<Record<string, never>, HealthRead, HealthRead> = {
  name: "smoke-test",
  verb: "deploy",
  summary: "Ask the health addresses of a service until they are steadily healthy",
  targetKind: "service",
  own: "health",
  parse: () => ({}),
  plan,
  expectations: async () => ({}),
  apply: async (_plan, target, act, run) => {
    await run.slices("smoke test", async (cursor: Json, at: Date) => {
      const { since, goodSince } = (cursor ?? { since: at.toISOString(), goodSince: null }) as Cursor;
      const readings = await act.look(target);
      const bad = readings.filter(({ state }) => state === "critical" || state === "unknown");
      const said = (bad.length > 0 ? bad : readings).map(({ title, detail }) => `${title}: ${detail}`).join("; ");
      const good = bad.length > 0 || readings.length === 0 ? null : (goodSince ?? at.toISOString());
      if (good !== null && secondsFrom(good, at) >= goodSeconds) return { cursor: null, progress: said, share: 1 };
      if (good === null && secondsFrom(since, at) >= patienceSeconds) {
        throw new Refusal(
          "not_possible",
          `The smoke test did not pass within ${patienceSeconds / 60} min. ${said || "No address was read"}.`,
          `See \`/ops diagnose ${target.name}\`.`,
        );
      }
      return {
        cursor: { since, goodSince: good } satisfies Cursor,
        progress: good === null ? `not healthy: ${said || "nothing was read"}` : `healthy so far. ${said}`,
        share: good === null ? 0 : Math.min(1, secondsFrom(good, at) / goodSeconds),
        waitSeconds: lookSeconds,
      };
    });
  },
  look: async () => ({
    verdict: "as-asked",
    progress: "All health addresses were healthy at every look",
    share: 1,
    events: [],
    reason: null,
    final: true,
  }),
};

interface Cursor {
  readonly [key: string]: Json;
  readonly since: string;
  /** Since when every look found all of them healthy. */
  readonly goodSince: string | null;
}

function secondsFrom(moment: string, at: Date): number {
  return (at.getTime() - Date.parse(moment)) / 1000;
}

async function plan(_input: Record<string, never>, target: Target, see: HealthRead): Promise<Plan> {
  const titles = await see.titles(target);
  const where = `${target.name} in ${target.environment}`;
  if (titles.length === 0) {
    throw new Refusal(
      "not_possible",
      `No health address of ${where} is configured.`,
      "Add one as `health` of the service.",
    );
  }
  return {
    summary: `Smoke test of ${where}`,
    changes: titles.map((title) => ({ label: title, from: "asked", to: `healthy for ${goodSeconds} s` })),
    risks: [],
    observed: [`It fails when they are not healthy within ${patienceSeconds / 60} min.`],
    expects: {},
    steps: { titles },
    undo: null,
    nothingToDo: null,
    count: null,
    part: "smoke test",
  };
}
