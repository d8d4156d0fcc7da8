import {
  catalogEntries,
  catalogName,
  environmentName,
  insidesIn,
  isProduction,
  type OperationName,
  platformsIn,
} from "./complete.ts";
import { connectionNames } from "./connections.ts";
import { defaultRoles, defaultSeverities } from "./defaults.ts";
import { nearest, plain } from "./nearest.ts";
import { oncallMisfits } from "./oncall-references.ts";
import { type CatalogKind, platformNames } from "./platforms.ts";
import { postmortemMisfits } from "./postmortem.ts";
import type { Written } from "./schema.ts";
import { tellingMisfits } from "./telling.ts";

/** Something wrong with how the parts fit together, at a path of the file. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  /** True where the key itself is wrong, not its value. */
  readonly key?: boolean;
  readonly text: string;
}

/** Everything that names what does not exist, collides, or contradicts itself. */
export function checkReferences(
  written: Written,
  known: { readonly operations: readonly OperationName[] | null },
): readonly Misfit[] {
  return [
    ...severitiesAndRoles(written),
    ...pages(written),
    ...environments(written),
    ...catalog(written),
    ...placements(written),
    ...dependencies(written),
    ...policy(written, known.operations),
    ...postmortemMisfits(written.postmortem, knownSeverities(written)),
    ...oncallMisfits(written),
    ...tellingMisfits(written, (word) => catalogName(written, word)),
  ];
}

const catalogKinds = {
  services: "service",
  databases: "database",
  caches: "cache",
  queues: "queue",
  secrets: "secret",
} as const satisfies Record<string, CatalogKind>;

function severitiesAndRoles(written: Written): readonly Misfit[] {
  const severities = words("severities", written.severities);
  const roles = words("roles", written.roles);
  const none = (section: string) => [{ path: [section], text: "names none; write at least one, or leave it out." }];
  return [
    ...(written.severities && Object.keys(written.severities).length === 0 ? none("severities") : []),
    ...(written.roles && Object.keys(written.roles).length === 0 ? none("roles") : []),
    ...collisions(severities),
    ...collisions(roles),
  ];
}

function pages(written: Written): readonly Misfit[] {
  const teams = Object.keys(written.oncall ?? {});
  return Object.entries(written.severities ?? {}).flatMap(([name, severity]) =>
    (severity.page ?? []).flatMap((word, index) =>
      /^[a-z][a-z0-9-]*$/.test(word) && !teams.includes(word)
        ? [{ path: ["severities", name, "page", index], text: unknown("team of oncall", teams, word) }]
        : [],
    ),
  );
}

function environments(written: Written): readonly Misfit[] {
  const all = Object.entries(written.environments ?? {});
  const misfits: Misfit[] = [...collisions(words("environments", written.environments))];
  if (written.environments && all.length === 0)
    misfits.push({ path: ["environments"], text: "names none; write at least one, or leave it out." });
  const defaults = all.filter(([, environment]) => environment?.default);
  const [first, ...others] = defaults;
  for (const [name] of others) {
    const text = `is a second default after ${first?.[0]}; only one environment can be meant when nobody says which.`;
    misfits.push({ path: ["environments", name, "default"], text });
  }
  for (const [name, environment] of defaults) {
    if (all.length > 1 && isProduction(name, environment)) {
      const text = "makes production the default although others exist; mark another one, or none.";
      misfits.push({ path: ["environments", name, "default"], text });
    }
  }
  return misfits;
}

/** One name means one thing over the whole catalog: locks, policy and incidents name things without their kind. */
function catalog(written: Written): readonly Misfit[] {
  return collisions(
    catalogEntries(written).flatMap(({ section, name, aliases }) => wordsOf([section, name], name, aliases)),
  );
}

function placements(written: Written): readonly Misfit[] {
  const known = knownEnvironments(written);
  const misfits: Misfit[] = [];
  for (const [section, kind] of Object.entries(catalogKinds) as [keyof typeof catalogKinds, CatalogKind][]) {
    for (const [name, entry] of Object.entries(written[section] ?? {})) {
      const seen = new Map<string, string>();
      for (const [word, placed] of Object.entries<object>(entry.environments ?? {})) {
        const path = [section, name, "environments", word];
        const environment = environmentName(known, word);
        if (!environment) {
          misfits.push({
            path,
            key: true,
            text: unknown(
              "environment",
              known.map(({ name }) => name),
              word,
            ),
          });
        } else if (seen.has(environment)) {
          misfits.push({ path, key: true, text: `is the same environment as ${seen.get(environment)}; keep one.` });
        } else seen.set(environment, word);
        const platforms = platformsIn(kind, placed);
        const insides = insidesIn(kind, placed);
        const choices = [...platformNames(kind), ...connectionNames(kind)].join(", ");
        if (insides.length > 1) misfits.push({ path, text: `names ${insides.join(" and ")}; keep one of them.` });
        if (platforms.length + insides.length === 0)
          misfits.push({ path, text: `names no platform; write one of ${choices} with its coordinates.` });
        if (platforms.length > 1)
          misfits.push({ path, text: `names ${platforms.map(({ id }) => id).join(" and ")}; keep one platform.` });
      }
    }
  }
  return misfits;
}

