/** One operation after another, each killed at another moment, until every telling one has been tried. */
import { expect } from "vitest";
import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { type Bench, killable } from "./killable.ts";

/** One operation on a world of its own. */
export interface World {
  readonly bench: Bench;
  /** What goes on in the world while the bot is dead. */
  readonly meanwhile?: () => Promise<void>;
  /** Every way in which the world, or what is said of it, is not as it must be in the end. */
  readonly flaws: (record: OperationRecord, deaths: number) => Promise<readonly string[]>;
}

export const said = (record: OperationRecord): string => `${record.stepsDone.join(", ")} | ${record.detail}`;
export const unless = (holds: boolean, flaw: string): readonly string[] => (holds ? [] : [flaw]);
export const verified = (record: OperationRecord): readonly string[] =>
  unless(record.outcome === "verified", `${record.outcome}: ${said(record)}`);

/** Carries it out undisturbed, then killed at each telling moment; answers everything that was not as it must be. */
export async function killedEverywhere(
  begin: () => Promise<World>,
  cleanUp: (() => Promise<unknown>)[],
): Promise<readonly string[]> {
  const flaws: string[] = [];
  const story = async (dies: number | null): Promise<readonly string[]> => {
    const world = await begin();
    const bot = killable(world.bench);
    const planned = await bot.plan();
    expect(planned.state, planned.detail ?? "").toBe("planned");
    await bot.confirm(planned.id);
    bot.dieAt(dies ?? Number.POSITIVE_INFINITY);
    const ended = await bot.run(planned.id);
    const passed = [...bot.passed];
    expect(ended).toBe(dies === null ? "over" : "died");
    if (dies !== null) {
      await bot.restart();
      await world.meanwhile?.();
      await bot.run(planned.id);
    }
    const found = await world.flaws(bot.record(planned.id), dies === null ? 0 : 1);
    const when = dies === null ? "undisturbed" : `killed ${passed.at(-1)} (${dies})`;
    flaws.push(...found.map((flaw) => `${when}: ${flaw}`));
    if (bot.kept.logged.length > 0) flaws.push(`${when}: logged ${bot.kept.logged.join(", ")}`);
    if (bot.kept.locks.size > 0) flaws.push(`${when}: a lock is left`);
    for (const work of cleanUp.splice(0)) await work();
    return passed;
  };
  const moments = await story(null);
  for (const nth of tellingMoments(moments)) await story(nth);
  return flaws;
}

/** Begun and nothing done; then of each kind of call: done and not recorded, and recorded. */
function tellingMoments(moments: readonly string[]): ReadonlySet<number> {
  const begun = 5;
  const kinds = new Set<string>();
  const telling = new Set([begun]);
  for (const [index, moment] of moments.entries()) {
    if (moment.endsWith(" a transaction") || moment.startsWith("before") || kinds.has(moment)) continue;
    kinds.add(moment);
    telling.add(index).add(index + 2);
  }
  return telling;
}
