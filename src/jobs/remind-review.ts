import { remindOfReview } from "../domain/guard/break-glass.ts";
import type { Transact } from "../domain/ports.ts";
import { type JobHandler, jobHandler } from "./handler.ts";

/** Reminds that what was done with the glass broken is to be reviewed. */
export function remindReview(needs: { readonly transact: Transact }): JobHandler {
  return jobHandler({
    name: "remind-review",
    handle: ({ operationId, day }) => needs.transact((app) => remindOfReview(app, operationId, day)),
  });
}
