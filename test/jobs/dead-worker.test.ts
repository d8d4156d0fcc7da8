import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { jobHandler } from "../../src/jobs/handler.ts";
import { createQueue } from "../../src/jobs/queue.ts";
import { openDatabase, openPool } from "../../src/store/database.ts";
import { executorOf } from "../../src/store/executor.ts";
import { testDatabase } from "../support/postgres.ts";

const url = await testDatabase();

test("the job of a worker that was killed is done by another soon after its heartbeat stops", async () => {
  const log = { warn: () => {}, error: () => {} };
  const queue = createQueue({ connectionString: url, log });
  await queue.open();
  const pool = openPool(url);
  onTestFinished(async () => {
    await queue.stop();
    await pool.end();
  });

  const holder = spawn(process.execPath, [fileURLToPath(new URL("./hold-job.ts", import.meta.url)), url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void holder.kill("SIGKILL"));
  const lines = createInterface({ input: holder.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("ready");
  await openDatabase(pool)
    .transaction()
    .execute((trx) => queue.jobs(executorOf(trx)).add("plan-operation", { operationId: "op" }, { key: "op" }));
  expect((await lines.next()).value).toBe("holding op");

  const taken = Promise.withResolvers<string>();
  await queue.work([
    jobHandler({ name: "plan-operation", handle: async ({ operationId }) => taken.resolve(operationId) }),
  ]);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  const began = performance.now();
  expect(await taken.promise).toBe("op");
  const seconds = (performance.now() - began) / 1000;
  expect(seconds).toBeGreaterThan(1);
  // Ten seconds of heartbeat, and at most one each to notice, to wait and to fetch; the rest is for a busy machine.
  expect(seconds).toBeLessThan(15);
}, 40_000);
