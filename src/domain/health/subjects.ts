import type { Configuration, Placement } from "../configuration.ts";
import { type HealthCheck, healthChecks } from "./health.ts";
import type { Examinable, MeasureName } from "./measures.ts";
import { type Threshold, thresholdsFor } from "./thresholds.ts";

/** Something of the catalog in one environment, with everything there is to hold it against. */
export interface Subject {
  readonly kind: Examinable;
  readonly name: string;
  readonly title: string;
  readonly environment: string;
  readonly placement: Placement;
  /** Where its log is; null where nobody said. */
  readonly logs: Placement | null;
  readonly checks: readonly HealthCheck[];
  readonly thresholds: readonly { readonly threshold: Threshold; readonly measure: MeasureName | null }[];
  /** Alarms of the platform that the configuration names. */
  readonly alarms: readonly string[];
}

/** What is needed, and whether what needs it works without: then it only degrades. */
export interface Dependency {
  readonly subject: Subject;
  readonly optional: boolean;
}

/** A thing of the catalog as it is examined; null where it is not configured there, or is a secret. */
export function subjectOf(
  config: Configuration,
  { name, environment }: { readonly name: string; readonly environment: string },
): Subject | null {
  const service = config.services.find((one) => one.name === name);
  const resource = config.resources.find((one) => one.name === name);
  const entry = service ?? resource;
  const kind = service ? "service" : (resource?.kind ?? "secret");
  const placement = entry?.runs.find((one) => one.environment === environment);
  if (!entry || !placement || kind === "secret") return null;
  return {
    kind,
    name,
    title: entry.title,
    environment,
    placement,
    logs: service?.logs?.find((one) => one.environment === environment) ?? null,
    checks: service ? healthChecks(config, [name]).filter((check) => check.environment === environment) : [],
    thresholds: thresholdsFor(config.thresholds, { kind, name }),
    alarms: entry.alarms ?? [],
  };
}

/** Every thing of the catalog that can be examined, in its order. */
export function everySubject(config: Configuration): readonly Subject[] {
  return [...config.services, ...config.resources].flatMap(({ name, runs }) =>
    runs.flatMap(({ environment }) => subjectOf(config, { name, environment }) ?? []),
  );
}

/** What a service needs in its environment, and what that needs in turn; each once, optional only where every way to it is. */
export function dependenciesOf(
  config: Configuration,
  subject: Pick<Subject, "name" | "environment">,
): readonly Dependency[] {
  const found = new Map<string, boolean>();
  const walk = (name: string, optional: boolean): void => {
    const service = config.services.find((one) => one.name === name);
    for (const needed of service?.dependsOn ?? []) {
      const without = optional || (service?.worksWithout ?? []).includes(needed);
      const known = found.get(needed);
      if (needed === subject.name || known === false || (known === true && without)) continue;
      found.set(needed, without);
      walk(needed, without);
    }
  };
  walk(subject.name, false);
  return [...found].flatMap(([name, optional]) => {
    const needed = subjectOf(config, { name, environment: subject.environment });
    return needed ? [{ subject: needed, optional }] : [];
  });
}

/** Where something of the catalog is meant when nobody says: the default environment, else production, else the first. */
export function usualEnvironment(config: Configuration, name: string): string | null {
  const runs = [...config.services, ...config.resources].find((one) => one.name === name)?.runs ?? [];
  const has = (environment: string) => runs.some((run) => run.environment === environment);
  const production = config.environments.find((one) => one.production && has(one.name));
  return production?.name ?? runs[0]?.environment ?? null;
}
