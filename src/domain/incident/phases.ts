import { Refusal } from "../../errors.ts";
import type { Incident, IncidentTimes } from "./incident.ts";

/**
 * What clocks, figures and the status page go by. Mitigated is one inside the mitigating phase: the harm is over, the
 * cause may not be.
 */
export const milestones = [
  "detected",
  "acknowledged",
  "investigating",
  "mitigating",
  "mitigated",
  "resolved",
  "closed",
] as const;
export type Milestone = (typeof milestones)[number];

/** Where an incident can stand, as this installation says it; several may stand for one milestone. */
export interface Step {
  /** The word typed. */
  readonly name: string;
  readonly title: string;
  readonly words: readonly string[];
  readonly milestone: Milestone;
}

/** The steps of an installation that names none. */
export const defaultSteps: readonly Step[] = [
  { name: "detected", milestone: "detected", title: "Detected", words: ["open", "new"] },
  {
    name: "acknowledged",
    milestone: "acknowledged",
    title: "Acknowledged",
    words: ["ack", "acked", "acknowledge", "triage"],
  },
  {
    name: "investigating",
    milestone: "investigating",
    title: "Investigating",
    words: ["investigate", "investigation", "identified", "reopened"],
  },
  { name: "mitigating", milestone: "mitigating", title: "Mitigating", words: ["mitigate", "mitigation", "fixing"] },
  { name: "mitigated", milestone: "mitigated", title: "Mitigated", words: ["monitoring", "watching", "stable"] },
  { name: "resolved", milestone: "resolved", title: "Resolved", words: ["resolve", "fixed", "done"] },
  { name: "closed", milestone: "closed", title: "Closed", words: ["close", "archive"] },
];

const open = ["detected", "acknowledged", "investigating", "mitigating", "mitigated"] as const;

/** The one table of transitions; any open step may follow any other, because incidents do turn back. */
const from: Readonly<Record<Milestone, readonly Milestone[]>> = {
  detected: [],
  acknowledged: ["detected"],
  investigating: [...open, "resolved", "closed"],
  mitigating: open,
  mitigated: open,
  resolved: open,
  closed: ["resolved"],
};

type Standing = Pick<Incident, "phase" | "times" | "status">;

function milestoneOf({ phase, times }: Pick<Incident, "phase" | "times">): Milestone {
  return phase === "mitigating" && times.mitigatedAt ? "mitigated" : phase;
}

/** Where it stands now, in the words it was moved there with: another configuration later does not rename the past. */
export function currentStep(incident: Standing): Step {
  const milestone = milestoneOf(incident);
  const { status } = incident;
  // A time corrected by hand can move it past what it was called.
  return status?.milestone === milestone ? { ...status, words: [] } : stepOf(defaultSteps, milestone);
}

/** The step a word means; null for a word that means none. */
export function findStep(steps: readonly Step[], typed: string): Step | null {
  const word = typed.trim().toLowerCase();
  return (
    steps.find((step) => step.name === word || step.title.toLowerCase() === word || step.words.includes(word)) ?? null
  );
}

/** The first step of a milestone; the usual one where the installation has none. */
export function stepOf(steps: readonly Step[], milestone: Milestone): Step {
  const step = [...steps, ...defaultSteps].find((candidate) => candidate.milestone === milestone);
  if (!step) throw new Error(`No such milestone: ${milestone}`);
  return step;
}

/** What is recorded of a step. */
export function statusAt({ name, title, milestone }: Step): NonNullable<Incident["status"]> {
  return { name, title, milestone };
}

function canFollow(step: Step, now: Step): boolean {
  const isNamedApart = step.milestone === now.milestone && open.some((one) => one === step.milestone);
  return from[step.milestone].includes(now.milestone) || isNamedApart;
}

/** The steps a form may offer now, in order, the present one left out. */
export function nextSteps(steps: readonly Step[], incident: Standing): readonly Step[] {
  const now = currentStep(incident);
  return steps.filter((step) => step.name !== now.name && canFollow(step, now));
}

/** What moving there writes; refuses a move the table does not have. */
export function moveTo(
  steps: readonly Step[],
  incident: Standing & Pick<Incident, "number">,
  step: Step,
  now: Date,
): Required<Pick<Incident, "phase" | "times" | "status">> {
  const before = currentStep(incident);
  const name = `INC-${incident.number}`;
  if (before.name === step.name) {
    throw new Refusal("already_done", `${name} is ${step.title.toLowerCase()} already.`, null, "status");
  }
  if (!canFollow(step, before)) {
    const way =
      before.milestone === "resolved" || before.milestone === "closed"
        ? `Reopen it first: /incident reopen ${name}.`
        : step.milestone === "closed"
          ? `Resolve it first: /incident resolve ${name}.`
          : `From here it can become ${nextSteps(steps, incident)
              .map((next) => next.title.toLowerCase())
              .join(", ")}.`;
    throw new Refusal(
      "not_possible",
      `${name} is ${before.title.toLowerCase()}; it cannot become ${step.title.toLowerCase()}.`,
      way,
      "status",
    );
  }
  return {
    phase: step.milestone === "mitigated" ? "mitigating" : step.milestone,
    status: statusAt(step),
    times: timesAfter(incident.times, before, step, now),
  };
}

function timesAfter(times: IncidentTimes, before: Step, step: Step, now: Date): IncidentTimes {
  const reopened = before.milestone === "resolved" || before.milestone === "closed";
  const ended = step.milestone === "resolved" || step.milestone === "mitigated";
  // Turning back says the earlier milestone did not hold, so it is no longer claimed.
  const mitigatedAt = ended ? (times.mitigatedAt ?? now) : step.milestone === "closed" ? times.mitigatedAt : null;
  return {
    ...times,
    acknowledgedAt: times.acknowledgedAt ?? now,
    mitigatedAt,
    resolvedAt: step.milestone === "resolved" ? now : reopened && step.milestone !== "closed" ? null : times.resolvedAt,
    closedAt: step.milestone === "closed" ? now : null,
  };
}
