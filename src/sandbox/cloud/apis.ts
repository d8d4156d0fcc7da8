import type { Cloud, CloudApi } from "./api.ts";
import { applicationAutoscaling } from "./application-autoscaling.ts";
import { cloudTrail } from "./cloudtrail.ts";
import { cloudWatch } from "./cloudwatch/cloudwatch.ts";
import { budgets, costExplorer } from "./costs.ts";
import { ecs } from "./ecs/ecs.ts";
import { elasticLoadBalancing } from "./elastic-load-balancing.ts";
import { elastiCache } from "./elasticache/elasticache.ts";
import { cloudWatchLogs } from "./logs/log-calls.ts";
import { rds } from "./rds/rds.ts";
import { secretsManager } from "./secrets/secret-calls.ts";
import { sts } from "./sts.ts";

/** Every AWS service this cloud answers for. */
export const apis: readonly ((cloud: Cloud) => CloudApi)[] = [
  ecs,
  applicationAutoscaling,
  elasticLoadBalancing,
  rds,
  secretsManager,
  cloudWatch,
  cloudWatchLogs,
  elastiCache,
  cloudTrail,
  sts,
  costExplorer,
  budgets,
];
