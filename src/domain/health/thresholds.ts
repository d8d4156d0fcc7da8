import type { ReadingState } from "./health.ts";
import { type Examinable, type MeasureName, measureOf, measures, type Unit } from "./measures.ts";
import type { Untold } from "./unseen.ts";

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
  /** How long it must last before it counts in full; null for at once. */
  readonly forSeconds: number | null;
  /** What to do about it, as the configuration says. */
  readonly action: string | null;
  /** Where that is told step by step. */
  readonly runbook: string | null;
  /** Names of the catalog it holds for; null for all that it can be measured of. */
  readonly targets: readonly string[] | null;
  /** Where it is read, for one that the product does not know by itself. */
  readonly source: MetricSource | null;
}

/** A metric of the team's own, and which provider reads it. */
export type MetricSource =
  | {
      readonly provider: "cloudwatch";
      readonly namespace: string;
      readonly metric: string;
      readonly dimensions: Readonly<Record<string, string>>;
      /** Average, Sum, Minimum, Maximum, SampleCount, or a percentile such as p95. */
      readonly statistic: string;
      readonly region: string | null;
    }
  | { readonly provider: "prometheus"; readonly query: string };

export interface Point {
  readonly at: Date;
  readonly value: number;
}

/** How a value went: by the minute, oldest first, and a day ago where that is known. */
export interface Series {
  readonly points: readonly Point[];
  readonly dayAgo: number | null;
}

/** A measured value with what is known of its past. */
export interface Figure extends Series {
  readonly measure: MeasureName;
  /** Which one, where a target has several: a queue's name. */
  readonly of: string | null;
  /** What 100 % of it is; null where it has no limit or nobody knows it. */
  readonly limit: number | null;
  /** Whether its points are those of every minute, or only of when somebody looked. */
  readonly history: "every-minute" | "looks";
  /** Why there is no value, where there is a reason of its own. */
  readonly missing?: string;
}

/** One line of what was found: what, how it is, and why that is said. */
export interface Finding {
  readonly title: string;
  readonly state: ReadingState;
  readonly detail: string;
  /** Since when it is as bad; null where it is not, or nobody knows. */
  readonly since?: Date | null;
  readonly runbook?: string | null;
  /** What was measured, and which one of several. */
  readonly measure?: MeasureName;
  readonly of?: string | null;
  /** True where it is the platform's own word for how the whole thing is: available. */
  readonly platform?: true;
  /** True where its threshold wants it to last, and nobody looked before: whether it has is not known yet. */
  readonly unlasted?: true;
  /** True where an alarm of the platform's own says it. */
  readonly alarm?: true;
  /** True where there is a value and nothing to hold it against: it stands beside the findings. */
  readonly unjudged?: true;
  /** Of what is unknown: the no of a cloud that made it so. */
  readonly untold?: Untold;
}

/** A threshold, and what it is measured by on a thing: null for a metric of its own. */
export interface Held {
  readonly threshold: Threshold;
  readonly measure: MeasureName | null;
}

/** The thresholds that hold for a thing of the catalog. */
export function thresholdsFor(
  all: readonly Threshold[],
  target: { readonly kind: Examinable; readonly name: string },
): readonly Held[] {
  return all.flatMap((threshold): readonly Held[] => {
    if (threshold.targets !== null && !threshold.targets.includes(target.name)) return [];
    if (threshold.source !== null) return [{ threshold, measure: null }];
    const measure = measureOf(threshold.metric, target.kind);
    return measure === null ? [] : [{ threshold, measure }];
  });
}

/** How a value stands: what is outside normal is a warning, also where no other bound is written. */
export function judge(
  threshold: Pick<Threshold, "normal" | "warning" | "critical">,
  value: number,
  scale: (limit: Limit) => number = () => 1,
): ReadingState {
  const { normal, warning, critical } = threshold;
  const meets = (limit: Limit) => compare(limit, value * scale(limit));
  if (critical !== null && meets(critical)) return "critical";
  if (warning !== null && meets(warning)) return "warning";
  return normal !== null && !meets(normal) ? "warning" : "ok";
}

function compare({ comparison, value: bound }: Limit, value: number): boolean {
  if (comparison === "<") return value < bound;
  if (comparison === "<=") return value <= bound;
  return comparison === ">" ? value > bound : value >= bound;
}

