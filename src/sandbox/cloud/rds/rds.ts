import type { Cloud, CloudApi } from "../api.ts";
import { backupCalls } from "./backup-calls.ts";
import { clusterCalls } from "./cluster-calls.ts";
import { instanceCalls } from "./instance-calls.ts";
import { logCalls } from "./log-calls.ts";
import { modifyCalls } from "./modify-calls.ts";
import { itemNames } from "./shapes.ts";
import { snapshotCalls } from "./snapshot-calls.ts";

export const rds = (cloud: Cloud): CloudApi => ({
  service: "rds",
  protocol: "query",
  marker: "2014-10-31",
  namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
  itemNames,
  // AWS publishes no figures for these calls.
  buckets: [],
  operations: {
    ...instanceCalls(cloud),
    ...modifyCalls(cloud),
    ...snapshotCalls(cloud),
    ...backupCalls(cloud),
    ...clusterCalls(cloud),
    ...logCalls(cloud),
  },
});
