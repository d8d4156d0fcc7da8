import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { reconcileIncident } from "../capture/reconcile.ts";
import { releaseForIncident } from "../guard/holding.ts";
import { armUnresolvedPages, pageForSeverity } from "../oncall/begin-page.ts";
import { settlePages } from "../oncall/paging.ts";
import type { App } from "../ports.ts";
import { redrawPostmortem } from "../postmortem/checklist.ts";
import { openPostmortem } from "../postmortem/write.ts";
import { publicStatus } from "../status-page/publish.ts";
import { cleanText, quoteTyped } from "../text.ts";
import { openForChange, requireOpen } from "./access.ts";
import { armArchiving } from "./archiving.ts";
import { type Change, recordChange } from "./change.ts";
import { armClocks, startsClocks } from "./clocks.ts";
import { requireFilled } from "./closing.ts";
import { callsNobody, type Incident, incidentName, isOpen } from "./incident.ts";
import { currentStep, moveTo, type Step } from "./phases.ts";
import { armUpdateReminder, nextUpdate, redrawReminders } from "./reminders.ts";
import { requireSeverity, severityRank } from "./severity.ts";
import { recordSkip, requireReason, startWatch, stopWatch } from "./watch.ts";

export interface Update {
  readonly severity?: string | null;
  readonly step?: Step | null;
  readonly message?: string | null;
  /** Minutes until the next update is promised; the severity's own interval where it is not said. */
  readonly nextMinutes?: number | null;
  /** When resolving: why health is not watched afterwards. */
  readonly skipWatch?: string | null;
}

/**
 * Records a status update: any of a new severity, a new status and a message, as one line of the timeline and one
 * message in the channel. Resolving and reopening are updates too.
 */
export async function postUpdate(app: App, caller: Caller, incidentId: string, update: Update): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const message = cleanText(update.message ?? "");
  const severity = update.severity ? requireSeverity(app.config, update.severity).name : incident.severity;
  const severityChanges = severity !== incident.severity;
  const move = update.step && update.step.name !== currentStep(incident).name ? update.step : null;
  if (!severityChanges && !move && message === "") throw nothingSaid(incident, update);
  if (!move) requireOpen(incident, "update");
  const skip = update.skipWatch === undefined || update.skipWatch === null ? null : requireReason(update.skipWatch);
  const after = move
    ? moveTo(app.config.phases, incident, move, app.now)
    : { phase: incident.phase, times: incident.times };
  const anew = startsClocks(incident, { severity, ...after });
  if (move?.milestone === "closed") await requireFilled(app, { ...incident, severity });
  const changed = await recordChange(app, incident, caller.userId, {
    changes: {
      severity,
      ...after,
      ...(anew ? { clocksFrom: app.now } : {}),
      ...(message ? { lastUpdate: message } : {}),
      nextUpdateAt: isOpen(after) ? nextUpdate(app, severity, update.nextMinutes) : null,
    },
    entry: { kind: kindOf(message, move), text: sentence(app, incident, severity, move, message) },
    audit: {
      action: actionOf(incident, move, severityChanges),
      details: {
        severity: { from: incident.severity, to: severity },
        status: { from: currentStep(incident).name, to: move?.name ?? currentStep(incident).name },
        message: message || null,
      },
    },
    tell: "everyone",
  });
  await redrawReminders(app, incident);
  if (isOpen(changed)) await armUpdateReminder(app, changed);
  if (anew) {
    await armClocks(app, changed);
    await armUnresolvedPages(app, changed);
  }
  if (severityChanges) await inviteForSeverity(app, incident, changed);
  if (move?.milestone === "resolved") {
    await openPostmortem(app, changed, caller.userId);
    if (skip !== null) await recordSkip(app, caller, changed, skip);
    else await startWatch(app, changed);
    await reconcileIncident(app, changed, "resolve");
    await armArchiving(app, changed);
    await releaseForIncident(app, changed.id, caller.userId);
  }
  await settlePages(app, changed);
  if (move && incident.phase === "resolved")
    await stopWatch(app, incident.id, `It was ${move.milestone === "closed" ? "closed" : "reopened"}`);
  if (isOpen(changed) && !isOpen(incident)) await redrawPostmortem(app, incident.id);
  await remindOfStatusPage(app, changed);
  return changed;
}

