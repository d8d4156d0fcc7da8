import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import { bullmqProvider } from "../../src/providers/bullmq/bullmq.ts";
import { testRedis } from "../support/redis.ts";

const url = await testRedis();
const redis = new Redis(url ?? "redis://127.0.0.1:1", { lazyConnect: true, maxRetriesPerRequest: null });
afterAll(() => redis.disconnect());
const opened: Queue[] = [];
afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close();
  await redis.flushall();
});

const at = (prefix: string): Placement => ({
  ...{ environment: "production", provider: "bullmq" },
  at: { connection: "main", queues: "emails", prefix },
});
const hour = 60 * 60 * 1000;

function queueOf(prefix: string): Queue {
  const queue = new Queue("emails", { connection: redis, prefix });
  opened.push(queue);
  return queue;
}

describe.skipIf(url === null)("jobs that are older than a time", () => {
  const { read, write } = bullmqProvider(new Map([["main", url ?? ""]])).queues ?? { read: null, write: null };

  test.each(["wait", "delayed"] as const)(
    "%s: sees and removes the old behind ten thousand young ones, and nothing else",
    async (state) => {
      const queue = queueOf("bull");
      const now = Date.now();
      const delay = state === "delayed" ? { delay: 90 * hour } : {};
      const jobs = (count: number, timestamp: number, more: object = delay) =>
        queue.addBulk(Array.from({ length: count }, () => ({ name: "send", data: {}, opts: { timestamp, ...more } })));
      // What waits longest stands at the end of the list, and what is due last at the end of the set.
      await jobs(300, now - 2 * hour, state === "delayed" ? { delay: 200 * hour } : {});
      for (let batch = 0; batch < 3; batch += 1) await jobs(4000, now);
      expect(await read?.older(at("bull"), "emails", state, now - hour)).toBe(300);
      expect(await write?.clean(at("bull"), "emails", state, now - hour, 300)).toBe(300);
      expect(await read?.older(at("bull"), "emails", state, now - hour)).toBe(0);
      expect(await queue.getJobCountByTypes(state)).toBe(12_000);
    },
  );

  test("removes what waits anywhere in the list, no more than was asked for, and leaves a scheduler's", async () => {
    const queue = queueOf("bull");
    const now = Date.now();
    for (let index = 0; index < 6; index += 1) await queue.add("send", {}, { timestamp: now });
    await queue.add("send", {}, { timestamp: now - 2 * hour, jobId: "front" });
    await queue.add("send", {}, { timestamp: now - 3 * hour, jobId: "end", lifo: true });
    await queue.upsertJobScheduler("nightly", { every: 1000 * hour });
    expect(await read?.older(at("bull"), "emails", "wait", now - hour)).toBe(2);
    expect(await write?.clean(at("bull"), "emails", "wait", now - hour, 1)).toBe(1);
    expect(await queue.getJob("end")).toBeUndefined();
    expect(await write?.clean(at("bull"), "emails", "wait", now - hour, 5)).toBe(1);
    // The six young ones, and the scheduler's next, which is not counted as one that may go.
    expect(await queue.getWaitingCount()).toBe(7);
    expect(await read?.older(at("bull"), "emails", "wait", now + hour)).toBe(6);
  });

  test("keeps to the prefix that is configured", async () => {
    await queueOf("other").add("send", {}, { timestamp: Date.now() - 2 * hour });
    expect(await read?.older(at("bull"), "emails", "wait", Date.now() - hour)).toBe(0);
    expect(await read?.older(at("other"), "emails", "wait", Date.now() - hour)).toBe(1);
  });
});
