import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { redisRead } from "./read.ts";
import { redisWrite } from "./write.ts";

/** Redis and Valkey servers anywhere, by the addresses of the configuration. Nothing is opened before the first use. */
export function redisProvider(connections: ReadonlyMap<string, string>): Provider {
  const read = redisRead(connections);
  return {
    id: "redis",
    check: (placements) =>
      Promise.all(
        placements.map(async (at): Promise<CheckResult> => {
          const what = `Redis ${at.at.connection ?? "?"}`;
          try {
            const { keys, database } = await read.identity(at);
            return { what, ok: true, found: `${keys} keys in database ${database}`, fix: null };
          } catch (error) {
            if (!(error instanceof ProviderError)) throw error;
            const fix = "Put the address, the password or the network right; see docs/providers/redis.md.";
            return { what, ok: false, found: `${error.code}: ${error.message}`, fix };
          }
        }),
      ),
    caches: { read, write: redisWrite(connections) },
  };
}
