import { describe, test } from "vitest";
import type { StoreLook, StoreQuestion, StoreSight } from "../../../src/domain/operation/store-look.ts";
import type { CacheSight } from "../../../src/domain/platform/caches.ts";
import type { QueueSight, QueueState } from "../../../src/domain/platform/queues.ts";
import { storeCard } from "../../../templates/ops/store.ts";
import { expectGolden } from "../../support/golden.ts";

const at = new Date("2026-11-22T10:15:00Z");

function look(question: StoreQuestion, seen: StoreSight): StoreLook {
  return {
    id: "0199-look",
    askedBy: "U0ANA",
    askedAt: at,
    place: { channel: "C0OPS" },
    target: { environment: "production", name: question.kind === "cache" ? "redis" : "jobs" },
    question,
    found: { at, trouble: null, seen },
  };
}

const engine = "Redis 7.0.15";
const caches: Readonly<Record<string, CacheSight>> = {
  stats: {
    engine,
    view: "stats",
    stats: {
      keys: 1_204_331,
      expiring: 1_100_000,
      usedBytes: 3_900_000_000,
      limitBytes: 4_000_000_000,
      policy: "allkeys-lru",
      fragmentation: 1.12,
      hitRate: 0.912,
      evictedPerSecond: 41.4,
      commandsPerSecond: 8200,
      watchedSeconds: 5,
      clients: 214,
      blockedClients: 3,
      upSeconds: 900_000,
    },
  },
  slowlog: {
    engine,
    view: "slowlog",
    entries: Array.from({ length: 14 }, (_, index) => ({
      secondsAgo: index * 60,
      milliseconds: 40.5 + index,
      command: "HGETALL with 1 argument",
    })),
  },
  "slowlog-none": { engine, view: "slowlog", entries: [] },
  bigkeys: {
    engine,
    view: "bigkeys",
    looked: 5000,
    total: 1_204_331,
    keys: [{ key: "page:<id>", type: "list", bytes: 48_000_000 }],
  },
  key: { engine, view: "key", key: { type: "hash", bytes: 1200, ttlSeconds: 540, elements: 12 } },
  "key-none": { engine, view: "key", key: null },
};

function queue(name: string, more: Partial<QueueState> = {}): QueueState {
  return {
    name,
    exists: true,
    paused: false,
    waiting: 0,
    active: 2,
    stuck: 0,
    delayed: 0,
    failed: 0,
    completed: 900,
    workers: 2,
    oldestWaitingSeconds: null,
    meanMilliseconds: 340,
    globalConcurrency: null,
    ...more,
  };
}

const queues: Readonly<Record<string, QueueSight>> = {
  stats: {
    view: "stats",
    warnings: ["Its Redis throws keys away when it is full (allkeys-lru): jobs may vanish. It must be noeviction."],
    queues: [
      queue("reports"),
      queue("emails", { waiting: 1400, oldestWaitingSeconds: 1900, failed: 120, workers: 0 }),
      queue("exports", { paused: true, active: 3, waiting: 12, globalConcurrency: 5 }),
      queue("images", { stuck: 2 }),
      queue("gone", { exists: false }),
    ],
  },
  failed: {
    view: "failed",
    queues: [
      {
        name: "emails <!here>",
        total: 120,
        groups: [{ job: "welcome", reason: "connect ECONNREFUSED …", count: 118, newestSecondsAgo: 40 }],
        jobs: [
          {
            id: "4711",
            job: "welcome",
            reason: "connect ECONNREFUSED …",
            attempts: 3,
            secondsAgo: 40,
            fields: ["to", "template"],
          },
        ],
      },
      { name: "reports", total: 0, groups: [], jobs: [] },
    ],
  },
};

describe("a cache and queues seen from inside", () => {
  test.each(Object.entries(caches))("cache %s", (name, sight) => {
    expectGolden(
      `ops/cache-${name}`,
      storeCard(look({ kind: "cache", view: sight.view, key: null }, { kind: "cache", sight })),
    );
  });

  test.each(Object.entries(queues))("queue %s", (name, sight) => {
    expectGolden(
      `ops/queue-${name}`,
      storeCard(look({ kind: "queue", view: sight.view, queue: null }, { kind: "queue", sight })),
    );
  });
});
