import { addMinutes } from "date-fns/addMinutes";
import type { Configuration } from "../configuration.ts";
import { balancerTitle, runningTitle } from "../health/status.ts";
import { everySubject, type Subject } from "../health/subjects.ts";
import type { Finding } from "../health/thresholds.ts";
import type { App } from "../ports.ts";
import type { SentAlert } from "./alert.ts";
import type { AlertSource } from "./settings.ts";

/** How the bot's own watch is named among the sources of alerts; none that posts may have it. */
export const watchName = "watch";

/** What the watch tells, as a source of alerts that nobody can post to. */
export function watchSource(everyMinutes: number): AlertSource {
  return {
    name: watchName,
    sender: "own",
    levels: new Map([
      ["critical", "critical"],
      ["warning", "warning"],
    ]),
    otherwise: "warning",
    serviceLabels: ["service"],
    environmentLabels: ["environment"],
    service: null,
    environment: null,
    groupBy: [],
    // What comes back at the look after the next is still the same.
    windowMinutes: Math.max(10, everyMinutes * 3),
  };
}

/** What is looked at by itself; nothing where the configuration does not want it. */
export function watchedSubjects(config: Configuration): readonly Subject[] {
  const watch = config.alerts?.watch;
  if (!watch) return [];
  return everySubject(config).filter(
    ({ name, environment }) =>
      watch.environments.includes(environment) && (watch.targets === null || watch.targets.includes(name)),
  );
}

/** Sets the clock of the next look; at a start (`catchUp`) the first is made at once. */
export async function armThresholdWatch(app: App, catchUp = true): Promise<void> {
  const watch = app.config.alerts?.watch;
  if (!watch) return;
  const after = catchUp ? app.now : addMinutes(app.now, watch.everyMinutes);
  await app.jobs.add("watch-thresholds", {}, { key: watchName, after });
}

/** What a look at one thing of the catalog found. */
export interface Watched {
  readonly subject: Pick<Subject, "name" | "environment">;
  readonly findings: readonly Finding[];
}

/** So many looks in a row that could not read something are told: a watch that sees nothing must not look like one that sees nothing wrong. */
export const blindLooks = 3;

/**
 * What a round of looks has to tell, given what of it fires already and how many looks in a row could not read each
 * thing. What is unknown neither begins nor ends anything; alarms of the platform come from the platform itself.
 */
export function alertsOfLooks(
  looks: readonly Watched[],
  firing: ReadonlySet<string>,
  blind: ReadonlyMap<string, number>,
): readonly SentAlert[] {
  const told = looks.flatMap((look) => [
    ...judgedOf(look).flatMap((finding) => ofFinding(look, finding, firing)),
    ...ofBlindness(look, firing, blind),
  ]);
  // What is not looked at any more, or was not found although everything could be read, is over.
  const open = new Set(
    looks.flatMap((look) =>
      unreadOf(look).length > 0
        ? [...firing].filter((one) => isOf(look, one))
        : look.findings.filter(({ unlasted }) => unlasted).map(keyFor(look)),
    ),
  );
  const mentioned = new Set(told.map(({ fingerprint }) => fingerprint));
  const gone = [...firing].filter((one) => !open.has(one) && !mentioned.has(one));
  return [...told, ...gone.map(over)];
}

/**
 * Findings of a service while it is being changed: that less of it runs than asked for is what a change looks like.
 * That nothing of it runs is told all the same.
 */
export function whileChanging(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((one) =>
    one.state === "warning" && [runningTitle, balancerTitle].includes(one.title) ? { ...one, unlasted: true } : one,
  );
}

/** Counts of looks in a row that could not read something, brought up to date with this round. */
export function countBlind(
  looks: readonly Watched[],
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    looks.flatMap((look) =>
      unreadOf(look).map(({ title }): [string, number] => {
        const key = blindKey(look, title);
        return [key, (before.get(key) ?? 0) + 1];
      }),
    ),
  );
}

function judgedOf({ findings }: Watched): readonly Finding[] {
  return findings.filter((one) => !one.alarm && !one.unjudged && !one.unlasted && one.state !== "unknown");
}

function unreadOf({ findings }: Watched): readonly Finding[] {
  return findings.filter((one) => !one.alarm && !one.unjudged && one.state === "unknown");
}

function ofFinding(look: Watched, finding: Finding, firing: ReadonlySet<string>): readonly SentAlert[] {
  const fingerprint = keyFor(look)(finding);
  if (finding.state === "ok") return firing.has(fingerprint) ? [over(fingerprint)] : [];
  return [
    {
      ...empty,
      fingerprint,
      title: finding.title,
      text: finding.detail,
      severity: finding.state,
      labels: labelsOf(look),
      link: finding.runbook ?? null,
      startedAt: finding.since ?? null,
    },
  ];
}

/** One alert for all that cannot be read of a thing, so that one source that is away is one message. */
function ofBlindness(
  look: Watched,
  firing: ReadonlySet<string>,
  blind: ReadonlyMap<string, number>,
): readonly SentAlert[] {
  const fingerprint = blindFingerprint(look);
  const long = unreadOf(look).filter(({ title }) => (blind.get(blindKey(look, title)) ?? 0) >= blindLooks);
  if (long.length === 0) return unreadOf(look).length === 0 && firing.has(fingerprint) ? [over(fingerprint)] : [];
  return [
    {
      ...empty,
      fingerprint,
      title: "Figures cannot be read",
      text: long.map(({ title, detail }) => `${title}: ${detail}`).join("\n"),
      severity: "warning",
      labels: labelsOf(look),
    },
  ];
}

const empty = { state: "firing", link: null, startedAt: null, at: null } as const;

function over(fingerprint: string): SentAlert {
  return { ...empty, fingerprint, title: "", text: "", severity: null, labels: {}, state: "resolved" };
}

function labelsOf({ subject: { name, environment } }: Watched): SentAlert["labels"] {
  return { service: name, environment };
}

const keyFor =
  ({ subject: { environment, name } }: Watched) =>
  ({ title }: Pick<Finding, "title">): string =>
    JSON.stringify([environment, name, title]);

function blindFingerprint({ subject: { environment, name } }: Watched): string {
  return JSON.stringify([environment, name]);
}

function blindKey(look: Watched, title: string): string {
  return keyFor(look)({ title });
}

function isOf({ subject: { environment, name } }: Watched, fingerprint: string): boolean {
  return fingerprint.startsWith(JSON.stringify([environment, name]).slice(0, -1));
}
