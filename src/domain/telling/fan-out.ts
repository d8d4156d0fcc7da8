import type { Configuration } from "../configuration.ts";
import type { Incident } from "../incident/incident.ts";
import { severityOf } from "../incident/severity.ts";
import type { App } from "../ports.ts";
import type { TimelineEntry } from "../timeline/entry.ts";
import { askMails } from "./mail.ts";

/** The channels in which people who do not work on an incident read of it: the severity's own, else those for all. */
export function stakeholderChannels(
  config: Pick<Configuration, "severities" | "channels">,
  severity: string,
): readonly string[] {
  return [...new Set(severityOf(config, severity).stakeholders ?? config.channels.stakeholders)];
}

/**
 * Has one text of an incident reach those outside its channel: the stakeholders' channels, mail lists, and who subscribed. Each is
 * sent by itself, so that one that cannot be reached holds up nobody else. A private incident is told to subscribers
 * alone; a drill and what is declared after the fact are nobody's news.
 */
export async function tellOutside(app: App, incident: Incident, entry: TimelineEntry): Promise<void> {
  if (incident.kind === "drill" || incident.isSilent) return;
  const subject = `${incident.id}:${entry.id}`;
  if (!incident.isPrivate) {
    for (const named of stakeholderChannels(app.config, incident.severity)) {
      await app.outbox.add({ kind: "card", view: "incident.told", subject, place: { named } });
    }
    await askMails(app, incident, entry);
  }
  for (const user of await app.followers.list(incident.id)) {
    const once = `told:${entry.id}:${user}`;
    await app.outbox.add({
      kind: "message",
      view: "incident.told",
      subject: `${subject}:${user}`,
      place: { user },
      once,
    });
  }
}
