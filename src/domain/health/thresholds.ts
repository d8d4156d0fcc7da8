import type { ReadingState } from "./health.ts";

/** One bound of a threshold, such as "> 90 %". */
export interface Limit {
  readonly comparison: "<" | "<=" | ">" | ">=";
  readonly value: number;
  /** As written: %, ms, "% of max"; empty for a bare number. */
  readonly unit: string;
}

/** What is normal for a metric, and from where on it is not. */
export interface Threshold {
  /** In people's words: CPU utilization. */
  readonly metric: string;
  readonly normal: Limit | null;
  readonly warning: Limit | null;
  readonly critical: Limit | null;
  /** What to do about it, as the configuration says. */
  readonly action: string | null;
}

/** What can be measured of a service, in percent. */
export type Measure = "cpu" | "memory";

export interface Point {
  readonly at: Date;
  readonly value: number;
}

/** One line of what was found: what, how it is, and why that is said. */
export interface Finding {
  readonly title: string;
  readonly state: ReadingState;
  readonly detail: string;
}

const words: Readonly<Record<Measure, RegExp>> = {
  cpu: /^cpu( (utili[sz]ation|usage|load))?$/i,
  memory: /^memory( (utili[sz]ation|usage))?$/i,
};
export const measureTitles: Readonly<Record<Measure, string>> = { cpu: "CPU", memory: "Memory" };
export const measures: readonly Measure[] = ["cpu", "memory"];

/** What a threshold's metric is measured by here; null where nothing reads it. */
export function measureOf(metric: string): Measure | null {
  return measures.find((measure) => words[measure].test(metric.trim())) ?? null;
}

/** How a value stands: what is outside normal is a warning, also where no other bound is written. */
export function judge(threshold: Pick<Threshold, "normal" | "warning" | "critical">, value: number): ReadingState {
  const { normal, warning, critical } = threshold;
  if (critical !== null && meets(critical, value)) return "critical";
  if (warning !== null && meets(warning, value)) return "warning";
  return normal !== null && !meets(normal, value) ? "warning" : "ok";
}

function meets({ comparison, value: bound }: Limit, value: number): boolean {
  if (comparison === "<") return value < bound;
  if (comparison === "<=") return value <= bound;
  return comparison === ">" ? value > bound : value >= bound;
}

/** A figure older than this says nothing about now. */
const freshMinutes = 15;
const minute = 60_000;

/** What a measure's points, oldest first, say against each threshold for it; without one the value is shown and not judged. */
export function measured(
  measure: Measure,
  points: readonly Point[],
  thresholds: readonly Threshold[],
  now: Date,
): readonly Finding[] {
  const mine = thresholds.filter((threshold) => measureOf(threshold.metric) === measure);
  const title = mine[0]?.metric ?? measureTitles[measure];
  const newest = points.at(-1);
  if (!newest || now.getTime() - newest.at.getTime() > freshMinutes * minute)
    return [{ title, state: "unknown", detail: `no figure of the last ${freshMinutes} minutes` }];
  const trend = trendOf(points, newest);
  if (mine.length === 0)
    return [
      { title, state: "unknown", detail: `${percent(newest.value)}, but no threshold is configured for it${trend}` },
    ];
  return mine.map((threshold) => {
    const { metric, normal, warning, critical } = threshold;
    const limits = [normal, warning, critical].filter((limit) => limit !== null);
    if (limits.some((limit) => limit.unit !== "%" && limit.unit !== "")) {
      const unit = limits.find((limit) => limit.unit !== "%")?.unit;
      return {
        title: metric,
        state: "unknown" as const,
        detail: `${percent(newest.value)}, but its threshold is in ${unit}`,
      };
    }
    const state = judge(threshold, newest.value);
    const since = state === "ok" ? "" : `, ${lasting(points, threshold, state, newest)}`;
    const todo = state === "ok" || threshold.action === null ? "" : `. ${threshold.action}`;
    return {
      title: metric,
      state,
      detail: `${percent(newest.value)}, ${bound(threshold, state)}${since}${trend}${todo}`,
    };
  });
}

function bound({ normal, warning, critical }: Threshold, state: ReadingState): string {
  const inWords = ({ comparison, value, unit }: Limit) => `${comparison} ${value}${unit === "" ? "" : ` ${unit}`}`;
  if (state === "critical" && critical) return `critical ${inWords(critical)}`;
  if (state === "warning") return warning ? `warning ${inWords(warning)}` : `normal ${normal ? inWords(normal) : ""}`;
  const next = warning ?? critical;
  return normal ? `normal ${inWords(normal)}` : next ? `${warning ? "warning" : "critical"} ${inWords(next)}` : "";
}

/** Since when it is as bad as now, or worse. */
function lasting(points: readonly Point[], threshold: Threshold, state: ReadingState, newest: Point): string {
  const bad = (point: Point) => [state, "critical"].includes(judge(threshold, point.value));
  const lastGood = points.findLastIndex((point) => !bad(point));
  const first = points[lastGood + 1] ?? newest;
  const minutes = Math.round((newest.at.getTime() - first.at.getTime()) / minute);
  if (lastGood === -1) return `for ${minutes} minutes or longer`;
  return minutes < 1 ? "since a moment ago" : `for ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

function trendOf(points: readonly Point[], newest: Point): string {
  const hourAgo = points.findLast((point) => newest.at.getTime() - point.at.getTime() >= 60 * minute);
  return hourAgo ? `; an hour ago ${percent(hourAgo.value)}` : "";
}

function percent(value: number): string {
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} %`;
}
