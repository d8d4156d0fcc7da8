/** Real data stores for the sandbox to be operated on: PostgreSQL always; Redis, queues and MariaDB where they are installed. */
import { startCache } from "./cache.ts";
import { startDatabase } from "./database.ts";
import { startQueues } from "./queues.ts";
import { keepTrouble, type Switches, type Trouble } from "./trouble.ts";
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
  /**
   * Makes what is not there yet and keeps it in the trouble that is switched on in the cloud: seconds of work, for which
   * the bot's own start must not wait.
   */
  readonly begin: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Finds out which stores there can be, and where. */
export async function startStores(options: {
  readonly postgresUrl: string;
  readonly dataDirectory: string;
  readonly faults: Switches;
  readonly say: (line: string) => void;
}): Promise<SandboxStores> {
  const { postgresUrl, dataDirectory, faults, say } = options;
  const database = startDatabase(postgresUrl);
  const [cache, queues, warehouse] = await Promise.all([
    startCache(dataDirectory),
    startQueues(dataDirectory),
    startWarehouse(dataDirectory),
  ]);
  let kept: ReturnType<typeof keepTrouble> | null = null;
  let begun: Promise<unknown> = Promise.resolve();
  return {
    database: database.url,
    cache: cache?.url ?? null,
    beside: [...(warehouse ? [warehouse.store] : []), ...(queues ? [queues.store] : [])],
    begin: async () => {
      const said = (error: unknown): readonly Trouble[] => {
        say(`A data store could not be begun: ${error}`);
        return [];
      };
      const troubles = Promise.all(
        [database, cache, queues].map(async (one) => (await one?.begin().catch(said)) ?? []),
      );
      begun = troubles;
      kept = keepTrouble((await troubles).flat(), faults, say);
      // The slowest last: nothing waits for it.
      warehouse?.begin().catch(said);
    },
    stop: async () => {
      await begun;
      await kept?.stop();
      await Promise.all([database.stop(), cache?.stop(), queues?.stop(), warehouse?.stop()]);
    },
  };
}
