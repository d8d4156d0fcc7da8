import type { ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { type AwsOptions, clientSettings, forEachRegion } from "../aws.ts";

/** The client and the commands it sends; the package is imported on first use. */
export type CacheClients = (region: string | undefined) => Promise<{
  readonly client: ElastiCacheClient;
  readonly sdk: typeof import("@aws-sdk/client-elasticache");
}>;

export function cacheClients(options: AwsOptions): CacheClients {
  return forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-elasticache");
    return { sdk, client: new sdk.ElastiCacheClient(clientSettings(options, region)) };
  });
}
