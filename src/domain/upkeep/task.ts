import type { Configuration, PersonReference } from "../configuration.ts";
import { usualEnvironment } from "../health/subjects.ts";
import type { Place } from "../intent.ts";
import type { Json, Target } from "../operation/operation.ts";
import type { Rhythm } from "../time/cadence.ts";

/** Work that comes round. */
export interface UpkeepTask {
  /** What it is, in people's words; unique. */
  readonly title: string;
  readonly rhythm: Rhythm;
  /** How it comes round, as written. */
  readonly every: string;
  /** Who sees to it, as written; for one that runs by itself a person. */
  readonly owner: PersonReference | string | null;
  /** Items that people tick before it is done. */
  readonly checklist: readonly string[];
  /** What does it; null for work of people's own. */
  readonly operation: UpkeepOperation | null;
  /** Asked for by itself, in the owner's name, held to what the policy allows them. */
  readonly automatic: boolean;
  readonly place: Place;
  /** Done later than so long after it came round it is overdue, and told again each time that long goes by. */
  readonly graceHours: number;
}

export interface UpkeepOperation {
  /** As written: a verb, or an operation's name. */
  readonly action: string;
  /** The operations it may mean, by name. */
  readonly names: readonly string[];
  readonly target: string;
  /** Null: the one that is meant where nobody says. */
  readonly environment: string | null;
  readonly input: Readonly<Record<string, Json>>;
}

/** A person who can be looked up: a Slack user id or an e-mail address. */
export function isPerson(owner: string): boolean {
  return /^([UW][A-Z0-9]{2,}|[^@\s]+@[^@\s]+\.[^@\s]+)$/.test(owner);
}

/** A task by its title; null where it is no longer configured. */
export function upkeepTask(config: Pick<Configuration, "upkeep">, title: string): UpkeepTask | null {
  return (config.upkeep ?? []).find((one) => one.title === title) ?? null;
}

/** What its operation is done to; null where that is no longer configured. */
export function upkeepTarget(
  config: Configuration,
  { target: name, environment: said }: UpkeepOperation,
): Target | null {
  const environment = said ?? usualEnvironment(config, name) ?? "";
  const service = config.services.find((one) => one.name === name);
  const resource = config.resources.find((one) => one.name === name);
  const placement = (service ?? resource)?.runs.find((one) => one.environment === environment);
  if (!placement) return null;
  const production = config.environments.find((one) => one.name === environment)?.production ?? true;
  return { kind: service ? "service" : (resource?.kind ?? "service"), name, environment, production, placement };
}
