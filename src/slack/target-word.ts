import type { Configuration, Environment, Placement } from "../domain/configuration.ts";
import type { Target } from "../domain/operation/operation.ts";
import { Refusal } from "../errors.ts";
import type { Reading } from "./arguments.ts";
import type { Arg } from "./command.ts";
import { didYouMean, listed, typed } from "./nearest.ts";

/** What may be named: things of one kind, of several, or any. */
type Kind = NonNullable<Arg<unknown>["target"]>;

interface CatalogEntry {
  readonly kind: Target["kind"];
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly runs: readonly Placement[];
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** The environment a person named, in any of its spellings. */
export function findEnvironment(word: string, config: Configuration): Environment | null {
  return config.environments.find(({ name, aliases }) => [name, ...aliases].some((one) => same(one, word))) ?? null;
}

/** Says that there is no such environment, with the nearest ones. */
export function unknownEnvironment(word: string, config: Configuration): Refusal {
  const spellings = config.environments.flatMap(({ name, aliases }) => [name, ...aliases]);
  const hint = didYouMean(word, spellings) ?? "There are these:";
  const names = listed(config.environments.map(({ name }) => name));
  return new Refusal("unknown_environment", `There is no environment ${typed(word)}.`, `${hint} ${names}.`);
}

/** What the catalog holds of one kind. */
function catalog(kind: Kind, config: Configuration): readonly CatalogEntry[] {
  const services = config.services.map((service) => ({ ...service, kind: "service" as const }));
  return [...services, ...config.resources].filter((entry) => kind === "any" || [kind].flat().includes(entry.kind));
}

/** Something of the catalog as a target is read, or an environment by any of its words. */
export function readScope(word: string, config: Configuration, named: string | null): Reading {
  const environment = named === null ? findEnvironment(word, config) : null;
  if (environment) return { value: { environment: environment.name, target: null }, used: 1 };
  const reading = readTarget("any", word, config, named);
  if ("refusal" in reading) return reading;
  const { environment: where, name } = reading.value as Target;
  return { value: { environment: where, target: name }, used: reading.used };
}

/**
 * Finds a thing of the catalog and the environment it is meant in: the one named, else the only one it exists in,
 * else the one the configuration marks as default. `production/backend` names both at once.
 */
export function readTarget(kind: Kind, word: string, config: Configuration, named: string | null): Reading {
  const what = kind === "any" ? "target" : [kind].flat().join(" or ");
  const slash = word.indexOf("/");
  const before = slash > 0 ? word.slice(0, slash) : null;
  const name = slash > 0 ? word.slice(slash + 1) : word;
  const entries = catalog(kind, config);
  const entry = entries.find((one) => [one.name, one.title, ...one.aliases].some((spelling) => same(spelling, name)));
  if (!entry) {
    const spellings = entries.flatMap((one) => [one.name, ...one.aliases]);
    const hint = didYouMean(name, spellings);
    const known =
      entries.length > 0
        ? `There are these: ${listed(entries.map((one) => one.name))}.`
        : `The configuration names no ${what}.`;
    const refusal = new Refusal(
      "unknown_target",
      `I know no ${what} called ${typed(name)}.`,
      hint ? `${hint} ${known}` : known,
    );
    return { refusal, meant: hint !== null };
  }
  const environment = before ?? named;
  if (before !== null && named !== null && !same(before, named)) {
    const refusal = new Refusal(
      "bad_argument",
      `Both ${typed(before)} and ${typed(named)} are named as the environment.`,
      "Name one.",
    );
    return { refusal, meant: true };
  }
  const where = environment === null ? impliedPlacement(entry, config) : namedPlacement(entry, environment, config);
  if (where instanceof Refusal) return { refusal: where, meant: true };
  const target: Target = {
    kind: entry.kind,
    name: entry.name,
    environment: where.environment,
    production: findEnvironment(where.environment, config)?.production ?? true,
    placement: where,
  };
  return { value: target, used: 1 };
}

function namedPlacement(entry: CatalogEntry, word: string, config: Configuration): Placement | Refusal {
  const environment = findEnvironment(word, config);
  if (!environment) return unknownEnvironment(word, config);
  const found = entry.runs.find((placement) => placement.environment === environment.name);
  if (found) return found;
  const places = listed(entry.runs.map((placement) => placement.environment));
  return new Refusal(
    "unknown_environment",
    `${typed(entry.name)} does not run in ${typed(environment.name)}.`,
    places ? `It runs in ${places}.` : "The configuration names no place where it runs.",
  );
}

function impliedPlacement(entry: CatalogEntry, config: Configuration): Placement | Refusal {
  const [only, ...others] = entry.runs;
  if (!only) return new Refusal("not_possible", `The configuration names no place where ${typed(entry.name)} runs.`);
  if (others.length === 0) return only;
  const byDefault = config.environments.find((environment) => environment.default);
  const found = entry.runs.find((placement) => placement.environment === byDefault?.name);
  if (found) return found;
  const places = entry.runs.map((placement) => placement.environment);
  return new Refusal(
    "missing_argument",
    `${typed(entry.name)} runs in ${listed(places)}.`,
    `Say which, such as \`--env ${places[0]}\`.`,
  );
}
