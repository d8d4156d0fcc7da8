import type { Configuration } from "../configuration.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import type { Inquiry } from "../inquiry/inquiry.ts";
import { inquire, recordInquiry } from "../inquiry/inquiry.ts";
import type { Alarm } from "../platform/measures.ts";
import type { App } from "../ports.ts";
import { escapeMrkdwn, shorten } from "../text.ts";
import type { Cause, Remedy } from "./causes.ts";
import type { ReadingState } from "./health.ts";
import type { Examinable } from "./measures.ts";
import { balancerTitle } from "./status.ts";
import { subjectOf, usualEnvironment } from "./subjects.ts";
import type { Finding } from "./thresholds.ts";

/** What is wrong with a thing of the catalog. */
export interface DiagnosisQuestion {
  readonly target: { readonly name: string; readonly environment: string };
  /** Why nobody asked: the incident that affects it, as INC-12, and whether it is a drill. */
  readonly declared: { readonly incident: string; readonly drill: boolean } | null;
}

export interface DiagnosisFound {
  readonly kind: Examinable;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** What was read and has no threshold: its name and value. */
  readonly unjudged: readonly string[];
  /** Metrics of the configuration's thresholds that nothing reads. */
  readonly unread: readonly string[];
  /** Likeliest first. */
  readonly causes: readonly Cause[];
  readonly remedies: readonly Remedy[];
  readonly scalable: boolean;
}

export type Diagnosis = Inquiry<"diagnosis">;

const mostAtOnce = 5;

/**
 * Has things of the catalog examined for an incident that affects them, in its own channel, without anybody asking; five
 * at most. Nothing happens for what is told after the fact, because it is over, and where the configuration says no.
 */
export async function diagnoseAffected(app: App, incident: Incident, names: readonly string[]): Promise<void> {
  if (!app.config.operations.diagnoseIncidents || incident.times.resolvedAt !== null) return;
  for (const name of names.slice(0, mostAtOnce)) {
    const environment = usualEnvironment(app.config, name);
    if (environment === null || subjectOf(app.config, { name, environment }) === null) continue;
    await inquire(app, "diagnosis", {
      userId: incident.reporterId,
      forIncident: incident.id,
      question: {
        target: { name, environment },
        declared: { incident: incidentName(incident), drill: incident.kind === "drill" },
      },
    });
  }
}

/** What was found is shown, worst first and without secrets, and written on the timeline of the incident it belongs to. */
export async function recordDiagnosis(app: App, id: string, found: DiagnosisFound): Promise<void> {
  const diagnosis = await app.inquiries.byId("diagnosis", id);
  if (diagnosis === null) return;
  const clean: DiagnosisFound = {
    ...found,
    findings: worstFirst(found.findings).map((one) => ({
      ...one,
      title: app.redact(one.title),
      detail: app.redact(one.detail),
    })),
    causes: found.causes.map((cause) => ({ ...cause, text: app.redact(cause.text) })),
  };
  await recordInquiry(app, diagnosis, clean);
  if (diagnosis.incidentId === null) return;
  const { name, environment } = diagnosis.question.target;
  const title = subjectOf(app.config, diagnosis.question.target)?.title ?? name;
  await app.timeline.add({
    incidentId: diagnosis.incidentId,
    at: app.now,
    kind: "check",
    actorId: diagnosis.question.declared === null ? diagnosis.askedBy : null,
    text: escapeMrkdwn(shorten(`Checked ${title} in ${environment}: ${inOneLine(clean)}`, 900)),
  });
}

/** The verdict with the figures that matter: what is wrong, and what is not known. */
function inOneLine({ findings, causes }: DiagnosisFound): string {
  const wrong = findings.filter(({ state }) => state === "critical" || state === "warning").slice(0, 6);
  const what = wrong.map(({ title, state, detail }) => `${title} ${state}: ${detail.split("; ")[0]}`);
  const cause = causes[0] ? `. Likely: ${causes[0].text}` : "";
  return `${countsOf(findings)}${what.length > 0 ? `. ${what.join("; ")}` : ""}${cause}`;
}

