import type { Placement, Service } from "../configuration.ts";
import type { Place } from "../intent.ts";
import { type Asked, placeFor } from "../operation/place.ts";
import type { Alarm } from "../platform/measures.ts";
import type { ServiceState } from "../platform.ts";
import type { App } from "../ports.ts";
import type { ReadingState } from "./health.ts";
import type { Finding } from "./thresholds.ts";

/** One ask for what is wrong with a service. It is read in the background; the message shows what was found. */
export interface Diagnosis {
  readonly id: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly place: Place;
  readonly service: { readonly name: string; readonly environment: string };
  readonly found: Found | null;
}

export interface Found {
  readonly at: Date;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Metrics of the configuration's thresholds that nothing reads. */
  readonly unread: readonly string[];
  /** What probably made it so, in a sentence; null where nothing points to a cause. */
  readonly cause: string | null;
  readonly scalable: boolean;
}

export interface DiagnosisRecords {
  readonly insert: (diagnosis: Diagnosis) => Promise<void>;
  readonly byId: (id: string) => Promise<Diagnosis | null>;
  readonly found: (id: string, found: Found) => Promise<void>;
}

const card = (diagnosis: Diagnosis) => ({
  kind: "card" as const,
  view: "ops.diagnosis",
  subject: diagnosis.id,
  place: diagnosis.place,
});

/** Records that somebody wants to know what is wrong with a service, and has it looked at in the background. */
export async function requestDiagnosis(
  app: App,
  ask: { readonly userId: string; readonly asked: Asked; readonly service: Diagnosis["service"] },
): Promise<Diagnosis> {
  const { name, environment } = ask.service;
  const diagnosis: Diagnosis = {
    id: app.newId(),
    askedBy: ask.userId,
    askedAt: app.now,
    place: placeFor(app, ask.asked, ask.userId),
    service: { name, environment },
    found: null,
  };
  await app.diagnoses.insert(diagnosis);
  await app.outbox.add(card(diagnosis), "answer");
  await app.jobs.add("diagnose", { diagnosisId: diagnosis.id }, { key: diagnosis.id });
  return diagnosis;
}

/** Looks again at the same; the message is edited. */
export async function repeatDiagnosis(app: App, id: string): Promise<Diagnosis | null> {
  const diagnosis = await app.diagnoses.byId(id);
  if (diagnosis !== null) await app.jobs.add("diagnose", { diagnosisId: id }, { key: id });
  return diagnosis;
}

/** What was found is shown, worst first and without secrets: a card, so that a later look edits it. */
export async function recordDiagnosis(app: App, id: string, found: Omit<Found, "at">): Promise<void> {
  const diagnosis = await app.diagnoses.byId(id);
  if (diagnosis === null) return;
  const findings = worstFirst(found.findings).map(({ title, state, detail }) => ({
    title: app.redact(title),
    state,
    detail: app.redact(detail),
  }));
  const cause = found.cause === null ? null : app.redact(found.cause);
  await app.diagnoses.found(id, { ...found, at: app.now, findings, cause });
  await app.outbox.add(card(diagnosis), "answer");
}

/** A service of the configuration and where it runs in one environment; null when it is no longer configured. */
export function diagnosed(
  config: App["config"],
  { name, environment }: Diagnosis["service"],
): { readonly service: Service; readonly placement: Placement } | null {
  const service = config.services.find((one) => one.name === name);
  const placement = service?.runs.find((one) => one.environment === environment);
  return service && placement ? { service, placement } : null;
}

const order: readonly ReadingState[] = ["critical", "warning", "unknown", "ok"];

/** Critical, warning, unknown, normal; in the order they came where alike. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((left, right) => order.indexOf(left.state) - order.indexOf(right.state));
}

/** What a load balancer says of the targets behind it. */
export function balancerFinding({ healthy, total }: { readonly healthy: number; readonly total: number }): Finding {
  const state = total > 0 && healthy === 0 ? "critical" : healthy < total ? "warning" : total === 0 ? "unknown" : "ok";
  return { title: "Load balancer", state, detail: `${healthy} of ${total} healthy` };
}

/** What the alarms of a service say: each that is on, each that does not know, or that none is on. */
export function alarmFindings(alarms: readonly Alarm[], all: boolean): readonly Finding[] {
  const telling = alarms
    .filter((alarm) => alarm.state !== "ok")
    .map(
      (alarm): Finding => ({
        title: `Alarm ${alarm.name}`,
        state: alarm.state === "alarm" ? "critical" : "unknown",
        detail: alarm.state === "alarm" ? (alarm.reason ?? "it is on") : "it has not enough data",
      }),
    );
  if (!all) telling.push({ title: "Alarms", state: "unknown", detail: "there are too many alarms to read them all" });
  if (telling.length > 0) return telling;
  if (alarms.length === 0) return [{ title: "Alarms", state: "unknown", detail: "no alarm watches its own metrics" }];
  return [{ title: "Alarms", state: "ok", detail: `none of ${alarms.length} is on` }];
}

const hour = 60 * 60_000;

/** A deployment of the last hour is the likely cause of what is wrong; one that failed before one that did not. */
export function likelyCause(
  findings: readonly Finding[],
  deployments: ServiceState["deployments"],
  now: Date,
): string | null {
  if (!findings.some(({ state }) => state === "critical" || state === "warning")) return null;
  const recent = deployments
    .filter(({ since }) => now.getTime() - since.getTime() <= hour)
    .toSorted((left, right) => right.since.getTime() - left.since.getTime());
  const suspect = recent.find(({ state }) => state === "failed") ?? recent[0];
  if (!suspect) return null;
  const minutes = Math.max(0, Math.round((now.getTime() - suspect.since.getTime()) / 60_000));
  const begun = minutes === 0 ? "begun just now" : `begun ${minutes} ${minutes === 1 ? "minute" : "minutes"} ago`;
  const state = { failed: "failed", "in-progress": "still in progress", completed: "completed" }[suspect.state];
  return `The deployment of ${suspect.version}, ${begun}, ${state}${suspect.reason ? `: ${suspect.reason}` : ""}`;
}
