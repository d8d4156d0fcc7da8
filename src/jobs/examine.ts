import type { Grounds } from "../domain/health/causes.ts";
import { alarmFindings, balancerFinding } from "../domain/health/diagnosis.ts";
import type { HealthCheck } from "../domain/health/health.ts";
import type { Hint } from "../domain/health/hints.ts";
import { type MeasureName, measures } from "../domain/health/measures.ts";
import { type Sample, samplesOf, withHistory } from "../domain/health/samples.ts";
import { serviceReading } from "../domain/health/service-health.ts";
import { balancerTitle, runningTitle } from "../domain/health/status.ts";
import type { Seen } from "../domain/health/store-figures.ts";
import type { Subject } from "../domain/health/subjects.ts";
import { type Figure, type Finding, judged, judgedMetric } from "../domain/health/thresholds.ts";
import { untoldBy } from "../domain/health/unseen.ts";
import type { Provider, ServiceState } from "../domain/platform.ts";
import { ProviderError } from "../errors.ts";
import { type Answer, askSource } from "./ask-source.ts";
import { readErrorLines } from "./examine-logs.ts";
import { storeReads } from "./examine-store.ts";
import type { OperationContext } from "./operation-context.ts";

type Needs = OperationContext & { readonly now: () => Date };

/** What one thing of the catalog came to: its findings, why they may be so, and what to remember for the next look. */
export interface Examination extends Grounds {
  readonly unjudged: readonly string[];
  readonly unread: readonly string[];
  readonly samples: readonly Sample[];
  /** Everything that was measured, with its history. */
  readonly figures: readonly Figure[];
  readonly scalable: boolean;
  /** What the platform says of a service, where it is one and could be seen. */
  readonly service: ServiceState | null;
  readonly balancer: { readonly healthy: number; readonly total: number } | null;
}

type Lost = { readonly measure: MeasureName; readonly why: string } & Pick<Finding, "untold">;

/** One part of an examination, read by itself. */
interface Part extends Seen {
  /** What could not be measured, and why. */
  readonly lost: readonly Lost[];
  readonly scalable?: boolean;
  readonly service?: ServiceState;
  readonly balancer?: { readonly healthy: number; readonly total: number };
}

const empty: Part = { figures: [], findings: [], hints: [], lost: [] };

/** Reads everything there is on a thing at once and holds it against its thresholds; each source has 5 s and costs only its own lines. */
export async function examine(context: Needs, subject: Subject, samples: readonly Sample[]): Promise<Examination> {
  const now = context.now();
  const parts = await Promise.all([
    ...runningParts(context, subject, now),
    ...platformParts(context, subject, now),
    ...storeParts(context, subject, now),
    ...subject.checks.filter((check) => check.source === "http").map((check) => addressPart(context, check)),
    ...ownMetricParts(context, subject, now),
    ...logParts(context, subject, now),
  ]);
  const figures = merged(parts.flatMap((part) => part.figures)).map((figure) => withHistory(figure, samples, now));
  const measuredFindings = figures.flatMap((figure) => judgements(subject, figure, now));
  const lost = parts
    .flatMap((part) => part.lost)
    .filter(({ measure }) => !figures.some((figure) => figure.measure === measure))
    .filter(({ measure }) => isAsked(subject, measure))
    .map(({ measure, why, ...rest }): Finding => {
      return { title: titleOf(subject, measure), state: "unknown", detail: why, ...rest };
    });
  const findings = [...parts.flatMap((part) => part.findings), ...measuredFindings, ...lost];
  return {
    name: subject.name,
    environment: subject.environment,
    title: subject.title,
    findings: findings.filter((one) => !one.unjudged),
    hints: parts.flatMap((part) => part.hints),
    unjudged: findings.filter((one) => one.unjudged).map((one) => `${one.title} ${one.detail.split("; ")[0]}`),
    unread: subject.thresholds.flatMap(({ threshold, measure }) =>
      measure === null ||
      figures.some((figure) => figure.measure === measure) ||
      findings.some((one) => one.measure === measure) ||
      lost.some((one) => one.title === threshold.metric)
        ? []
        : [threshold.metric],
    ),
    samples: samplesOf(figures),
    figures,
    scalable: parts.some((part) => part.scalable),
    service: parts.find((part) => part.service)?.service ?? null,
    balancer: parts.find((part) => part.balancer)?.balancer ?? null,
  };
}

