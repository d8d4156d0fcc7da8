import { type Clock, PgBoss, TestClock } from "pg-boss";
import type { JobData, JobName, Jobs } from "../domain/jobs.ts";
import { Refusal } from "../errors.ts";
import type { JobHandler, JobLog } from "./handler.ts";

/** How pg-boss writes inside a transaction of ours. */
export interface Executor {
  readonly executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;
}

type Watch = (work: Promise<unknown>) => void;

export interface Queue {
  /**
   * The port of one open transaction: a job added there exists when it commits. With `watch` nobody waits for it to
   * be written; the transaction does, before it commits.
   */
  readonly jobs: (executor: Executor, watch?: Watch) => Jobs;
  /** Installs or brings up to date the queue's own tables; jobs can be added from then on. */
  readonly open: () => Promise<void>;
  /** Hands jobs to their handlers from now on. */
  readonly work: (handlers: readonly JobHandler[]) => Promise<void>;
  /** Takes no more jobs, lets the running ones end (5 s at most) and closes the connections. */
  readonly stop: () => Promise<void>;
}

export interface QueueOptions {
  readonly connectionString: string;
  readonly log: JobLog;
  /** Whether an error means that the database is away, which is no fault of ours. */
  readonly isAway?: (error: unknown) => boolean;
  /** Only for tests: a TestClock of pg-boss, by which deferred jobs come due. */
  readonly clock?: Clock;
  /** Connections of its own, the listening one not counted. */
  readonly connections?: number;
}

/** A queue of its own: how many of its jobs run side by side in one process, and how often deferred ones are looked for. */
interface Lane {
  readonly side: number;
  readonly pollSeconds: number;
}

/**
 * Few, since each costs queries even when nothing is to do; and apart, so that nothing waits behind what it has
 * nothing to do with.
 */
const lanes = {
  operations: { side: 4, pollSeconds: 1 },
  pages: { side: 3, pollSeconds: 1 },
  // What a person asked to be shown.
  looks: { side: 4, pollSeconds: 1 },
  // What is brought from or to Slack and web services.
  exchange: { side: 4, pollSeconds: 2 },
  // One at a time: Slack counts the calls of all processes together.
  reconciling: { side: 1, pollSeconds: 2 },
  // One at a time: runs follow one another.
  audit: { side: 1, pollSeconds: 1 },
  // What comes round by the clock and may be some seconds late.
  reminders: { side: 3, pollSeconds: 5 },
} satisfies Readonly<Record<string, Lane>>;
type LaneName = keyof typeof lanes;

const laneOf: Readonly<Record<JobName, LaneName>> = {
  "plan-operation": "operations",
  "apply-operation": "operations",
  "watch-operation": "operations",
  "follow-operation": "looks",
  "check-operation": "looks",
  "expire-operation": "reminders",
  "tend-hold": "reminders",
  "remind-review": "reminders",
  "tend-lease": "reminders",
  "look-store": "looks",
  "make-report": "looks",
  inquire: "looks",
  "draw-diagnosis": "looks",
  "capture-message": "exchange",
  "capture-action-item": "exchange",
  "copy-file": "exchange",
  "reconcile-channels": "reconciling",
  "page-step": "pages",
  "page-unresolved": "pages",
  "declare-from-alert": "pages",
  "forget-alerts": "reminders",
  "watch-thresholds": "looks",
  "page-outside": "exchange",
  "sync-oncall": "reminders",
  "watch-health": "looks",
  "read-schedules": "reminders",
  "keep-counterpart": "exchange",
  "send-mail": "exchange",
  "look-at-tickets": "reminders",
  "clock-ran-out": "reminders",
  "remind-update": "reminders",
  "remind-lead": "reminders",
  "archive-channel": "reminders",
  "post-review": "reminders",
  "check-costs": "looks",
  "remind-newcomer": "reminders",
  "watch-release": "looks",
  "see-deployments": "reminders",
  "task-due": "reminders",
  "remind-task": "reminders",
  "remind-handoff": "reminders",
  "remind-action-item": "reminders",
  "remind-postmortem": "reminders",
  "remind-change": "reminders",
  "archive-audit": "audit",
  "verify-audit": "audit",
  "post-audit-head": "reminders",
};

/** What a lane carries: a job of any of its names. */
interface Parcel {
  readonly name: JobName;
  readonly data: JobData[JobName];
}

/**
 * A job that fails is tried again with growing pauses and never given up: giving up would leave a lock taken or a
 * reminder unsaid. A dead worker's job moves on within 13 s: heartbeat 10 s, then a second each to notice, to wait and to fetch.
 */
