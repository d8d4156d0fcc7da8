import { Refusal } from "../../errors.ts";
import type { Incident, IncidentTimes, Phase } from "./incident.ts";

/**
 * Where an incident can stand, as people say it. Mitigated is a milestone inside the mitigating phase: the harm is
 * over, the cause may not be.
 */
export interface Step {
  readonly name: "detected" | "acknowledged" | "investigating" | "mitigating" | "mitigated" | "resolved" | "closed";
  readonly phase: Phase;
  readonly title: string;
  readonly words: readonly string[];
  /** The steps one can come from. */
  readonly from: readonly Step["name"][];
}

const open = ["detected", "acknowledged", "investigating", "mitigating", "mitigated"] as const;

/** The one table of transitions; any open step may follow any other, because incidents do turn back. */
export const steps: readonly Step[] = [
  { name: "detected", phase: "detected", title: "Detected", words: ["open", "new"], from: [] },
  {
    name: "acknowledged",
    phase: "acknowledged",
    title: "Acknowledged",
    words: ["ack", "acked", "acknowledge", "triage"],
    from: ["detected"],
  },
  {
    name: "investigating",
    phase: "investigating",
    title: "Investigating",
    words: ["investigate", "investigation", "identified", "reopened"],
    from: [...open, "resolved", "closed"],
  },
  {
    name: "mitigating",
    phase: "mitigating",
    title: "Mitigating",
    words: ["mitigate", "mitigation", "fixing"],
    from: open,
  },
  {
    name: "mitigated",
    phase: "mitigating",
    title: "Mitigated",
    words: ["monitoring", "watching", "stable"],
    from: open,
  },
  { name: "resolved", phase: "resolved", title: "Resolved", words: ["resolve", "fixed", "done"], from: open },
  { name: "closed", phase: "closed", title: "Closed", words: ["close", "archive"], from: ["resolved"] },
];

/** Where it stands now. */
export function currentStep(incident: Pick<Incident, "phase" | "times">): Step {
  const name = incident.phase === "mitigating" && incident.times.mitigatedAt ? "mitigated" : incident.phase;
  return stepNamed(name);
}

/** The step a word means; null for a word that means none. */
export function findStep(typed: string): Step | null {
  const word = typed.trim().toLowerCase();
  return steps.find((step) => step.name === word || step.words.includes(word)) ?? null;
}

export function stepNamed(name: Step["name"]): Step {
  const step = steps.find((candidate) => candidate.name === name);
  if (!step) throw new Error(`No such step: ${name}`);
  return step;
}

/** The steps a form may offer now, in order, the present one left out. */
export function nextSteps(incident: Pick<Incident, "phase" | "times">): readonly Step[] {
  const now = currentStep(incident);
  return steps.filter((step) => step.name !== now.name && step.from.includes(now.name));
}

/** What moving there writes; refuses a move the table does not have. */
export function moveTo(
  incident: Pick<Incident, "number" | "phase" | "times">,
  step: Step,
  now: Date,
): { readonly phase: Phase; readonly times: IncidentTimes } {
  const from = currentStep(incident);
  const name = `INC-${incident.number}`;
  if (from.name === step.name) {
    throw new Refusal("already_done", `${name} is ${step.title.toLowerCase()} already.`, null, "status");
  }
  if (!step.from.includes(from.name)) {
    const way =
      from.phase === "resolved" || from.phase === "closed"
        ? `Reopen it first: /incident reopen ${name}.`
        : step.name === "closed"
          ? `Resolve it first: /incident resolve ${name}.`
          : `From here it can become ${nextSteps(incident)
              .map((next) => next.title.toLowerCase())
              .join(", ")}.`;
    throw new Refusal(
      "not_possible",
      `${name} is ${from.title.toLowerCase()}; it cannot become ${step.title.toLowerCase()}.`,
      way,
      "status",
    );
  }
  return { phase: step.phase, times: timesAfter(incident.times, from, step, now) };
}

function timesAfter(times: IncidentTimes, from: Step, step: Step, now: Date): IncidentTimes {
  const reopened = from.phase === "resolved" || from.phase === "closed";
  const ended = step.name === "resolved" || step.name === "mitigated";
  // Turning back says the earlier milestone did not hold, so it is no longer claimed.
  const mitigatedAt = ended ? (times.mitigatedAt ?? now) : step.name === "closed" ? times.mitigatedAt : null;
  return {
    ...times,
    acknowledgedAt: times.acknowledgedAt ?? now,
    mitigatedAt,
    resolvedAt: step.name === "resolved" ? now : reopened && step.name !== "closed" ? null : times.resolvedAt,
    closedAt: step.name === "closed" ? now : null,
  };
}
