import { Refusal } from "../../errors.ts";
import type { Finding } from "../health/thresholds.ts";
import { type ReleaseVerdict, verdictWords } from "./comparison.ts";

/** A step of a deployment that people carry out and record, with what was seen while it lasted. */
export interface WatchStep {
  readonly at: Date;
  readonly text: string;
  readonly byId: string;
  /** The share of a canary, in percent; left out where the words name none. */
  readonly share?: number;
  /** At the newest look while it was the newest step; left out while nobody has looked. */
  readonly verdict?: ReleaseVerdict;
  /** Gates that did not hold at a look in this step. */
  readonly broken?: readonly string[];
  /** Whether any gate could be judged at the newest look. */
  readonly gated?: boolean;
}

/** Shares that are offered where the configuration names none. */
export const usualShares: readonly number[] = [10, 50, 100];

/** The share that a step's words name: "canary 10 %"; a Refusal for one that cannot be. */
export function shareOf(text: string): number | null {
  const [, digits] = /(?:^|[^\d.,-])(\d{1,6})(?:[.,]\d+)? ?%/.exec(text) ?? [];
  if (digits === undefined) return null;
  if (Number(digits) <= 100) return Number(digits);
  throw new Refusal("bad_argument", "The share of a canary is from 0 to 100 %.", 'Such as `--step "canary 10 %"`.');
}

/** How a step to a share is called. */
export function shareInWords(share: number): string {
  return share === 0 ? "canary back to 0 %" : `canary ${share} %`;
}

/** The newest step with what a look has just shown: a gate that did not hold once in it stays told. */
export function judgedSteps(
  steps: readonly WatchStep[],
  verdict: ReleaseVerdict,
  gates: readonly Pick<Finding, "title" | "state">[],
): readonly WatchStep[] {
  const last = steps.at(-1);
  if (last === undefined) return steps;
  const red = gates.filter(({ state }) => state === "critical").map(({ title }) => title);
  const broken = [...new Set([...(last.broken ?? []), ...red])];
  const gated = gates.some(({ state }) => state !== "unknown");
  return [...steps.slice(0, -1), { ...last, verdict, gated, ...(broken.length > 0 ? { broken } : {}) }];
}

/** What was seen of a step: "the same as before, gates hold". */
export function stepVerdict({ verdict, broken = [], gated }: WatchStep): string {
  if (verdict === undefined) return "not looked at";
  const gates =
    broken.length > 0 ? `did not hold: ${broken.join(", ")}` : gated === true ? "gates hold" : "gates not known";
  return `${verdict === "unknown" ? "figures not known" : verdictWords[verdict]}, ${gates}`;
}

/** The shares that are still to come, and 0 for the way back, where there is one. */
export function nextShares(steps: readonly WatchStep[], shares: readonly number[]): readonly number[] {
  const now = steps.findLast(({ share }) => share !== undefined)?.share ?? 0;
  return [...shares.filter((share) => share > now), ...(now > 0 ? [0] : [])];
}
