import { type AnyOperation, anyOperation } from "../domain/operation/operation.ts";
import { cancelRotation } from "./cancel-rotation.ts";
import { deleteKeys } from "./delete-keys.ts";
import { deployInOrder } from "./deploy-in-order.ts";
import { deployService } from "./deploy-service.ts";
import { dumpDatabase } from "./dump-database.ts";
import { cancelQuery, terminateSession } from "./end-session.ts";
import { failOverDatabase } from "./fail-over-database.ts";
import { flushCache, warmCache } from "./flush-cache.ts";
import { isolateService } from "./isolate-service.ts";
import { analyzeTable, optimizeTable, reindexRelation, vacuumTable } from "./maintain-database.ts";
import { pauseQueues, resumeQueues } from "./pause-queues.ts";
import { reconnectService } from "./reconnect-service.ts";
import { resizeCache } from "./resize-cache.ts";
import { resizeDatabase } from "./resize-database.ts";
import { resizeService } from "./resize-service.ts";
import { restartService } from "./restart-service.ts";
import { drillDump, restoreDump } from "./restore-dump.ts";
import { drillInstance, restoreInstance } from "./restore-instance.ts";
import { restoreOverLive, swapDatabase } from "./restore-over-live.ts";
import { rollbackService } from "./rollback-service.ts";
import { rotateSecret } from "./rotate-secret.ts";
import { runTask } from "./run-task.ts";
import { scaleService } from "./scale-service.ts";
import { smokeTest } from "./smoke-test.ts";
import { snapshotDatabase } from "./snapshot-database.ts";
import { startService, stopService } from "./stop-service.ts";
import { cleanQueue, removeJob, retryFailed } from "./tend-queue.ts";
import { watchDeployment } from "./watch-deployment.ts";

/** Every operation; the policy and the audit know them by name. */
export const operations: readonly AnyOperation[] = [
  anyOperation(scaleService),
  anyOperation(resizeService),
  anyOperation(resizeDatabase),
  anyOperation(resizeCache),
  anyOperation(restartService),
  anyOperation(rotateSecret),
  anyOperation(cancelRotation),
  anyOperation(deployService),
  anyOperation(deployInOrder),
  anyOperation(smokeTest),
  anyOperation(watchDeployment),
  anyOperation(rollbackService),
  anyOperation(runTask),
  anyOperation(stopService),
  anyOperation(startService),
  anyOperation(isolateService),
  anyOperation(reconnectService),
  anyOperation(cancelQuery),
  anyOperation(terminateSession),
  anyOperation(analyzeTable),
  anyOperation(vacuumTable),
  anyOperation(reindexRelation),
  anyOperation(optimizeTable),
  anyOperation(deleteKeys),
  anyOperation(flushCache),
  anyOperation(warmCache),
  anyOperation(pauseQueues),
  anyOperation(resumeQueues),
  anyOperation(retryFailed),
  anyOperation(cleanQueue),
  anyOperation(removeJob),
  anyOperation(snapshotDatabase),
  anyOperation(restoreInstance),
  anyOperation(drillInstance),
  anyOperation(failOverDatabase),
  anyOperation(dumpDatabase),
  anyOperation(restoreDump),
  anyOperation(drillDump),
  anyOperation(restoreOverLive),
  anyOperation(swapDatabase),
];
