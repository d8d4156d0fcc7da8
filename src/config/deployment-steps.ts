import { z } from "zod";
import type { Service } from "../domain/configuration.ts";
import { mostMinutes, usualMinutes } from "../domain/release-care/settings.ts";
import { catalogEntries, catalogName, unknown } from "./catalog-words.ts";
import { choice, list, object, right, text } from "./pieces.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";
import { seconds } from "./spans.ts";

const watchSpan = right("write a time from 5m to 4h, such as 15m");
const words = ["release", "smoke_test", "watch"] as const;
const kinds = "release, smoke_test, watch, or a map with one of backup, pause, resume, task, restart, watch";

/** One step of a deployment, as people write it. */
const step = z.union(
  [
    choice(words),
    object({ backup: text.describe("A database, backed up as `/ops backup` does.") }),
    object({
      pause: text.describe("A target of queues."),
      only: choice(["non-critical"]).describe("Left out: all of its queues.").optional(),
    }),
    object({ resume: text.describe("The same, resumed: those that the step before paused.") }),
    object({
      task: text.describe("A task of `tasks`, with the version that is brought out."),
      back: text.describe("The task that takes it back, which people run; only before the release.").optional(),
    }),
    object({ restart: text.describe("Another service.") }),
    object({
      watch: z
        .string(watchSpan)
        .regex(/^[1-9]\d{0,2}[mh]$/, watchSpan)
        .refine((written) => seconds(written, 0) >= 300 && seconds(written, 0) <= mostMinutes * 60, watchSpan)
        .describe("For so long, against its gates."),
    }),
  ],
  right(`write ${kinds}`),
);

/** A deployment's steps in their order. */
export const stepsSchema = list(step)
  .min(1, right("write at least the step release"))
  .max(12, right("write at most 12 steps"))
  .describe("What `/ops deploy` does, in this order; each step is verified before the next begins.");

type WrittenStep = z.infer<typeof step>;
type Deployments = NonNullable<Written["services"]>[string]["deployments"];

const isRelease = (one: WrittenStep) => one === "release";
const taskOf = (one: WrittenStep) => (typeof one === "object" && "task" in one ? one : null);

/** The tasks right before the release: they run with the version that is brought out, as a part of that step. */
function tasksBefore(
  steps: readonly WrittenStep[],
): readonly { readonly task: string; readonly back?: string | undefined }[] {
  const before = steps.slice(0, steps.findIndex(isRelease));
  const last = before.findLastIndex((one) => taskOf(one) === null);
  return before.slice(last + 1).flatMap((one) => taskOf(one) ?? []);
}

/** What the steps come to: tasks before the release as part of it, the others in their order. */
export function completeSteps(written: Written, deployments: Deployments): Pick<Service, "before" | "steps"> {
  const steps = deployments?.steps;
  if (!steps) return {};
  const inside = tasksBefore(steps);
  const name = (word: string) => catalogName(written, word) ?? word;
  return {
    before: inside.map(({ task, back }) => ({ task, back: back ?? null })),
    steps: steps
      .filter((one) => !inside.some((task) => task === one))
      .map((one) => {
        if (one === "release") return { kind: "release" };
        if (one === "smoke_test") return { kind: "smoke-test" };
        if (one === "watch") return { kind: "watch", minutes: seconds(deployments.watch_for, usualMinutes * 60) / 60 };
        if ("backup" in one) return { kind: "backup", database: name(one.backup) };
        if ("pause" in one) return { kind: "pause", queue: name(one.pause), only: one.only ?? null };
        if ("resume" in one) return { kind: "resume", queue: name(one.resume) };
        if ("task" in one) return { kind: "task", task: one.task };
        if ("restart" in one) return { kind: "restart", service: name(one.restart) };
        return { kind: "watch", minutes: seconds(one.watch, 0) / 60 };
      }),
  };
}

/** Steps that name what is not there, or make no order. */
export function stepMisfits(written: Written): readonly Misfit[] {
  return Object.entries(written.services ?? {}).flatMap(([name, service]) => {
    const { steps, before } = service.deployments ?? {};
    if (!steps) return [];
    const path = ["services", name, "deployments", "steps"];
    const at = (index: number, text: string): Misfit => ({ path: [...path, index], text });
    const releases = steps.filter(isRelease).length;
    return [
      ...(before
        ? [
            {
              path: ["services", name, "deployments", "before"],
              text: "is beside steps; write these tasks right before release.",
            },
          ]
        : []),
      ...(releases === 1
        ? []
        : [
            {
              path,
              text:
                releases === 0
                  ? "has no release; write it where the version is brought out."
                  : "has release more than once.",
            },
          ]),
      ...steps.flatMap((one, index) => stepMisfit(written, { name, steps, index }, one).map((text) => at(index, text))),
    ];
  });
}

interface Standing {
  readonly name: string;
  readonly steps: readonly WrittenStep[];
  readonly index: number;
}

function stepMisfit(written: Written, { name, steps, index }: Standing, one: WrittenStep): readonly string[] {
  if (typeof one === "string" || "watch" in one) return [];
  const release = steps.findIndex(isRelease);
  if ("task" in one) {
    const tasks = (written.services?.[name]?.tasks ?? []).map((task) => task.name);
    const missing = [one.task, ...(one.back === undefined ? [] : [one.back])].find((task) => !tasks.includes(task));
    if (missing !== undefined) return [unknown(`task of ${name}`, tasks, missing)];
    if (index > release) return one.back === undefined ? [] : ["has back, which counts only before the release."];
    return tasksBefore(steps).some((task) => task === one)
      ? []
      : [
          "stands before another step than release; a task runs with the new version, so write it right before release.",
        ];
  }
  const [section, word] =
    "backup" in one
      ? (["databases", one.backup] as const)
      : "pause" in one
        ? (["queues", one.pause] as const)
        : "resume" in one
          ? (["queues", one.resume] as const)
          : (["services", one.restart] as const);
  const known = catalogEntries(written).filter((entry) => entry.section === section);
  const found = catalogName(written, word);
  if (!known.some((entry) => entry.name === found))
    return [
      unknown(
        section.slice(0, -1),
        known.map((entry) => entry.name),
        word,
      ),
    ];
  if ("restart" in one && found === name) return ["restarts the service itself, which the release does."];
  const same = (other: WrittenStep, key: "pause" | "resume") =>
    typeof other === "object" &&
    key in other &&
    catalogName(written, (other as Record<string, string>)[key] ?? "") === found;
  if ("resume" in one && !steps.slice(0, index).some((other) => same(other, "pause")))
    return ["resumes what no step before it pauses."];
  if ("pause" in one && !steps.slice(index + 1).some((other) => same(other, "resume")))
    return ["is never resumed; write a step that resumes it."];
  const isTwice = steps.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) !== index;
  return isTwice ? ["is a step already."] : [];
}