function dependencies(written: Written): readonly Misfit[] {
  const names = catalogEntries(written).map(({ name }) => name);
  return Object.entries(written.services ?? {}).flatMap(([name, service]) =>
    (service.depends_on ?? []).flatMap((word, index) => {
      const path = ["services", name, "depends_on", index];
      const found = catalogName(written, word);
      if (!found) return [{ path, text: unknown("part of the catalog", names, word) }];
      return found === name ? [{ path, text: "is the service itself; name what it needs." }] : [];
    }),
  );
}

function policy(written: Written, operations: readonly OperationName[] | null): readonly Misfit[] {
  const known = knownEnvironments(written);
  const names = catalogEntries(written).map(({ name }) => name);
  const roles = Object.keys(written.roles ?? {}).concat(written.roles ? [] : defaultRoles.map(({ name }) => name));
  const seen = new Set<string>();
  return (written.policy ?? []).flatMap((rule, position) => {
    const at = (...rest: (string | number)[]) => ["policy", position, ...rest];
    const misfits: Misfit[] = [];
    if (seen.has(rule.name))
      misfits.push({ path: at("name"), text: "is the name of an earlier rule; give each its own: refusals name it." });
    seen.add(rule.name);
    rule.actions.forEach((word, index) => {
      if (word === "*" || operations === null) return;
      if (operations.some((one) => one.name === word || one.verb === word)) return;
      const choices = operations.flatMap((one) => [one.verb, one.name]);
      misfits.push({ path: at("actions", index), text: unknown("operation", choices, word) });
    });
    rule.environments?.forEach((word, index) => {
      if (environmentName(known, word)) return;
      const text = unknown(
        "environment",
        known.map(({ name }) => name),
        word,
      );
      misfits.push({ path: at("environments", index), text });
    });
    rule.targets?.forEach((word, index) => {
      const [first = "", second] = word.split("/");
      if (second !== undefined && !environmentName(known, first)) {
        const text = unknown(
          "environment",
          known.map(({ name }) => name),
          first,
        );
        misfits.push({ path: at("targets", index), text });
      } else if (!catalogName(written, second ?? first)) {
        misfits.push({ path: at("targets", index), text: unknown("part of the catalog", names, second ?? first) });
      }
    });
    for (const field of ["allow", "approvers"] as const) {
      rule[field]?.forEach((word, index) => {
        const role = /^role:(.+)$/.exec(word)?.[1];
        if (role && !roles.includes(role))
          misfits.push({
            path: at(field, index),
            text: unknown(
              "role",
              roles.map((name) => `role:${name}`),
              word,
            ),
          });
      });
    }
    const { min, max } = rule.within ?? {};
    if (min !== undefined && max !== undefined && min > max)
      misfits.push({ path: at("within", "min"), text: `is above max (${max}); swap them.` });
    if ((rule.approvals ?? 0) > 0 && rule.approvers?.length === 0)
      misfits.push({ path: at("approvers"), text: "is empty although approvals are asked for; name who may approve." });
    return misfits;
  });
}

function knownSeverities(written: Written): readonly { readonly name: string; readonly aliases: readonly string[] }[] {
  if (!written.severities) return defaultSeverities;
  return Object.entries(written.severities).map(([name, severity]) => ({ name, aliases: severity.aliases ?? [] }));
}

function knownEnvironments(
  written: Written,
): readonly { readonly name: string; readonly aliases: readonly string[] }[] {
  return Object.entries(written.environments ?? { production: null }).map(([name, environment]) => ({
    name,
    aliases: environment?.aliases ?? [],
  }));
}

function unknown(what: string, known: readonly string[], word: string): string {
  const meant = nearest(word, known);
  if (meant) return `is no ${what} here; did you mean ${meant}?`;
  return known.length > 0
    ? `is no ${what} here; write one of ${known.join(", ")}.`
    : `is no ${what} here; there is none yet.`;
}

interface Word {
  readonly path: readonly (string | number)[];
  readonly key: boolean;
  readonly word: string;
  readonly owner: string;
}

function words(
  section: string,
  entries: Readonly<Record<string, { readonly aliases?: readonly string[] | undefined } | null>> | undefined,
): readonly Word[] {
  return Object.entries(entries ?? {}).flatMap(([name, entry]) => wordsOf([section, name], name, entry?.aliases ?? []));
}

function wordsOf(path: readonly string[], name: string, aliases: readonly string[]): readonly Word[] {
  return [
    { path, key: true, word: name, owner: name },
    ...aliases.map((word, index) => ({ path: [...path, "aliases", index], key: false, word, owner: name })),
  ];
}

/** Words that mean two things; names stand before aliases, so that the alias is what is reported. */
function collisions(all: readonly Word[]): readonly Misfit[] {
  const owners = new Map<string, Word>();
  const misfits: Misfit[] = [];
  for (const one of [...all.filter(({ key }) => key), ...all.filter(({ key }) => !key)]) {
    const earlier = owners.get(plain(one.word));
    if (!earlier) owners.set(plain(one.word), one);
    else if (earlier.path.slice(0, 2).join(".") !== one.path.slice(0, 2).join(".")) {
      const place = earlier.key ? earlier.path.join(".") : `${earlier.owner}, as an alias`;
      misfits.push({ path: one.path, key: one.key, text: `also means ${place}; give each its own word.` });
    }
  }
  return misfits;
}
