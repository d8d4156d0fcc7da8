/** What can be read and done with the queues of an application. The data of jobs never leaves: only the names of its fields do. */
import type { Placement } from "../configuration.ts";

export const queueViews = ["stats", "failed"] as const;
/** One side of the queues to look at. */
export type QueueView = (typeof queueViews)[number];

/** What a look at one side of the queues saw. */
export type QueueSight =
  | { readonly view: "stats"; readonly queues: readonly QueueState[]; readonly warnings: readonly string[] }
  | { readonly view: "failed"; readonly queues: readonly FailedJobs[] };

export interface QueueState {
  readonly name: string;
  /** False where its Redis holds nothing of that name. */
  readonly exists: boolean;
  readonly paused: boolean;
  readonly waiting: number;
  readonly active: number;
  /** Active without a worker that holds them. */
  readonly stuck: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed: number;
  readonly workers: number;
  readonly oldestWaitingSeconds: number | null;
  /** Mean of the newest finished jobs. */
  readonly meanMilliseconds: number | null;
  /** The most that run at once over all workers; null for no such limit. */
  readonly globalConcurrency: number | null;
}

export interface FailedJobs {
  readonly name: string;
  readonly total: number;
  /** Of the newest ones, alike ones together. */
  readonly groups: readonly {
    readonly job: string;
    readonly reason: string;
    readonly count: number;
    readonly newestSecondsAgo: number;
  }[];
  readonly jobs: readonly {
    readonly id: string;
    readonly job: string;
    readonly reason: string;
    readonly attempts: number;
    readonly secondsAgo: number;
    /** Names of the fields of its data, never what is in them. */
    readonly fields: readonly string[];
  }[];
}

export interface QueueJob {
  readonly id: string;
  readonly job: string;
  readonly state: string;
  /** A worker holds it at this moment. */
  readonly locked: boolean;
  readonly attempts: number;
}

/** Which of the failed jobs are meant. */
export interface FailedFilter {
  readonly job: string | null;
  /** A part of the reason. */
  readonly reason: string | null;
  readonly most: number;
}

/** One failure of one job: a job that was put back and failed again has another one. */
export interface Failure {
  readonly id: string;
  /** As its queue keeps it. */
  readonly failedAt: string;
}

export type CleanState = "completed" | "failed" | "delayed" | "wait";

export interface QueuesRead {
  readonly look: (at: Placement, view: QueueView, queue: string | null) => Promise<QueueSight>;
  readonly states: (at: Placement, queues: readonly string[]) => Promise<readonly QueueState[]>;
  readonly job: (at: Placement, queue: string, id: string) => Promise<QueueJob | null>;
  /** Failures of jobs, newest first, and how many fit in all. */
  readonly failed: (
    at: Placement,
    queue: string,
    filter: FailedFilter,
  ) => Promise<{ readonly failures: readonly Failure[]; readonly total: number }>;
  /** The moment so many seconds ago by the clock of the server that the queues live in, in milliseconds. */
  readonly moment: (at: Placement, secondsAgo: number) => Promise<number>;
  /** How many jobs in a state are from before a moment. */
  readonly older: (at: Placement, queue: string, state: CleanState, before: number) => Promise<number>;
}

export interface QueuesWrite {
  readonly pause: (at: Placement, queue: string) => Promise<void>;
  readonly resume: (at: Placement, queue: string) => Promise<void>;
  /** Removes up to `most` jobs in a state that are from before a moment; answers how many. */
  readonly clean: (at: Placement, queue: string, state: CleanState, before: number, most: number) => Promise<number>;
  /**
   * Puts failed jobs back into the queue, each for the one failure that is named: one that is not failed any more, or
   * has failed again since, is left alone. Answers how many were looked at, in order, and how many of them put back.
   */
  readonly retry: (
    at: Placement,
    queue: string,
    failures: readonly Failure[],
  ) => Promise<{ readonly looked: number; readonly retried: number }>;
  /** Removes a job that no worker holds; answers whether it is gone. */
  readonly remove: (at: Placement, queue: string, id: string) => Promise<"removed" | "locked" | "gone">;
}
