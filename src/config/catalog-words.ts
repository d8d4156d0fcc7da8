import type { Environment, PolicyRule } from "../domain/configuration.ts";
import { defaultSeverities } from "./defaults.ts";
import { nearest, plain } from "./nearest.ts";
import type { Written } from "./schema.ts";

/** An operation as the policy may name it: by its name or by the verb people type. */
export interface OperationName {
  readonly name: string;
  readonly verb: string;
}

/** The canonical name of an environment said in any of its words. */
export function environmentName(
  environments: readonly Pick<Environment, "name" | "aliases">[],
  word: string,
): string | null {
  const said = plain(word);
  return (
    environments.find((known) => [known.name, ...known.aliases].some((name) => plain(name) === said))?.name ?? null
  );
}

/** Everything of the catalog with the words it goes by. */
export function catalogEntries(written: Written): readonly {
  readonly section: "services" | "databases" | "caches" | "queues" | "secrets";
  readonly name: string;
  readonly aliases: readonly string[];
}[] {
  return (["services", "databases", "caches", "queues", "secrets"] as const).flatMap((section) =>
    Object.entries(written[section] ?? {}).map(([name, entry]) => ({ section, name, aliases: entry.aliases ?? [] })),
  );
}

/** The canonical name of something of the catalog said in any of its words. */
export function catalogName(written: Written, word: string): string | null {
  const said = plain(word);
  return (
    catalogEntries(written).find((entry) => [entry.name, ...entry.aliases].some((name) => plain(name) === said))
      ?.name ?? null
  );
}

/** backend, or production/backend, in canonical words. */
export function targetWord(written: Written, environments: readonly Environment[], word: string): string {
  const [first = "", second] = word.split("/");
  if (second === undefined) return catalogName(written, first) ?? word;
  return `${environmentName(environments, first) ?? first}/${catalogName(written, second) ?? second}`;
}

/** Operations by their names, said by that or by a verb, which may stand for several: a backup is a snapshot or a dump. */
export function actionNames(operations: readonly OperationName[], word: string): readonly string[] {
  const names = operations.filter((known) => known.verb === word).map(({ name }) => name);
  return names.length > 0 ? names : [word];
}

/** Environments and targets in their canonical words. */
export function reachOf(
  reach: { readonly environments?: readonly string[] | undefined; readonly targets?: readonly string[] | undefined },
  written: Written,
  environments: readonly Environment[],
): Pick<PolicyRule, "environments" | "targets"> {
  return {
    environments: reach.environments?.map((word) => environmentName(environments, word) ?? word) ?? null,
    targets: reach.targets?.map((word) => targetWord(written, environments, word)) ?? null,
  };
}

/** The canonical name of a severity said in any of its words. */
export function severityName(written: Written, word: string): string | null {
  return environmentName(knownSeverities(written), word);
}

/** The severities there are, the built-in ones where none are written. */
export function knownSeverities(
  written: Written,
): readonly { readonly name: string; readonly aliases: readonly string[] }[] {
  if (!written.severities) return defaultSeverities;
  return Object.entries(written.severities).map(([name, severity]) => ({ name, aliases: severity.aliases ?? [] }));
}

/** The environments there are, the built-in one where none are written. */
export function knownEnvironments(
  written: Written,
): readonly { readonly name: string; readonly aliases: readonly string[] }[] {
  return Object.entries(written.environments ?? { production: null }).map(([name, environment]) => ({
    name,
    aliases: environment?.aliases ?? [],
  }));
}

/** Says that a word names nothing here, with the nearest that does. */
export function unknown(what: string, known: readonly string[], word: string): string {
  const meant = nearest(word, known);
  if (meant) return `is no ${what} here; did you mean ${meant}?`;
  return known.length > 0
    ? `is no ${what} here; write one of ${known.join(", ")}.`
    : `is no ${what} here; there is none yet.`;
}
