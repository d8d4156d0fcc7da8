import { addMinutes } from "date-fns/addMinutes";
import type { Configuration } from "../configuration.ts";
import type { App } from "../ports.ts";
import { inWords } from "../postmortem/durations.ts";
import { addBusinessMinutes } from "../time/business-hours.ts";
import { callsNobody, type Incident, incidentName, isOpen } from "./incident.ts";
import { redraw } from "./notices.ts";
import { severityOf } from "./severity.ts";

export const clockNames = ["acknowledge", "mitigate", "resolve"] as const;
export type ClockName = (typeof clockNames)[number];

/** A clock of an incident that still runs, or ran out without being stopped. */
export interface Clock {
  readonly name: ClockName;
  readonly dueAt: Date;
  /** What the severity allows. */
  readonly minutes: number;
  readonly inBusinessHours: boolean;
}

/** Which clocks ran out, each once. */
export interface ClockRecords {
  /** False where that was recorded before. */
  readonly ranOut: (incidentId: string, clock: ClockName, dueAt: Date) => Promise<boolean>;
}

/**
 * The clocks of the incident's severity that nothing has stopped yet, counted from its declaration, and anew from a
 * change of severity or from when it was taken up again. Drills and what is told after the fact have none.
 */
export function clocksOf(
  config: Pick<Configuration, "severities" | "businessHours">,
  incident: Incident,
): readonly Clock[] {
  if (!isOpen(incident) || callsNobody(incident)) return [];
  const severity = severityOf(config, incident.severity);
  const from = clocksStart(incident);
  const { acknowledgedAt, mitigatedAt } = incident.times;
  const running = [
    ["acknowledge", acknowledgedAt ? null : severity.respondMinutes],
    ["mitigate", mitigatedAt ? null : severity.mitigateMinutes],
    ["resolve", severity.resolveMinutes],
  ] as const;
  return running.flatMap(([name, minutes]) => {
    if (minutes === null) return [];
    const inBusinessHours = name === "acknowledge" && severity.respondIn === "business_hours";
    const dueAt = inBusinessHours ? addBusinessMinutes(from, minutes, config.businessHours) : addMinutes(from, minutes);
    return [{ name, dueAt, minutes, inBusinessHours }];
  });
}

/** What its clocks are counted from. */
export function clocksStart(incident: Incident): Date {
  return incident.clocksFrom ?? incident.times.declaredAt;
}

/** Whether a change starts the clocks anew: another severity, taken up again, or harm that was over and is not. */
export function startsClocks(before: Incident, after: Pick<Incident, "severity" | "phase" | "times">): boolean {
  if (!isOpen(after)) return false;
  if (before.severity !== after.severity || !isOpen(before)) return true;
  return before.times.mitigatedAt !== null && after.times.mitigatedAt === null;
}

/** Sets a job for each clock that runs; one that is stopped or set anew meanwhile finds itself stale. */
export async function armClocks(app: App, incident: Incident): Promise<void> {
  for (const clock of clocksOf(app.config, incident)) await arm(app, incident, clock);
}

/** Says once in the incident's channel that a clock ran out, unless it was stopped or set anew. */
export async function clockRanOut(app: App, incidentId: string, name: ClockName, due: string): Promise<void> {
  const incident = await app.incidents.byId(incidentId);
  const clock = incident && clocksOf(app.config, incident).find((one) => one.name === name);
  if (!incident || !clock) return;
  // Set anew, or the configuration allows another time now.
  if (clock.dueAt.toISOString() !== due) return arm(app, incident, clock);
  if (!(await app.clocks.ranOut(incident.id, name, clock.dueAt))) return;
  await app.timeline.add({
    incidentId: incident.id,
    at: clock.dueAt,
    kind: "system",
    actorId: null,
    text: `Not ${said[name]} in time: ${incident.severity} allows ${minutesInWords(clock)}`,
  });
  await app.audit.add({
    actor: "tocsin",
    action: "incident.clock-ran-out",
    subject: incidentName(incident),
    details: { clock: name, severity: incident.severity, due },
  });
  await app.outbox.add({
    kind: "message",
    view: "incident.clock-ran-out",
    subject: `${incident.id}:${name}:${due}`,
    place: { incident: incident.id },
    once: `clock:${incident.id}:${name}:${due}`,
  });
  await redraw(app, incident);
}

const said = { acknowledge: "acknowledged", mitigate: "mitigated", resolve: "resolved" } as const;

function minutesInWords({ minutes, inBusinessHours }: Clock): string {
  return `${inWords(minutes)}${inBusinessHours ? " of working time" : ""}`;
}

function arm(app: App, incident: Incident, { name, dueAt }: Clock): Promise<void> {
  const due = dueAt.toISOString();
  return app.jobs.add(
    "clock-ran-out",
    { incidentId: incident.id, clock: name, due },
    { key: `${incident.id}:${name}:${due}`, after: dueAt },
  );
}
