import type { Configuration, Placement } from "../configuration.ts";

/** An address that says how something is, as the configuration describes it. */
export interface HealthAddress {
  readonly url: string;
  /** The status that is healthy; null for any from 200 to 299. */
  readonly status: number | null;
  /** Slower than this is a warning. */
  readonly slowMilliseconds: number;
  /** No answer within this is critical. */
  readonly timeoutMilliseconds: number;
  /** What its JSON must say: a path such as checks.db.status, and the value there. */
  readonly expect: readonly { readonly path: string; readonly value: string }[];
  /** A certificate that ends within this many days is a warning. */
  readonly certificateDays: number;
}

/** One thing that can be looked at. The id stays the same from look to look. */
export interface HealthCheck {
  readonly id: string;
  /** Its name in the catalog. */
  readonly target: string;
  readonly title: string;
  /** The source that reads it: http, services. */
  readonly source: string;
  readonly environment: string;
  /** For http. */
  readonly address?: HealthAddress;
  /** For services: where it runs. */
  readonly placement?: Placement;
}

/** What a look found. Unknown means that the look itself could not be made, which says nothing about the target. */
export interface Reading {
  readonly checkId: string;
  readonly target: string;
  readonly title: string;
  readonly value: number | string | null;
  readonly unit: string | null;
  readonly state: ReadingState;
  /** In words for people: "answered 503 in 41 ms". */
  readonly detail: string;
  readonly at: Date;
}

export type ReadingState = "ok" | "warning" | "critical" | "unknown";

/** Looks at the checks of one source. Never throws: what cannot be read is a reading with state unknown. */
export interface HealthSource {
  readonly id: string;
  /** Ends within 20 s. */
  readonly read: (check: HealthCheck) => Promise<readonly Reading[]>;
}

/** Every check there is for what is named, in the catalog's order; names without one are simply not in it. */
export function healthChecks(config: Configuration, names: readonly string[]): readonly HealthCheck[] {
  return config.services
    .filter((service) => names.includes(service.name))
    .flatMap((service) => [
      ...service.health.flatMap(({ environment, addresses }) =>
        addresses.map((address) => ({
          id: `http:${service.name}:${environment}:${address.url}`,
          target: service.name,
          title: `${service.title}, ${pathOf(address.url)}`,
          source: "http",
          environment,
          address,
        })),
      ),
      ...service.runs.map((placement) => ({
        id: `services:${service.name}:${placement.environment}`,
        target: service.name,
        title: `${service.title}, running`,
        source: "services",
        environment: placement.environment,
        placement,
      })),
    ]);
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}

/** The worst of several states: one critical makes the whole critical; unknown is said only where nothing is worse. */
export function worst(readings: readonly Pick<Reading, "state">[]): ReadingState {
  const order: readonly ReadingState[] = ["critical", "unknown", "warning", "ok"];
  return order.find((state) => readings.some((reading) => reading.state === state)) ?? "unknown";
}
