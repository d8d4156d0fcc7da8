import type { Configuration, Environment, Link, Placement, Resource, Service } from "../domain/configuration.ts";
import { defaultSteps } from "../domain/incident/phases.ts";
import type { PostmortemTemplate } from "../domain/postmortem/settings.ts";
import { completeAlerts } from "./alerts.ts";
import { completeAudit } from "./audit.ts";
import { completeAwsRoles } from "./aws-roles.ts";
import { completeBackups } from "./backups.ts";
import { completeBusinessHours } from "./business-hours.ts";
import { completeFreezes, completeWindows } from "./calendar.ts";
import { actionNames, catalogName, environmentName, type OperationName, reachOf } from "./catalog-words.ts";
import { completeChanges } from "./changes.ts";
import { completeConnection, connectionNames } from "./connections.ts";
import { completeContacts } from "./contacts.ts";
import { completeCosts } from "./costs.ts";
import {
  defaultChannels,
  defaultOperations,
  defaultReactions,
  defaultRoles,
  defaultSeverities,
  defaultWatchMinutes,
} from "./defaults.ts";
import { completeChecklist } from "./deployment-checklist.ts";
import { completeSteps } from "./deployment-steps.ts";
import { completeFollowUp } from "./follow-up.ts";
import { completeHealth } from "./health.ts";
import { completeIntegrations } from "./integrations.ts";
import { completeNewcomers } from "./newcomers.ts";
import { completeOncall } from "./oncall.ts";
import { completePhases } from "./phases.ts";
import { type CatalogKind, platformNames } from "./platforms.ts";
import { completeRule } from "./policy.ts";
import { completePostmortem } from "./postmortem.ts";
import { completeBefore, completeReleaseCare } from "./release-care.ts";
import { completeLeadReminders } from "./reminders.ts";
import { completeReviews } from "./reviews.ts";
import type { Written } from "./schema.ts";
import { completeSecrets } from "./secrets.ts";
import { completeSecurity } from "./security.ts";
import { hours, minutes, seconds } from "./spans.ts";
import { completeAnnouncements, completeStatusPage } from "./telling.ts";
import { completeThresholds } from "./thresholds.ts";
import { completeUpkeep } from "./upkeep.ts";

/** Fills every default in. What was written must have been checked: a reference that leads nowhere stays as it is. */
export function completeConfiguration(
  written: Written,
  operations: readonly OperationName[],
  templates: readonly PostmortemTemplate[] = [],
  announcements: Readonly<Record<string, string>> = {},
): Configuration {
  const severities = written.severities ? completeSeverities(written.severities) : defaultSeverities;
  const environments = completeEnvironments(written);
  const catalog = { written, environments };
  const services = completeServices(catalog);
  const followUp = completeFollowUp(written.follow_up ?? {});
  const alerts = completeAlerts(written, environments, severities);
  return {
    organisation: written.organisation ?? "Our organisation",
    severities,
    roles: written.roles ? completeRoles(written.roles) : defaultRoles,
    phases: written.phases ? completePhases(written.phases) : defaultSteps,
    people: Object.entries(written.people ?? {}).map(([reference, person]) => ({
      reference,
      name: person.name ?? null,
      title: person.title ?? null,
      github: person.github ?? null,
      jira: person.jira ?? null,
      ...(person.accounts ? { accounts: person.accounts } : {}),
    })),
    oncall: completeOncall(written.oncall ?? {}),
    channels: completeChannels(written.channels ?? {}),
    businessHours: completeBusinessHours(written.business_hours),
    environments,
    services,
    resources: [
      ...completeResources("database", written.databases, catalog),
      ...completeResources("cache", written.caches, catalog),
      ...completeResources("queue", written.queues, catalog),
      ...completeSecrets(completeResources("secret", written.secrets, catalog), written, services),
    ],
    connections: connectionsOf(catalog),
    policy: (written.policy ?? []).map((rule) => completeRule(rule, written, environments, operations)),
    freezes: completeFreezes(
      written.freezes,
      (reach) => reachOf(reach, written, environments),
      (word) => actionNames(operations, word),
    ),
    windows: completeWindows(written.maintenance, (reach) => reachOf(reach, written, environments)),
    reactions: {
      timeline: bareEmoji(written.reactions?.timeline ?? defaultReactions.timeline),
      actionItem: bareEmoji(written.reactions?.action_item ?? defaultReactions.actionItem),
    },
    operations: {
      expireMinutes: seconds(written.operations?.expire, defaultOperations.expireMinutes * 60) / 60,
      verifyMinutes: seconds(written.operations?.verify, defaultOperations.verifyMinutes * 60) / 60,
      steadySeconds: seconds(written.operations?.steady, defaultOperations.steadySeconds),
      diagnoseIncidents: written.operations?.diagnose_incidents ?? defaultOperations.diagnoseIncidents,
    },
    postmortem: completePostmortem(
      written.postmortem,
      severities,
      templates,
      Object.values(written.people ?? {}).flatMap((person) => person.name ?? []),
    ),
    dashboards: links(written.dashboards),
    announcements: completeAnnouncements(written.announcements, announcements),
    statusPage: completeStatusPage(written.status_page, written.organisation ?? "Our organisation", (word) =>
      catalogName(written, word),
    ),
    integrations: completeIntegrations(written.integrations ?? {}),
    leadReminders: completeLeadReminders(written.reminders?.lead),
    thresholds: completeThresholds(written.thresholds, (word) => catalogName(written, word)),
    certificates: written.certificates ?? [],
    contacts: completeContacts(written.contacts),
    followUp,
    reviews: completeReviews(written, followUp),
    releaseCare: completeReleaseCare(written),
    deploymentChecklist: completeChecklist(written, environments),
    newcomers: completeNewcomers(written.newcomers),
    upkeep: completeUpkeep(written, environments, operations),
    costs: completeCosts(written.costs, environments),
    security: completeSecurity(written.security),
    ...(alerts ? { alerts } : {}),
    backups: completeBackups(written.backups, written.databases),
    changes: completeChanges(written.changes),
    audit: completeAudit(written.audit),
  };
}

