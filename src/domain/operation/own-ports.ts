/** What operations of the bot itself see and do, in place of a platform's port. */
import type { Reading, ReadingState } from "../health/health.ts";
import type { OrderedSteps, StepAsk, Wanted } from "../release-care/ordered-steps.ts";
import type { Plan, Target } from "./operation.ts";
import type { SequenceStep, StepStanding } from "./sequence.ts";

/** Other operations, as steps of one. */
export interface StepsRead {
  /** What deploying these consists of, in its order. */
  readonly asks: (environment: string, wanted: readonly Wanted[]) => Promise<OrderedSteps>;
  /** Plans one of them now, as it would be planned alone. */
  readonly plan: (ask: Pick<StepAsk, "operation" | "target" | "input">) => Promise<Plan>;
  /** Reads again what the plan of one expects. */
  readonly expectations: (step: SequenceStep) => Promise<Readonly<Record<string, string>>>;
  /** The word people know an operation by. */
  readonly verbOf: (operation: string) => string;
}

export interface StepsWrite {
  /** Begins a step of the operation at hand, or answers how it stands. */
  readonly carryOut: (index: number) => Promise<StepStanding>;
  /** Stops a step that was begun and is not over. */
  readonly callOff: (index: number) => Promise<void>;
}

/** The health addresses of a service, as the configuration names them. */
export interface HealthRead {
  readonly titles: (target: Target) => Promise<readonly string[]>;
  /** Asks all of them once. Never throws: what cannot be read is unknown. */
  readonly look: (target: Target) => Promise<readonly Reading[]>;
}

/** Watches of deployments. */
export interface WatchesRead {
  /** What its gates are, in words. */
  readonly gates: (target: Target) => Promise<readonly string[]>;
}

export interface WatchesWrite {
  /** Watches the service for so long from now; one that is watched already is watched on. Answers its id. */
  readonly begin: (target: Target, minutes: number) => Promise<string>;
  readonly standing: (id: string) => Promise<WatchStanding>;
}

export interface WatchStanding {
  readonly state: "running" | "ended" | "stopped";
  /** In words: better, the same, worse than before. */
  readonly verdict: string | null;
  /** The worst of its gates at the last look. */
  readonly gates: ReadingState;
  /** Gates that do not hold at two looks in a row, in words. */
  readonly broken: readonly string[];
}
