import type { AlertSettings } from "./alert/settings.ts";
import type { AuditSettings } from "./audit/settings.ts";
import type { BackupSettings } from "./backup/settings.ts";
import type { ChangeClass } from "./change/change.ts";
import type { CostSettings } from "./cost/settings.ts";
import type { FactorNeed } from "./factor/factor.ts";
import type { FollowUpSettings } from "./follow-up.ts";
import type { Freeze, MaintenanceWindow } from "./guard/calendar.ts";
import type { HealthAddress } from "./health/health.ts";
import type { Threshold } from "./health/thresholds.ts";
import type { CloseField } from "./incident/close-fields.ts";
import type { Step } from "./incident/phases.ts";
import type { Integrations } from "./integrations.ts";
import type { NewcomerSettings } from "./newcomer/newcomer.ts";
import type { Contact } from "./oncall/contacts.ts";
import type { Team } from "./oncall/team.ts";
import type { AccessRoles } from "./platform/identity.ts";
import type { PostmortemSettings } from "./postmortem/settings.ts";
import type { DeploymentStep } from "./release-care/ordered-steps.ts";
import type { ConfiguredItem, ReleaseCare } from "./release-care/settings.ts";
import type { Review } from "./review/settings.ts";
import type { SecuritySettings } from "./security/settings.ts";
import type { StatusPageSettings } from "./status-page/page.ts";
import type { TrackerId } from "./ticket/tracker.ts";
import type { BusinessHours } from "./time/business-hours.ts";
import type { UpkeepTask } from "./upkeep/task.ts";

