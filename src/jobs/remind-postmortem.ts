import { addHours } from "date-fns/addHours";
import { isOpen } from "../domain/incident/incident.ts";
import { goesOnIn } from "../domain/incident/links.ts";
import type { Transact } from "../domain/ports.ts";
import { firstReminder } from "../domain/postmortem/write.ts";
import type { JobHandler } from "./handler.ts";

/** Reminds the owner in the incident's channel half a day before the deadline, at it, and daily after, until it is published. */
export function remindPostmortem(parts: { readonly transact: Transact }): JobHandler<"remind-postmortem"> {
  return {
    name: "remind-postmortem",
    handle: ({ postmortemId }) =>
      parts.transact(async (app) => {
        const postmortem = await app.postmortems.byId(postmortemId);
        if (!postmortem || postmortem.edition > 0 || !postmortem.dueAt) return;
        const incident = await app.incidents.byId(postmortem.incidentId);
        // What goes on elsewhere is written about there.
        if (!incident || (await goesOnIn(app, incident))) return;
        // While people still respond nobody is asked to write; resolving sets the clock anew.
        if (isOpen(incident) || app.now < firstReminder(postmortem.dueAt)) return;
        await app.outbox.add({
          kind: "message",
          view: "postmortem.reminder",
          subject: postmortem.id,
          place: { incident: postmortem.incidentId },
          once: `postmortem-reminder:${postmortem.id}:${app.now.toISOString().slice(0, 13)}`,
        });
        const next = app.now < postmortem.dueAt ? postmortem.dueAt : addHours(app.now, 24);
        await app.jobs.add("remind-postmortem", { postmortemId }, { key: postmortemId, after: next });
      }),
  };
}
