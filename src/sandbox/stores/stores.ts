/** Real data stores for the sandbox to be operated on: PostgreSQL always; Redis, queues and MariaDB where they are installed. */
import { startCache } from "./cache.ts";
import { startDatabase } from "./database.ts";
import { startQueues } from "./queues.ts";
import { keepTrouble, type Switches } from "./trouble.ts";
import { startWarehouse } from "./warehouse.ts";

export interface StoreBeside {
  readonly kind: "database" | "queue";
  readonly name: string;
  readonly title: string;
  /** The bot's provider that reaches it, and what it needs to know there. */
  readonly provider: string;
  readonly at: Readonly<Record<string, string>>;
  readonly url: string;
  /** The service that needs it. */
  readonly usedBy?: string;
}

export interface SandboxStores {
  /** Where the configuration's own are reached; null for what is not on the machine. */
  readonly database: string;
  readonly cache: string | null;
  /** Those that stand beside what the configuration names. */
  readonly beside: readonly StoreBeside[];
  readonly stop: () => Promise<void>;
}

/** Makes what is not there yet, and keeps it in the trouble that is switched on in the cloud. */
export async function startStores(options: {
  readonly postgresUrl: string;
  readonly dataDirectory: string;
  readonly faults: Switches;
  readonly say: (line: string) => void;
}): Promise<SandboxStores> {
  const { postgresUrl, dataDirectory, faults, say } = options;
  const [database, cache, queues, warehouse] = await Promise.all([
    startDatabase(postgresUrl),
    startCache(dataDirectory),
    startQueues(dataDirectory),
    startWarehouse(dataDirectory, say),
  ]);
  const troubles = [...database.troubles, ...(cache?.troubles ?? []), ...(queues?.troubles ?? [])];
  const kept = keepTrouble(troubles, faults, say);
  return {
    database: database.url,
    cache: cache?.url ?? null,
    beside: [...(warehouse ? [warehouse.store] : []), ...(queues ? [queues.store] : [])],
    stop: async () => {
      await kept.stop();
      await Promise.all([database.stop(), cache?.stop(), queues?.stop(), warehouse?.stop()]);
    },
  };
}