/** The configuration as the whole program sees it: parsed once by src/config.ts, complete, every default filled in. */
export interface Configuration {
  readonly organisation: string;
  /** Most severe first; at least one. */
  readonly severities: readonly Severity[];
  readonly roles: readonly Role[];
  /** Where an incident can stand, in order. */
  readonly phases: readonly Step[];
  readonly people: readonly PersonEntry[];
  readonly oncall: readonly Team[];
  /** People and companies to turn to, in the order they are written; left out for none. */
  readonly contacts?: readonly Contact[];
  readonly channels: Channels;
  readonly businessHours: BusinessHours;
  readonly environments: readonly Environment[];
  readonly services: readonly Service[];
  /** Databases, caches, queues and secrets. */
  readonly resources: readonly Resource[];
  /** Addresses of data stores by the name that placements give as `connection`. They hold passwords: only providers use them. */
  readonly connections: ReadonlyMap<string, string>;
  readonly policy: readonly PolicyRule[];
  readonly freezes: readonly Freeze[];
  readonly windows: readonly MaintenanceWindow[];
  readonly reactions: { readonly timeline: string; readonly actionItem: string };
  readonly operations: OperationDefaults;
  readonly postmortem: PostmortemSettings;
  /** Labelled links for every incident channel's bookmarks bar. */
  readonly dashboards: readonly Link[];
  /** The team's own wording of a status update, by status; placeholders as in src/domain/telling/template.ts. */
  readonly announcements: Readonly<Record<string, string>>;
  /** The public status page; null where there is none. */
  readonly statusPage: StatusPageSettings | null;
  readonly integrations: Integrations;
  readonly leadReminders: LeadReminders;
  readonly thresholds: readonly Threshold[];
  /** Addresses whose certificates are looked after, beside those of health checks. */
  readonly certificates?: readonly string[];
  readonly followUp: FollowUpSettings;
  /** Maintenance that comes round and is to be done. */
  readonly upkeep?: readonly UpkeepTask[];
  /** How deployments are watched, by service; only those that say so. */
  readonly releaseCare?: ReadonlyMap<string, ReleaseCare>;
  /** What has to be done before a deployment, those for every service first. */
  readonly deploymentChecklist?: readonly ConfiguredItem[];
  /** The list for people who are new on call; a usual one where nothing is written. */
  readonly newcomers?: NewcomerSettings;
  /** Looks at how everything stands; left out: only the usual one, when somebody asks. */
  readonly reviews?: readonly Review[];
  /** What the cloud may cost; left out: nothing is watched. */
  readonly costs?: CostSettings;
  /** How security incidents are looked into; the usual where it is left out. */
  readonly security?: SecuritySettings;
  /** Where alerts come from and what follows from them; left out: none come. */
  readonly alerts?: AlertSettings;
  readonly backups: BackupSettings;
  /** Classes of changes; at least one. */
  readonly changes: readonly ChangeClass[];
  readonly audit: AuditSettings;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** A Slack user id, an e-mail address, or an @usergroup handle. */
export type PersonReference = string;

export interface PersonEntry {
  readonly reference: PersonReference;
  readonly name: string | null;
  readonly title: string | null;
  /** Their login in GitHub, and their account id in Jira; null where it is not said. */
  readonly github: string | null;
  readonly jira: string | null;
  /** Other accounts of the same person: whoever asked with one approves with none. */
  readonly accounts?: readonly PersonReference[];
}

export interface Severity {
  /** The canonical word, such as SEV2. */
  readonly name: string;
  /** Other spellings; case, spaces and dashes never matter. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly emoji: string;
  /** Minutes until somebody must have acknowledged; null for no clock. */
  readonly respondMinutes: number | null;
  /** Whether that clock runs always, or only while people are at work. */
  readonly respondIn: "always" | "business_hours";
  readonly updateMinutes: number | null;
  /** Minutes until the harm must be over, and until it must be resolved; null for no clock. */
  readonly mitigateMinutes: number | null;
  readonly resolveMinutes: number | null;
  /** How long health is watched after resolving; null for not at all. */
  readonly watchMinutes: number | null;
  readonly postmortemHours: number | null;
  /** Who is paged: people, user groups, or teams of the on-call section. */
  readonly page: readonly string[];
  /** Who is paged besides, after so many minutes without being resolved, whether somebody acknowledged it or not. */
  readonly pageUnresolved: readonly UnresolvedPage[];
  /** Who is invited to the incident's channel. */
  readonly invite: readonly PersonReference[];
  /** What must be filled in before it can be closed. */
  readonly closeRequires: readonly CloseField[];
  /** Channels that each update is told in, instead of the ones for all. */
  readonly stakeholders?: readonly string[];
  /** Addresses that each update is mailed to, instead of the ones for all. */
  readonly mail?: readonly string[];
  /** The tracker a ticket is opened in; `only`: nothing but that, unless somebody makes it an incident. */
  readonly ticket?: { readonly tracker: TrackerId; readonly only: boolean } | null;
}

export interface UnresolvedPage {
  readonly afterMinutes: number;
  /** As a severity's `page`. */
  readonly page: readonly string[];
}

export interface Role {
  /** The word typed, such as commander. */
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** What whoever gets it is told to do; the built-in words of templates where it is left out. */
  readonly instructions?: string;
}

export interface Channels {
  /** Where incidents are announced: a channel name without #, or an id. */
  readonly incidents: string;
  readonly alerts: string | null;
  readonly operations: string | null;
  readonly deployments: string | null;
  readonly monitoring: string | null;
  /** Where each update is told to people who do not work on it; a severity may name its own. */
  readonly stakeholders: readonly string[];
  /** First part of an incident channel's name. */
  readonly prefix: string;
}

export interface Environment {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly production: boolean;
  readonly default: boolean;
  readonly region: string | null;
  /** The roles it is reached with; left out for the bot's own credentials. */
  readonly access?: AccessRoles;
}

export interface Service {
  /** The word typed. */
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly owner: PersonReference | null;
  readonly links: readonly Link[];
  /** Where it runs, one entry for each environment. */
  readonly runs: readonly Placement[];
  readonly dependsOn: readonly string[];
  /** How many connections each of its tasks may open, by database of the catalog. */
  readonly connectionsPerTask: readonly { readonly database: string; readonly count: number }[];
  /** What deploys it from outside, in people's words: it would bring a version back that was rolled back. */
  readonly deployedBy?: string | null;
  /** The environment a version must have run in before it comes here to production. */
  readonly requires?: string | null;
  /** Commands that may be run once beside it, by name. */
  readonly tasks?: readonly NamedTask[];
  /** Those that run before each deployment and have to end well, in this order, each with what takes it back. */
  readonly before?: readonly { readonly task: string; readonly back: string | null }[];
  /** What its deployment consists of, in this order; left out: the release alone. */
  readonly steps?: readonly DeploymentStep[];
  /** Channels that are told of its deployments in production; left out for none. */
  readonly announce?: readonly string[];
  /** Those of them that it works without: where they are away it only degrades. */
  readonly worksWithout?: readonly string[];
  /** Alarms of its platform that watch it, by name, beside those on its own metrics. */
  readonly alarms?: readonly string[];
  /** Where its log lines are, for each environment that says so: the provider's id and coordinates. */
  readonly logs?: readonly Placement[];
  /** Where its health can be read, for each environment that says so. */
  readonly health: readonly { readonly environment: string; readonly addresses: readonly HealthAddress[] }[];
}

/** A command that is allowed as a one-off task. */
export interface NamedTask {
  readonly name: string;
  readonly summary: string;
  readonly command: readonly string[];
  /** The container it runs in; null for the one that serves requests, or the only one. */
  readonly container: string | null;
  /** After so long it is stopped. */
  readonly timeoutSeconds: number;
  /** How many of its last lines are shown. */
  readonly lines: number;
}

/** Where a service runs in one environment: the provider's id and the provider's own coordinates. */
export interface Placement {
  readonly environment: string;
  readonly provider: string;
  /** For ecs: cluster, service, and region where it differs from the environment's. */
  readonly at: Readonly<Record<string, string>>;
  /** For a data store that runs on a platform: how its inside is reached. */
  readonly inside?: Placement;
  /** For a secret: how it is rotated from here. */
  readonly rotation?: SecretRotation;
}

/** How a secret is rotated from here. */
export interface SecretRotation {
  /** Characters of the random value that takes the old one's place; null where the platform makes the new value. */
  readonly characters: number | null;
  /** Services that read it at their start and are restarted once the new value is current. */
  readonly consumers: readonly { readonly name: string; readonly placement: Placement }[];
}

export interface Resource {
  readonly kind: "database" | "cache" | "queue" | "secret";
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly runs: readonly Placement[];
  /** For a secret: older than this many days it is overdue; left out for never. */
  readonly maxAgeDays?: number;
  readonly alarms?: readonly string[];
}

/**
 * One rule of the policy. The first rule whose conditions all hold decides; where none does the answer is no.
 * A principal is a Slack user id, an e-mail, an @usergroup, `members` (full members of this workspace), `admins`,
 * or `role:<name>` (who holds that role in the incident the ask came from).
 */
export interface PolicyRule {
  readonly name: string;
  /** Operation names such as scale-service, or `*`. */
  readonly actions: readonly string[];
  readonly environments: readonly string[] | null;
  readonly targets: readonly string[] | null;
  /** The rule holds only for counts inside these limits; step is the largest change in one go. */
  readonly within: { readonly min: number | null; readonly max: number | null; readonly step: number | null } | null;
  /** The rule holds only inside (true) or outside (false) an open incident's channel; null for anywhere. */
  readonly duringIncident: boolean | null;
  /** The rule holds only in an open incident of these severities; null for any, and outside of one. */
  readonly severities: readonly string[] | null;
  /** The rule holds only in this maintenance window, `maintenance` for any; null at any time. */
  readonly onlyIn: string | null;
  readonly allow: readonly string[];
  readonly approvals: number;
  readonly approvers: readonly string[];
  /** `none`: `--yes` may skip the click; `click`: one confirming click; `type`: the target's name is typed. */
  readonly confirm: "none" | "click" | "type";
  /** An approval counts for so many minutes; null for as long as the plan. */
  readonly approvalMinutes: number | null;
  /** Who confirms and who approves shows a second factor as well: any, or a passkey. */
  readonly secondFactor: FactorNeed | null;
  /** Set for a rule that holds only for asks that break the glass: then it says what that lifts. */
  readonly breakGlass: BreakGlassTerms | null;
}

/** What stands in the way of an operation and can be lifted in an emergency. */
export const lifts = ["freeze", "lock", "window", "limits", "approvals", "checklist"] as const;
export type Lift = (typeof lifts)[number];

export interface BreakGlassTerms {
  readonly lifts: readonly Lift[];
  /** How long it lasts. */
  readonly minutes: number;
  /** When it must have been reviewed, and by whom; never by who broke it. */
  readonly reviewDays: number;
  readonly reviewers: readonly string[];
}

export interface OperationDefaults {
  /** A plan nobody confirmed or approved dies after this many minutes. */
  readonly expireMinutes: number;
  /** An apply that is not verified after this many minutes ends as applied-not-verified. */
  readonly verifyMinutes: number;
  /** How long the state asked for must be seen before it counts as verified. */
  readonly steadySeconds: number;
  /** Whether what an incident affects is diagnosed in its channel without anybody asking. */
  readonly diagnoseIncidents: boolean;
}

/** How the channel is asked who leads while nobody does. */
export interface LeadReminders {
  readonly afterMinutes: number;
  readonly everyMinutes: number;
  /** How many times at most; 0 for never. */
  readonly atMost: number;
}
