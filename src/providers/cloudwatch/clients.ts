import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ElastiCacheClient } from "@aws-sdk/client-elasticache";
import type { RDSClient } from "@aws-sdk/client-rds";
import { type AwsOptions, clientSettings, forEachRegion } from "../aws.ts";

type In<C, S> = (region: string | undefined) => Promise<{ readonly client: C; readonly sdk: S }>;

/** CloudWatch's own clients, and those that say under which names a thing is measured. Each is imported on first use. */
export interface Clients {
  readonly metrics: In<CloudWatchClient, typeof import("@aws-sdk/client-cloudwatch")>;
  readonly logs: In<CloudWatchLogsClient, typeof import("@aws-sdk/client-cloudwatch-logs")>;
  readonly ecs: In<ECSClient, typeof import("@aws-sdk/client-ecs")>;
  readonly balancing: In<ElasticLoadBalancingV2Client, typeof import("@aws-sdk/client-elastic-load-balancing-v2")>;
  readonly rds: In<RDSClient, typeof import("@aws-sdk/client-rds")>;
  readonly caches: In<ElastiCacheClient, typeof import("@aws-sdk/client-elasticache")>;
}

export function cloudwatchClients(options: AwsOptions): Clients {
  return {
    metrics: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-cloudwatch");
      return { sdk, client: new sdk.CloudWatchClient(clientSettings(options, region)) };
    }),
    logs: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-cloudwatch-logs");
      return { sdk, client: new sdk.CloudWatchLogsClient(clientSettings(options, region)) };
    }),
    ecs: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-ecs");
      return { sdk, client: new sdk.ECSClient(clientSettings(options, region)) };
    }),
    balancing: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-elastic-load-balancing-v2");
      return { sdk, client: new sdk.ElasticLoadBalancingV2Client(clientSettings(options, region)) };
    }),
    rds: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-rds");
      return { sdk, client: new sdk.RDSClient(clientSettings(options, region)) };
    }),
    caches: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-elasticache");
      return { sdk, client: new sdk.ElastiCacheClient(clientSettings(options, region)) };
    }),
  };
}
