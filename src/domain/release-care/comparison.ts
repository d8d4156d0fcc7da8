import type { ReadingState } from "../health/health.ts";
import { type MeasureName, measures, type Unit } from "../health/measures.ts";
import type { Figure, Finding } from "../health/thresholds.ts";

/** One measured value before a deployment and since; null where there was nothing to average. */
export interface Compared {
  readonly measure: MeasureName;
  readonly title: string;
  readonly unit: Unit;
  readonly before: number | null;
  readonly after: number | null;
}

export type ReleaseVerdict = "better" | "same" | "worse" | "unknown";

/** A verdict as people read it, of something that is held against the time before. */
export const verdictWords: Readonly<Record<ReleaseVerdict, string>> = {
  better: "better than before",
  same: "the same as before",
  worse: "worse than before",
  unknown: "not known",
};

/** So long before a deployment is what it is held against. */
export const baselineMinutes = 30;
const minute = 60_000;
/** In the order they are shown; of each less is better. */
const compared: readonly MeasureName[] = ["error-rate", "p99", "p95", "cpu", "memory"];
/** A change counts from a tenth of what it was on, and from this much at least: less is noise. */
const least: Readonly<Partial<Record<Unit, number>>> = { "%": 0.5, ms: 20 };
const errorRateLeast = 0.2;

/** The averages of the half hour before a moment and of the time since; what was averaged before is kept once its minutes are out of sight. */
export function compareFigures(
  figures: readonly Figure[],
  since: Date,
  known: readonly Compared[] = [],
): readonly Compared[] {
  const from = since.getTime() - baselineMinutes * minute;
  return compared.flatMap((measure): readonly Compared[] => {
    const { title, unit } = measures[measure];
    const earlier = known.find((one) => one.measure === measure)?.before ?? null;
    const points = figures.find((one) => one.measure === measure && one.of === null)?.points ?? [];
    const before = average(points.filter(({ at }) => at.getTime() >= from && at < since).map(({ value }) => value));
    const after = average(points.filter(({ at }) => at >= since).map(({ value }) => value));
    const kept = earlier ?? before;
    return kept === null && after === null ? [] : [{ measure, title, unit, before: kept, after }];
  });
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of one value: worse, better or the same; unknown where one of the two is not known. */
export function verdictOf({ measure, unit, before, after }: Compared): ReleaseVerdict {
  if (before === null || after === null) return "unknown";
  const change = after - before;
  const floor = measure === "error-rate" ? errorRateLeast : (least[unit] ?? 0);
  if (Math.abs(change) <= Math.max(floor, Math.abs(before) * 0.1)) return "same";
  return change > 0 ? "worse" : "better";
}

/** Of the whole: a gate that does not hold is worse; one thing worse is worse, whatever else got better; nothing known is unknown. */
export function releaseVerdict(rows: readonly Compared[], gates: readonly Pick<Finding, "state">[]): ReleaseVerdict {
  if (gates.some(({ state }) => state === "critical")) return "worse";
  const verdicts = rows.map(verdictOf);
  for (const one of ["worse", "better", "same"] as const) if (verdicts.includes(one)) return one;
  return "unknown";
}

/** A value as people read it: 0.42 %, 310 ms. */
export function valueInWords(value: number | null, unit: Unit): string {
  if (value === null) return "not known";
  const rounded = unit === "ms" ? Math.round(value) : Math.round(value * 100) / 100;
  return `${rounded}${unit === "" || unit === "count" ? "" : ` ${unit}`}`;
}

/** "Response time P99 310 ms, before 240 ms (worse)" */
export function comparedInWords(row: Compared): string {
  const verdict = verdictOf(row);
  return `${row.title} ${valueInWords(row.after, row.unit)}, before ${valueInWords(row.before, row.unit)}${verdict === "unknown" ? "" : ` (${verdict})`}`;
}

/** How a gate stands, as a mark's state. */
export function gateState(gates: readonly Pick<Finding, "state">[]): ReadingState {
  if (gates.some(({ state }) => state === "critical")) return "critical";
  if (gates.some(({ state }) => state === "warning")) return "warning";
  return gates.length === 0 || gates.every(({ state }) => state === "unknown") ? "unknown" : "ok";
}
