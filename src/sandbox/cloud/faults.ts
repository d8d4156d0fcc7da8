/** What a fault is switched on for. */
type Kind = "service" | "scalable" | "database" | "cache" | "secret" | "queue" | "bucket" | "budget" | "api";

/** What one can switch on, and for what; the sentence is what the page shows. */
const named = {
  "image-pull-fails": ["service", "New tasks cannot pull their image and never start."],
  "crash-on-start": ["service", "New tasks run for a few seconds, then their container exits with code 1."],
  "failing-health-check": ["service", "New tasks run but never pass their health check, and are replaced for it."],
  "no-capacity": ["service", "No new task can be placed: there is no capacity."],
  "autoscaler-fights": ["scalable", "A minute after someone changes the desired count, the autoscaler sets it back."],
  throttle: ["api", "Every call is refused with Rate exceeded."],
  deny: ["api", "Every call is refused for lack of permission."],
  "slow-api": ["api", "Every call takes eight seconds to answer."],
  "credentials-expired": ["api", "Every call is refused because the security token has expired."],
  "bad-deploy": [
    "service",
    "The newest revision starts well and answers a third of its requests with errors; older ones do not.",
  ],
  "high-load": ["service", "Almost four times the usual load; more tasks share it."],
  "slow-query": ["database", "A query without an index keeps the database busy; everything that asks it is slow."],
  "lock-chain": ["database", "One transaction holds a lock and the others wait behind it."],
  "pool-exhausted": ["database", "No connection is left; requests fail that need one."],
  "replica-lag": ["database", "The standby is minutes behind."],
  "storage-full": ["database", "Hardly any storage is left."],
  "cache-evicting": ["cache", "The cache is full and drops keys; the database gets what it no longer answers."],
  "queue-backlog": ["queue", "Jobs pile up: nobody works on them."],
  "stuck-rotation": ["secret", "Rotations never finish: the new version stays pending."],
  "full-disk": ["bucket", "Nothing more fits into the bucket."],
  "cost-surge": ["budget", "Since yesterday everything costs twice as much."],
  "failed-snapshot": ["database", "Snapshots fail, those taken by hand and the automated ones."],
} as const satisfies Readonly<Record<string, readonly [Kind, string]>>;

export type FaultName = keyof typeof named;

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
  readonly of: (kind: Kind) => readonly string[];
  readonly taskDefinitions: () => readonly string[];
  /** Single actions of the APIs, such as `rds:CreateDBSnapshot`. */
  readonly actions: () => readonly string[];
}

export function startFaults(targets: FaultTargets, restore: readonly (readonly [string, string])[] = []): Faults {
  const on = new Set(restore.map(([name, target]) => `${name} ${target}`));
  const failures: { operation: string; failure: CallFailure; left: number }[] = [];

  const targetsOf = (name: FaultName): readonly string[] => ["all", ...targets.of(named[name][0])];

  /** What can be broken by itself too; it is listed only while it is. */
  function singlesOf(name: FaultName): readonly string[] {
    if (named[name][0] === "service") return targets.taskDefinitions();
    return named[name][0] === "api" ? targets.actions() : [];
  }

  return {
    isOn: (name, ...where) => ["all", ...where].some((target) => on.has(`${name} ${target}`)),
    set: (name, target, wanted) => {
      if (!Object.hasOwn(named, name)) {
        return `There is no fault ${name}. There are: ${Object.keys(named).join(", ")}.`;
      }
      const fault = name as FaultName;
      if (!targetsOf(fault).includes(target) && !singlesOf(fault).includes(target)) {
        return `The fault ${name} cannot be switched on for ${target}. It can for: ${targetsOf(fault).join(", ")}.`;
      }
      if (wanted) on.add(`${name} ${target}`);
      else on.delete(`${name} ${target}`);
      return null;
    },
    list: () =>
      (Object.keys(named) as FaultName[]).flatMap((name) => {
        const broken = singlesOf(name).filter((target) => on.has(`${name} ${target}`));
        return [...targetsOf(name), ...broken].map((target) => ({
          name,
          summary: named[name][1],
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
