import { TestClock } from "pg-boss";
import { afterEach, describe, expect, test } from "vitest";
import type { Jobs } from "../../src/domain/jobs.ts";
import { type JobHandler, jobHandler } from "../../src/jobs/handler.ts";
import { createQueue, type Queue } from "../../src/jobs/queue.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { executorOf } from "../../src/store/executor.ts";
import { createTestDatabase } from "../support/postgres.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(options: { readonly clock?: TestClock } = {}) {
  const { url, drop } = await createTestDatabase();
  const pool = openPool(url);
  const db = openDatabase(pool);
  const logged: string[] = [];
  const log = {
    warn: (_fields: object, message: string) => void logged.push(message),
    error: (_fields: object, message: string) => void logged.push(message),
  };
  const open = async (): Promise<Queue> => {
    const queue = createQueue({ connectionString: url, log, ...(options.clock ? { clock: options.clock } : {}) });
    await queue.open();
    ends.push(queue.stop);
    return queue;
  };
  ends.push(async () => {
    await pool.end();
    await drop();
  });
  const queue = await open();
  const inTransaction = <T>(work: (jobs: Jobs) => Promise<T>) =>
    db.transaction().execute((trx) => work(queue.jobs(executorOf(trx))));
  return { queue, open, inTransaction, db, logged, url };
}

function recording(
  name: "plan-operation" | "watch-operation" | "expire-operation",
  then?: (id: string) => Promise<void>,
) {
  const handled: string[] = [];
  const handler: JobHandler = jobHandler({
    name,
    handle: async ({ operationId }) => {
      handled.push(operationId);
      await then?.(operationId);
    },
  });
  return { handled, handler };
}

