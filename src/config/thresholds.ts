import { z } from "zod";
import type { Limit, Threshold } from "../domain/health/thresholds.ts";
import { list, right, span, text } from "./pieces.ts";

const form = 'write a bound in quotes, such as "> 90 %" or "< 500 ms"';
const pattern = /^(<=|>=|<|>)\s*(\d{1,12}(?:\.\d{1,6})?)\s*([^\s\d<>=][^<>=\n]{0,29})?$/;
const limit = z.string(right(form)).regex(pattern, right(form));

/** What is normal, a warning and critical, as people write it. */
export const thresholdsSchema = list(
  z
    .strictObject(
      {
        metric: text.describe("What is measured: CPU utilization, Memory utilization, …"),
        normal: limit.describe("Outside it is a warning.").optional(),
        warning: limit.optional(),
        critical: limit.optional(),
        for: span("5m").describe("How long it must last. Accepted and not used yet.").optional(),
        action: text.describe("What to do about it, in a few words.").optional(),
      },
      right("write a map with metric, normal, warning, critical"),
    )
    .refine(
      ({ normal, warning, critical }) => normal ?? warning ?? critical,
      right("write normal, warning or critical"),
    ),
).describe("Normal, warning and critical values, which `/ops diagnose` holds what it reads against.");

/** The thresholds in the order they were written. */
export function completeThresholds(written: z.infer<typeof thresholdsSchema> | undefined): readonly Threshold[] {
  return (written ?? []).map((one) => ({
    metric: one.metric,
    normal: limitOf(one.normal),
    warning: limitOf(one.warning),
    critical: limitOf(one.critical),
    action: one.action ?? null,
  }));
}

function limitOf(written: string | undefined): Limit | null {
  const [, comparison, value, unit] = pattern.exec(written ?? "") ?? [];
  if (!comparison || !value) return null;
  return { comparison: comparison as Limit["comparison"], value: Number(value), unit: (unit ?? "").trim() };
}
