import type { SandboxClock } from "../clock.ts";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

/** The query API of Prometheus, as far as the bot uses it: source: prometheus.io/docs/prometheus/latest/querying/api */
export interface PrometheusStandIn extends Partner {
  /** What it asks for; a request without it is refused. */
  readonly token: string;
  /** From now on a query gives this value at every moment; with several values one series for each. */
  readonly gives: (query: string, ...values: readonly number[]) => void;
}

type Sample = readonly [seconds: number, value: string];

/** Knows the queries it was told values of; any other gives no series, as one about a metric that nobody has. */
export function createPrometheus(options: {
  readonly clock: SandboxClock;
  readonly restore?: unknown;
}): PrometheusStandIn {
  const known = new Map(Object.entries((options.restore ?? {}) as Readonly<Record<string, readonly number[]>>));
  const token = "prometheus-sandbox-token";
  const now = () => options.clock.now() / 1000;

  function answered({ query }: PartnerRequest, range: boolean): PartnerResponse {
    const text = query.get("query") ?? "";
    if (text === "" || /[({[]$/.test(text)) return refused("bad_data", `invalid parameter "query": parse error`);
    const values = /^vector\((\d+)\)$/.exec(text)?.[1] ?? null;
    const series = values === null ? (known.get(text) ?? []) : [Number(values)];
    if (!range) {
      const at = Number(query.get("time") ?? now());
      return success(
        "vector",
        series.map((value, index) => ({ metric: labels(index), value: [at, String(value)] as Sample })),
      );
    }
    const [start, end, step] = ["start", "end", "step"].map((name) => Number(query.get(name)));
    if (!start || !end || !step)
      return refused("bad_data", `invalid parameter "start": cannot parse "" to a valid timestamp`);
    if ((end - start) / step > 11_000)
      return refused("bad_data", "exceeded maximum resolution of 11,000 points per timeseries");
    const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
    const all = series.map((value, index) => ({
      metric: labels(index),
      values: times.map((at): Sample => [at, String(value)]),
    }));
    return success("matrix", all);
  }

  return {
    id: "prometheus",
    token,
    gives: (query, ...values) => void known.set(query, values),
    handle: (request) => {
      if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: "Unauthorized" };
      if (request.path === "/api/v1/query") return answered(request, false);
      if (request.path === "/api/v1/query_range") return answered(request, true);
      return { status: 404, body: "404 page not found" };
    },
    dump: () => Object.fromEntries(known),
  };
}

const labels = (index: number) => (index === 0 ? {} : { instance: `instance-${index}` });
const success = (resultType: string, result: unknown): PartnerResponse => ({
  status: 200,
  body: { status: "success", data: { resultType, result } },
});
const refused = (errorType: string, error: string): PartnerResponse => ({
  status: 400,
  body: { status: "error", errorType, error },
});
