import { archiveWhenDue } from "../domain/incident/archiving.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Puts the channel of an ended incident away, with a day's notice. */
export function archiveChannel(needs: { readonly transact: Transact }): JobHandler<"archive-channel"> {
  return {
    name: "archive-channel",
    handle: ({ incidentId, at }) => needs.transact((app) => archiveWhenDue(app, incidentId, at)),
  };
}
