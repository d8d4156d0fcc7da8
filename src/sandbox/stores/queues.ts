import { join } from "node:path";
import { queueNames } from "../cloud/queue-names.ts";
import { startRedis } from "./cache.ts";
import type { QueueAtWork } from "./queue-work.ts";
import type { StoreBeside } from "./stores.ts";
import type { Trouble } from "./trouble.ts";

export interface QueueStore {
  readonly store: StoreBeside;
  /** Has jobs come in and be worked on. */
  readonly begin: () => Promise<readonly Trouble[]>;
  readonly stop: () => Promise<void>;
}

/** Queues with jobs that come in and workers that carry them out, in a Redis of their own, which evicts nothing; null where none is installed. */
export async function startQueues(dataDirectory: string): Promise<QueueStore | null> {
  const server = await startRedis(join(dataDirectory, "queues"));
  if (!server) return null;
  const { hostname: host, port } = new URL(server.url);
  const connection = { host, port: Number(port) };
  let working: readonly QueueAtWork[] = [];
  return {
    store: {
      kind: "queue",
      name: "jobs",
      title: "Jobs",
      provider: "bullmq",
      at: { queues: queueNames.join("\n") },
      url: server.url,
      usedBy: "agent",
    },
    begin: async () => {
      const { workOn } = await import("./queue-work.ts");
      working = queueNames.map((name) => workOn(name, connection));
      return working.map(({ trouble }) => trouble);
    },
    stop: async () => {
      await Promise.all(working.map((one) => one.stop()));
      await server.stop();
    },
  };
}
