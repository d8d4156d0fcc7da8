import type { Sender } from "../domain/alert/settings.ts";
import { watchName } from "../domain/alert/watch.ts";
import type { WrittenAlerts } from "./alerts.ts";
import { windowWords } from "./calendar.ts";
import {
  catalogEntries,
  catalogName,
  environmentName,
  knownEnvironments,
  knownSeverities,
  severityName,
  unknown,
} from "./catalog-words.ts";
import type { Misfit } from "./references.ts";
import type { Written } from "./schema.ts";

const proofs = ["token", "secret", "topic"] as const;

/** What each sender can prove itself by, by what it really does. */
const proofsOf: Readonly<Record<Sender, readonly (typeof proofs)[number][]>> = {
  json: ["token", "secret"],
  alertmanager: ["token"],
  grafana: ["token", "secret"],
  cloudwatch: ["topic"],
  sentry: ["secret"],
  pagerduty: ["secret"],
  guardduty: ["topic", "token"],
  snyk: ["secret"],
  semgrep: ["secret"],
};

/** Sources that prove nothing or what their sender cannot, and words that name nothing. */
export function alertMisfits(written: Written): readonly Misfit[] {
  const { alerts } = written;
  if (!alerts) return [];
  const posting = Object.keys(alerts.sources ?? {});
  const sources = [...posting, ...(alerts.watch ? [watchName] : [])];
  const routes = alerts.routes ?? [];
  return [
    ...(posting.includes(watchName) ? [ownName] : []),
    ...watchMisfits(written, alerts.watch ?? {}),
    ...Object.entries(alerts.sources ?? {}).flatMap(([name, source]) => [
      ...proofMisfits(["alerts", "sources", name], source),
      ...levelMisfits(["alerts", "sources", name, "levels"], source.levels ?? {}),
      ...aboutMisfits(written, ["alerts", "sources", name], source),
    ]),
    ...(["critical", "warning", "info"] as const).flatMap((level) =>
      decisionMisfits(written, ["alerts", level], alerts[level] ?? {}),
    ),
    ...routes.flatMap((route, index) => {
      const path = ["alerts", "routes", index];
      return [
        ...wordMisfits([...path, "sources"], route.sources, "source of alerts", sources),
        ...(route.services ?? []).flatMap((word, at) => thingMisfits(written, [...path, "services", at], word)),
        ...(route.environments ?? []).flatMap((word, at) => placeMisfits(written, [...path, "environments", at], word)),
        ...aboutMisfits(written, path, { service: route.service }),
        ...decisionMisfits(written, path, route),
      ];
    }),
    ...wordMisfits(["alerts", "calm_in"], alerts.calm_in, "window of maintenance", windowWords(written)),
  ];
}

const ownName: Misfit = {
  path: ["alerts", "sources", watchName],
  key: true,
  text: "is how the bot's own watch is called; name the source otherwise.",
};

function watchMisfits(
  written: Written,
  { targets = [], environments = [] }: NonNullable<WrittenAlerts["watch"]>,
): readonly Misfit[] {
  const path = ["alerts", "watch"];
  return [
    ...targets.flatMap((word, at) => thingMisfits(written, [...path, "targets", at], word)),
    ...environments.flatMap((word, at) => placeMisfits(written, [...path, "environments", at], word)),
  ];
}

type Path = readonly (string | number)[];
type Source = NonNullable<WrittenAlerts["sources"]>[string];

function proofMisfits(path: Path, source: Source): readonly Misfit[] {
  const possible = proofsOf[source.kind];
  const given = proofs.filter((proof) => source[proof] !== undefined);
  const wrong = given.filter((proof) => !possible.includes(proof));
  const choice = possible.join(" or ");
  if (given.length === 0)
    return [{ path, text: `does not say how ${source.kind} proves itself; write its ${choice}.` }];
  if (wrong.length > 0)
    return wrong.map((proof) => ({
      path: [...path, proof],
      key: true,
      text: `is nothing that ${source.kind} can prove itself by; write its ${choice}.`,
    }));
  return given.length === 1 ? [] : [{ path, text: `has ${given.join(" and ")}; keep the one that its sender uses.` }];
}

function levelMisfits(path: Path, levels: NonNullable<Source["levels"]>): readonly Misfit[] {
  const seen = new Map<string, string>();
  return Object.entries(levels).flatMap(([level, words]) =>
    (words ?? []).flatMap((word, index) => {
      const earlier = seen.get(word.toLowerCase());
      seen.set(word.toLowerCase(), earlier ?? level);
      return earlier === undefined || earlier === level
        ? []
        : [{ path: [...path, level, index], text: `also means ${earlier}; keep one.` }];
    }),
  );
}

function aboutMisfits(
  written: Written,
  path: Path,
  { service, environment }: { readonly service?: string | undefined; readonly environment?: string | undefined },
): readonly Misfit[] {
  return [
    ...(service === undefined ? [] : thingMisfits(written, [...path, "service"], service)),
    ...(environment === undefined ? [] : placeMisfits(written, [...path, "environment"], environment)),
  ];
}

function decisionMisfits(
  written: Written,
  path: Path,
  { severity, page }: Pick<NonNullable<WrittenAlerts["critical"]>, "severity" | "page">,
): readonly Misfit[] {
  const severities = knownSeverities(written).map(({ name }) => name);
  const teams = Object.keys(written.oncall ?? {});
  return [
    ...(severity === undefined || severityName(written, severity) !== null
      ? []
      : [{ path: [...path, "severity"], text: unknown("severity", severities, severity) }]),
    ...(Array.isArray(page) ? page : []).flatMap((word, index) =>
      /^[a-z][a-z0-9-]*$/.test(word) && !teams.includes(word)
        ? [{ path: [...path, "page", index], text: unknown("team of oncall", teams, word) }]
        : [],
    ),
  ];
}

function thingMisfits(written: Written, path: Path, word: string): readonly Misfit[] {
  const things = catalogEntries(written).filter(({ section }) => section !== "secrets");
  const found = catalogName(written, word);
  if (found !== null && things.some(({ name }) => name === found)) return [];
  return [
    {
      path,
      text: unknown(
        "service, database, cache or queue",
        things.map(({ name }) => name),
        word,
      ),
    },
  ];
}

function placeMisfits(written: Written, path: Path, word: string): readonly Misfit[] {
  const known = knownEnvironments(written);
  if (environmentName(known, word) !== null) return [];
  return [
    {
      path,
      text: unknown(
        "environment",
        known.map(({ name }) => name),
        word,
      ),
    },
  ];
}

function wordMisfits(path: Path, words: readonly string[] | undefined, what: string, known: readonly string[]) {
  return (words ?? []).flatMap((word, index) =>
    known.includes(word) ? [] : [{ path: [...path, index], text: unknown(what, known, word) }],
  );
}
