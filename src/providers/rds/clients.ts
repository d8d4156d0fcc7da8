import type { RDSClient } from "@aws-sdk/client-rds";
import { type AwsOptions, clientSettings, forEachRegion } from "../aws.ts";

/** The client and the commands it sends; the package is imported on first use. */
export type RdsClients = (region: string | undefined) => Promise<ForRds>;

interface ForRds {
  readonly client: RDSClient;
  readonly sdk: typeof import("@aws-sdk/client-rds");
}

export function rdsClients(options: AwsOptions): RdsClients {
  return forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-rds");
    return { sdk, client: new sdk.RDSClient(clientSettings(options, region)) };
  });
}
