import type { Point } from "../../domain/health/thresholds.ts";
import type { PrometheusIntegration } from "../../domain/integrations.ts";
import type { MetricRead } from "../../domain/platform/measures.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

const timeoutMilliseconds = 8000;
const mostBytes = 4 * 1024 * 1024;
const backSeconds = 70 * 60;
const stepSeconds = 60;
const daySeconds = 24 * 60 * 60;

/** Metrics of Prometheus by its query API, at the configured address only. Source: prometheus.io/docs/prometheus/latest/querying/api */
export function prometheusProvider(settings: PrometheusIntegration | null): Provider {
  return {
    id: "prometheus",
    check: async () => (settings === null ? [] : [await check(settings)]),
    metric: readMetric(settings),
  };
}

function readMetric(settings: PrometheusIntegration | null): MetricRead {
  return async (source, now) => {
    if (source.provider !== "prometheus")
      throw failure("query", "not_found", "NoMetric", "It is no query of Prometheus.");
    if (settings === null)
      throw failure("query", "not_found", "NoAddress", "The configuration names no Prometheus under integrations.");
    const { query } = source;
    const seconds = Math.floor(now.getTime() / 1000);
    const [recent, dayAgo] = await Promise.all([
      ask(settings, "query_range", { query, start: seconds - backSeconds, end: seconds, step: stepSeconds }),
      ask(settings, "query", { query, time: seconds - daySeconds }),
    ]);
    return { points: pointsOf("query_range", recent), dayAgo: pointsOf("query", dayAgo).at(-1)?.value ?? null };
  };
}

async function check(settings: PrometheusIntegration): Promise<CheckResult> {
  const what = `Prometheus at ${new URL(settings.url).host}`;
  try {
    await ask(settings, "query", { query: "vector(1)" });
    return { what, ok: true, found: "it answers queries", fix: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const fix = "Correct integrations.prometheus, or let the bot reach it.";
    return { what, ok: false, found: `${error.code}: ${error.message}`, fix };
  }
}

interface Answer {
  readonly status: "success" | "error";
  readonly errorType?: string;
  readonly data?: { readonly resultType: string; readonly result: unknown };
}

type Sample = readonly [seconds: number, value: string];

/** One series is what a threshold can be held against; a query that gives several is refused rather than added up. */
function pointsOf(operation: string, data: NonNullable<Answer["data"]>): readonly Point[] {
  const of = (samples: readonly Sample[]) =>
    samples.flatMap(([seconds, text]) => {
      const value = Number(text);
      return Number.isFinite(value) ? [{ at: new Date(seconds * 1000), value }] : [];
    });
  if (data.resultType === "scalar") return of([data.result as Sample]);
  const found = data.result as readonly { readonly value?: Sample; readonly values?: readonly Sample[] }[];
  if (data.resultType !== "vector" && data.resultType !== "matrix")
    throw failure(operation, "refused", "NoNumbers", "The query gives no numbers.");
  if (found.length > 1)
    throw failure(
      operation,
      "refused",
      "SeveralSeries",
      `The query gives ${found.length} series; put sum() around it.`,
    );
  return of(found[0]?.values ?? (found[0]?.value ? [found[0].value] : []));
}

async function ask(
  settings: PrometheusIntegration,
  operation: "query" | "query_range",
  parameters: Readonly<Record<string, string | number>>,
): Promise<NonNullable<Answer["data"]>> {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${settings.url}/api/v1/${operation}?${query}`, {
      // Another host than the configured one is never asked.
      redirect: "manual",
      headers: { accept: "application/json", ...(settings.token ? { authorization: `Bearer ${settings.token}` } : {}) },
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    text = await response.text();
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    if (late) throw failure(operation, "timeout", "NoAnswer", "It did not answer in time.");
    throw failure(operation, "unreachable", "Unreachable", "It could not be reached.");
  }
  const answer = text.length <= mostBytes ? parsed(text) : null;
  if (answer?.status === "success" && answer.data) return answer.data;
  // What it says in words may hold names of hosts and labels: its kind of error is enough.
  const code = answer?.errorType ?? String(response.status);
  throw failure(operation, faultOf(response.status), code, errors[code] ?? "Its answer is no answer of the query API.");
}

function parsed(text: string): Answer | null {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return null;
  }
}

const errors: Readonly<Record<string, string>> = {
  bad_data: "The query cannot be read.",
  execution: "The query could not be carried out.",
  timeout: "The query took too long.",
  canceled: "The query was cancelled.",
};

function faultOf(status: number): ProviderFault {
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "not_found";
  if (status === 429) return "throttled";
  return status >= 500 ? "unreachable" : "refused";
}

function failure(operation: string, fault: ProviderFault, code: string, message: string): ProviderError {
  return new ProviderError({ provider: "Prometheus", operation, fault, code, message });
}
