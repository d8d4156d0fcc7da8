import { addHours } from "date-fns/addHours";
import type { PersonReference } from "../domain/configuration.ts";
import { type Incident, isOpen } from "../domain/incident/incident.ts";
import { goesOnIn } from "../domain/incident/links.ts";
import type { App, Transact } from "../domain/ports.ts";
import type { Postmortem } from "../domain/postmortem/postmortem.ts";
import { firstReminder } from "../domain/postmortem/write.ts";
import type { JobHandler } from "./handler.ts";

/**
 * Reminds the owner in the incident's channel before the deadline, at it, and so often after it as configured, until
 * it is published; when that does not help, everybody in the channel for incidents. A private one stays where it is.
 */
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
        if (isOpen(incident) || app.now < firstReminder(app, postmortem.dueAt)) return;
        await app.outbox.add({
          kind: "message",
          view: "postmortem.reminder",
          subject: postmortem.id,
          place: { incident: postmortem.incidentId },
          once: `postmortem-reminder:${postmortem.id}:${app.now.toISOString().slice(0, 13)}`,
        });
        const { everyHours, widerHours, wider } = app.config.postmortem.reminders;
        if (widerHours !== null && app.now >= addHours(postmortem.dueAt, widerHours)) {
          await tellWider(app, postmortem, incident, wider);
        }
        const next = app.now < postmortem.dueAt ? postmortem.dueAt : addHours(app.now, everyHours);
        await app.jobs.add("remind-postmortem", { postmortemId }, { key: postmortemId, after: next });
      }),
  };
}

async function tellWider(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  wider: readonly PersonReference[],
): Promise<void> {
  if (incident.isPrivate) return;
  await app.outbox.add({
    kind: "message",
    view: "postmortem.overdue",
    subject: postmortem.id,
    place: { configured: "incidents" },
    once: `postmortem-overdue:${postmortem.id}:${app.now.toISOString().slice(0, 10)}`,
  });
  if (wider.length > 0) await app.outbox.add({ kind: "invite", incident: incident.id, userIds: wider });
}