/** Puts the promised update off; on the card and the timeline, without a message. */
export async function snoozeUpdate(app: App, caller: Caller, incidentId: string, minutes: number): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  requireOpen(incident, "update");
  const changed = await recordChange(app, incident, caller.userId, {
    changes: { nextUpdateAt: nextUpdate(app, incident.severity, minutes) },
    entry: { kind: "system", text: `Put the next update off by ${minutes} minutes` },
    audit: { action: "incident.update-snoozed", details: { minutes } },
    tell: false,
  });
  await redrawReminders(app, incident);
  await armUpdateReminder(app, changed);
  return changed;
}

/** What was published may be behind now; the view says nothing where it is not. */
async function remindOfStatusPage(app: App, incident: Incident): Promise<void> {
  const shown = await app.publicPage.ofIncident(incident.id);
  if (!shown || shown.updates[0]?.status === publicStatus(incident)) return;
  await app.outbox.add({
    kind: "message",
    view: "incident.publish-due",
    subject: incident.id,
    place: { incident: incident.id },
    once: `publish-due:${incident.id}:${incident.version}`,
  });
}

function kindOf(message: string, move: Step | null): Change["entry"]["kind"] {
  if (move) return "phase";
  return message ? "update" : "severity";
}

function actionOf(incident: Incident, move: Step | null, severityChanges: boolean): string {
  if (move?.milestone === "resolved") return "incident.resolved";
  if (move?.milestone === "closed") return "incident.closed";
  if (move && !isOpen(incident)) return "incident.reopened";
  if (move) return "incident.status-changed";
  return severityChanges ? "incident.severity-changed" : "incident.updated";
}

function sentence(app: App, incident: Incident, severity: string, move: Step | null, message: string): string {
  const parts: string[] = [];
  if (severity !== incident.severity) {
    const raised = severityRank(app.config, severity) < severityRank(app.config, incident.severity);
    parts.push(`Severity ${raised ? "raised" : "lowered"} from ${incident.severity} to ${severity}`);
  }
  if (move) parts.push(movement(incident, move));
  const facts = parts.join(". ");
  if (!message) return facts;
  return facts ? `${facts}: ${quoteTyped(message)}` : quoteTyped(message);
}

function movement(incident: Incident, move: Step): string {
  if (!isOpen(incident) && move.milestone !== "closed") return "Reopened";
  if (["acknowledged", "resolved", "closed"].includes(move.milestone)) return move.title;
  return `Status is now ${move.title.toLowerCase()}`;
}

async function inviteForSeverity(app: App, before: Incident, after: Incident): Promise<void> {
  const raised = severityRank(app.config, after.severity) < severityRank(app.config, before.severity);
  const called = requireSeverity(app.config, after.severity).invite;
  if (raised) await pageForSeverity(app, after);
  if (!raised || after.isPrivate || callsNobody(after) || called.length === 0) return;
  await app.outbox.add({ kind: "invite", incident: after.id, userIds: called });
}

function nothingSaid(incident: Incident, update: Update): Refusal {
  const name = incidentName(incident);
  if (update.step) {
    return new Refusal(
      "already_done",
      `${name} is ${currentStep(incident).title.toLowerCase()} already.`,
      null,
      "status",
    );
  }
  if (update.severity) {
    return new Refusal("already_done", `${name} is ${incident.severity} already.`, null, "severity");
  }
  return new Refusal(
    "missing_argument",
    "There is nothing to tell yet.",
    "Say what changed, or pick a status or severity.",
    "message",
  );
}
