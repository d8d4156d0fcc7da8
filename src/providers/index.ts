import type { Provider } from "../domain/platform.ts";
import type { AwsOptions } from "./aws.ts";
import { bullmqProvider } from "./bullmq/bullmq.ts";
import { cloudwatchProvider } from "./cloudwatch/cloudwatch.ts";
import { ecsProvider } from "./ecs/ecs.ts";
import { httpProvider } from "./http/http.ts";
import { postgresProvider } from "./postgres/postgres.ts";
import { redisProvider } from "./redis/redis.ts";

/** What the platforms are reached with. */
export interface Access {
  readonly aws: AwsOptions;
  /** Addresses of data stores by the name that placements give. */
  readonly connections: ReadonlyMap<string, string>;
}

/** Every platform the product can operate. */
export function providers({ aws, connections }: Access): readonly Provider[] {
  return [
    ecsProvider(aws),
    cloudwatchProvider(aws),
    postgresProvider(connections),
    redisProvider(connections),
    bullmqProvider(connections),
    httpProvider(),
  ];
}
