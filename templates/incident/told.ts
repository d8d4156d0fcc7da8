import { maySee } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName } from "../../src/domain/incident/incident.ts";
import type { TimelineEntry } from "../../src/domain/timeline/entry.ts";
import { actions, button, context, moment, person, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { withdrawn } from "./announcement.ts";
import { about, named, paragraphs, statusOf } from "./phrases.ts";

/**
 * One update as people outside the incident's channel read it. Subject: incident, entry and, for a direct message, the
 * person, who is asked about once more before it is sent: an incident may have become private meanwhile.
 */
export const toldView: View = async (app, subject) => {
  const [incidentId = "", entryId = "", userId = null] = subject.split(":");
  const incident = await app.incidents.byId(incidentId);
  const entry = incident && (await app.timeline.byId(entryId));
  if (!entry || entry.incidentId !== incident.id) return null;
  if (userId !== null) {
    return !entry.hidden && (await maySee(app, incident, userId)) ? { reply: told(incident, entry, true) } : null;
  }
  if (!incident.isPrivate && !entry.hidden) return { reply: told(incident, entry, false) };
  return (await app.outbox.posted("incident.told", subject)) ? { reply: withdrawn() } : null;
};

export function told(incident: Incident, entry: TimelineEntry, toSubscriber: boolean): Reply {
  const head = `*${named(incident)}*\n${incident.severity} · ${statusOf(incident)}`;
  const small = [
    entry.actorId ? person(entry.actorId) : "Tocsin",
    moment(entry.at),
    ...(incident.nextUpdateAt ? [`next update by ${moment(incident.nextUpdateAt, "{time}")}`] : []),
  ];
  const press = (action: string, text: string) =>
    button({ action, text, about: about(incident), label: `${text}: ${incidentName(incident)}` });
  return reply(`${incidentName(incident)}: ${entry.text}`, [
    section(head),
    ...paragraphs(entry.text),
    context(small.join(" · ")),
    actions([
      ...(incident.phase === "closed" ? [] : [press("incident.join", "Join")]),
      toSubscriber ? press("incident.unsubscribe", "Unsubscribe") : press("incident.subscribe", "Subscribe"),
    ]),
  ]);
}
