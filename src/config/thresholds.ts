import { z } from "zod";
import type { Limit, MetricSource, Threshold } from "../domain/health/thresholds.ts";
import { address, list, object, right, span, text } from "./pieces.ts";

const form = 'write a bound in quotes, such as "> 90 %" or "< 500 ms"';
const pattern = /^(<=|>=|<|>)\s*(\d{1,12}(?:\.\d{1,6})?)\s*([^\s\d<>=][^<>=\n]{0,29})?$/;
const limit = z.string(right(form)).regex(pattern, right(form));
const statisticForm = "write Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p95";
const statistic = z
  .string(right(statisticForm))
  .regex(/^(Average|Sum|Minimum|Maximum|SampleCount|p(\d{1,2}(\.\d{1,10})?|100))$/, right(statisticForm));

const cloudwatch = object({
  namespace: text,
  metric: text.describe("The metric's name, such as WaitingJobs."),
  dimensions: z
    .record(text, text, right("write a map such as QueueName: emails"))
    .describe("All its dimensions, as CloudWatch knows them.")
    .optional(),
  statistic: statistic.describe("Average where it is left out.").optional(),
  region: text.optional(),
});

/** What is normal, a warning and critical, as people write it. */
export const thresholdsSchema = list(
  z
    .strictObject(
      {
        metric: text.describe("What is measured: CPU utilization, Memory utilization, …"),
        normal: limit.describe("Outside it is a warning.").optional(),
        warning: limit.optional(),
        critical: limit.optional(),
        for: span("5m").describe("How long it must last before it counts in full.").optional(),
        action: text.describe("What to do about it, in a few words.").optional(),
        runbook: address.describe("Where that is told step by step.").optional(),
        targets: list(text).min(1, right("name at least one")).describe("Only for these of the catalog.").optional(),
        cloudwatch: cloudwatch.describe("Where it is read: a metric of your own in CloudWatch.").optional(),
        prometheus: text.describe("Where it is read: a query that gives one series.").optional(),
      },
      right("write a map with metric, normal, warning, critical"),
    )
    .refine(
      ({ normal, warning, critical }) => normal ?? warning ?? critical,
      right("write normal, warning or critical"),
    )
    .refine((one) => !(one.cloudwatch && one.prometheus), right("write cloudwatch or prometheus, not both"))
    .refine(
      (one) => one.targets !== undefined || !(one.cloudwatch || one.prometheus),
      right("say with targets what of the catalog a metric of your own is about"),
    ),
).describe("Normal, warning and critical values, which `/ops diagnose` holds what it reads against.");

/** The thresholds in the order they were written; what they are for in the catalog's own names. */
export function completeThresholds(
  written: z.infer<typeof thresholdsSchema> | undefined,
  named: (word: string) => string | null = (word) => word,
): readonly Threshold[] {
  return (written ?? []).map((one) => ({
    metric: one.metric,
    normal: limitOf(one.normal),
    warning: limitOf(one.warning),
    critical: limitOf(one.critical),
    forSeconds:
      one.for === undefined ? null : Number(one.for.slice(0, -1)) * ({ s: 1, m: 60 }[one.for.slice(-1)] ?? 3600),
    action: one.action ?? null,
    runbook: one.runbook ?? null,
    targets: one.targets?.map((word) => named(word) ?? word) ?? null,
    source: sourceOf(one),
  }));
}

function sourceOf({ cloudwatch: metric, prometheus }: z.infer<typeof thresholdsSchema>[number]): MetricSource | null {
  if (prometheus !== undefined) return { provider: "prometheus", query: prometheus };
  if (metric === undefined) return null;
  return {
    provider: "cloudwatch",
    namespace: metric.namespace,
    metric: metric.metric,
    dimensions: metric.dimensions ?? {},
    statistic: metric.statistic ?? "Average",
    region: metric.region ?? null,
  };
}

function limitOf(written: string | undefined): Limit | null {
  const [, comparison, value, unit] = pattern.exec(written ?? "") ?? [];
  if (!comparison || !value) return null;
  return { comparison: comparison as Limit["comparison"], value: Number(value), unit: (unit ?? "").trim() };
}
