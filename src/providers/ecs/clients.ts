import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { type AwsOptions, clientSettings, forEachRegion } from "../aws.ts";

/** A client and the commands it sends: each SDK package costs 60 ms and 30 MB, so it is imported on first use. */
export interface EcsClients {
  readonly ecs: (region: string | undefined) => Promise<ForEcs>;
  readonly scaling: (region: string | undefined) => Promise<ForScaling>;
  readonly balancing: (region: string | undefined) => Promise<ForBalancing>;
}

interface ForEcs {
  readonly client: ECSClient;
  readonly sdk: typeof import("@aws-sdk/client-ecs");
}
interface ForScaling {
  readonly client: ApplicationAutoScalingClient;
  readonly sdk: typeof import("@aws-sdk/client-application-auto-scaling");
}
interface ForBalancing {
  readonly client: ElasticLoadBalancingV2Client;
  readonly sdk: typeof import("@aws-sdk/client-elastic-load-balancing-v2");
}

export function ecsClients(options: AwsOptions): EcsClients {
  return {
    ecs: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-ecs");
      return { sdk, client: new sdk.ECSClient(clientSettings(options, region)) };
    }),
    scaling: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-application-auto-scaling");
      return { sdk, client: new sdk.ApplicationAutoScalingClient(clientSettings(options, region)) };
    }),
    balancing: forEachRegion(async (region) => {
      const sdk = await import("@aws-sdk/client-elastic-load-balancing-v2");
      return { sdk, client: new sdk.ElasticLoadBalancingV2Client(clientSettings(options, region)) };
    }),
  };
}
