import { alarmFindings, balancerFinding, diagnosed, likelyCause, recordDiagnosis } from "../domain/health/diagnosis.ts";
import { type HealthCheck, healthChecks, type Reading } from "../domain/health/health.ts";
import { serviceReading } from "../domain/health/service-health.ts";
import { type Finding, measured, measureOf, measures } from "../domain/health/thresholds.ts";
import { providerTroubleInWords } from "../domain/operation/trouble.ts";
import { ProviderError } from "../errors.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { logReference, type OperationContext } from "./operation-context.ts";

/** A source that takes longer costs its own lines, not the answer. */
const limitMilliseconds = 5000;

type Needs = OperationContext & { readonly now: () => Date };

/** Reads everything there is on a service at once and shows it against the thresholds, worst first. */
export function diagnose(context: Needs): JobHandler {
  return jobHandler({
    name: "diagnose",
    handle: async ({ diagnosisId }) => {
      const asked = await context.transact(async (app) => {
        const diagnosis = await app.diagnoses.byId(diagnosisId);
        const found = diagnosis && diagnosed(app.config, diagnosis.service);
        if (!diagnosis || !found) return null;
        const { name, environment } = diagnosis.service;
        const checks = healthChecks(app.config, [name]).filter((check) => check.environment === environment);
        return { ...found, checks, thresholds: app.config.thresholds };
      });
      if (asked === null) return;
      const { placement, checks, thresholds } = asked;
      const now = context.now();
      const services = context.providers.find((one) => one.id === placement.provider)?.services?.read;
      const figures = context.providers.find((one) => one.measures?.platforms.includes(placement.provider))?.measures;
      const ask = <T>(titles: readonly string[], read: () => Promise<T>) => askSource(context, titles, read);

      const [state, balancer, series, alarms, ...answers] = await Promise.all([
        services ? ask(["Running"], () => services.describe(placement)) : notRead("Running", placement.provider),
        services
          ? ask(["Load balancer"], () => services.balancer(placement))
          : notRead("Load balancer", placement.provider),
        figures
          ? ask(["CPU", "Memory"], () => figures.series(placement, now))
          : notRead("CPU and memory", placement.provider),
        figures ? ask(["Alarms"], () => figures.alarms(placement)) : notRead("Alarms", placement.provider),
        ...checks.filter((check) => check.source === "http").map((check) => askAddress(context, check)),
      ]);
      const running = checks.find((check) => check.source === "services");
      const findings: readonly Finding[] = [
        ...("value" in state
          ? running
            ? [{ ...finding(serviceReading(running, state.value, null, now)), title: "Running" }]
            : []
          : state.trouble),
        ...("value" in balancer
          ? balancer.value === null
            ? []
            : [balancerFinding(balancer.value)]
          : balancer.trouble),
        ...answers.flat(),
        ...("value" in series
          ? measures.flatMap((measure) => measured(measure, series.value[measure], thresholds, now))
          : series.trouble),
        ...("value" in alarms ? alarmFindings(alarms.value.alarms, alarms.value.all) : alarms.trouble),
      ];
      const cause = "value" in state ? likelyCause(findings, state.value.deployments, now) : null;
      const scalable = "value" in state && state.value.notScalable === null;
      const unread = thresholds.map(({ metric }) => metric).filter((metric) => measureOf(metric) === null);
      await context.transact((app) => recordDiagnosis(app, diagnosisId, { findings, unread, cause, scalable }));
    },
  });
}

type Answer<T> = { readonly value: T } | { readonly trouble: readonly Finding[] };

const unknown = (titles: readonly string[], detail: string): { readonly trouble: readonly Finding[] } => ({
  trouble: titles.map((title) => ({ title, state: "unknown", detail })),
});

async function notRead(title: string, platform: string): Promise<{ readonly trouble: readonly Finding[] }> {
  return unknown([title], `nothing here reads it on ${platform}`);
}

async function askAddress(context: Needs, check: HealthCheck): Promise<readonly Finding[]> {
  const source = context.providers.find((one) => one.health?.id === check.source)?.health;
  const answer = source
    ? await askSource(context, [check.title], () => source.read(check))
    : await notRead(check.title, check.source);
  return "value" in answer ? answer.value.map(finding) : answer.trouble;
}

function finding({ title, state, detail }: Reading): Finding {
  return { title, state, detail };
}

/** Asks once and waits no longer than the limit; without an answer each of its lines is unknown, and says why. */
async function askSource<T>(context: Needs, titles: readonly string[], read: () => Promise<T>): Promise<Answer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer<T>>((resolve) => {
    const detail = `gave no answer within ${limitMilliseconds / 1000} seconds`;
    timer = setTimeout(() => resolve(unknown(titles, detail)), limitMilliseconds);
  });
  const asked = read().then(
    (value): Answer<T> => ({ value }),
    (error: unknown): Answer<T> => unknown(titles, troubleOf(context, error, titles)),
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function troubleOf(context: Needs, error: unknown, titles: readonly string[]): string {
  if (error instanceof ProviderError) return providerTroubleInWords(error);
  const reference = logReference(context, error, "A source could not be read for a diagnosis", { titles });
  return `something broke on our side (reference ${reference})`;
}
