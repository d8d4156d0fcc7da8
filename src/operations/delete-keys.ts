import { checkPattern } from "../domain/operation/key-pattern.ts";
import { atLeast, type Json, type Operation, type Plan, type Target } from "../domain/operation/operation.ts";
import { insideOf } from "../domain/operation/store-look.ts";
import type { CacheIdentity, CachesRead, CachesWrite } from "../domain/platform/caches.ts";
import { Refusal } from "../errors.ts";

export interface DeleteInput {
  readonly pattern: string;
}

const mostKeys = 1_000_000;

/** Deletes the keys of a cache that a pattern matches, slowly enough that its users do not notice; can be stopped in the middle and goes on after a restart. */
export const deleteKeys: Operation<DeleteInput, CachesRead, CachesWrite> = {
  name: "delete-keys",
  verb: "delete-keys",
  summary: "Delete the keys of a cache that a pattern matches",
  targetKind: "cache",
  parse: (input) => {
    const pattern = (input as { readonly pattern?: Json } | null)?.pattern;
    if (typeof pattern !== "string" || pattern.trim() === "") {
      throw new Refusal("bad_argument", "The pattern is missing.", "Such as `user:*`.");
    }
    return { pattern: pattern.trim() };
  },
  plan,
  expectations: async (_plan, target, see) => expects(await see.identity(target.placement)),
  apply: async (made, target, act, run) => {
    const { pattern, count } = stepsOf(made);
    const server = made.expects.server ?? "";
    // Keys that are written meanwhile count too; far more of them than planned is not what was approved.
    const most = count * 2 + 1000;
    await run.slices("deleted", async (cursor) => {
      const from = cursor as { readonly at: string; readonly deleted: number } | null;
      const slice = await act.deleteSome(target.placement, pattern, { server, cursor: from?.at ?? null });
      const deleted = (from?.deleted ?? 0) + slice.deleted;
      const isOver = slice.cursor === null || deleted > most;
      return {
        cursor: isOver ? null : { at: slice.cursor, deleted },
        progress: `${atLeast(run)}${deleted} ${deleted === 1 ? "key" : "keys"}${isOver ? "" : ` of about ${count}`}`,
        share: count === 0 ? 1 : Math.min(1, deleted / count),
      };
    });
  },
  look: async (made, target, see) => {
    const left = await see.match(target.placement, stepsOf(made).pattern);
    const { count } = stepsOf(made);
    const base = { share: 1, events: [], reason: null };
    if (left.count > count + 1000) {
      return {
        ...base,
        verdict: "failed",
        progress: "stopped",
        reason: `More keys than planned match: ${left.count} are there now.`,
      };
    }
    const since = left.count === 0 ? "none is left" : `${left.count} match now, written since`;
    return { ...base, verdict: "as-asked", progress: `deleted; ${since}`, final: true };
  },
};

function stepsOf(made: Plan): { readonly pattern: string; readonly count: number } {
  return made.steps as unknown as { readonly pattern: string; readonly count: number };
}

function expects(identity: CacheIdentity): Readonly<Record<string, string>> {
  return { server: identity.run, database: String(identity.database) };
}

async function plan({ pattern }: DeleteInput, target: Target, see: CachesRead): Promise<Plan> {
  const at = insideOf(target.placement);
  checkPattern(pattern, at);
  const identity = await see.identity(target.placement);
  if (identity.cluster) {
    throw new Refusal("not_possible", `${target.name} is a cluster, where keys cannot be deleted from here yet.`);
  }
  const matched = await see.match(target.placement, pattern);
  const most = Number(at.at.most_keys ?? mostKeys);
  if (matched.count > most) {
    throw new Refusal(
      "over_limit",
      `\`${pattern}\` matches ${matched.count} keys; at most ${most} are deleted at once.`,
      "Narrow the pattern down.",
    );
  }
  const where = `${target.name} in ${target.environment}`;
  const { forever, hour, later } = matched.lifetimes;
  const looked = forever + hour + later;
  return {
    summary: `Delete ${matched.count} ${matched.count === 1 ? "key" : "keys"} like \`${pattern}\` from ${where}`,
    changes: [
      {
        label: "Keys that match",
        from: `${matched.count} of ${identity.keys}${matched.complete ? "" : " or more"}`,
        to: "0",
      },
    ],
    risks: [
      "What is deleted must be made again by the application: it is slower and loads what lies behind it for a while.",
      ...(forever > 0 ? [`${forever} of ${looked} looked at never expire: they may be more than a cache.`] : []),
      ...(matched.complete ? [] : ["Counting took too long and was broken off: there may be more."]),
    ],
    observed: [
      ...(matched.sample.length > 0 ? [`They look like: ${matched.sample.join(", ")}`] : []),
      `Of ${looked} looked at ${hour} expire within an hour, ${later} later, ${forever} never.`,
    ],
    expects: expects(identity),
    steps: { pattern, count: matched.count },
    undo: null,
    nothingToDo: matched.count === 0 && matched.complete ? `No key like ${pattern} is in ${where}.` : null,
    count: { from: 0, to: matched.count, counted: true },
  };
}
