import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { requireSight } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import { tell } from "../incident/notices.ts";
import type { App } from "../ports.ts";
import { cleanText, quoteTyped } from "../text.ts";

/** Writes a line on the timeline and shows it in the channel, where the command itself is seen by nobody else. */
export async function addNote(app: App, caller: Caller, incident: Incident, text: string): Promise<void> {
  // The incident itself does not change, so notes do not wait for one another.
  await requireSight(app, caller, incident);
  const written = app.redact(cleanText(text));
  if (written === "") {
    throw new Refusal(
      "missing_argument",
      "The note is empty.",
      "Write what happened: /incident note rolled back to 41.",
      "note",
    );
  }
  const entry = await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "note",
    actorId: caller.userId,
    text: quoteTyped(written),
  });
  await app.audit.add({
    actor: caller.userId,
    action: "incident.note-added",
    subject: incidentName(incident),
    details: { entry: entry.id },
  });
  await tell(app, incident, entry);
}
