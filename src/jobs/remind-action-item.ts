import { remindOfItem } from "../domain/action-item/follow-up.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Reminds of what is still to be done after an incident. */
export function remindActionItem(needs: { readonly transact: Transact }): JobHandler<"remind-action-item"> {
  return {
    name: "remind-action-item",
    handle: ({ itemId, at }) => needs.transact((app) => remindOfItem(app, itemId, at)),
  };
}
