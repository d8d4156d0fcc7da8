import { type AnyOperation, anyOperation } from "../domain/operation/operation.ts";
import { cancelQuery, terminateSession } from "./end-session.ts";
import { scaleService } from "./scale-service.ts";

/** Every operation; the policy and the audit know them by name. */
export const operations: readonly AnyOperation[] = [
  anyOperation(scaleService),
  anyOperation(cancelQuery),
  anyOperation(terminateSession),
];
