import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { healthChecks, type Reading, worst } from "../health/health.ts";
import { armUnresolvedPages } from "../oncall/begin-page.ts";
import type { App } from "../ports.ts";
import { redrawPostmortem } from "../postmortem/checklist.ts";
import { closeLookSeconds, watchMinutesOf } from "../security/checklist.ts";
import { cleanText, escapeMrkdwn, quoteTyped, shorten } from "../text.ts";
import { openForChange } from "./access.ts";
import { recordChange } from "./change.ts";
import { armClocks } from "./clocks.ts";
import { type Incident, incidentName } from "./incident.ts";
import { redraw, tell } from "./notices.ts";
import { moveTo, stepOf } from "./phases.ts";
import { armUpdateReminder, nextUpdate } from "./reminders.ts";
import { answersFor } from "./roles.ts";
import type { Watch } from "./watch-records.ts";

const lookEverySeconds = 60;
/** A red look is made sure of by another before it reopens anything. */
const confirmAfterSeconds = 15;

/**
 * Begins the watch over a resolved incident's health, as long as its severity says, longer and closer
 * for a security incident. Where nothing that is affected
 * has a check, that is written on the timeline instead of letting silence look like health.
 */
export async function startWatch(app: App, incident: Incident): Promise<void> {
  const isSecurity = (await app.securitySteps.ticks(incident.id)) !== null;
  const minutes = watchMinutesOf(app.config, incident, isSecurity);
  if (minutes === null || incident.isSilent) return;
  const checks = healthChecks(app.config, incident.affected);
  if (checks.length === 0) {
    await note(app, incident, null, `Health is not watched: ${nothingToWatch(incident)}`);
    return;
  }
  const watch: Watch = {
    id: app.newId(),
    incidentId: incident.id,
    startedAt: app.now,
    untilAt: addMinutes(app.now, minutes),
    endedAt: null,
    state: "running",
    reason: null,
    looks: 0,
    unknownLooks: 0,
    lookedAt: null,
    readings: [],
  };
  await app.watches.insert(watch);
  await show(app, watch);
  await app.jobs.add("watch-health", { watchId: watch.id, look: 1 }, { key: `${watch.id}:1`, after: app.now });
}

function nothingToWatch(incident: Incident): string {
  return incident.affected.length === 0
    ? "nobody said what was affected"
    : "nothing of what was affected has a health check";
}

/** Ends a running watch that has lost its sense, because people took the incident up again or put it away. */
export async function stopWatch(app: App, incidentId: string, reason: string): Promise<void> {
  const running = await runningWatch(app, incidentId);
  if (running) await end(app, running, "stopped", reason);
}

/** Ends a running watch before its time, with a reason that everybody reads. */
export async function skipWatch(app: App, caller: Caller, incidentId: string, reason: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const running = await runningWatch(app, incidentId);
  if (!running) {
    throw new Refusal("not_possible", `The health of ${incidentName(incident)} is not being watched.`, null, "reason");
  }
  const why = requireReason(reason);
  await end(app, running, "skipped", why);
  await recordSkip(app, caller, incident, why);
  return incident;
}

/** Records that the watch is left out, and why. */
export async function recordSkip(app: App, caller: Caller, incident: Incident, reason: string): Promise<void> {
  const entry = await note(app, incident, caller.userId, `Skipped the watch over its health: ${quoteTyped(reason)}`);
  await app.audit.add({
    actor: caller.userId,
    action: "incident.watch-skipped",
    subject: incidentName(incident),
    details: { reason },
  });
  await tell(app, incident, entry);
}

/** The reason somebody gave for skipping the watch; refused where there is none. */
export function requireReason(reason: string): string {
  const why = cleanText(reason);
  if (why !== "") return why;
  throw new Refusal(
    "needs_reason",
    "Skipping the watch takes a reason.",
    "Say it: /incident resolve --now false alarm.",
    "reason",
  );
}

async function runningWatch(app: App, incidentId: string): Promise<Watch | null> {
  const latest = await app.watches.latest(incidentId);
  if (latest?.state !== "running") return null;
  const locked = await app.watches.lock(latest.id);
  return locked?.state === "running" ? locked : null;
}

/**
 * Takes one look's readings. Red twice in a row reopens the incident with the evidence; what cannot be looked at is
 * unknown and reopens nothing; the end of the watch is said. A look that was taken already changes nothing.
 */
