import type { Placement } from "../configuration.ts";

/** Bringing a version of a service out: what ran when, what another version would change, and making it run. */
export interface ReleasesRead {
  /** What brought versions out, newest first, at most so many. */
  readonly rollouts: (at: Placement, most: number) => Promise<readonly Rollout[]>;
  /**
   * A version by its full name, by its short one (backend:41) or by its number alone; null for the one the service is
   * set to. One that never existed is ProviderError not_found.
   */
  readonly release: (at: Placement, version: string | null) => Promise<Release>;
  /** Versions that can be deployed as they are, newest first, at most 100, by their short names. */
  readonly versions: (at: Placement) => Promise<readonly string[]>;
  /** What differs between two versions by their full names. Values of the environment never leave the platform's side. */
  readonly difference: (at: Placement, from: string, to: string) => Promise<ReleaseDifference>;
  /** The task that `runTask` started with this token; null where there is none, or none any more. */
  readonly task: (at: Placement, token: string) => Promise<OneOffTask | null>;
}

export interface ReleasesWrite {
  /** Ends what brings a version out and goes back to what ran before. Repeating it changes nothing; one that is over is refused, code RolloutOver. */
  readonly stopRollout: (at: Placement, id: string) => Promise<void>;
  /** Makes a copy of a version with changes and answers its full name. Repeated with the same token it answers the first one's. */
  readonly copy: (at: Placement, revision: string, changes: ReleaseChanges, token: string) => Promise<string>;
  /** Lets the service run a version. Repeating it changes nothing; a service that runs neither of both is refused, code DeploymentMoved. */
  readonly release: (at: Placement, versions: { readonly from: string; readonly to: string }) => Promise<void>;
  /** Runs one task beside the service, in its network, with another command. Repeated with the same token it starts no second one. */
  readonly runTask: (at: Placement, task: OneOffAsk, token: string) => Promise<void>;
  /** Stops the task that `runTask` started with this token. One that is over, or not known, is left as it is. */
  readonly stopTask: (at: Placement, token: string, reason: string) => Promise<void>;
}

export interface Rollout {
  readonly id: string;
  readonly state: "in-progress" | "succeeded" | "stopped" | "rolling-back" | "rolled-back" | "rollback-failed";
  /** Full name of the version it brings out. */
  readonly revision: string;
  /** Its short name: backend:42. */
  readonly version: string;
  readonly images: readonly RunImage[];
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Why it ended as it did, in the platform's words. */
  readonly reason: string | null;
  /** Whether the platform itself ends it when its tasks keep failing. */
  readonly guarded: boolean;
}

/** An image as a version names it, and which one that was when it was brought out. */
export interface RunImage {
  readonly container: string;
  readonly image: string;
  /** sha256:…; null where nobody can tell. */
  readonly digest: string | null;
}

export interface Release {
  readonly revision: string;
  readonly version: string;
  /** Whether it can be deployed as it is; else only a copy of it. */
  readonly active: boolean;
  readonly images: readonly RunImage[];
  /** CPU units, 1024 for one processor, and MiB, for the whole task; null where it sets none. */
  readonly cpu: number | null;
  readonly memory: number | null;
  /** The pairs of both that are let through; null where any is. */
  readonly sizes: readonly TaskSize[] | null;
  /** The container that serves requests, or the only one; null where that is not clear. */
  readonly main: string | null;
  /** Token of the operation that made it, where this bot did. */
  readonly madeBy: string | null;
  /** Full name of the version it is an unchanged copy of. */
  readonly sameAs: string | null;
  /** Full name of the version it is a copy of with another size. */
  readonly sizedFrom: string | null;
}

/** CPU units, 1024 for one processor, and MiB, of a whole task. */
export interface TaskSize {
  readonly cpu: number;
  readonly memory: number;
}

export interface ReleaseChanges {
  /** Image by container. */
  readonly images?: Readonly<Record<string, string>>;
  readonly cpu?: number;
  readonly memory?: number;
  /** The copy runs the very same as the original. */
  readonly same?: boolean;
}

export interface ReleaseDifference {
  /** Names of variables of the environment, with the container where there are several. */
  readonly environment: Names;
  /** Names of variables that are filled from secrets. */
  readonly secrets: Names;
  /** What else differs, in a word each: "command", "ports". */
  readonly other: readonly string[];
}

export interface Names {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

export interface OneOffAsk {
  /** Full name of the version to run. */
  readonly revision: string;
  readonly container: string;
  readonly command: readonly string[];
}

export interface OneOffTask {
  readonly id: string;
  readonly state: "starting" | "running" | "stopped";
  /** Null while it runs, and where it never ran. */
  readonly exitCode: number | null;
  readonly reason: string | null;
  /** Its command ended; it was not stopped and did not fail to start. */
  readonly byItself: boolean;
}
