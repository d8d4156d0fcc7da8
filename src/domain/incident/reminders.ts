import { addMinutes } from "date-fns/addMinutes";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { openForReading } from "./access.ts";
import { type Incident, isOpen } from "./incident.ts";
import { commanderOf } from "./roles.ts";
import { severityOf } from "./severity.ts";

/** After this many reminders for one update nobody is asked again; the card still shows it as overdue. */
const mostReminders = 3;

/** Sets the clock for the update that was promised; an earlier clock finds itself stale when it fires. */
export async function armUpdateReminder(app: App, incident: Incident): Promise<void> {
  if (!incident.nextUpdateAt) return;
  const since = incident.nextUpdateAt.toISOString();
  await app.jobs.add(
    "remind-update",
    { incidentId: incident.id, since },
    { key: `${incident.id}:${since}:0`, after: incident.nextUpdateAt },
  );
}

/** When an update is promised next, counted from now. */
export function nextUpdate(app: App, severity: string, minutes: number | null = null): Date | null {
  const interval = minutes ?? severityOf(app.config, severity).updateMinutes;
  return interval === null ? null : addMinutes(app.now, interval);
}

/** Asks the channel for the update promised for `since`, unless it came, was promised anew, or is no longer needed. */
export async function remindOfUpdate(app: App, incidentId: string, since: string): Promise<void> {
  const incident = await app.incidents.byId(incidentId);
  if (!incident || !isOpen(incident) || incident.nextUpdateAt?.toISOString() !== since) return;
  const every = severityOf(app.config, incident.severity).updateMinutes ?? 30;
  // Counted from the clock, not from how often the job was handed over: a repeat finds the same number.
  const round = Math.floor((app.now.getTime() - incident.nextUpdateAt.getTime()) / (every * 60_000));
  if (round < 0 || round >= mostReminders) return;
  // A card, so that it can say in place what became of it.
  const subject = `${incident.id}:${round}:${since}`;
  await app.outbox.add({ kind: "card", view: "incident.update-due", subject, place: { incident: incident.id } });
  await app.outbox.add(
    { kind: "card", view: "incident.card", subject: incident.id, place: { incident: incident.id }, pin: true },
    "cosmetic",
  );
  await app.jobs.add(
    "remind-update",
    { incidentId, since },
    { key: `${incidentId}:${since}:${round + 1}`, after: addMinutes(incident.nextUpdateAt, every * (round + 1)) },
  );
}

/** The update that was asked for came or was put off: what asked for it says so where it stands. */
export async function redrawReminders(app: App, before: Incident): Promise<void> {
  const since = before.nextUpdateAt?.toISOString();
  if (since === undefined || before.nextUpdateAt === null || before.nextUpdateAt > app.now) return;
  for (let round = 0; round < mostReminders; round += 1) {
    const subject = `${before.id}:${round}:${since}`;
    if (!(await app.outbox.posted("incident.update-due", subject))) continue;
    const place = { incident: before.id };
    await app.outbox.add({ kind: "card", view: "incident.update-due", subject, place }, "cosmetic");
  }
}

/** Asks the channel who leads while nobody does: again and again in the configured interval, so many times at most. */
export async function remindOfLead(app: App, incidentId: string, round = 0, snoozed = ""): Promise<void> {
  const { atMost, everyMinutes } = app.config.leadReminders;
  const incident = await app.incidents.byId(incidentId);
  if (!incident || !isOpen(incident) || commanderOf(incident) || (round >= atMost && snoozed === "")) return;
  await app.outbox.add({
    kind: "message",
    view: "incident.no-lead",
    subject: `${incident.id}:${round}`,
    place: { incident: incident.id },
    once: round === 0 ? `no-lead:${incident.id}` : `no-lead:${incident.id}:${round}${snoozed}`,
  });
  if (round + 1 < atMost) await armLeadReminder(app, incident.id, round + 1, everyMinutes);
}

/** Asks who leads no sooner than in so many minutes; said once more at least. */
export async function snoozeLead(app: App, caller: Caller, incidentId: string, minutes: number): Promise<void> {
  const incident = await openForReading(app, caller, incidentId);
  const round = Math.max(1, app.config.leadReminders.atMost - 1);
  const snoozed = `:${app.now.toISOString()}`;
  const after = addMinutes(app.now, minutes);
  await app.jobs.add("remind-lead", { incidentId: incident.id, round, snoozed }, { key: incident.id, after });
}

function armLeadReminder(app: App, incidentId: string, round: number, minutes: number): Promise<void> {
  return app.jobs.add("remind-lead", { incidentId, round }, { key: incidentId, after: addMinutes(app.now, minutes) });
}
