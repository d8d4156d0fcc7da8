import type { Configuration } from "../configuration.ts";
import { windowsFor } from "../guard/calendar.ts";
import { catalog } from "../incident/affected.ts";
import type { Place } from "../intent.ts";
import { spanAt } from "../time/recurrence.ts";
import type { AlertGroup, AlertLevel, SentAlert } from "./alert.ts";
import type { AlertDecision, AlertSource } from "./settings.ts";

/** What follows from an alert, all told by the configuration. */
export type Routed = Pick<
  AlertGroup,
  "key" | "level" | "service" | "environment" | "place" | "severity" | "incident" | "page" | "calm"
>;

/** Decides by the configuration alone what an alert is about, where it is told, and whom it calls. */
export function routeAlert(config: Configuration, source: AlertSource, alert: SentAlert, now: Date): Routed {
  const settings = config.alerts;
  if (!settings) throw new Error("There are no alerts in the configuration");
  const level = levelOf(source, alert.severity);
  const environment =
    firstOf(source.environmentLabels, alert, (value) => environmentNamed(config, value)) ?? source.environment;
  const labelled = firstOf(source.serviceLabels, alert, (value) => catalogNamed(config, value)) ?? source.service;
  const route = settings.routes.find(
    ({ sources, levels, services, environments, labels }) =>
      (sources === null || sources.includes(source.name)) &&
      (levels === null || levels.includes(level)) &&
      (services === null || (labelled !== null && services.includes(labelled))) &&
      (environments === null || (environment !== null && environments.includes(environment))) &&
      Object.entries(labels).every(([name, value]) => alert.labels[name] === value),
  );
  const service = labelled ?? route?.service ?? watchedBy(config, alert);
  const decision: AlertDecision = { ...settings.levels[level], ...route?.decision };
  const calm = calmBecause(config, { service, environment }, now);
  return {
    key: keyOf(source, alert, { level, service, environment }),
    level,
    service,
    environment,
    place: placeOf(config, level, decision.channel),
    severity: decision.severity || null,
    incident: calm !== null && decision.incident === "open" ? "propose" : decision.incident,
    page: calm === null ? whomOf(config, decision) : [],
    calm,
  };
}

function whomOf(config: Configuration, { page, severity }: AlertDecision): readonly string[] {
  return page === "severity" ? (config.severities.find(({ name }) => name === severity)?.page ?? []) : page;
}

/** The level a sender's word stands for; case does not matter. */
export function levelOf(source: Pick<AlertSource, "levels" | "otherwise">, word: string | null): AlertLevel {
  return (word === null ? undefined : source.levels.get(word.toLowerCase())) ?? source.otherwise;
}

function firstOf(names: readonly string[], { labels }: SentAlert, find: (value: string) => string | null) {
  for (const name of names) {
    const value = labels[name];
    const found = value === undefined ? null : find(value);
    if (found !== null) return found;
  }
  return null;
}

/** What an incident can be about by any of its words, the names its platform has for it included. */
function catalogNamed(config: Configuration, word: string): string | null {
  const said = plain(word);
  if (said === "") return null;
  const things = [...config.services, ...config.resources.filter(({ kind }) => kind !== "secret")];
  const named = things.find(({ name, title, aliases }) => [name, title, ...aliases].some((one) => plain(one) === said));
  if (named) return named.name;
  const places = ["service", "instance", "cluster_id", "replication_group", "deployment", "name"];
  const placed = things.find(({ runs }) =>
    runs.some(({ at }) => places.some((key) => at[key] !== undefined && plain(at[key]) === said)),
  );
  return placed?.name ?? null;
}

/** The thing of the catalog that has an alarm of this title. */
function watchedBy(config: Configuration, { title }: SentAlert): string | null {
  const named = [...config.services, ...config.resources].filter(({ alarms = [] }) => alarms.includes(title));
  const known = new Set(catalog(config).map(({ name }) => name));
  return named.length === 1 && named[0] && known.has(named[0].name) ? named[0].name : null;
}

function environmentNamed(config: Configuration, word: string): string | null {
  const said = plain(word);
  return (
    config.environments.find(({ name, aliases }) => [name, ...aliases].some((one) => plain(one) === said))?.name ?? null
  );
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_-]+/g, "");
}

/** Only what is known to be no production is calm by its environment: what nobody knows calls people. */
function calmBecause(
  config: Configuration,
  about: { readonly service: string | null; readonly environment: string | null },
  now: Date,
): string | null {
  const environment = config.environments.find(({ name }) => name === about.environment);
  if (environment && !environment.production) return `${environment.name} is no production`;
  const target = { name: about.service ?? "", environment: about.environment ?? "" };
  const window = (config.alerts?.calmIn ?? [])
    .flatMap((word) => windowsFor(config.windows, word, target))
    .find(({ times }) => spanAt(times, now) !== null);
  return window ? `the maintenance “${window.name}” is under way` : null;
}

function keyOf(
  source: AlertSource,
  alert: SentAlert,
  { level, service, environment }: Pick<Routed, "level" | "service" | "environment">,
): string {
  const common =
    source.groupBy.length > 0 ? source.groupBy.map((name) => alert.labels[name] ?? "") : [alert.title, service ?? ""];
  return JSON.stringify([level, environment ?? "", ...common]);
}

/** A channel of the configuration's own by what it is for, another by its name. */
function placeOf(config: Configuration, level: AlertLevel, written: string | null): Place {
  const { channels } = config;
  if (written !== null) {
    const purposes = ["alerts", "incidents", "monitoring", "operations", "deployments"] as const;
    const purpose = purposes.find((one) => channels[one] === written);
    return purpose ? { configured: purpose } : { named: written };
  }
  if (level === "info" && channels.monitoring !== null) return { configured: "monitoring" };
  return { configured: channels.alerts === null ? "incidents" : "alerts" };
}
