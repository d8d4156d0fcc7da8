import { declareFromAlert } from "../domain/alert/incident.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Declares the incident that alerts open by themselves. */
export function declareFromAlertJob(needs: { readonly transact: Transact }): JobHandler<"declare-from-alert"> {
  return {
    name: "declare-from-alert",
    handle: ({ groupId }) => needs.transact((app) => declareFromAlert(app, groupId)),
  };
}
