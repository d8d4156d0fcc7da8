import { z } from "zod";
import type { Service } from "../domain/configuration.ts";
import { mostMinutes, type ReleaseCare, usualMinutes } from "../domain/release-care/settings.ts";
import { unknown } from "./catalog-words.ts";
import { announceSchema, checklistSchema } from "./deployment-checklist.ts";
import { stepsSchema } from "./deployment-steps.ts";
import { count, list, object, right, text } from "./pieces.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";
import { seconds } from "./spans.ts";
import { completeThresholds, thresholdsSchema } from "./thresholds.ts";

const span = right("write a time from 5m to 4h, such as 30m");

/** How a service's deployments are watched, as people write it. */
export const releaseCareSchema = object({
  watch_for: z
    .string(span)
    .regex(/^[1-9]\d{0,2}[mh]$/, span)
    .refine((written) => seconds(written, 0) >= 300 && seconds(written, 0) <= mostMinutes * 60, span)
    .describe("How long; 30m by default.")
    .optional(),
  gates: thresholdsSchema
    .describe("What must hold, as in thresholds; left out: the thresholds that hold for it anyway.")
    .optional(),
  canary: list(count(100).min(1, right("write shares from 1 to 100")))
    .min(1, right("write at least one share"))
    .max(8, right("write at most 8 shares"))
    .refine(
      (shares) => shares.every((share, index) => share > (shares[index - 1] ?? 0)),
      right("write the shares in their order, such as [10, 50, 100]"),
    )
    .describe("Shares of a canary in percent, whose steps are recorded by button; 10, 50, 100 by default.")
    .optional(),
  checklist: checklistSchema.optional(),
  before: list(
    z.union(
      [text, object({ task: text, back: text.describe("The task that takes it back, which people run.").optional() })],
      right("write a task's name, or a map with task and back"),
    ),
  )
    .max(5, right("write at most 5 tasks"))
    .describe("Tasks of `tasks` that run before each `/ops deploy`, in this order; each has to end well.")
    .optional(),
  steps: stepsSchema.optional(),
  announce: announceSchema.optional(),
}).describe(
  "Deployments are seen, and watched by themselves, unless it says only what comes before them, or who is told.",
);

/** By service; those that say nothing are watched only when somebody asks. */
export function completeReleaseCare(written: Written): ReadonlyMap<string, ReleaseCare> {
  return new Map(
    Object.entries(written.services ?? {}).flatMap(([name, { deployments }]) =>
      deployments && isWatched(deployments)
        ? [
            [
              name,
              {
                minutes: seconds(deployments.watch_for, usualMinutes * 60) / 60,
                gates: completeThresholds(deployments.gates),
                shares: deployments.canary ?? null,
              },
            ] as const,
          ]
        : [],
    ),
  );
}

/** A section that says only what comes before a deployment asks for no watch after it. */
function isWatched({ watch_for, gates, canary, ...before }: z.infer<typeof releaseCareSchema>): boolean {
  return watch_for !== undefined || gates !== undefined || canary !== undefined || Object.keys(before).length === 0;
}

/** What runs before a deployment, in its order. */
export function completeBefore(written: z.infer<typeof releaseCareSchema> | undefined): NonNullable<Service["before"]> {
  return (written?.before ?? []).map((one) =>
    typeof one === "string" ? { task: one, back: null } : { task: one.task, back: one.back ?? null },
  );
}

/** Tasks that are not there, or said twice. */
export function beforeMisfits(written: Written): readonly Misfit[] {
  return Object.entries(written.services ?? {}).flatMap(([name, service]) => {
    const tasks = (service.tasks ?? []).map((task) => task.name);
    const before = completeBefore(service.deployments);
    return before.flatMap(({ task, back }, index): readonly Misfit[] => {
      const path = ["services", name, "deployments", "before", index];
      const missing = [task, ...(back === null ? [] : [back])].find((one) => !tasks.includes(one));
      if (missing !== undefined) return [{ path, text: unknown(`task of ${name}`, tasks, missing) }];
      const isFirst = before.findIndex((one) => one.task === task) === index;
      return isFirst ? [] : [{ path, text: "is on the list already; a task runs once." }];
    });
  });
}
