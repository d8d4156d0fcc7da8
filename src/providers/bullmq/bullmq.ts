import type { Queue } from "bullmq";
import type { QueuesWrite } from "../../domain/platform/queues.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { inQueues } from "./connection.ts";
import { bullmqRead, oldOnes, queuesAt } from "./read.ts";

/** Queues of BullMQ, by the addresses of the configuration. Nothing is opened before the first use. */
export function bullmqProvider(connections: ReadonlyMap<string, string>): Provider {
  const read = bullmqRead(connections);
  return {
    id: "bullmq",
    check: (placements) =>
      Promise.all(
        placements.map(async (at): Promise<CheckResult> => {
          const what = `BullMQ ${at.at.connection ?? "?"}`;
          try {
            const states = await read.states(at, queuesAt(at));
            const absent = states.filter(({ exists }) => !exists).map(({ name }) => name);
            const found = `${states.length - absent.length} of ${states.length} queues`;
            if (absent.length === 0) return { what, ok: true, found, fix: null };
            const fix = `There is nothing of ${absent.join(", ")} in that Redis yet: check queue names and prefix.`;
            return { what, ok: false, found, fix };
          } catch (error) {
            if (!(error instanceof ProviderError)) throw error;
            return { what, ok: false, found: `${error.code}: ${error.message}`, fix: "Put its Redis address right." };
          }
        }),
      ),
    queues: { read, write: write(connections) },
  };
}

function write(connections: ReadonlyMap<string, string>): QueuesWrite {
  return {
    pause: (at, queue) => inQueues(connections, at, "pause", ({ queue: open }) => open(queue).pause()),
    resume: (at, queue) => inQueues(connections, at, "resume", ({ queue: open }) => open(queue).resume()),
    // A limit of 0 would mean all of them.
    clean: (at, queue, state, before, most) =>
      inQueues(connections, at, "clean", async ({ queue: open, redis, key }) => {
        // The library counts back from this machine's clock, which need not be right.
        const removed = (await open(queue).clean(Date.now() - before, Math.max(1, most), state)).length;
        if ((state !== "wait" && state !== "delayed") || removed >= most) return removed;
        // Of these it looks only at as many as it may remove, from the end: the others are looked for.
        const ids: string[] = [];
        for await (const some of oldOnes({ redis, key }, queue, state, before)) {
          ids.push(...some.slice(0, most - removed - ids.length));
          if (removed + ids.length >= most) break;
        }
        return removed + (await removeAll(open(queue), ids));
      }),
    retry: (at, queue, failures) =>
      inQueues(connections, at, "retry", async ({ queue: open, redis, key }) => {
        const opened = open(queue);
        let retried = 0;
        for (const [looked, { id, failedAt }] of failures.entries()) {
          try {
            if ((await redis.zscore(key(queue, "failed"), id)) !== failedAt) continue;
            const job = await opened.getJob(id);
            if (!job) continue;
            await job.retry("failed");
          } catch (error) {
            // What was put back before it counts; the next call tells the trouble.
            if (looked === 0) throw error;
            return { looked, retried };
          }
          retried += 1;
          // What comes back all at once would fail all at once again.
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
        return { looked: failures.length, retried };
      }),
    remove: (at, queue, id) =>
      inQueues(connections, at, "remove", async ({ queue: open, redis, key }) => {
        const opened = open(queue);
        const job = await opened.getJob(id);
        if (!job) return "gone";
        if ((await redis.exists(`${key(queue, id)}:lock`)) === 1) return "locked";
        // The library's script looks at the lock once more in the server.
        const removed = await opened.remove(id);
        return removed === 1 ? "removed" : "locked";
      }),
  };
}

const atOnce = 50;

/** One by one; what a worker took meanwhile is left. */
async function removeAll(queue: Queue, ids: readonly string[]): Promise<number> {
  let removed = 0;
  for (let from = 0; from < ids.length; from += atOnce) {
    const done = await Promise.all(ids.slice(from, from + atOnce).map((id) => queue.remove(id)));
    removed += done.filter((one) => one === 1).length;
  }
  return removed;
}
