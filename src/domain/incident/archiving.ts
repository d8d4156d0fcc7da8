import { addDays } from "date-fns/addDays";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { dayAt, laterDay, tellingMoment } from "../follow-up.ts";
import type { App } from "../ports.ts";
import { openForChange } from "./access.ts";
import { type Incident, incidentName, isOpen } from "./incident.ts";
import { tell } from "./notices.ts";

/** When an ended incident's channel is put away. */
export interface Archiving {
  readonly incidentId: string;
  /** Null while somebody wants to keep it. */
  readonly archiveAt: Date | null;
  readonly noticedAt: Date | null;
  readonly keptBy: string | null;
  readonly archivedAt: Date | null;
}

export interface ArchivingRecords {
  readonly of: (incidentId: string) => Promise<Archiving | null>;
  readonly put: (archiving: Archiving) => Promise<void>;
}

/** Has the channel archived so many days from now; an earlier clock finds itself stale. */
export async function armArchiving(app: App, incident: Incident): Promise<void> {
  const settings = app.config.followUp;
  if (settings.archiveAfterDays === null) return;
  const archiveAt = tellingMoment(laterDay(dayAt(app.now, settings), settings.archiveAfterDays), settings);
  await app.archiving.put({ incidentId: incident.id, archiveAt, noticedAt: null, keptBy: null, archivedAt: null });
  await armed(app, incident.id, archiveAt, addDays(archiveAt, -1));
}

function armed(app: App, incidentId: string, archiveAt: Date, after: Date): Promise<void> {
  return app.jobs.add("archive-channel", { incidentId, at: archiveAt.toISOString() }, { key: incidentId, after });
}

/** Tells the channel a day before, archives it when the time has come; nothing once it is kept, reopened or archived. */
export async function archiveWhenDue(app: App, incidentId: string, at: string): Promise<void> {
  const incident = await app.incidents.lock(incidentId);
  const archiving = await app.archiving.of(incidentId);
  const archiveAt = archiving?.archiveAt;
  if (!incident || isOpen(incident) || !archiveAt || archiveAt.toISOString() !== at || archiving.archivedAt) return;
  if (app.now < archiveAt) {
    await app.archiving.put({ ...archiving, noticedAt: app.now });
    await app.outbox.add({
      kind: "message",
      view: "incident.archive-notice",
      subject: incident.id,
      place: { incident: incident.id },
      once: `archive-notice:${incident.id}:${at}`,
    });
    return armed(app, incident.id, archiveAt, archiveAt);
  }
  await app.archiving.put({ ...archiving, archivedAt: app.now });
  await app.outbox.add({ kind: "archive", incident: incident.id });
  await app.audit.add({ actor: "tocsin", action: "incident.archived", subject: incidentName(incident), details: {} });
}

/** Keeps the channel until somebody archives it by hand. */
export async function keepChannel(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const archiving = await app.archiving.of(incidentId);
  if (!archiving || archiving.keptBy) throw new Refusal("already_done", "This channel is kept already.");
  if (archiving.archivedAt) throw new Refusal("not_possible", "This channel is archived.", "Unarchive it in Slack.");
  await app.archiving.put({ ...archiving, archiveAt: null, keptBy: caller.userId });
  const text = "Keeps this channel; it is not archived by itself";
  const entry = await app.timeline.add({
    incidentId,
    at: app.now,
    kind: "system",
    actorId: caller.userId,
    text,
  });
  await tell(app, incident, entry);
  await app.audit.add({
    actor: caller.userId,
    action: "incident.channel-kept",
    subject: incidentName(incident),
    details: {},
  });
  return incident;
}

/** Somebody archived or unarchived the channel by hand: it is no longer ours to put away, or not again. */
export async function archivedByHand(app: App, incidentId: string, archived: boolean): Promise<void> {
  const archiving = await app.archiving.of(incidentId);
  if (!archiving) return;
  await app.archiving.put({
    ...archiving,
    archivedAt: archived ? app.now : null,
    archiveAt: archived ? archiving.archiveAt : null,
  });
}
