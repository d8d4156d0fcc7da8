import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { Configuration } from "../configuration.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import { severityOf } from "../incident/severity.ts";
import type { Inquiry } from "../inquiry/inquiry.ts";
import { isIsolation, type Lease } from "../operation/lease.ts";
import type { App } from "../ports.ts";
import { evidenceOf } from "./evidence.ts";
import { usualSecurity } from "./settings.ts";

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
  step("remediate", "backup", "Restore from a backup known to be clean: one from before the way in was open"),
  step("remediate", "services", "Bring isolated services back in steps, each watched before the next"),
  step("remediate", "watch", "Watch closely afterwards: health, sign-ins and changes"),
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

/** What is known of a security incident beyond its ticks. */
export interface SecurityFacts {
  /** The newest piece of each part that was gathered or is being read. */
  readonly evidence: readonly Inquiry<"evidence">[];
  /** What is isolated now, of what is affected; all of it where nobody said what is. */
  readonly isolated: readonly Lease[];
  /** How long health is watched after resolving, in minutes, and how often it is looked at, in seconds. */
  readonly watch: { readonly minutes: number; readonly everySeconds: number };
}

export async function securityFacts(app: App, incident: Incident): Promise<SecurityFacts> {
  const { affected } = incident;
  const isolated = (await app.leases.open()).filter(
    (lease) => isIsolation(lease) && (affected.length === 0 || affected.includes(lease.target.name)),
  );
  return {
    evidence: await evidenceOf(app, incident.id),
    isolated,
    watch: { minutes: watchMinutesOf(app.config, incident, true) ?? 0, everySeconds: closeLookSeconds },
  };
}

/** A security incident's services are looked at this often after resolving. */
export const closeLookSeconds = 30;

/** How long health is watched after resolving: longer for a security incident; null for not at all. */
export function watchMinutesOf(
  config: Configuration,
  { severity }: Pick<Incident, "severity">,
  isSecurity: boolean,
): number | null {
  const usual = severityOf(config, severity).watchMinutes;
  return isSecurity ? Math.max(usual ?? 0, (config.security ?? usualSecurity).watchMinutes) : usual;
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