/** What a value is multiplied by to be held against a bound in its own unit; null where the two cannot be compared. */
function scaleTo(bound: Limit, unit: Unit, limit: number | null): number | null {
  const written = bound.unit.toLowerCase();
  if (unit === "count" && /^%/.test(written)) return limit !== null && limit > 0 ? 100 / limit : null;
  const seconds = { ms: 0.001, s: 1, sec: 1, seconds: 1, min: 60, m: 60, minutes: 60, h: 3600 }[written];
  if (unit === "s") return written === "" ? 1 : seconds === undefined ? null : 1 / seconds;
  if (unit === "ms") return written === "" ? 1 : seconds === undefined ? null : 0.001 / seconds;
  if (unit === "%") return written === "" || /^%/.test(written) ? 1 : null;
  // A count may be written with what is counted: 100 jobs.
  return unit === "" || !/^(%|ms|s|min|h|[kmgt]i?b)$/.test(written) ? 1 : null;
}

/** A figure older than this says nothing about now. */
const freshMinutes = 15;
const minute = 60_000;

/** What a figure says against a threshold for it; without one its usual bounds hold, and without those it is shown and not judged. */
export function judged(figure: Figure, threshold: Threshold | null, now: Date): Finding {
  const measure = measures[figure.measure];
  const name = threshold?.metric ?? measure.title;
  const title = figure.of === null ? name : `${name}, ${figure.of}`;
  const of = { measure: figure.measure, of: figure.of };
  if (figure.missing !== undefined) return { title, state: "unknown", detail: figure.missing, ...of };
  const bounds = threshold ?? (measure.usual && { ...unbounded, ...measure.usual, metric: name });
  const against = { unit: measure.unit, limit: figure.limit, bounds, usual: threshold === null };
  return { ...held(title, figure, against, now), ...of };
}

/** What a metric of the configuration's own says against its threshold. */
export function judgedMetric(threshold: Threshold, series: Series, now: Date): Finding {
  const figure = { ...series, history: "every-minute" as const };
  return held(threshold.metric, figure, { unit: "", limit: null, bounds: threshold, usual: false }, now);
}

const unbounded = { normal: null, forSeconds: null, action: null, runbook: null, targets: null, source: null };

interface Against {
  readonly unit: Unit;
  readonly limit: number | null;
  readonly bounds: Threshold | null;
  readonly usual: boolean;
}

function held(title: string, figure: Series & Pick<Figure, "history">, against: Against, now: Date): Finding {
  const { unit, limit, bounds, usual } = against;
  const newest = figure.points.at(-1);
  if (!newest || now.getTime() - newest.at.getTime() > freshMinutes * minute)
    return { title, state: "unknown", detail: `no figure of the last ${freshMinutes} minutes` };
  const ownUnit = unit === "" ? (bounds?.critical ?? bounds?.warning ?? bounds?.normal)?.unit : undefined;
  const shown = (value: number) => inUnit(value, unit, ownUnit ?? "");
  const value = `${shown(newest.value)}${limit === null ? "" : ` of ${shown(limit)}`}`;
  const trend = trendOf(figure, newest, shown);
  if (bounds === null) return { title, state: "unknown", detail: `${value}${trend}`, unjudged: true };
  const limits = [bounds.normal, bounds.warning, bounds.critical].filter((one) => one !== null);
  const foreign = limits.find((one) => scaleTo(one, unit, limit) === null);
  if (foreign) {
    const why = /^%/.test(foreign.unit)
      ? "its limit is not known, which its threshold is a share of"
      : `its threshold is in ${foreign.unit}`;
    return { title, state: "unknown", detail: `${value}, but ${why}${trend}` };
  }
  const scale = (one: Limit) => scaleTo(one, unit, limit) ?? 1;
  const seen = judge(bounds, newest.value, scale);
  const lasted = lastingOf(figure, (point) => badnessOf(judge(bounds, point.value, scale)) >= badnessOf(seen), now);
  const early =
    seen !== "ok" && bounds.forSeconds !== null && lasted.minutes !== null && lasted.minutes * 60 < bounds.forSeconds;
  const state = early ? (seen === "critical" ? "warning" : "ok") : seen;
  const since = seen === "ok" ? "" : `, ${lasted.text}`;
  const until = early ? `, which counts in full after ${Math.round((bounds.forSeconds ?? 0) / 60)}` : "";
  const todo = state === "ok" || bounds.action === null ? "" : `. ${bounds.action}`;
  const bound = boundInWords(bounds, seen);
  return {
    title,
    state,
    detail: `${value}${bound === "" ? "" : `, ${bound}${usual ? " (built in)" : ""}`}${since}${until}${trend}${todo}`,
    since: state === "ok" ? null : lasted.since,
    runbook: state === "ok" ? null : bounds.runbook,
    ...(seen !== "ok" && bounds.forSeconds !== null && lasted.minutes === null ? { unlasted: true } : {}),
  };
}

