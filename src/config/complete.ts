import type {
  Configuration,
  Environment,
  Link,
  Placement,
  PolicyRule,
  Resource,
  Service,
} from "../domain/configuration.ts";
import type { PostmortemTemplate } from "../domain/postmortem/settings.ts";
import { completeBusinessHours } from "./business-hours.ts";
import { completeConnection, connectionNames } from "./connections.ts";
import {
  defaultChannels,
  defaultOperations,
  defaultReactions,
  defaultRoles,
  defaultSeverities,
  defaultWatchMinutes,
} from "./defaults.ts";
import { completeFollowUp } from "./follow-up.ts";
import { completeHealth } from "./health.ts";
import { completeIntegrations } from "./integrations.ts";
import { plain } from "./nearest.ts";
import { completeOncall } from "./oncall.ts";
import { type CatalogKind, platformNames } from "./platforms.ts";
import { completePostmortem } from "./postmortem.ts";
import { completeLeadReminders } from "./reminders.ts";
import type { Written } from "./schema.ts";
import { completeAnnouncements, completeStatusPage } from "./telling.ts";
import { completeThresholds } from "./thresholds.ts";

/** An operation as the policy may name it: by its name or by the verb people type. */
export interface OperationName {
  readonly name: string;
  readonly verb: string;
}

/** Fills every default in. What was written must have been checked: a reference that leads nowhere stays as it is. */
export function completeConfiguration(
  written: Written,
  operations: readonly OperationName[],
  templates: readonly PostmortemTemplate[] = [],
): Configuration {
  const severities = written.severities ? completeSeverities(written.severities) : defaultSeverities;
  const environments = completeEnvironments(written);
  const catalog = { written, environments };
  return {
    organisation: written.organisation ?? "Our organisation",
    severities,
    roles: written.roles ? completeRoles(written.roles) : defaultRoles,
    people: Object.entries(written.people ?? {}).map(([reference, person]) => ({
      reference,
      name: person.name ?? null,
      title: person.title ?? null,
    })),
    oncall: completeOncall(written.oncall ?? {}),
    channels: completeChannels(written.channels ?? {}),
    businessHours: completeBusinessHours(written.business_hours),
    environments,
    services: completeServices(catalog),
    resources: [
      ...completeResources("database", written.databases, catalog),
      ...completeResources("cache", written.caches, catalog),
      ...completeResources("queue", written.queues, catalog),
      ...completeResources("secret", written.secrets, catalog),
    ],
    connections: connectionsOf(catalog),
    policy: (written.policy ?? []).map((rule) => completeRule(rule, written, environments, operations)),
    reactions: {
      timeline: bareEmoji(written.reactions?.timeline ?? defaultReactions.timeline),
      actionItem: bareEmoji(written.reactions?.action_item ?? defaultReactions.actionItem),
    },
    operations: {
      expireMinutes: seconds(written.operations?.expire, defaultOperations.expireMinutes * 60) / 60,
      verifyMinutes: seconds(written.operations?.verify, defaultOperations.verifyMinutes * 60) / 60,
      steadySeconds: seconds(written.operations?.steady, defaultOperations.steadySeconds),
    },
    postmortem: completePostmortem(
      written.postmortem,
      severities,
      templates,
      Object.values(written.people ?? {}).flatMap((person) => person.name ?? []),
    ),
    dashboards: links(written.dashboards),
    announcements: completeAnnouncements(written.announcements),
    statusPage: completeStatusPage(written.status_page, written.organisation ?? "Our organisation", (word) =>
      catalogName(written, word),
    ),
    integrations: completeIntegrations(written.integrations ?? {}),
    leadReminders: completeLeadReminders(written.reminders?.lead),
    thresholds: completeThresholds(written.thresholds),
    followUp: completeFollowUp(written.follow_up ?? {}),
  };
}

