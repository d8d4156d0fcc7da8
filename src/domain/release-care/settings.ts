import type { Configuration } from "../configuration.ts";
import type { Threshold } from "../health/thresholds.ts";
import type { OperationRecord, Target } from "../operation/operation.ts";

/** How a service's deployments are watched. */
export interface ReleaseCare {
  readonly minutes: number;
  /** What must hold; empty for the thresholds that hold for the service anyway. */
  readonly gates: readonly Threshold[];
  /** The shares of its canary, ascending; null where none are named. */
  readonly shares: readonly number[] | null;
}

export const usualMinutes = 30;
export const mostMinutes = 240;

/** How a service's deployments are watched; null where they are watched only when somebody asks. */
export function releaseCare(config: Pick<Configuration, "releaseCare">, service: string): ReleaseCare | null {
  return config.releaseCare?.get(service) ?? null;
}

/** What proves an item by itself: records of the bot's own, and thresholds of the configuration. */
export type ItemProof =
  /** These thresholds of the service are normal, all that hold for it where none is named. */
  | { readonly kind: "normal"; readonly metrics: readonly string[] | null }
  /** A backup that was made from here and seen whole is younger than that. */
  | { readonly kind: "backup"; readonly database: string; readonly withinSeconds: number }
  /** No incident of these severities is open on the service. */
  | { readonly kind: "no-incident"; readonly severities: readonly string[] }
  | { readonly kind: "no-freeze" }
  /** What was deployed last from here in that environment was verified. */
  | { readonly kind: "deployed-in"; readonly environment: string }
  /** The same of another service in the environment of the deployment. */
  | { readonly kind: "deployed-first"; readonly service: string }
  | { readonly kind: "under-change" };

/** One item of the checklist before a deployment. */
export interface DeploymentItem {
  readonly text: string;
  /** An item that is not required is shown, and holds nothing up. */
  readonly required: boolean;
  /** Null for one that a person ticks. */
  readonly proof: ItemProof | null;
  /** The service it is about, where that is not the one the deployment begins with. */
  readonly of?: string;
}

/** An item with where it holds. */
export interface ConfiguredItem extends DeploymentItem {
  /** Null for every service; likewise for environments. */
  readonly service: string | null;
  readonly environments: readonly string[] | null;
}

/** The items that hold for a deployment, those for every service first. */
export function checklistFor(
  config: Pick<Configuration, "deploymentChecklist">,
  target: Pick<Target, "name" | "environment">,
): readonly DeploymentItem[] {
  return (
    (config.deploymentChecklist ?? [])
      .filter(({ service, environments }) => {
        const here = environments === null || environments.includes(target.environment);
        return here && (service === null || service === target.name);
      })
      // What goes to staging is not held up because staging has not had it, and no service comes before itself.
      .filter(({ proof }) => proof?.kind !== "deployed-in" || proof.environment !== target.environment)
      .filter(({ proof }) => proof?.kind !== "deployed-first" || proof.service !== target.name)
      .map(({ text, required, proof }) => ({ text, required, proof }))
  );
}

/** The items that hold for an operation: those of its service, then what others it deploys have beside them. */
export function itemsFor(
  config: Pick<Configuration, "deploymentChecklist">,
  { target, request }: Pick<OperationRecord, "target" | "request">,
): readonly DeploymentItem[] {
  const wanted = wantedIn(request.input);
  const items = [...checklistFor(config, target)];
  for (const [index, { name }] of wanted.entries()) {
    if (name === target.name) continue;
    const earlier = wanted.slice(0, index).map((one) => one.name);
    const more = checklistFor(config, { name, environment: target.environment })
      // What comes before it in the same plan is in order by that.
      .filter(({ proof }) => proof?.kind !== "deployed-first" || !earlier.includes(proof.service))
      .filter(({ text, proof }) => proof !== null || !items.some((one) => one.text === text))
      .map((item) => ({ ...item, text: `${name}: ${item.text}`, of: name }));
    items.push(...more);
  }
  return items;
}

/** The services with their versions that an operation was asked for, in their order; empty where it is about one. */
export function wantedIn(input: unknown): readonly { readonly name: string; readonly version: string }[] {
  const { services } = (input ?? {}) as { readonly services?: unknown };
  return Array.isArray(services) ? services : [];
}
