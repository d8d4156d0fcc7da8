import { pageUnresolved } from "../domain/oncall/begin-page.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Pages those whom the severity names for an incident that is still not resolved. */
export function pageUnresolvedJob(needs: { readonly transact: Transact }): JobHandler<"page-unresolved"> {
  return {
    name: "page-unresolved",
    handle: ({ incidentId, minutes, due }) => needs.transact((app) => pageUnresolved(app, incidentId, minutes, due)),
  };
}
