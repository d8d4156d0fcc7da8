import { alertMisfits } from "./alert-references.ts";
import { backupMisfits } from "./backups.ts";
import { calendarMisfits, windowWords } from "./calendar.ts";
import { careMisfits } from "./care-references.ts";
import {
  catalogEntries,
  catalogName,
  environmentName,
  knownEnvironments,
  knownSeverities,
  type OperationName,
  unknown,
} from "./catalog-words.ts";
import { insidesIn, isProduction, platformsIn } from "./complete.ts";
import { connectionNames } from "./connections.ts";
import { contactMisfits } from "./contacts.ts";
import { costMisfits } from "./costs.ts";
import { checklistMisfits } from "./deployment-checklist.ts";
import { stepMisfits } from "./deployment-steps.ts";
import { followUpMisfits } from "./follow-up.ts";
import { statuspageMisfits } from "./integrations.ts";
import { plain } from "./nearest.ts";
import { oncallMisfits } from "./oncall-references.ts";
import { phaseMisfits } from "./phases.ts";
import { type CatalogKind, platformNames } from "./platforms.ts";
import { policyMisfits, reachMisfits } from "./policy.ts";
import { postmortemMisfits } from "./postmortem.ts";
import { beforeMisfits } from "./release-care.ts";
import { reviewMisfits } from "./reviews.ts";
import type { Written } from "./schema.ts";
import { tellingMisfits } from "./telling.ts";
import { ticketMisfits } from "./tickets.ts";
import { upkeepMisfits } from "./upkeep.ts";

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
    ...phaseMisfits(written.phases),
    ...pages(written),
    ...environments(written),
    ...catalog(written),
    ...placements(written),
    ...dependencies(written),
    ...pools(written),
    ...required(written),
    ...thresholdTargets(written),
    ...policyMisfits(written, known.operations),
    ...calendarMisfits(written, (path, one) => reachMisfits(written, path, one)),
    ...postmortemMisfits(written.postmortem, knownSeverities(written)),
    ...oncallMisfits(written),
    ...contactMisfits(written),
    ...followUpMisfits(written),
    ...ticketMisfits(written),
    ...costMisfits(written),
    ...reviewMisfits(written),
    ...upkeepMisfits(written, known.operations),
    ...statuspageMisfits(written),
    ...backupMisfits(written.backups),
    ...tellingMisfits(written, windowWords(written).slice(1), (word) => catalogName(written, word)),
    ...careMisfits(written),
    ...checklistMisfits(written),
    ...beforeMisfits(written),
    ...stepMisfits(written),
    ...alertMisfits(written),
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
    [
      { path: ["severities", name, "page"], page: severity.page ?? [] },
      ...(severity.page_unresolved ?? []).map(({ page }, index) => ({
        path: ["severities", name, "page_unresolved", index, "page"],
        page,
      })),
    ].flatMap(({ path, page }) =>
      page.flatMap((word, index) =>
        /^[a-z][a-z0-9-]*$/.test(word) && !teams.includes(word)
          ? [{ path: [...path, index], text: unknown("team of oncall", teams, word) }]
          : [],
      ),
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

/** Where a version must have run before must be an environment that the service runs in, and task names must differ. */
function required(written: Written): readonly Misfit[] {
  const known = knownEnvironments(written);
  return Object.entries(written.services ?? {}).flatMap(([name, service]): readonly Misfit[] => {
    const runs = Object.keys(service.environments ?? {}).map((word) => environmentName(known, word));
    const named = service.requires === undefined ? null : environmentName(known, service.requires);
    const tasks = (service.tasks ?? []).map((task) => task.name);
    return [
      ...(service.requires !== undefined && (named === undefined || named === null || !runs.includes(named))
        ? [
            {
              path: ["services", name, "requires"],
              text: "is no environment this service runs in; add it there, or leave it out.",
            },
          ]
        : []),
      ...tasks.flatMap((task, index) =>
        tasks.indexOf(task) < index
          ? [{ path: ["services", name, "tasks", index, "name"], text: `is a second ${task}; give each its own name.` }]
          : [],
      ),
    ];
  });
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

function pools(written: Written): readonly Misfit[] {
  const databases = Object.keys(written.databases ?? {});
  return Object.entries(written.services ?? {}).flatMap(([name, service]) =>
    Object.keys(service.connections_per_task ?? {}).flatMap((word) => {
      const found = catalogName(written, word);
      if (found !== null && found !== undefined && databases.includes(found)) return [];
      return [
        {
          path: ["services", name, "connections_per_task", word],
          key: true,
          text: unknown("database", databases, word),
        },
      ];
    }),
  );
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

/** What it works without is among what it needs; what a threshold is for is in the catalog. */
function thresholdTargets(written: Written): readonly Misfit[] {
  const names = catalogEntries(written).map(({ name }) => name);
  const needed = Object.entries(written.services ?? {}).flatMap(([name, service]) =>
    (service.works_without ?? []).flatMap((word, index) => {
      const depends = (service.depends_on ?? []).map((one) => catalogName(written, one));
      const path = ["services", name, "works_without", index];
      return depends.includes(catalogName(written, word)) ? [] : [{ path, text: "is not among its depends_on." }];
    }),
  );
  const held = (written.thresholds ?? []).flatMap((threshold, index) =>
    (threshold.targets ?? []).flatMap((word, position) => {
      const path = ["thresholds", index, "targets", position];
      return catalogName(written, word) ? [] : [{ path, text: unknown("part of the catalog", names, word) }];
    }),
  );
  return [...needed, ...held];
}
