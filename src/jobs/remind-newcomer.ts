import { remindNewcomer } from "../domain/newcomer/newcomer.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Reminds somebody new of what is left on their list. */
export function remindNewcomerJob(needs: { readonly transact: Transact }): JobHandler<"remind-newcomer"> {
  return {
    name: "remind-newcomer",
    handle: ({ userId, since, round }) => needs.transact((app) => remindNewcomer(app, userId, since, round)),
  };
}
