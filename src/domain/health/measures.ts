import { usualErrorsAnHour } from "../review/settings.ts";
import type { Limit } from "./thresholds.ts";

/** The kinds of the catalog that can be examined. */
export type Examinable = "service" | "database" | "cache" | "queue";

export type MeasureName =
  | "cpu"
  | "memory"
  | "success-rate"
  | "error-rate"
  | "error-lines"
  | "p95"
  | "p99"
  | "connections"
  | "load"
  | "disk"
  | "longest-query"
  | "blocked"
  | "buffer-hit"
  | "replication-lag"
  | "hit-rate"
  | "evictions"
  | "waiting"
  | "failed"
  | "oldest";

/** What a value is counted in; the empty one is a bare number. */
export type Unit = "%" | "ms" | "s" | "count" | "/min" | "";

/** Something that can be measured of a thing of the catalog. */
export interface Measure {
  readonly title: string;
  readonly unit: Unit;
  readonly kinds: readonly Examinable[];
  /** How people write it as the metric of a threshold. */
  readonly words: RegExp;
  /** What holds where the configuration has no threshold for it; null where only the team can know. */
  readonly usual: { readonly warning: Limit; readonly critical: Limit | null } | null;
}

const above = (value: number, unit = ""): Limit => ({ comparison: ">", value, unit });
const below = (value: number, unit = ""): Limit => ({ comparison: "<", value, unit });

export const measures: Readonly<Record<MeasureName, Measure>> = {
  cpu: {
    title: "CPU",
    unit: "%",
    kinds: ["service", "database", "cache"],
    words: /^(database |cache )?cpu( (utili[sz]ation|usage|load))?$/i,
    usual: null,
  },
  memory: {
    title: "Memory",
    unit: "%",
    kinds: ["service", "cache"],
    words: /^(cache |redis )?memory( (utili[sz]ation|usage))?$/i,
    usual: null,
  },
  "success-rate": {
    title: "HTTP 2xx rate",
    unit: "%",
    kinds: ["service"],
    words: /^((http )?2xx( (rate|share))?|success rate)$/i,
    usual: null,
  },
  "error-rate": {
    title: "HTTP 5xx rate",
    unit: "%",
    kinds: ["service"],
    words: /^((http |alb )?5xx( (rate|share))?|error rate)$/i,
    usual: null,
  },
  "error-lines": {
    title: "Error lines an hour",
    unit: "count",
    kinds: ["service"],
    words: /^((log )?errors?|error lines?|errors? in the log)( (an|per|each|\/) hour|\/h(our)?)?$/i,
    // As the daily check has it; how many are critical only the team can know.
    usual: { warning: above(usualErrorsAnHour), critical: null },
  },
  p95: {
    title: "Response time P95",
    unit: "ms",
    kinds: ["service"],
    words: /^(?=.*\bp95\b)(?=.*\b(response times?|latency)\b)/i,
    usual: null,
  },
  p99: {
    title: "Response time P99",
    unit: "ms",
    kinds: ["service"],
    words: /^(?=.*\bp99\b)(?=.*\b(response times?|latency)\b)/i,
    usual: null,
  },
  connections: {
    title: "Connections",
    unit: "count",
    kinds: ["database"],
    words: /^((database|db|postgres(ql)?|mysql) )?connections$/i,
    usual: { warning: above(80, "% of max"), critical: above(95, "% of max") },
  },
  load: {
    title: "Sessions at work for each processor",
    unit: "",
    kinds: ["database"],
    words: /^(database |db )load$/i,
    usual: { warning: above(1), critical: above(4) },
  },
  disk: {
    title: "Disk usage",
    unit: "%",
    kinds: ["database"],
    words: /^(database )?(disk|storage)( (usage|space|utili[sz]ation))?$/i,
    usual: { warning: above(80, "%"), critical: above(90, "%") },
  },
  "longest-query": {
    title: "Longest statement",
    unit: "s",
    kinds: ["database"],
    words: /^(longest|long|slow|slowest)([ -]running)? (query|queries|statements?)$/i,
    usual: { warning: above(60, "s"), critical: above(300, "s") },
  },
  blocked: {
    title: "Sessions waiting for a lock",
    unit: "count",
    kinds: ["database"],
    words: /^(blocked sessions?|lock waits?|locks|sessions waiting for a lock)$/i,
    usual: { warning: above(0), critical: above(4) },
  },
  "buffer-hit": {
    title: "Reads from memory",
    unit: "%",
    kinds: ["database"],
    words: /^(database|buffer|postgres(ql)?) (cache )?hit (rate|ratio)$/i,
    usual: { warning: below(90, "%"), critical: null },
  },
  "replication-lag": {
    title: "Replication lag",
    unit: "s",
    kinds: ["database", "cache"],
    words: /^(replication|replica) lag$/i,
    usual: { warning: above(30, "s"), critical: above(300, "s") },
  },
  "hit-rate": {
    title: "Hit rate",
    unit: "%",
    kinds: ["cache"],
    words: /^(cache |redis )?hit (rate|ratio)$/i,
    usual: { warning: below(80, "%"), critical: below(50, "%") },
  },
  evictions: {
    title: "Evictions",
    unit: "/min",
    kinds: ["cache"],
    words: /^(cache )?(evictions|evicted keys)( a minute)?$/i,
    usual: { warning: above(0), critical: above(1000) },
  },
  waiting: {
    title: "Waiting jobs",
    unit: "count",
    kinds: ["queue"],
    words: /^((\S+ )?queue (length|backlog|depth)|backlog|waiting( jobs)?)$/i,
    usual: { warning: above(1000), critical: above(10_000) },
  },
  failed: {
    title: "Failed jobs",
    unit: "%",
    kinds: ["queue"],
    words: /^failed (jobs|workflows|tasks)( (rate|share))?$/i,
    usual: { warning: above(5, "%"), critical: above(25, "%") },
  },
  oldest: {
    title: "Oldest waiting job",
    unit: "s",
    kinds: ["queue"],
    words: /^oldest( waiting)?( job)?( age)?$/i,
    usual: { warning: above(300, "s"), critical: above(1800, "s") },
  },
};

export const measureNames = Object.keys(measures) as readonly MeasureName[];

/** What a threshold's metric is measured by on a kind of thing; null where nothing here reads it there. */
export function measureOf(metric: string, kind: Examinable): MeasureName | null {
  return (
    measureNames.find((name) => measures[name].kinds.includes(kind) && measures[name].words.test(metric.trim())) ?? null
  );
}