export const queueSettings = {
  // Of pg-boss's policies for keyed jobs the only one that neither doubles nor wedges under load (measured).
  policy: "stately" as const,
  notify: true,
  heartbeatSeconds: 10,
  expireInSeconds: 60,
  retryLimit: 10_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  retentionSeconds: 90 * 24 * 3600,
  deleteAfterSeconds: 24 * 3600,
};

/** How soon a process notices what others left. */
export const watchingSettings = {
  useListenNotify: true,
  schedule: false,
  superviseIntervalSeconds: 1,
  monitorIntervalSeconds: 1,
  // What it remembers of a queue names the keys it saw active, and those are not handed out until it looks anew: by
  // default a minute, for which the jobs of a process that died would lie still after a restart.
  queueCacheIntervalSeconds: 1,
};

/** The durable background jobs, on pg-boss in the same database. */
export function createQueue(options: QueueOptions): Queue {
  const boss = new PgBoss({
    connectionString: options.connectionString,
    application_name: "tocsin jobs",
    max: options.connections ?? 4,
    ...watchingSettings,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  let stopping = false;
  boss.on("error", (error) => {
    // A job that outlasted the stop finds its connection closed; its heartbeat ends, and another process takes it.
    if (stopping) options.log.warn({ err: error }, "A job was left to the next process");
    else if (options.isAway?.(asError(error)))
      options.log.warn({ reason: error.message }, "The job queue cannot reach its database; it goes on trying");
    else options.log.error({ err: error }, "The job queue had trouble");
  });
  boss.on("warning", (warning) => options.log.warn({ warning }, "The job queue warns"));
  return {
    jobs: (executor, watch) => jobsPort(boss, executor, options.clock instanceof TestClock, watch),
    open: async () => {
      await boss.start();
      for (const lane of laneNames()) await boss.createQueue(lane, queueSettings);
    },
    work: async (handlers) => {
      for (const lane of laneNames()) {
        const its = handlers.filter((handler) => laneOf[handler.name] === lane);
        if (its.length > 0) await workOn(boss, lane, its, options.log);
      }
    },
    stop: async () => {
      stopping = true;
      await boss.stop({ graceful: true, timeout: 5000 });
    },
  };
}

function jobsPort(boss: PgBoss, executor: Executor, isTest: boolean, watch?: Watch): Jobs {
  const db = { executeSql: (text: string, values?: unknown[]) => executor.executeSql(text, values) };
  const add: Jobs["add"] = async (name, data, { key, after } = {}) => {
    // Sessions that are not pg-boss's own read the test clock only when told to.
    if (isTest) await executor.executeSql("select set_config('pgboss.test_clock', 'on', true)");
    // Without a key of its own a job would take the place of any other of its lane that waits.
    const singletonKey = `${name}:${key ?? crypto.randomUUID()}`;
    const timing = after === undefined ? {} : { startAfter: after };
    const parcel = { name, data } satisfies Parcel;
    if ((await boss.send(laneOf[name], parcel, { db, singletonKey, ...timing })) !== null) return;
    // One is waiting for this key: the newest word on what and when counts.
    await boss.upsert(laneOf[name], parcel, { db, singletonKey, startAfter: after ?? 0 });
  };
  return { add: watch ? async (name, data, options) => watch(add(name, data, options)) : add };
}

async function workOn(boss: PgBoss, lane: LaneName, handlers: readonly JobHandler[], log: JobLog): Promise<void> {
  const { side, pollSeconds } = lanes[lane];
  const options = {
    localConcurrency: side,
    pollingIntervalSeconds: pollSeconds,
    notifyPollingIntervalSeconds: pollSeconds,
    // By default a worker looks away after each job: a backlog was done at two jobs a second.
    burstWhenReadyExceeds: 1,
  };
  const byName = new Map(handlers.map((handler) => [handler.name, handler]));
  await boss.work<Parcel>(lane, options, async (batch) => {
    for (const job of batch) {
      const { name, data } = job.data;
      try {
        const handler = byName.get(name);
        if (!handler) throw new Error(`Nothing here does the job ${name}`);
        await handler.handle(data);
      } catch (error) {
        const fields = { job: name, id: job.id, err: error };
        if (error instanceof Refusal && (error.code === "stale" || error.code === "try_again")) {
          log.warn(fields, "A job was overtaken and is tried again");
        } else {
          log.error(fields, "A job failed and is tried again");
        }
        throw error;
      }
    }
  });
}

/** Workers of pg-boss tell their trouble as a plain object. */
function asError(error: Error): Error {
  return error instanceof Error ? error : Object.assign(new Error((error as Error).message), error);
}

function laneNames(): readonly LaneName[] {
  return Object.keys(lanes) as LaneName[];
}
