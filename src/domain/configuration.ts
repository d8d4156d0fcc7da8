import type { FollowUpSettings } from "./follow-up.ts";
import type { HealthAddress } from "./health/health.ts";
import type { Threshold } from "./health/thresholds.ts";
import type { CloseField } from "./incident/close-fields.ts";
import type { Integrations } from "./integrations.ts";
import type { Team } from "./oncall/team.ts";
import type { PostmortemSettings } from "./postmortem/settings.ts";
import type { StatusPageSettings } from "./status-page/page.ts";
import type { BusinessHours } from "./time/business-hours.ts";

/** The configuration as the whole program sees it: parsed once by src/config.ts, complete, every default filled in. */
export interface Configuration {
  readonly organisation: string;
  /** Most severe first; at least one. */
  readonly severities: readonly Severity[];
  readonly roles: readonly Role[];
  readonly people: readonly PersonEntry[];
  readonly oncall: readonly Team[];
  readonly channels: Channels;
  readonly businessHours: BusinessHours;
  readonly environments: readonly Environment[];
  readonly services: readonly Service[];
  /** Databases, caches, queues and secrets. */
  readonly resources: readonly Resource[];
  /** Addresses of data stores by the name that placements give as `connection`. They hold passwords: only providers use them. */
  readonly connections: ReadonlyMap<string, string>;
  readonly policy: readonly PolicyRule[];
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
  readonly followUp: FollowUpSettings;
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
  /** Who is invited to the incident's channel. */
  readonly invite: readonly PersonReference[];
  /** What must be filled in before it can be closed. */
  readonly closeRequires: readonly CloseField[];
  /** Channels that each update is told in, instead of the ones for all. */
  readonly stakeholders?: readonly string[];
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
  /** Where its health can be read, for each environment that says so. */
  readonly health: readonly { readonly environment: string; readonly addresses: readonly HealthAddress[] }[];
}

/** Where a service runs in one environment: the provider's id and the provider's own coordinates. */
export interface Placement {
  readonly environment: string;
  readonly provider: string;
  /** For ecs: cluster, service, and region where it differs from the environment's. */
  readonly at: Readonly<Record<string, string>>;
  /** For a data store that runs on a platform: how its inside is reached. */
  readonly inside?: Placement;
}

export interface Resource {
  readonly kind: "database" | "cache" | "queue" | "secret";
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly runs: readonly Placement[];
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
  readonly allow: readonly string[];
  readonly approvals: number;
  readonly approvers: readonly string[];
  /** `none`: `--yes` may skip the click; `click`: one confirming click; `type`: the target's name is typed. */
  readonly confirm: "none" | "click" | "type";
}

export interface OperationDefaults {
  /** A plan nobody confirmed or approved dies after this many minutes. */
  readonly expireMinutes: number;
  /** An apply that is not verified after this many minutes ends as applied-not-verified. */
  readonly verifyMinutes: number;
  /** How long the state asked for must be seen before it counts as verified. */
  readonly steadySeconds: number;
}

/** How the channel is asked who leads while nobody does. */
export interface LeadReminders {
  readonly afterMinutes: number;
  readonly everyMinutes: number;
  /** How many times at most; 0 for never. */
  readonly atMost: number;
}
