import type { Configuration } from "../configuration.ts";
import type { Incident } from "../incident/incident.ts";
import type { TrailQuestion } from "../platform/trail.ts";

/** One piece of evidence that is gathered by itself. */
export type EvidencePart =
  | TrailPart
  | { readonly kind: "access-log"; readonly name: string; readonly environment: string }
  | { readonly kind: "backup"; readonly name: string; readonly environment: string };

/** What is read of the calls made in an environment's account. */
export interface TrailPart {
  readonly kind: TrailQuestion;
  readonly environment: string;
  /** Null for the usual one. */
  readonly region: string | null;
}

/** What runs in an account whose calls are kept in a trail. */
const withTrail = ["ecs", "rds", "elasticache", "secrets", "secrets-manager"];
/** A catalog larger than this is gathered from part by part, by naming what is affected. */
const mostParts = 24;

/** Those of the environments whose account has a trail, each with its region. */
export function trailPlaces(
  config: Pick<Configuration, "services" | "resources" | "environments">,
  environments: readonly string[],
): readonly { readonly environment: string; readonly region: string | null }[] {
  const runs = [...config.services, ...config.resources].flatMap((thing) => thing.runs);
  return environments
    .filter((name) => runs.some((at) => at.environment === name && withTrail.includes(at.provider)))
    .map((environment) => ({
      environment,
      region: config.environments.find(({ name }) => name === environment)?.region ?? null,
    }));
}

/**
 * What can be gathered for an incident: who did what in the accounts of the environments concerned, the logs of the
 * services that are affected, and the backups of their databases. Where nobody said what is affected: of production,
 * and where there is none, of everything.
 */
export function evidenceParts(config: Configuration, incident: Pick<Incident, "affected">): readonly EvidencePart[] {
  const things = [...config.services, ...config.resources];
  const named = things.filter(({ name }) => incident.affected.includes(name));
  const needed = config.services
    .filter(({ name }) => incident.affected.includes(name))
    .flatMap(({ dependsOn }) => things.filter(({ name }) => dependsOn.includes(name)));
  const concerned = named.length > 0 ? [...new Set([...named, ...needed])] : things;
  const environments = environmentsOf(config, named.length > 0 ? named : things, named.length > 0);
  const services = config.services.filter((one) => concerned.includes(one));
  const databases = config.resources.filter((one) => one.kind === "database" && concerned.includes(one));
  return [
    ...trailPlaces(config, environments).flatMap((place) =>
      (["changes", "sign-ins", "denied"] as const).map((kind) => ({ kind, ...place })),
    ),
    ...services.flatMap(({ name, logs = [] }) =>
      environments
        .filter((environment) => logs.some((log) => log.environment === environment))
        .map((environment) => ({ kind: "access-log" as const, name, environment })),
    ),
    ...databases.flatMap(({ name, runs }) =>
      environments
        .filter((environment) => runs.some((at) => at.environment === environment))
        .map((environment) => ({ kind: "backup" as const, name, environment })),
    ),
  ].slice(0, mostParts);
}

function environmentsOf(
  config: Configuration,
  things: readonly (Configuration["services"][number] | Configuration["resources"][number])[],
  isNamed: boolean,
): readonly string[] {
  const all = config.environments.map(({ name }) => name);
  const used = all.filter((name) => things.some(({ runs }) => runs.some((at) => at.environment === name)));
  const production = used.filter((name) => config.environments.find((one) => one.name === name)?.production);
  return isNamed || production.length === 0 ? used : production;
}

/** A part in words: changes in production. */
export function partTitle(part: EvidencePart): string {
  const words = {
    changes: "Changes",
    "sign-ins": "Sign-ins to the console",
    denied: "Reads that were refused",
    "access-log": "Failed authentications in the log of",
    backup: "Backups of",
  };
  return "name" in part
    ? `${words[part.kind]} ${part.name} in ${part.environment}`
    : `${words[part.kind]} in ${part.environment}`;
}
