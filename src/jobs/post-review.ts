import { postReview } from "../domain/incident/review.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Posts the weekly and the monthly review. */
export function postReviewJob(needs: { readonly transact: Transact }): JobHandler<"post-review"> {
  return {
    name: "post-review",
    handle: ({ period, day }) => needs.transact((app) => postReview(app, period, day)),
  };
}
