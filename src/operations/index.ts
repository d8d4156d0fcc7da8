import { type AnyOperation, anyOperation } from "../domain/operation/operation.ts";
import { deleteKeys } from "./delete-keys.ts";
import { cancelQuery, terminateSession } from "./end-session.ts";
import { flushCache, warmCache } from "./flush-cache.ts";
import { analyzeTable, reindexRelation, vacuumTable } from "./maintain-database.ts";
import { pauseQueues, resumeQueues } from "./pause-queues.ts";
import { restartService } from "./restart-service.ts";
import { scaleService } from "./scale-service.ts";
import { cleanQueue, removeJob, retryFailed } from "./tend-queue.ts";

/** Every operation; the policy and the audit know them by name. */
export const operations: readonly AnyOperation[] = [
  anyOperation(scaleService),
  anyOperation(restartService),
  anyOperation(cancelQuery),
  anyOperation(terminateSession),
  anyOperation(analyzeTable),
  anyOperation(vacuumTable),
  anyOperation(reindexRelation),
  anyOperation(deleteKeys),
  anyOperation(flushCache),
  anyOperation(warmCache),
  anyOperation(pauseQueues),
  anyOperation(resumeQueues),
  anyOperation(retryFailed),
  anyOperation(cleanQueue),
  anyOperation(removeJob),
];
