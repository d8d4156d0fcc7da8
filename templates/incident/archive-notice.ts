import { type Incident, isOpen } from "../../src/domain/incident/incident.ts";
import { actions, button, moment, type Reply, reply, section } from "../kit.ts";
import type { View } from "../views.ts";
import { about } from "./phrases.ts";

/** The channel hears a day before that it is archived, and can be kept. */
export const archiveNoticeView: View = async (app, incidentId) => {
  const incident = await app.incidents.byId(incidentId);
  const archiving = await app.archiving.of(incidentId);
  if (!incident || isOpen(incident) || !archiving?.archiveAt || archiving.archivedAt) return null;
  return { reply: archiveNotice(incident, archiving.archiveAt) };
};

export function archiveNotice(incident: Incident, at: Date): Reply {
  const text = `This channel is archived ${moment(at)}. Everything in it stays readable.`;
  return reply(text, [
    section(text),
    actions([
      button({ action: "incident.keep-channel", text: "Keep", about: about(incident), label: "Keep this channel" }),
    ]),
  ]);
}
