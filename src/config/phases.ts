import type { z } from "zod";
import { type Milestone, milestones, type Step } from "../domain/incident/phases.ts";
import { nearest } from "./nearest.ts";
import { aliases, choice, named, object, text } from "./pieces.ts";
import type { Misfit } from "./references.ts";

/** Where an incident can stand, in the installation's own words and order. */
export const phasesSchema = named(
  object({
    is: choice(milestones)
      .describe("What clocks, figures and the status page take it for; left out where the name says it.")
      .optional(),
    title: text.describe("What people read; by default the name.").optional(),
    words: aliases.describe("Other words that mean it when somebody types them.").optional(),
  }).nullable(),
  "a phase's name",
).describe(
  "Where an incident can stand, in order. Left out: detected, acknowledged, investigating, mitigating, mitigated, resolved, closed.",
);

type WrittenPhases = z.infer<typeof phasesSchema>;

function milestoneOf(name: string, is: Milestone | undefined): Milestone | null {
  return is ?? milestones.find((one) => one === name) ?? null;
}

export function completePhases(written: WrittenPhases): readonly Step[] {
  return Object.entries(written).flatMap(([name, phase]) => {
    const milestone = milestoneOf(name, phase?.is);
    const title = phase?.title ?? `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", " ")}`;
    return milestone ? [{ name, title, words: phase?.words ?? [], milestone }] : [];
  });
}

/** Phases without a meaning, out of order, with a word twice, or without a beginning or end. */
export function phaseMisfits(written: WrittenPhases | undefined): readonly Misfit[] {
  if (!written) return [];
  const misfits: Misfit[] = [];
  const taken = new Map<string, string>();
  let reached = 0;
  for (const [name, phase] of Object.entries(written)) {
    const path = ["phases", name];
    const milestone = milestoneOf(name, phase?.is);
    if (!milestone) {
      const near = nearest(name, milestones);
      misfits.push({
        path,
        key: true,
        text: `needs \`is\`: one of ${milestones.join(", ")}${near ? `; did you mean ${near}?` : "."}`,
      });
      continue;
    }
    const place = milestones.indexOf(milestone);
    if (place < reached) {
      misfits.push({
        path,
        text: `is ${milestone} and comes after ${milestones[reached]}; write the phases in order.`,
      });
    }
    reached = Math.max(reached, place);
    for (const word of [name, ...(phase?.words ?? [])]) {
      const other = taken.get(word.toLowerCase());
      if (other && other !== name) misfits.push({ path, text: `says "${word}", which means ${other} already.` });
      taken.set(word.toLowerCase(), name);
    }
  }
  const there = completePhases(written).map(({ milestone }) => milestone);
  for (const needed of ["detected", "resolved", "closed"] as const)
    if (!there.includes(needed)) misfits.push({ path: ["phases"], text: `needs one that is ${needed}.` });
  return misfits;
}
