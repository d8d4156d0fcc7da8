import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { openForChange } from "./access.ts";
import { type Incident, incidentName, isOpen } from "./incident.ts";
import { goesOnIn } from "./links.ts";
import { stepOf } from "./phases.ts";
import { postUpdate } from "./update.ts";

/** Says that somebody is on it. */
export async function acknowledgeIncident(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  if (isOpen(incident) && incident.times.acknowledgedAt) {
    throw new Refusal("already_done", `${incidentName(incident)} is acknowledged already.`);
  }
  return postUpdate(app, caller, incidentId, { step: stepOf(app.config.phases, "acknowledged") });
}

/** Ends the response; what happened is kept open for the post-mortem. Health is watched from then on, unless the message is the reason not to. */
export function resolveIncident(
  app: App,
  caller: Caller,
  incidentId: string,
  message: string | null,
  options: { readonly skipWatch?: boolean } = {},
): Promise<Incident> {
  const skipWatch = options.skipWatch ? (message ?? "") : null;
  return postUpdate(app, caller, incidentId, { step: stepOf(app.config.phases, "resolved"), message, skipWatch });
}

/** Takes a resolved or closed incident up again. */
export async function reopenIncident(
  app: App,
  caller: Caller,
  incidentId: string,
  message: string | null,
): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  if (isOpen(incident)) throw new Refusal("already_done", `${incidentName(incident)} is open.`);
  const other = await goesOnIn(app, incident);
  if (other) {
    throw new Refusal(
      "not_possible",
      `${incidentName(incident)} goes on in ${incidentName(other)}.`,
      "Work there, or declare what is left as an incident of its own.",
    );
  }
  return postUpdate(app, caller, incidentId, { step: stepOf(app.config.phases, "investigating"), message });
}
