import { tendHold as tend } from "../domain/guard/holding.ts";
import type { Transact } from "../domain/ports.ts";
import { type JobHandler, jobHandler } from "./handler.ts";

/** Tells that a lock or freeze is about to end, and ends it. */
export function tendHold(needs: { readonly transact: Transact }): JobHandler {
  return jobHandler({ name: "tend-hold", handle: ({ holdId }) => needs.transact((app) => tend(app, holdId)) });
}