/** By default the environments whose name says so are production: to be careful needs no line. */
function completeEnvironments(written: Written): readonly Environment[] {
  const entries = Object.entries(written.environments ?? { production: {} });
  return entries.map(([name, environment]) => ({
    name,
    aliases: environment?.aliases ?? [],
    production: isProduction(name, environment),
    default: environment?.default ?? entries.length === 1,
    region: environment?.region ?? null,
  }));
}

export function isProduction(name: string, environment: { readonly production?: boolean | undefined } | null): boolean {
  return environment?.production ?? /^(prod|live)/.test(name);
}

interface Catalog {
  readonly written: Written;
  readonly environments: readonly Environment[];
}

function completeServices({ written, environments }: Catalog): readonly Service[] {
  return Object.entries(written.services ?? {}).map(([name, service]) => ({
    name,
    title: service.title ?? name,
    aliases: service.aliases ?? [],
    summary: service.summary ?? "",
    owner: service.owner ?? null,
    links: links(service.links),
    runs: placements("service", name, service.environments, environments),
    health: Object.entries(service.environments ?? {}).flatMap(([word, entry]) =>
      entry.health
        ? [{ environment: environmentName(environments, word) ?? word, addresses: completeHealth(entry.health) }]
        : [],
    ),
    dependsOn: (service.depends_on ?? []).map((word) => catalogName(written, word) ?? word),
  }));
}

function completeResources(
  kind: Resource["kind"],
  section: Written["databases"],
  { environments }: Catalog,
): readonly Resource[] {
  return Object.entries(section ?? {}).map(([name, resource]) => ({
    kind,
    name,
    title: resource.title ?? name,
    aliases: resource.aliases ?? [],
    runs: placements(kind, name, resource.environments, environments),
  }));
}

function placements(
  kind: CatalogKind,
  name: string,
  written: Readonly<Record<string, object>> | undefined,
  environments: readonly Environment[],
): readonly Placement[] {
  return Object.entries(written ?? {}).flatMap(([word, entry]) => {
    const known = environments.find((one) => one.name === environmentName(environments, word));
    const environment = known?.name ?? word;
    const [platform] = platformsIn(kind, entry);
    const inside = completeConnection(kind, entry, { name, environment })?.placement;
    if (!platform) return inside ? [inside] : [];
    const region = known?.region;
    const at = { ...(region ? { region } : {}), ...platform.at };
    return [{ environment, provider: platform.id, at, ...(inside ? { inside } : {}) }];
  });
}

const stores = { databases: "database", caches: "cache", queues: "queue" } as const;

/** The addresses that placements name, which themselves are stored and shown. */
function connectionsOf({ written, environments }: Catalog): ReadonlyMap<string, string> {
  const connections = new Map<string, string>();
  for (const [section, kind] of Object.entries(stores) as [keyof typeof stores, CatalogKind][]) {
    for (const [name, resource] of Object.entries(written[section] ?? {})) {
      for (const [word, entry] of Object.entries<object>(resource.environments ?? {})) {
        const environment = environmentName(environments, word) ?? word;
        const found = completeConnection(kind, entry, { name, environment });
        const address = found?.address ?? null;
        // Queues may live in a cache of the catalog.
        const cache = address !== null && !/^\w+:\/\//.test(address) ? catalogName(written, address) : null;
        const url = cache === null ? address : (connections.get(`${environment}/${cache}`) ?? null);
        if (found?.placement.at.connection && url !== null && /^\w+:\/\//.test(url)) {
          connections.set(found.placement.at.connection, url);
        }
      }
    }
  }
  return connections;
}

/** The ways an entry names to reach the inside; a sound one names at most one. */
export function insidesIn(kind: CatalogKind, entry: object): readonly string[] {
  return connectionNames(kind).filter((id) => id in entry);
}

/** The platforms an entry names; a sound one names exactly one. */
export function platformsIn(
  kind: CatalogKind,
  entry: object,
): readonly { readonly id: string; readonly at: Readonly<Record<string, string>> }[] {
  const coordinates = entry as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  return platformNames(kind).flatMap((id) => {
    const at = coordinates[id];
    return at ? [{ id, at }] : [];
  });
}

