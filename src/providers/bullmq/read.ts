import type { Placement } from "../../domain/configuration.ts";
import { reasonShape } from "../../domain/platform/key-shape.ts";
import type { FailedJobs, Failure, QueueState, QueuesRead } from "../../domain/platform/queues.ts";
import { inQueues, type Opened } from "./connection.ts";

const failedLookedAt = 500;
const activeLookedAt = 200;
const inOneRead = 5000;

/** The read half for BullMQ: what its keys say, whatever version wrote them. Nothing of a job's data leaves here. */
export function bullmqRead(connections: ReadonlyMap<string, string>): QueuesRead {
  return {
    look: (at, view, queue) =>
      inQueues(connections, at, `look at ${view}`, async (opened) => {
        const names = queue === null ? queuesAt(at) : [queue];
        if (view === "failed") {
          return { view, queues: await Promise.all(names.map((name) => failedOf(opened, name))) };
        }
        return {
          view,
          queues: await Promise.all(names.map((name) => stateOf(opened, name))),
          warnings: await warningsOf(opened),
        };
      }),
    states: (at, queues) =>
      inQueues(connections, at, "state", (opened) => Promise.all(queues.map((name) => stateOf(opened, name)))),
    job: (at, queue, id) =>
      inQueues(connections, at, "job", async ({ redis, key, queue: open }) => {
        const [name, ...attempts] = await redis.hmget(key(queue, id), "name", ...attemptFields);
        if (name === null || name === undefined) return null;
        const state = await open(queue).getJobState(id);
        const locked = (await redis.exists(`${key(queue, id)}:lock`)) === 1;
        return { id, job: name, state, locked, attempts: attemptsOf(attempts) };
      }),
    failed: (at, queue, filter) =>
      inQueues(connections, at, "failed jobs", async ({ redis, key }) => {
        const pairs = await redis.zrevrange(key(queue, "failed"), 0, 99_999, "WITHSCORES");
        const all = pairs.flatMap((id, index) => (index % 2 === 0 ? [{ id, failedAt: pairs[index + 1] ?? "" }] : []));
        if (filter.job === null && filter.reason === null) {
          return { failures: all.slice(0, filter.most), total: await redis.zcard(key(queue, "failed")) };
        }
        const fitting: Failure[] = [];
        for (let start = 0; start < all.length; start += 1000) {
          const some = all.slice(start, start + 1000);
          const rows = await redis
            .pipeline(some.map(({ id }) => ["hmget", key(queue, id), "name", "failedReason"]))
            .exec();
          some.forEach((one, index) => {
            const [name, reason] = (rows?.[index]?.[1] ?? []) as readonly (string | null)[];
            const sameJob = filter.job === null || name === filter.job;
            const sameReason =
              filter.reason === null || (reason ?? "").toLowerCase().includes(filter.reason.toLowerCase());
            if (sameJob && sameReason) fitting.push(one);
          });
        }
        return { failures: fitting.slice(0, filter.most), total: fitting.length };
      }),
    moment: (at, secondsAgo) =>
      inQueues(connections, at, "clock", async ({ redis }) => (await redisNow(redis)) - secondsAgo * 1000),
    older: (at, queue, state, before) =>
      inQueues(connections, at, "count", async ({ redis, key }) => {
        if (state === "completed" || state === "failed") return redis.zcount(key(queue, state), "-inf", String(before));
        let count = 0;
        for await (const ids of oldOnes({ redis, key }, queue, state, before)) count += ids.length;
        return count;
      }),
  };
}

/**
 * Jobs that wait, or are delayed, and were added before a moment, some at a time: all are looked at, since the old ones
 * may stand anywhere. Those of a scheduler belong to it and are left out.
 */
export async function* oldOnes(
  { redis, key }: Pick<Opened, "redis" | "key">,
  queue: string,
  state: "wait" | "delayed",
  before: number,
): AsyncGenerator<readonly string[]> {
  for (let from = 0; ; from += inOneRead) {
    const to = from + inOneRead - 1;
    // What waits longest stands at the end of its list.
    const ids =
      state === "delayed"
        ? await redis.zrange(key(queue, state), String(from), String(to))
        : (await redis.lrange(key(queue, state), -to - 1, -from - 1)).toReversed();
    if (ids.length === 0) return;
    const own = ids.filter((id) => !id.startsWith("repeat:"));
    const rows = await redis.pipeline(own.map((id) => ["hget", key(queue, id), "timestamp"])).exec();
    yield own.filter((_, index) => {
      const added = rows?.[index]?.[1] ?? null;
      return added !== null && Number(added) <= before;
    });
  }
}

export function queuesAt(at: Placement): readonly string[] {
  return (at.at.queues ?? "").split("\n").filter((name) => name !== "");
}

async function redisNow(redis: Opened["redis"]): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

