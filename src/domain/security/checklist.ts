import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { App } from "../ports.ts";

/** One thing a security incident asks for. */
export interface SecurityStep {
  readonly id: string;
  readonly stage: SecurityStage;
  readonly title: string;
}

export const securityStages = ["contain", "investigate", "remediate", "notify", "review"] as const;
export type SecurityStage = (typeof securityStages)[number];

/** The flow of a security incident, in order. Source: NIST SP 800-61r2, §3 (handling an incident). */
export const securitySteps: readonly SecurityStep[] = [
  step("contain", "access", "Revoke the keys, sessions and accounts that may be known"),
  step("contain", "isolate", "Isolate what is affected, and keep it as evidence"),
  step("investigate", "logs", "Gather the access logs before they are rotated away"),
  step("investigate", "changes", "List changes nobody authorised: accounts, rights, code, data"),
  step("investigate", "reach", "Say what was reached, by whom, and since when"),
  step("remediate", "cause", "Close the way in"),
  step("remediate", "secrets", "Rotate every secret that was within reach"),
  step("remediate", "recover", "Restore from a backup known to be clean, service by service, and watch closely"),
  step("notify", "inside", "Tell management, legal and data protection"),
  step("notify", "outside", "Decide who outside must be told, and by when, and tell them"),
  step("review", "access-list", "Look through who saw this incident"),
  step("review", "lessons", "Write the post-mortem, with action items"),
];

function step(stage: SecurityStage, word: string, title: string): SecurityStep {
  return { id: `${stage}-${word}`, stage, title };
}

/** A step that somebody ticked. */
export interface Tick {
  readonly step: string;
  readonly userId: string;
  readonly at: Date;
}

export interface SecurityStepRecords {
  /** Makes the incident a security incident; answers false when it is one already. */
  readonly begin: (incidentId: string) => Promise<boolean>;
  /** What is ticked, or null for an incident that is no security incident. */
  readonly ticks: (incidentId: string) => Promise<readonly Tick[] | null>;
  /** Answers whether that changed anything. */
  readonly tick: (incidentId: string, step: string, userId: string) => Promise<boolean>;
  readonly untick: (incidentId: string, step: string) => Promise<boolean>;
}

/** Where the flow stands: the first stage with something left to do; null when all is done. */
export function currentStage(ticks: readonly Pick<Tick, "step">[]): SecurityStage | null {
  const done = new Set(ticks.map((tick) => tick.step));
  return securitySteps.find(({ id }) => !done.has(id))?.stage ?? null;
}

/** Starts the security flow of a private incident: its checklist is posted and pinned in the channel. */
export async function beginSecurityFlow(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  if (!incident.isPrivate) {
    throw new Refusal(
      "not_possible",
      `${incidentName(incident)} is open to every member of the workspace; a security incident is private.`,
      "Make it private first: /incident private.",
    );
  }
  if (!(await app.securitySteps.begin(incident.id))) {
    throw new Refusal("already_done", `${incidentName(incident)} has the security checklist already.`);
  }
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "system",
    actorId: caller.userId,
    text: "Began the security checklist: contain, investigate, remediate, notify, review",
  });
  await app.audit.add({
    actor: caller.userId,
    action: "security.begun",
    subject: incidentName(incident),
    details: {},
  });
  await redrawChecklist(app, incident.id);
  return incident;
}

/** Ticks a step, or takes the tick back; who and when are on the card and on the timeline. */
export async function tickSecurityStep(
  app: App,
  caller: Caller,
  incidentId: string,
  stepId: string,
  done: boolean,
): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const known = securitySteps.find((one) => one.id === stepId);
  if (!known || (await app.securitySteps.ticks(incident.id)) === null) {
    throw new Refusal("not_found", "There is no such step.", "Look at the checklist again.");
  }
  const changed = done
    ? await app.securitySteps.tick(incident.id, known.id, caller.userId)
    : await app.securitySteps.untick(incident.id, known.id);
  // Somebody else was a moment faster, or the card is old: it is drawn anew, and that says it.
  await redrawChecklist(app, incident.id);
  if (!changed) return incident;
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "system",
    actorId: caller.userId,
    text: `${done ? "Done" : "Not done after all"} (${known.stage}): ${known.title}`,
  });
  await app.audit.add({
    actor: caller.userId,
    action: done ? "security.step-done" : "security.step-reopened",
    subject: incidentName(incident),
    details: { step: known.id },
  });
  return incident;
}

async function redrawChecklist(app: App, incidentId: string): Promise<void> {
  const place = { incident: incidentId };
  await app.outbox.add({ kind: "card", view: "incident.security", subject: incidentId, place, pin: true });
}
