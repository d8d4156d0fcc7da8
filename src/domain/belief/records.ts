import type { TimelineEntry } from "../timeline/entry.ts";

export type HypothesisState = "open" | "confirmed" | "ruled-out";

/** A message or page, or an operation by its code, that speaks for or against a hypothesis. */
export interface Evidence {
  readonly kind: "link" | "operation";
  /** The address, or the operation's code. */
  readonly reference: string;
  readonly title: string;
  readonly byId: string;
  readonly at: Date;
}

export interface Hypothesis {
  readonly id: string;
  readonly incidentId: string;
  /** Counts up for each incident; people say H2. */
  readonly number: number;
  /** Slack's mrkdwn, inert. */
  readonly text: string;
  readonly state: HypothesisState;
  readonly reason: string | null;
  readonly byId: string;
  readonly at: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly version: number;
  readonly evidence: readonly Evidence[];
}

export interface Decision {
  readonly id: string;
  readonly incidentId: string;
  /** Slack's mrkdwn, inert. */
  readonly text: string;
  readonly byId: string;
  readonly at: Date;
}

export interface Beliefs {
  readonly hypotheses: readonly Hypothesis[];
  readonly decisions: readonly Decision[];
}

export interface BeliefRecords {
  /** Both oldest first. */
  readonly of: (incidentId: string) => Promise<Beliefs>;
  readonly byId: (id: string) => Promise<Hypothesis | null>;
  readonly addHypothesis: (one: {
    readonly incidentId: string;
    readonly text: string;
    readonly byId: string;
  }) => Promise<Hypothesis>;
  /** Throws Refusal "stale" where it was changed since it was read. */
  readonly settle: (
    one: Hypothesis,
    changes: { readonly state: HypothesisState; readonly reason: string | null; readonly byId: string },
  ) => Promise<void>;
  readonly addEvidence: (hypothesisId: string, evidence: Omit<Evidence, "at">) => Promise<void>;
  readonly addDecision: (one: {
    readonly incidentId: string;
    readonly text: string;
    readonly byId: string;
  }) => Promise<Decision>;
}

export interface VisitRecords {
  /** What was recorded on the timeline, and how much was said by others, after a moment (null: from the start). */
  readonly since: (
    incidentId: string,
    since: Date | null,
    userId: string,
  ) => Promise<{ readonly entries: readonly TimelineEntry[]; readonly messages: number }>;
  /** When the person last caught up; notes that they do now. */
  readonly visit: (incidentId: string, userId: string) => Promise<Date | null>;
}
