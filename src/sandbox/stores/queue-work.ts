import { Queue, Worker } from "bullmq";
import type { Trouble } from "./trouble.ts";

/** Milliseconds between two new jobs, usually and while they pile up. */
const everyMilliseconds = { usual: 2000, piling: 20 } as const;
/** Jobs that wait at most, so that a forgotten fault fills no memory. */
const mostWaiting = 5000;

export interface QueueAtWork {
  readonly trouble: Trouble;
  readonly stop: () => Promise<void>;
}

/** A queue with jobs that come in and workers that carry them out. */
export function workOn(name: string, connection: { readonly host: string; readonly port: number }): QueueAtWork {
  const queue = new Queue(name, {
    connection,
    defaultJobOptions: { attempts: 2, removeOnComplete: { count: 500 }, removeOnFail: { count: 15 } },
  });
  queue.on("error", () => {});
  let worker: Worker | null = hire();
  let adding = addEvery(everyMilliseconds.usual);

  function hire(): Worker {
    const hired = new Worker(name, carryOut, { connection, concurrency: 20 });
    hired.on("error", () => {});
    return hired;
  }

  function addEvery(milliseconds: number): NodeJS.Timeout {
    let added = 0;
    const add = async (): Promise<void> => {
      if ((await queue.getWaitingCount()) >= mostWaiting) return;
      added += 1;
      await queue.add(name === "emails" ? "send" : "render", { to: `customer ${added}`, number: added });
    };
    return setInterval(() => void add().catch(() => {}), milliseconds);
  }

  function addFrom(milliseconds: number): void {
    clearInterval(adding);
    adding = addEvery(milliseconds);
  }

  const trouble: Trouble = {
    fault: "queue-backlog",
    target: name,
    begin: async () => {
      await worker?.close();
      worker = null;
      addFrom(everyMilliseconds.piling);
      return async () => {
        addFrom(everyMilliseconds.usual);
        worker ??= hire();
      };
    },
  };
  return {
    trouble,
    stop: async () => {
      clearInterval(adding);
      await worker?.close(true);
      await queue.close();
    },
  };
}

async function carryOut(job: { readonly data: { readonly number: number } }): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 50 + (job.data.number % 10) * 20));
  if (job.data.number % 25 === 0) throw new Error("The mail server did not answer in time");
  return "done";
}