type NoAnswer = Exclude<Answer<unknown>, { readonly value: unknown }>;

function unknownOf(title: string, { trouble, error }: NoAnswer): Finding {
  return { title, state: "unknown", detail: trouble, ...untoldBy(error) };
}

function lostOf(measures: readonly MeasureName[], { trouble, error }: NoAnswer): readonly Lost[] {
  return measures.map((measure) => ({ measure, why: trouble, ...untoldBy(error) }));
}

/** Against each threshold for it; without one against its usual bounds. */
function judgements(subject: Subject, figure: Figure, now: Date): readonly Finding[] {
  const mine = subject.thresholds.filter(({ measure }) => measure === figure.measure);
  if (mine.length === 0) return [judged(figure, null, now)];
  return mine.map(({ threshold }) => judged(figure, threshold, now));
}

/** What cannot be measured is told where somebody wants to know it: by a threshold, or by bounds of ours. */
function isAsked(subject: Subject, measure: MeasureName): boolean {
  return (
    measures[measure].usual !== null ||
    subject.thresholds.some((one) => one.measure === measure) ||
    measure === "cpu" ||
    measure === "memory"
  );
}

function titleOf(subject: Subject, measure: MeasureName): string {
  return subject.thresholds.find((one) => one.measure === measure)?.threshold.metric ?? measures[measure].title;
}

/** The same figure from two sources: the history of the one and the newest value and limit of the other. */
function merged(figures: readonly Figure[]): readonly Figure[] {
  const all = new Map<string, Figure>();
  for (const figure of figures) {
    const key = `${figure.measure}/${figure.of ?? ""}`;
    const known = all.get(key);
    if (!known) all.set(key, figure);
    else {
      const [kept, seen] = figure.history === "every-minute" ? [figure, known] : [known, figure];
      const { missing, ...rest } = kept.points.length > 0 ? kept : seen;
      all.set(key, {
        ...rest,
        points: [...kept.points, ...seen.points].toSorted((one, other) => one.at.getTime() - other.at.getTime()),
        limit: seen.limit ?? kept.limit,
        ...(kept.points.length + seen.points.length === 0 && missing !== undefined ? { missing } : {}),
      });
    }
  }
  return [...all.values()];
}

function runningParts(context: Needs, { kind, placement, checks }: Subject, now: Date): readonly Promise<Part>[] {
  if (kind !== "service") return [];
  const services = context.providers.find((one) => one.id === placement.provider)?.services?.read;
  if (!services) {
    const detail = `nothing here reads it on ${placement.provider}`;
    return [Promise.resolve({ ...empty, findings: [{ title: runningTitle, state: "unknown", detail }] })];
  }
  return [
    askSource(context, { source: placement.provider, of: "running" }, () => services.describe(placement)).then(
      (answer): Part => {
        if (!("value" in answer)) return { ...empty, findings: [unknownOf(runningTitle, answer)] };
        const state = answer.value;
        const check = checks.find((one) => one.source === "services");
        const hints = state.deployments.map((deployment): Hint => ({ kind: "deployment", deployment }));
        const scalable = state.notScalable === null;
        if (!check) return { ...empty, hints, scalable, service: state };
        const { state: how, detail } = serviceReading(check, state, null, now);
        return { ...empty, hints, scalable, service: state, findings: [{ title: runningTitle, state: how, detail }] };
      },
    ),
    askSource(context, { source: placement.provider, of: "load balancer" }, () => services.balancer(placement)).then(
      (answer): Part => {
        if (!("value" in answer)) return { ...empty, findings: [unknownOf(balancerTitle, answer)] };
        if (answer.value === null) return empty;
        return { ...empty, balancer: answer.value, findings: [balancerFinding(answer.value)] };
      },
    ),
  ];
}

