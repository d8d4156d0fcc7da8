/** What one can switch on; the sentence is what the page shows. */
const named = {
  "image-pull-fails": "New tasks cannot pull their image and never start.",
  "crash-on-start": "New tasks run for a few seconds, then their container exits with code 1.",
  "failing-health-check": "New tasks run but never pass their health check, and are replaced for it.",
  "no-capacity": "No new task can be placed: there is no capacity.",
  "autoscaler-fights": "A minute after someone changes the desired count, the autoscaler sets it back.",
  throttle: "Every call is refused with Rate exceeded.",
  deny: "Every call is refused for lack of permission.",
  "slow-api": "Every call takes eight seconds to answer.",
} as const;

export type FaultName = keyof typeof named;

/** Faults of services and of the autoscaler's targets; the others are faults of an API. */
const ofServices: readonly FaultName[] = ["image-pull-fails", "crash-on-start", "failing-health-check", "no-capacity"];
const ofTargets: readonly FaultName[] = ["autoscaler-fights"];
export const slowApiMilliseconds = 8000;

/** A failure of calls to one operation, for tests and drills. */
export interface CallFailure {
  /** Error code of the API, such as ServerException or AccessDeniedException. */
  readonly error?: string;
  readonly message?: string;
  /** HTTP status; alone, an answer with an HTML page as a load balancer gives it. */
  readonly status?: number;
  /** Breaks the connection off instead of answering. */
  readonly drop?: boolean;
  /** Waits so long, by the clock, before it goes on. */
  readonly delayMs?: number;
  /** How many calls; without it all until cleared. */
  readonly times?: number;
  /** Carries the call out all the same, and only then fails: the answer is lost. */
  readonly afterwards?: boolean;
}

export interface Faults {
  readonly isOn: (name: string, ...targets: readonly string[]) => boolean;
  /** Switches one on or off; answers a sentence when there is no such fault or target. */
  readonly set: (name: string, target: string, on: boolean) => string | null;
  readonly list: () => readonly {
    readonly name: string;
    readonly summary: string;
    readonly target: string;
    readonly on: boolean;
  }[];
  /** Lets calls to `operation` fail, or with "*" all calls. */
  readonly fail: (operation: string, failure: CallFailure) => void;
  /** The failure this call is to have, if any; counts it. */
  readonly take: (operation: string) => CallFailure | undefined;
  /** Switches everything off. */
  readonly clear: () => void;
  readonly dump: () => readonly (readonly [name: string, target: string])[];
}

/** Where faults can be switched on: asked each time, since services come and go. */
export interface FaultTargets {
  readonly services: () => readonly string[];
  readonly scalable: () => readonly string[];
  readonly taskDefinitions: () => readonly string[];
  readonly apis: readonly string[];
}

export function startFaults(targets: FaultTargets, restore: readonly (readonly [string, string])[] = []): Faults {
  const on = new Set(restore.map(([name, target]) => `${name} ${target}`));
  const failures: { operation: string; failure: CallFailure; left: number }[] = [];

  function targetsOf(name: FaultName): readonly string[] {
    if (ofServices.includes(name)) return ["all", ...targets.services()];
    if (ofTargets.includes(name)) return ["all", ...targets.scalable()];
    return ["all", ...targets.apis];
  }

  return {
    isOn: (name, ...where) => ["all", ...where].some((target) => on.has(`${name} ${target}`)),
    set: (name, target, wanted) => {
      if (!Object.hasOwn(named, name)) {
        return `There is no fault ${name}. There are: ${Object.keys(named).join(", ")}.`;
      }
      const fault = name as FaultName;
      const known = [...targetsOf(fault), ...(ofServices.includes(fault) ? targets.taskDefinitions() : [])];
      if (!known.includes(target)) {
        return `The fault ${name} cannot be switched on for ${target}. It can for: ${targetsOf(fault).join(", ")}.`;
      }
      if (wanted) on.add(`${name} ${target}`);
      else on.delete(`${name} ${target}`);
      return null;
    },
    list: () =>
      (Object.keys(named) as FaultName[]).flatMap((name) => {
        // A single task definition is listed only while it is broken.
        const broken = targets.taskDefinitions().filter((target) => on.has(`${name} ${target}`));
        return [...targetsOf(name), ...broken].map((target) => ({
          name,
          summary: named[name],
          target,
          on: on.has(`${name} ${target}`),
        }));
      }),
    fail: (operation, failure) => {
      failures.push({ operation, failure, left: failure.times ?? Number.POSITIVE_INFINITY });
    },
    take: (operation) => {
      const found = failures.find((one) => one.left > 0 && (one.operation === operation || one.operation === "*"));
      if (!found) return undefined;
      found.left -= 1;
      return found.failure;
    },
    clear: () => {
      on.clear();
      failures.length = 0;
    },
    dump: () => [...on].map((entry) => entry.split(" ") as [string, string]),
  };
}
