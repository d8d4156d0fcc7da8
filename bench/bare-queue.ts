/**
 * The floor that resuming is measured against: a worker of the job queue alone, with the settings of the bot's queue,
 * that takes one job and never ends it. Run as a process of its own; prints when it listens and when it has the job.
 */
import { PgBoss } from "pg-boss";
import { queueSettings, watchingSettings } from "../src/jobs/queue.ts";

const boss = new PgBoss({ connectionString: process.env.BENCH_DATABASE_URL ?? "", ...watchingSettings });
boss.on("error", (error) => process.stderr.write(`${error.message}\n`));
await boss.start();
await boss.createQueue("bench", queueSettings);
await boss.work("bench", { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1 }, async () => {
  process.stdout.write("taken\n");
  await new Promise(() => {});
});
if (process.env.BENCH_SENDS === "yes") await boss.send("bench", {});
process.stdout.write("working\n");