async function until(condition: () => boolean, what: string, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("a job", () => {
  test("is done once its transaction has committed, at once", async () => {
    const { queue, inTransaction } = await start();
    const { handled, handler } = recording("plan-operation");
    await queue.work([handler]);
    let began = 0;
    await inTransaction(async (jobs) => {
      await jobs.add("plan-operation", { operationId: "a" }, { key: "a" });
      began = performance.now();
    });
    await until(() => handled.length > 0, "the job was done");
    expect(performance.now() - began).toBeLessThan(1000);
    expect(handled).toEqual(["a"]);
  });

  test("does not wait for the clock while others are behind it", async () => {
    const { queue, inTransaction } = await start();
    const { handled, handler } = recording("expire-operation");
    const names = Array.from({ length: 60 }, (_, index) => `job-${index}`);
    await inTransaction(async (jobs) => {
      for (const name of names) await jobs.add("expire-operation", { operationId: name }, { key: name });
    });
    await queue.work([handler]);
    // Three at a time and five seconds between looks would take a minute and a half.
    await until(() => handled.length === names.length, "all were done", 20);
    expect(handled.toSorted()).toEqual(names.toSorted());
  });

  test("of a transaction that was rolled back is never done", async () => {
    const { queue, inTransaction } = await start();
    const { handled, handler } = recording("plan-operation");
    await queue.work([handler]);
    const failing = inTransaction(async (jobs) => {
      await jobs.add("plan-operation", { operationId: "gone" });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await inTransaction((jobs) => jobs.add("plan-operation", { operationId: "kept" }));
    await until(() => handled.includes("kept"), "the later job was done");
    expect(handled).toEqual(["kept"]);
  });

  test("that fails is tried again, and said so", async () => {
    const { queue, inTransaction, logged } = await start();
    let left = 1;
    const { handled, handler } = recording("plan-operation", async () => {
      left -= 1;
      if (left === 0) throw new Error("not yet");
    });
    await queue.work([handler]);
    await inTransaction((jobs) => jobs.add("plan-operation", { operationId: "a" }, { key: "a" }));
    await until(() => handled.length === 2, "it was tried again");
    expect(logged).toContain("A job failed and is tried again");
  });

  test("waits once for its key, and the newest word on when counts", async () => {
    const { inTransaction, db, queue } = await start();
    const later = new Date(Date.now() + 3_600_000);
    await inTransaction((jobs) => jobs.add("expire-operation", { operationId: "a" }, { key: "a", after: later }));
    await inTransaction((jobs) => jobs.add("expire-operation", { operationId: "b" }, { key: "b", after: later }));
    await inTransaction((jobs) => jobs.add("expire-operation", { operationId: "a" }, { key: "a" }));
    const { handled, handler } = recording("expire-operation");
    await queue.work([handler]);
    await until(() => handled.length > 0, "the one that was moved up is done");
    expect(handled).toEqual(["a"]);
    const waiting = await executorOf(db).executeSql("select singleton_key from pgboss.job where state = 'created'");
    expect(waiting.rows).toEqual([{ singleton_key: "expire-operation:b" }]);
  });

  test("is added once by eight who add it at the same moment", async () => {
    const { inTransaction, db } = await start();
    const later = new Date(Date.now() + 3_600_000);
    await Promise.all(
      Array.from({ length: 8 }, () =>
        inTransaction((jobs) => jobs.add("watch-operation", { operationId: "a" }, { key: "a", after: later })),
      ),
    );
    const { rows } = await executorOf(db).executeSql(
      "select count(*)::int as count from pgboss.job where state = 'created'",
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  test("without a key never takes another's place", async () => {
    const { inTransaction, queue } = await start();
    await inTransaction(async (jobs) => {
      for (const operationId of ["a", "b", "c"]) await jobs.add("plan-operation", { operationId });
    });
    const { handled, handler } = recording("plan-operation");
    await queue.work([handler]);
    await until(() => handled.length === 3, "all three were done");
    expect(handled.toSorted()).toEqual(["a", "b", "c"]);
  });

  test("can arrange its own next run under its own key", async () => {
    const { inTransaction, queue } = await start();
    let runs = 0;
    const { handled, handler } = recording("watch-operation", async (operationId) => {
      runs += 1;
      if (runs < 3) await inTransaction((jobs) => jobs.add("watch-operation", { operationId }, { key: operationId }));
    });
    await queue.work([handler]);
    await inTransaction((jobs) => jobs.add("watch-operation", { operationId: "a" }, { key: "a" }));
    await until(() => handled.length === 3, "it ran three times");
  });

  test("comes due by the test clock, which may stand in another year", async () => {
    const clock = new TestClock("2030-01-01T00:00:00Z");
    const { inTransaction, queue } = await start({ clock });
    const { handled, handler } = recording("expire-operation");
    await queue.work([handler]);
    const after = new Date(clock.now() + 15 * 60_000);
    await inTransaction((jobs) => jobs.add("expire-operation", { operationId: "later" }, { key: "later", after }));
    await inTransaction((jobs) => jobs.add("expire-operation", { operationId: "now" }, { key: "now" }));
    await clock.tick(10_000);
    await until(() => handled.includes("now"), "what was due was done");
    expect(handled).toEqual(["now"]);
    // Ticking through would fire every poll of fifteen minutes; a jump fires each that is overdue once.
    await clock.setTime(clock.now() + 15 * 60_000);
    await clock.tick(6000);
    await until(() => handled.includes("later"), "the clock had moved on");
  });
});

describe("two workers", () => {
  test("share jobs without doing one twice", async () => {
    const { inTransaction, queue, open } = await start();
    const second = await open();
    const one = recording("plan-operation");
    const two = recording("plan-operation");
    await queue.work([one.handler]);
    await second.work([two.handler]);
    const ids = Array.from({ length: 40 }, (_, index) => `job-${index}`);
    for (const operationId of ids) {
      await inTransaction((jobs) => jobs.add("plan-operation", { operationId }, { key: operationId }));
    }
    const all = () => [...one.handled, ...two.handled];
    await until(() => all().length >= ids.length, "all were done");
    expect(all().toSorted()).toEqual(ids.toSorted());
  });
});
