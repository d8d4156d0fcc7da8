import type { Place } from "../intent.ts";

/** How bad an alert is, whatever word its sender has for it; worst first. */
export const alertLevels = ["critical", "warning", "info"] as const;
export type AlertLevel = (typeof alertLevels)[number];

/** One alert as a sender told of it, in one shape for all senders. Its texts are as they came: neither cut nor redacted. */
export interface SentAlert {
  /** The same each time the sender tells of the same alert, and different for any other of that sender. */
  readonly fingerprint: string;
  readonly title: string;
  readonly text: string;
  /** The sender's own word for how bad it is; null where it says nothing. */
  readonly severity: string | null;
  readonly state: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  /** Where the sender shows it. */
  readonly link: string | null;
  /** When it began, as the sender says. */
  readonly startedAt: Date | null;
  /** When it came to be in this state, as the sender says: what is older than what is known changes nothing. */
  readonly at: Date | null;
}

/** An alert as it is recorded: told once or many times, until its sender says that it is over. */
export interface Alert {
  readonly id: string;
  readonly groupId: string;
  readonly source: string;
  readonly fingerprint: string;
  readonly title: string;
  readonly text: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly link: string | null;
  readonly startedAt: Date | null;
  /** By our own clock. */
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** How often it was told of while it fired. */
  readonly count: number;
  readonly toldAt: Date | null;
  readonly resolvedAt: Date | null;
}

/** Alerts that are told in one message. */
export interface AlertGroup {
  readonly id: string;
  readonly source: string;
  /** What its alerts have in common: a storm of them is one message. */
  readonly key: string;
  readonly level: AlertLevel;
  readonly title: string;
  /** What of the catalog it is about; null where nothing was recognised. */
  readonly service: string | null;
  readonly environment: string | null;
  readonly place: Place;
  /** Severity of the incident it opens or proposes. */
  readonly severity: string | null;
  readonly incident: "open" | "propose" | "none";
  /** Who is paged, as a severity's `page`. */
  readonly page: readonly string[];
  /** Why nobody is called for it, in words; null where it calls people. */
  readonly calm: string | null;
  readonly openedAt: Date;
  readonly lastAt: Date;
  /** When the last of its alerts was over; null while one fires. */
  readonly endedAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly incidentId: string | null;
  /** The pages that stand for it. */
  readonly pageIds: readonly string[];
}

export interface AlertRecords {
  /** Keeps others from taking alerts of the same source until the transaction ends. */
  readonly hold: (source: string) => Promise<void>;
  /** The newest of that fingerprint, whether it fires or not. */
  readonly newest: (source: string, fingerprint: string) => Promise<Alert | null>;
  /** The newest group of that key, whether it has ended or not. */
  readonly newestGroup: (source: string, key: string) => Promise<AlertGroup | null>;
  /** How many groups of a source were begun since a moment. */
  readonly begunSince: (source: string, since: Date) => Promise<number>;
  readonly insertGroup: (group: AlertGroup) => Promise<void>;
  readonly updateGroup: (
    id: string,
    changes: Partial<
      Pick<AlertGroup, "lastAt" | "endedAt" | "acknowledgedAt" | "acknowledgedBy" | "incidentId" | "pageIds">
    >,
  ) => Promise<AlertGroup>;
  readonly groupById: (id: string) => Promise<AlertGroup | null>;
  /** As groupById, and keeps others from changing it until the transaction ends. */
  readonly lockGroup: (id: string) => Promise<AlertGroup | null>;
  /** Oldest first. */
  readonly groupsOfPage: (pageId: string) => Promise<readonly AlertGroup[]>;
  readonly groupsOfIncident: (incidentId: string) => Promise<readonly AlertGroup[]>;
  readonly insert: (alert: Alert) => Promise<void>;
  readonly update: (
    id: string,
    changes: Partial<Pick<Alert, "text" | "link" | "lastAt" | "count" | "toldAt" | "resolvedAt">>,
  ) => Promise<void>;
  /** Fingerprints of those of a source that fire. */
  readonly firing: (source: string) => Promise<ReadonlySet<string>>;
  /** Those that fire first, then the newest; at most `limit`. */
  readonly list: (groupId: string, limit: number) => Promise<readonly Alert[]>;
  readonly tally: (groupId: string) => Promise<AlertTally>;
  /**
   * Groups of which something fires; of sources beside `sources`, only those that were heard of since a moment. Worst
   * first, then the newest.
   */
  readonly firingGroups: (options: {
    readonly sources: readonly string[];
    readonly since: Date;
    readonly service: string | null;
    readonly limit: number;
  }) => Promise<{ readonly groups: readonly AlertGroup[]; readonly total: number }>;
  /**
   * Takes away what is over, belongs to no incident and was last heard of before then, at most `limit` of each kind;
   * answers how many of the kind there was more of. Of sources that tell the end only what they said is over.
   */
  readonly forget: (options: {
    readonly before: Date;
    readonly telling: readonly string[];
    readonly limit: number;
  }) => Promise<number>;
}

/** How many alerts a group has, over its whole life. */
export interface AlertTally {
  readonly alerts: number;
  readonly firing: number;
  /** How often all of them were told of. */
  readonly told: number;
  /** Since when the first of those that fire has been known; null where none does. */
  readonly since: Date | null;
  /** When the first began by its sender's word. */
  readonly startedAt: Date | null;
}
