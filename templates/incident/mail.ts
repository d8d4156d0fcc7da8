import { incidentName, markedTitle } from "../../src/domain/incident/incident.ts";
import { currentStep } from "../../src/domain/incident/phases.ts";
import type { DrawMail } from "../../src/domain/telling/mail.ts";
import { plainFromSlack, shorten } from "../../src/domain/text.ts";

/** One update as a mail: who it is from and what follows is said, and nothing of a private incident. */
export const drawMail: DrawMail = async (app, incidentId, entryId) => {
  const incident = await app.incidents.byId(incidentId);
  const entry = incident && (await app.timeline.byId(entryId));
  if (!entry || entry.incidentId !== incident.id || entry.hidden || incident.isPrivate) return null;
  const mentioned = [...entry.text.matchAll(/<@(\w+)>/g)].map(([, id = ""]) => id);
  const names = await app.names([...new Set([...mentioned, ...(entry.actorId ? [entry.actorId] : [])])]);
  const by = entry.actorId ? (names.get(entry.actorId) ?? "somebody") : "Tocsin";
  const standing = `${incident.severity} · ${currentStep(incident).title}`;
  return {
    subject: `[${incidentName(incident)}] ${shorten(markedTitle(incident), 150)} – ${standing}`,
    text: [
      standing,
      "",
      plainFromSlack(entry.text.replace(/<@(\w+)>/g, (_, id: string) => names.get(id) ?? "somebody")),
      "",
      `${by}, ${utc(entry.at)}`,
      ...(incident.nextUpdateAt ? [`Next update by ${utc(incident.nextUpdateAt)}`] : []),
      "",
      `This was sent for ${app.config.organisation} by Tocsin. Answers to it are not read.`,
    ].join("\n"),
  };
};

function utc(at: Date): string {
  return `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 16)} UTC`;
}