/** What the platform measures of it, and its alarms. */
function platformParts(context: Needs, { kind, placement, alarms }: Subject, now: Date): readonly Promise<Part>[] {
  const reads = context.providers.find((one) => one.measures?.groups[placement.provider])?.measures;
  if (!reads) {
    const why = `nothing here reads it on ${placement.provider}`;
    const lost = (["cpu", "memory"] as const).map((measure) => ({ measure, why }));
    return kind === "service" ? [Promise.resolve({ ...empty, lost })] : [];
  }
  const groups = (reads.groups[placement.provider] ?? []).map(async (group): Promise<Part> => {
    const answer = await askSource(context, { source: `figures of ${placement.provider}`, of: group.measures }, () =>
      group.read(placement, now),
    );
    if ("value" in answer) return { ...empty, ...answer.value };
    return { ...empty, lost: lostOf(group.measures, answer) };
  });
  const watched = askSource(context, { source: "alarms", of: alarms }, () => reads.alarms(placement, alarms)).then(
    (answer): Part => {
      if ("value" in answer) return { ...empty, findings: alarmFindings(answer.value.alarms, answer.value.all) };
      return { ...empty, findings: [unknownOf("Alarms", answer)] };
    },
  );
  return [...groups, watched];
}

/** What looks inside a data store see; where it cannot be connected to at all, that is the finding. */
function storeParts(context: Needs, subject: Subject, now: Date): readonly Promise<Part>[] {
  return storeReads(context.providers, subject).map(async ({ measures: of, read }, index): Promise<Part> => {
    const answer = await askSource(context, { source: `${subject.environment}/${subject.name}`, of }, async () =>
      read(now),
    );
    if ("value" in answer) return { ...empty, ...answer.value };
    const lost = lostOf(of, answer);
    // Where all connections are taken, that is what is wrong, and not merely unknown.
    const isFull = answer.error instanceof ProviderError && answer.error.fault === "full";
    if (!isFull) return { ...empty, lost };
    const taken: Finding = {
      title: titleOf(subject, "connections"),
      state: "critical",
      detail: "all are taken, none is left for the bot",
      measure: "connections",
    };
    // Each look meets the same; one says it.
    if (index === 0) return { ...empty, findings: [taken] };
    return { ...empty, lost: lost.map(({ measure }) => ({ measure, why: "no connection is left to ask for it" })) };
  });
}

async function addressPart(context: Needs, check: HealthCheck): Promise<Part> {
  const source = context.providers.find((one: Provider) => one.health?.id === check.source)?.health;
  const unknown = (detail: string): Part => ({
    ...empty,
    findings: [{ title: check.title, state: "unknown", detail }],
  });
  if (!source) return unknown(`nothing here reads ${check.source}`);
  const answer = await askSource(context, { source: check.address?.url ?? check.source, of: check.id }, () =>
    source.read(check),
  );
  if (!("value" in answer)) return unknown(answer.trouble);
  return { ...empty, findings: answer.value.map(({ title, state, detail }) => ({ title, state, detail })) };
}

/** What its log says; where nobody said where that is, there is nothing to ask. */
function logParts(context: Needs, { logs }: Subject, now: Date): readonly Promise<Part>[] {
  if (logs === null) return [];
  return [
    readErrorLines(context, logs, now).then((answer): Part => {
      if ("value" in answer) return { ...empty, figures: [answer.value] };
      return { ...empty, lost: lostOf(["error-lines"], answer) };
    }),
  ];
}

/** Metrics that the configuration names one by one. */
function ownMetricParts(context: Needs, subject: Subject, now: Date): readonly Promise<Part>[] {
  return subject.thresholds.flatMap(({ threshold }) => {
    const { source, metric: title } = threshold;
    if (source === null) return [];
    const read = context.providers.find((one) => one.id === source.provider)?.metric;
    if (!read) return [];
    return [
      askSource(context, { source: source.provider, of: title }, () => read(source, now, subject.environment)).then(
        (answer): Part => {
          if ("value" in answer) return { ...empty, findings: [judgedMetric(threshold, answer.value, now)] };
          return { ...empty, findings: [unknownOf(title, answer)] };
        },
      ),
    ];
  });
}
