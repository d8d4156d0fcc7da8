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
  /** Only for tests: a TestClock of pg-boss, by which deferred jobs come due. */
  readonly clock?: Clock;
  /** Connections of its own, the listening one not counted. */
  readonly connections?: number;
}

/** How many of a kind run side by side in one process, and how often deferred ones are looked for. */
interface Pace {
  readonly side: number;
  readonly pollSeconds: number;
}

// What waits for a cloud runs side by side; reminders can be some seconds late.
const cloud: Pace = { side: 3, pollSeconds: 1 };
const reminder: Pace = { side: 1, pollSeconds: 5 };
const paces: Readonly<Record<JobName, Pace>> = {
  "plan-operation": cloud,
  "apply-operation": cloud,
  "watch-operation": cloud,
  "expire-operation": reminder,
  "look-status": cloud,
  "look-store": cloud,
  diagnose: cloud,
  "capture-message": { side: 2, pollSeconds: 2 },
  "capture-action-item": { side: 2, pollSeconds: 2 },
  "copy-file": { side: 2, pollSeconds: 5 },
  // One at a time: Slack counts the calls of all processes together.
  "reconcile-channels": { side: 1, pollSeconds: 2 },
  "page-step": { side: 3, pollSeconds: 1 },
  "page-outside": { side: 2, pollSeconds: 2 },
  "sync-oncall": reminder,
  "watch-health": { side: 3, pollSeconds: 5 },
  "read-schedules": reminder,
  "clock-ran-out": reminder,
  "remind-update": reminder,
  "remind-lead": reminder,
  "archive-channel": reminder,
  "post-review": reminder,
  "remind-handoff": reminder,
  "remind-action-item": reminder,
  "remind-postmortem": reminder,
  "post-audit-head": reminder,
};

/**
 * A job that fails is tried again with growing pauses and never given up: giving up would leave a lock taken or a
 * reminder unsaid. A dead worker's job moves on within 13 s: heartbeat 10 s, then a second each to notice, to wait and to fetch.
 */
const queueSettings = {
  // Of pg-boss's policies for keyed jobs the only one that neither doubles nor wedges under load (measured).
  policy: "stately",
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

/** The durable background jobs, on pg-boss in the same database. */
export function createQueue(options: QueueOptions): Queue {
  const boss = new PgBoss({
    connectionString: options.connectionString,
    application_name: "tocsin jobs",
    max: options.connections ?? 4,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    // What it remembers of a queue names the keys it saw active, and those are not handed out until it looks anew: by
    // default a minute, for which the jobs of a process that died would lie still after a restart.
    queueCacheIntervalSeconds: 1,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  let stopping = false;
  boss.on("error", (error) => {
    // A job that outlasted the stop finds its connection closed; its heartbeat ends, and another process takes it.
    if (stopping) options.log.warn({ err: error }, "A job was left to the next process");
    else options.log.error({ err: error }, "The job queue had trouble");
  });
  boss.on("warning", (warning) => options.log.warn({ warning }, "The job queue warns"));
  return {
    jobs: (executor, watch) => jobsPort(boss, executor, options.clock instanceof TestClock, watch),
    open: async () => {
      await boss.start();
      for (const name of Object.keys(paces)) await boss.createQueue(name, queueSettings);
    },
    work: async (handlers) => {
      for (const handler of handlers) await workOn(boss, handler, options.log);
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
    // Without a key of its own a job would take the place of any other of its queue that waits.
    const singletonKey = key ?? crypto.randomUUID();
    const timing = after === undefined ? {} : { startAfter: after };
    if ((await boss.send(name, data, { db, singletonKey, ...timing })) !== null) return;
    // One is waiting for this key: the newest word on what and when counts.
    await boss.upsert(name, data, { db, singletonKey, startAfter: after ?? 0 });
  };
  return { add: watch ? async (name, data, options) => watch(add(name, data, options)) : add };
}

async function workOn(boss: PgBoss, handler: JobHandler, log: JobLog): Promise<void> {
  const { side, pollSeconds } = paces[handler.name];
  const options = {
    localConcurrency: side,
    pollingIntervalSeconds: pollSeconds,
    notifyPollingIntervalSeconds: pollSeconds,
  };
  await boss.work<JobData[JobName]>(handler.name, options, async (batch) => {
    for (const job of batch) {
      try {
        await handler.handle(job.data);
      } catch (error) {
        const fields = { job: handler.name, id: job.id, err: error };
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