/** Seconds of a span such as 90s, 5m or 1h. */
function spanSeconds(text: string): number {
  return Number.parseInt(text, 10) * ({ s: 1, m: 60, h: 3600 }[text.slice(-1)] ?? 60);
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
    ...(environment?.aws ? { access: completeAwsRoles(environment.aws) } : {}),
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
    deployedBy: service.deployed_by ?? null,
    requires:
      service.requires === undefined ? null : (environmentName(environments, service.requires) ?? service.requires),
    tasks: (service.tasks ?? []).map(({ name, summary = "", command, container, timeout, lines }) => ({
      name,
      summary,
      command,
      container: container ?? null,
      timeoutSeconds: spanSeconds(timeout ?? "10m"),
      lines: lines ?? 50,
    })),
    ...(service.deployments?.before ? { before: completeBefore(service.deployments) } : {}),
    ...completeSteps(written, service.deployments),
    announce: (service.deployments?.announce ?? written.deployments?.announce ?? []).map((one) =>
      one.replace(/^#/, ""),
    ),
    dependsOn: (service.depends_on ?? []).map((word) => catalogName(written, word) ?? word),
    connectionsPerTask: Object.entries(service.connections_per_task ?? {}).map(([word, count]) => ({
      database: catalogName(written, word) ?? word,
      count,
    })),
    worksWithout: (service.works_without ?? []).map((word) => catalogName(written, word) ?? word),
    alarms: service.alarms ?? [],
    logs: logsOf(service.environments, environments),
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
    alarms: resource.alarms ?? [],
  }));
}

/** Where log lines are; the region is the environment's where none is named. */
function logsOf(
  written: NonNullable<Written["services"]>[string]["environments"],
  environments: readonly Environment[],
): readonly Placement[] {
  return Object.entries(written ?? {}).flatMap(([word, entry]) => {
    const known = environments.find((one) => one.name === environmentName(environments, word));
    const [found] = Object.entries(entry.logs ?? {});
    if (!found) return [];
    const region = known?.region;
    return [
      { environment: known?.name ?? word, provider: found[0], at: { ...(region ? { region } : {}), ...found[1] } },
    ];
  });
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
    pageUnresolved: (severity.page_unresolved ?? []).map((one) => ({
      afterMinutes: minutes(one.after) ?? 0,
      page: one.page,
    })),
    invite: severity.invite ?? [],
    closeRequires: [...new Set(severity.close_requires ?? [])],
    ...(severity.mail ? { mail: severity.mail } : {}),
    ...(severity.ticket ? { ticket: { tracker: severity.ticket.in, only: severity.ticket.only ?? false } } : {}),
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

function links(written: Readonly<Record<string, string>> | undefined): readonly Link[] {
  return Object.entries(written ?? {}).map(([title, url]) => ({ title, url }));
}

function bareEmoji(name: string): string {
  return name.replaceAll(":", "");
}