function badnessOf(state: ReadingState): number {
  return ["ok", "warning", "critical"].indexOf(state);
}

function boundInWords({ normal, warning, critical }: Threshold, state: ReadingState): string {
  const inWords = ({ comparison, value, unit }: Limit) => `${comparison} ${value}${unit === "" ? "" : ` ${unit}`}`;
  if (state === "critical" && critical) return `critical ${inWords(critical)}`;
  if (state === "warning") return warning ? `warning ${inWords(warning)}` : `normal ${normal ? inWords(normal) : ""}`;
  const next = warning ?? critical;
  return normal ? `normal ${inWords(normal)}` : next ? `${warning ? "warning" : "critical"} ${inWords(next)}` : "";
}

/** Since when it is as bad as now, or worse: null where nobody looked before. */
function lastingOf(
  { points, history }: Pick<Figure, "points" | "history">,
  bad: (point: Point) => boolean,
  now: Date,
): { readonly minutes: number | null; readonly since: Date | null; readonly text: string } {
  const lastGood = points.findLastIndex((point) => !bad(point));
  const first = points[lastGood + 1];
  if (!first) return { minutes: null, since: null, text: "since when is unknown" };
  if (history === "looks") {
    const minutes = Math.round((now.getTime() - first.at.getTime()) / minute);
    if (minutes < 1) return { minutes: null, since: null, text: "since when is unknown" };
    return { minutes, since: first.at, text: `seen so ${inMinutes(minutes)} ago already` };
  }
  const newest = points.at(-1) ?? first;
  const minutes = Math.round((newest.at.getTime() - first.at.getTime()) / minute);
  // A point stands for the minute that begins there.
  const lasted = { minutes: minutes + 1, since: first.at };
  if (lastGood === -1 && points.length > 1) return { ...lasted, text: `for ${inMinutes(minutes)} or longer` };
  return { ...lasted, text: minutes < 1 ? "since a moment ago" : `for ${inMinutes(minutes)}` };
}

function inMinutes(minutes: number): string {
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

/** The nearest point to an hour ago; a series of looks may have it a quarter of an hour off. */
function hourAgo({ points, history }: Pick<Figure, "points" | "history">, newest: Point): Point | undefined {
  const back = (point: Point) => (newest.at.getTime() - point.at.getTime()) / minute;
  const least = history === "looks" ? 45 : 60;
  return points.findLast((point) => back(point) >= least && back(point) <= 75);
}

function trendOf(figure: Series & Pick<Figure, "history">, newest: Point, shown: (value: number) => string): string {
  const before = hourAgo(figure, newest);
  if (!before && figure.dayAgo === null) return "; trend unknown";
  const day = figure.dayAgo === null ? "unknown" : shown(figure.dayAgo);
  return `; an hour ago ${before ? shown(before.value) : "unknown"}, a day ago ${day}`;
}

function inUnit(value: number, unit: Unit, ownUnit: string): string {
  const rounded = Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  const plain = rounded.toLocaleString("en-GB");
  if (unit === "%") return `${value > 0 && value < 0.1 ? Math.round(value * 1000) / 1000 : plain} %`;
  if (unit === "count") return Math.round(value).toLocaleString("en-GB");
  if (unit === "/min") return `${plain} a minute`;
  if (unit === "s")
    return value >= 7200
      ? `${Math.round(value / 360) / 10} h`
      : value >= 120
        ? `${Math.round(value / 60)} min`
        : `${plain} s`;
  if (unit === "ms") return `${plain} ms`;
  return ownUnit === "" ? plain : `${plain} ${ownUnit}`;
}