async function stateOf({ redis, key, queue }: Opened, name: string): Promise<QueueState> {
  const of = (part: string) => key(name, part);
  const now = await redisNow(redis);
  const [wait, pausedList, active, delayed, prioritized, failed, completed, meta, exists] = await Promise.all([
    redis.llen(of("wait")),
    // Version 5 and earlier move what waits there while the queue is paused.
    redis.llen(of("paused")),
    redis.llen(of("active")),
    redis.zcard(of("delayed")),
    redis.zcard(of("prioritized")),
    redis.zcard(of("failed")),
    redis.zcard(of("completed")),
    redis.hmget(of("meta"), "paused", "concurrency"),
    redis.exists(of("meta"), of("id"), of("wait"), of("active"), of("failed"), of("completed"), of("delayed")),
  ]);
  const activeIds = await redis.lrange(of("active"), 0, activeLookedAt - 1);
  const locks = await Promise.all(activeIds.map((id) => redis.exists(`${of(id)}:lock`)));
  const oldest = (await redis.lindex(of("wait"), -1)) ?? (await redis.lindex(of("paused"), -1));
  const added = oldest === null ? null : await redis.hget(of(oldest), "timestamp");
  const workers =
    exists === 0
      ? 0
      : await queue(name)
          .getWorkersCount()
          .catch(() => 0);
  return {
    name,
    exists: exists > 0,
    paused: meta[0] === "1",
    waiting: wait + pausedList + prioritized,
    active,
    stuck: locks.filter((held) => held === 0).length,
    delayed,
    failed,
    completed,
    workers,
    oldestWaitingSeconds: added === null ? null : Math.max(0, Math.round((now - Number(added)) / 1000)),
    meanMilliseconds: await meanOf({ redis, key }, name),
    globalConcurrency: meta[1] === null || meta[1] === undefined ? null : Number(meta[1]),
  };
}

async function meanOf({ redis, key }: Pick<Opened, "redis" | "key">, name: string): Promise<number | null> {
  const ids = await redis.zrevrange(key(name, "completed"), 0, 49);
  const rows = await Promise.all(ids.map((id) => redis.hmget(key(name, id), "processedOn", "finishedOn")));
  const times = rows.flatMap(([from, to]) => (from && to ? [Number(to) - Number(from)] : []));
  return times.length === 0 ? null : Math.round(times.reduce((sum, one) => sum + one, 0) / times.length);
}

async function warningsOf({ redis }: Opened): Promise<readonly string[]> {
  const info = await redis.info("memory");
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1] ?? "not known";
  return policy === "noeviction"
    ? []
    : [`Its Redis throws keys away when it is full (${policy}): jobs may vanish. It must be noeviction.`];
}

/** Where a job keeps how often it was tried: from version 5 on, and before. */
const attemptFields = ["atm", "attemptsMade"] as const;
const attemptsOf = (values: readonly (string | null)[]) => Number(values.find((value) => value !== null) ?? 0);

async function failedOf({ redis, key }: Opened, name: string): Promise<FailedJobs> {
  const now = await redisNow(redis);
  const total = await redis.zcard(key(name, "failed"));
  const ids = await redis.zrevrange(key(name, "failed"), 0, failedLookedAt - 1);
  const rows = await Promise.all(
    ids.map((id) => redis.hmget(key(name, id), "name", "failedReason", "finishedOn", "data", ...attemptFields)),
  );
  const jobs = rows.map(([job, reason, finished, data, ...attempts], index) => ({
    id: ids[index] ?? "",
    job: job ?? "",
    reason: reasonShape(reason ?? ""),
    attempts: attemptsOf(attempts),
    secondsAgo: Math.max(0, Math.round((now - Number(finished ?? now)) / 1000)),
    fields: fieldsOf(data ?? ""),
  }));
  const groups = new Map<string, { job: string; reason: string; count: number; newestSecondsAgo: number }>();
  for (const { job, reason, secondsAgo } of jobs) {
    const group = groups.get(`${job}\n${reason}`) ?? { job, reason, count: 0, newestSecondsAgo: secondsAgo };
    group.count += 1;
    group.newestSecondsAgo = Math.min(group.newestSecondsAgo, secondsAgo);
    groups.set(`${job}\n${reason}`, group);
  }
  return {
    name,
    total,
    groups: [...groups.values()].toSorted((left, right) => right.count - left.count).slice(0, 20),
    jobs: jobs.slice(0, 20),
  };
}

/** Names of fields as programs write them; what looks like anything else may be data. */
function fieldsOf(data: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(data);
    if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) return [];
    return Object.keys(parsed)
      .slice(0, 20)
      .map((field) => (/^[A-Za-z_]{1,30}$/.test(field) ? field : "…"));
  } catch {
    return [];
  }
}
