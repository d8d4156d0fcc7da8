import { remindOfUpdate } from "../domain/incident/reminders.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Asks for the status update that was promised. */
export function remindUpdate(needs: { readonly transact: Transact }): JobHandler<"remind-update"> {
  return {
    name: "remind-update",
    handle: ({ incidentId, since }) => needs.transact((app) => remindOfUpdate(app, incidentId, since)),
  };
}
