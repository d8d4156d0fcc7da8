import { remindOfLead } from "../domain/incident/reminders.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Asks for a commander while there is none. */
export function remindLead(needs: { readonly transact: Transact }): JobHandler<"remind-lead"> {
  return {
    name: "remind-lead",
    handle: ({ incidentId, round = 0, snoozed }) =>
      needs.transact((app) => remindOfLead(app, incidentId, round, snoozed)),
  };
}