function completeRule(
  rule: NonNullable<Written["policy"]>[number],
  written: Written,
  environments: readonly Environment[],
  operations: readonly OperationName[],
): PolicyRule {
  return {
    name: rule.name,
    actions: rule.actions.map((word) => operations.find((known) => known.verb === word)?.name ?? word),
    environments: rule.environments?.map((word) => environmentName(environments, word) ?? word) ?? null,
    targets: rule.targets?.map((word) => targetWord(written, environments, word)) ?? null,
    within: rule.within
      ? { min: rule.within.min ?? null, max: rule.within.max ?? null, step: rule.within.step ?? null }
      : null,
    duringIncident: rule.during_incident ?? null,
    allow: rule.allow,
    approvals: rule.approvals ?? 0,
    approvers: rule.approvers ?? rule.allow,
    confirm: rule.confirm ?? "click",
  };
}

function completeSeverities(written: NonNullable<Written["severities"]>): Configuration["severities"] {
  return Object.entries(written).map(([name, severity]) => ({
    name,
    aliases: severity.aliases ?? [],
    summary: severity.summary,
    emoji: bareEmoji(severity.emoji ?? "rotating_light"),
    respondMinutes: minutes(severity.respond),
    respondIn: severity.respond_in ?? "always",
    updateMinutes: minutes(severity.update_every),
    mitigateMinutes: minutes(severity.mitigate_within),
    resolveMinutes: minutes(severity.resolve_within),
    watchMinutes: severity.watch ? minutes(severity.watch) : defaultWatchMinutes,
    postmortemHours: hours(severity.postmortem_within),
    page: severity.page ?? [],
    invite: severity.invite ?? [],
    closeRequires: [...new Set(severity.close_requires ?? [])],
    ...(severity.stakeholders ? { stakeholders: severity.stakeholders.map((name) => name.replace(/^#/, "")) } : {}),
  }));
}

function completeRoles(written: NonNullable<Written["roles"]>): Configuration["roles"] {
  return Object.entries(written).map(([name, role]) => ({
    name,
    title: role?.title ?? name,
    aliases: role?.aliases ?? [],
    summary: role?.summary ?? "",
    ...(role?.instructions ? { instructions: role.instructions } : {}),
  }));
}

function completeChannels(written: NonNullable<Written["channels"]>): Configuration["channels"] {
  const bare = (name: string | undefined) => name?.replace(/^#/, "") ?? null;
  return {
    incidents: bare(written.incidents) ?? defaultChannels.incidents,
    alerts: bare(written.alerts),
    operations: bare(written.operations),
    deployments: bare(written.deployments),
    monitoring: bare(written.monitoring),
    stakeholders: (written.stakeholders ?? []).map((name) => name.replace(/^#/, "")),
    prefix: written.prefix ?? defaultChannels.prefix,
  };
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
function targetWord(written: Written, environments: readonly Environment[], word: string): string {
  const [first = "", second] = word.split("/");
  if (second === undefined) return catalogName(written, first) ?? word;
  return `${environmentName(environments, first) ?? first}/${catalogName(written, second) ?? second}`;
}

function links(written: Readonly<Record<string, string>> | undefined): readonly Link[] {
  return Object.entries(written ?? {}).map(([title, url]) => ({ title, url }));
}

function bareEmoji(name: string): string {
  return name.replaceAll(":", "");
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function seconds(text: string | undefined, otherwise: number): number {
  if (!text) return otherwise;
  return Number(text.slice(0, -1)) * (unitSeconds[text.slice(-1)] ?? Number.NaN);
}

function minutes(text: string | undefined): number | null {
  return text && text !== "none" ? seconds(text, 0) / 60 : null;
}

function hours(text: string | undefined): number | null {
  return text && text !== "none" ? seconds(text, 0) / 3600 : null;
}
