import type { Autoscaler } from "./autoscaler.ts";
import type { Monitoring } from "./cloudwatch/monitoring.ts";
import type { Scheduler } from "./ecs/scheduler.ts";
import type { TaskLife } from "./ecs/task-life.ts";
import type { Caches } from "./elasticache/caches.ts";
import type { Input } from "./input.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import type { LogStreams } from "./logs/streams.ts";
import type { Databases } from "./rds/databases.ts";
import type { ObjectStore } from "./s3/objects.ts";
import type { Secrets } from "./secrets/secrets.ts";
import type { Sessions } from "./sts.ts";
import type { Trail } from "./trail.ts";
import type { World } from "./world.ts";

/** Everything that moves in the cloud; the APIs are views of it. */
export interface Cloud extends Monitoring {
  readonly world: World;
  readonly loadBalancer: LoadBalancer;
  readonly tasks: TaskLife;
  readonly scheduler: Scheduler;
  readonly autoscaler: Autoscaler;
  readonly databases: Databases;
  readonly secrets: Secrets;
  readonly caches: Caches;
  readonly objects: ObjectStore;
  readonly sessions: Sessions;
  readonly logs: LogStreams;
  readonly trail: Trail;
}

/** Who signed a call. */
export interface Caller {
  readonly arn: string;
  readonly userId: string;
  /** For whom a role was assumed, where that was said. */
  readonly sourceIdentity?: string | null;
  /** The region that the call was signed for. */
  readonly region?: string;
  /** Actions that the role's policies allow; all where left out. */
  readonly actions?: readonly string[] | null;
}

/** Answers one operation from its input; throws a CloudError for every other outcome. */
export type Operation = (input: Input, caller: Caller) => Readonly<Record<string, unknown>>;

/** Calls that share one token bucket: `burst` at once, refilled with `perSecond`. */
export interface Bucket {
  readonly operations: readonly string[];
  readonly burst: number;
  readonly perSecond: number;
}

/** One AWS service, as its clients see it. To add one: write the file, add it to the list in apis.ts. */
export interface CloudApi {
  /** Service in the SigV4 credential scope, by which requests find the way here; also the name its faults go by. */
  readonly service: string;
  readonly protocol: "json-1.0" | "json-1.1" | "query";
  /** JSON: what stands before the operation in `x-amz-target`. Query: the `Version` of the form. */
  readonly marker: string;
  /** Query only: the namespace of the answers. */
  readonly namespace?: string;
  /** Query only: what each item of a list is called, by the list's name; "member" where it is left out. */
  readonly itemNames?: Readonly<Record<string, string>>;
  /** The one region that its requests are signed for, where it is not the account's. */
  readonly region?: string;
  /** Regions that its requests may be signed for besides. */
  readonly alsoIn?: readonly string[];
  /** What its actions begin with in policies, where that is not `service`. */
  readonly actions?: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly buckets: readonly Bucket[];
}
