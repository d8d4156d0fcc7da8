import { clockRanOut } from "../domain/incident/clocks.ts";
import type { Transact } from "../domain/ports.ts";
import type { JobHandler } from "./handler.ts";

/** Tells that a clock of an incident ran out. */
export function clockRanOutJob(needs: { readonly transact: Transact }): JobHandler<"clock-ran-out"> {
  return {
    name: "clock-ran-out",
    handle: ({ incidentId, clock, due }) => needs.transact((app) => clockRanOut(app, incidentId, clock, due)),
  };
}