/** How a state is told to people. */
export const stateWords: Readonly<Record<ReadingState, string>> = {
  critical: "critical",
  warning: "warning",
  unknown: "unknown",
  ok: "normal",
};
const order: readonly ReadingState[] = ["critical", "warning", "unknown", "ok"];

/** "2 critical, 1 unknown, 7 normal" */
export function countsOf(findings: readonly Pick<Finding, "state">[]): string {
  const counts = order
    .map((state) => ({ state, count: findings.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${stateWords[state]}`);
  return counts.length > 0 ? counts.join(", ") : "nothing could be read";
}

/** How the whole stands: unknown is said only where nothing is worse, and never as fine. */
export function overall(findings: readonly Pick<Finding, "state">[]): ReadingState {
  return order.find((state) => findings.some((one) => one.state === state)) ?? "unknown";
}

/** Critical, warning, unknown, normal; in the order they came where alike. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((left, right) => order.indexOf(left.state) - order.indexOf(right.state));
}

/** What a load balancer says of the targets behind it. */
export function balancerFinding({ healthy, total }: { readonly healthy: number; readonly total: number }): Finding {
  const state = total > 0 && healthy === 0 ? "critical" : healthy < total ? "warning" : total === 0 ? "unknown" : "ok";
  return { title: balancerTitle, state, detail: `${healthy} of ${total} healthy` };
}

/** CloudWatch gives every figure with all its decimals. */
function rounded(reason: string): string {
  return reason.replaceAll(/\d+\.\d{3,}/g, (figure) => String(Number(Number(figure).toPrecision(4))));
}

/** What alarms say: each that is on, each that does not know, or that none is on. */
export function alarmFindings(alarms: readonly Alarm[], all: boolean): readonly Finding[] {
  const telling = alarms
    .filter((alarm) => alarm.state !== "ok")
    .map(
      (alarm): Finding => ({
        title: `Alarm ${alarm.name}`,
        state: alarm.state === "alarm" ? "critical" : "unknown",
        detail: alarm.reason ? rounded(alarm.reason) : alarm.state === "alarm" ? "it is on" : "it has not enough data",
        alarm: true,
      }),
    );
  if (!all)
    telling.push({
      title: "Alarms",
      state: "unknown",
      detail: "there are too many alarms to read them all",
      alarm: true,
    });
  if (telling.length > 0) return telling;
  // That there is none is known: it stands beside what was judged.
  if (alarms.length === 0)
    return [{ title: "Alarms", state: "unknown", detail: "none watches its metrics", unjudged: true, alarm: true }];
  return [{ title: "Alarms", state: "ok", detail: `none of ${alarms.length} is on`, alarm: true }];
}

/** What something that is needed comes to: what is wrong with it by name, the rest in one line. */
export function dependencyFindings(title: string, findings: readonly Finding[], optional: boolean): readonly Finding[] {
  const wrong = findings.filter(({ state }) => state === "critical" || state === "warning");
  const unknown = findings.filter(({ state }) => state === "unknown");
  const fine = findings.length - wrong.length - unknown.length;
  const named = wrong.map(
    (one): Finding => ({
      ...one,
      title: one.title.startsWith(`${title}, `) ? one.title : `${title}: ${one.title}`,
      ...(optional ? { state: "warning" as const, detail: `${one.detail}. It works without, and only degrades` } : {}),
    }),
  );
  if (unknown.length > 0) {
    const names = unknown.map((one) => one.title).join(", ");
    const detail = `${fine > 0 ? `${fine} normal; ` : ""}not known: ${names}`;
    const untold = unknown.find((one) => one.untold)?.untold;
    return [...named, { title: `${title}, which it needs`, state: "unknown", detail, ...(untold ? { untold } : {}) }];
  }
  if (findings.length === 0)
    return [{ title: `${title}, which it needs`, state: "unknown", detail: "nothing reads it" }];
  const detail = wrong.length > 0 ? `the other ${fine} normal` : `${fine} normal`;
  return fine > 0 ? [...named, { title: `${title}, which it needs`, state: "ok", detail }] : named;
}

/** The links of a thing of the catalog; a data store has none. */
export function linksOf(config: Configuration, name: string) {
  return config.services.find((service) => service.name === name)?.links ?? [];
}
