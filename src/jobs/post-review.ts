import type { Transact } from "../domain/ports.ts";
import { postReview } from "../domain/review/reviews.ts";
import type { JobHandler } from "./handler.ts";

/** Posts a review that came round. */
export function postReviewJob(needs: { readonly transact: Transact }): JobHandler<"post-review"> {
  return {
    name: "post-review",
    handle: ({ period }) => needs.transact((app) => postReview(app, period)),
  };
}
