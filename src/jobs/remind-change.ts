import { remindChange } from "../domain/change/keep.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Reminds of the post-mortem that a change owes. */
export function remindChangeJob(needs: { readonly transact: Transact }): JobHandler<"remind-change"> {
  return { name: "remind-change", handle: ({ changeId }) => needs.transact((app) => remindChange(app, changeId)) };
}
