import { leaseRanOut } from "../domain/operation/end-lease.ts";
import { dueLease } from "../domain/operation/lease.ts";
import type { JobHandler } from "./handler.ts";
import type { OperationContext } from "./operation-context.ts";

/** Tells that a lease ends soon, or ends it in the name of who asked for it, whose rights are looked up anew. */
export function tendLease(context: OperationContext): JobHandler<"tend-lease"> {
  return {
    name: "tend-lease",
    handle: async ({ leaseId, what, at }) => {
      const lease = await context.transact((app) => dueLease(app, leaseId, what, at));
      if (lease === null || what === "notice") return;
      const caller = await context.identify(lease.requesterId, { fresh: true, patienceSeconds: 10 });
      await context.transact((app) => leaseRanOut(app, context.operations, leaseId, at, caller));
    },
  };
}