export async function recordHealth(
  app: App,
  watchId: string,
  look: number,
  readings: readonly Reading[],
): Promise<void> {
  const found = await app.watches.byId(watchId);
  const incident = found && (await app.incidents.lock(found.incidentId));
  const watch = found && (await app.watches.lock(watchId));
  if (!incident || watch?.state !== "running" || watch.looks >= look) return;
  if (incident.phase !== "resolved") return end(app, watch, "stopped", "the incident is no longer resolved");
  const unknown = readings.length === 0 || readings.some((reading) => reading.state === "unknown");
  const looked = await app.watches.update(watch, {
    looks: look,
    unknownLooks: watch.unknownLooks + (unknown ? 1 : 0),
    lookedAt: app.now,
    readings,
  });
  const red = readings.filter((reading) => reading.state === "critical");
  const confirmed = red.filter((reading) =>
    watch.readings.some((before) => before.checkId === reading.checkId && before.state === "critical"),
  );
  if (confirmed.length > 0) return reopen(app, incident, looked, confirmed);
  if (app.now >= watch.untilAt && red.length === 0) return finish(app, incident, looked);
  if (statesOf(watch.readings) !== statesOf(readings)) await show(app, looked);
  const isSecurity = (await app.securitySteps.ticks(incident.id)) !== null;
  const every = isSecurity ? closeLookSeconds : lookEverySeconds;
  const next = addSeconds(app.now, red.length > 0 ? confirmAfterSeconds : every);
  const after = red.length > 0 || next < watch.untilAt ? next : watch.untilAt;
  await app.jobs.add("watch-health", { watchId, look: look + 1 }, { key: `${watchId}:${look + 1}`, after });
}

function statesOf(readings: readonly Reading[]): string {
  return readings.map((reading) => `${reading.checkId}=${reading.state}`).join(" ");
}

async function reopen(app: App, incident: Incident, watch: Watch, red: readonly Reading[]): Promise<void> {
  const evidence = red.map((reading) => `${reading.title} ${reading.detail}`).join("; ");
  const leads = answersFor(app, incident);
  await end(app, watch, "red", evidence);
  const changed = await recordChange(app, incident, null, {
    changes: {
      ...moveTo(app.config.phases, incident, stepOf(app.config.phases, "investigating"), app.now),
      nextUpdateAt: nextUpdate(app, incident.severity),
      clocksFrom: app.now,
    },
    entry: {
      kind: "phase",
      text: `Reopened, because its health went red: ${escapeMrkdwn(shorten(evidence, 1500))}. ${leads === null ? "Please look." : `<@${leads}>, please look.`}`,
    },
    audit: {
      action: "incident.reopened",
      details: {
        because: "health",
        readings: red.map(({ checkId, state, detail, at }) => ({ checkId, state, detail, at: at.toISOString() })),
      },
    },
    tell: true,
  });
  await armUpdateReminder(app, changed);
  await armClocks(app, changed);
  await armUnresolvedPages(app, changed);
  await redrawPostmortem(app, incident.id);
}

async function finish(app: App, incident: Incident, watch: Watch): Promise<void> {
  const minutes = Math.round((watch.untilAt.getTime() - watch.startedAt.getTime()) / 60_000);
  if (watch.unknownLooks === watch.looks) {
    const why = escapeMrkdwn(unknownBecause(watch.readings));
    const rest = watch.readings.some((reading) => reading.state !== "unknown")
      ? "What could be looked at was not red"
      : "Nothing could be looked at";
    await end(app, watch, "unknown", unknownBecause(watch.readings));
    await say(app, incident, `Whether it stayed healthy for ${minutes} minutes is not known. ${rest}. ${why}`);
    return;
  }
  const gaps =
    watch.unknownLooks > 0 ? `; ${watch.unknownLooks} of ${watch.looks} looks could not be made in full` : "";
  const now = worst(watch.readings) === "warning" ? "No check was red" : "Healthy";
  await end(app, watch, "passed", null);
  await say(app, incident, `${now} for ${minutes} minutes after resolving, in ${watch.looks} looks${gaps}.`);
}

function unknownBecause(readings: readonly Reading[]): string {
  const why = readings
    .filter((reading) => reading.state === "unknown")
    .map(({ title, detail }) => `${title}: ${detail}`);
  return why.length > 0 ? why.join("; ") : "Nothing that is affected can be looked at from here.";
}

async function say(app: App, incident: Incident, text: string): Promise<void> {
  await tell(app, incident, await note(app, incident, null, text));
}

function note(app: App, incident: Incident, actorId: string | null, text: string) {
  return app.timeline.add({ incidentId: incident.id, at: app.now, kind: "system", actorId, text });
}

async function end(app: App, watch: Watch, state: Watch["state"], reason: string | null): Promise<void> {
  const ended = await app.watches.update(watch, { state, reason, endedAt: app.now });
  await show(app, ended);
  const incident = await app.incidents.byId(watch.incidentId);
  if (incident) await redraw(app, incident);
}

async function show(app: App, watch: Watch): Promise<void> {
  await app.outbox.add(
    { kind: "card", view: "incident.watch", subject: watch.id, place: { incident: watch.incidentId } },
    "cosmetic",
  );
}
