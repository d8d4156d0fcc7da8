/**
 * What the domain asks of the outside, in the operator's words. main.ts hands in what implements it; the domain
 * never imports a store, a queue or a platform.
 */
import type { Caller } from "./access/caller.ts";
import type { AuditEntry, NewAuditEntry } from "./audit/entry.ts";
import type { Configuration, PersonReference } from "./configuration.ts";
import type { Incident } from "./incident/incident.ts";
import type { Look } from "./operation/look.ts";
import type { Json, OperationRecord } from "./operation/operation.ts";
import type { ActionItem, Postmortem, SectionRevision } from "./postmortem/postmortem.ts";
import type { NewTimelineEntry, TimelineEntry } from "./timeline/entry.ts";

/**
 * Runs `work` in one database transaction: everything it records through App commits together or not at all.
 * Rolled back when work throws, and when it takes longer than two seconds.
 */
export type Transact = <T>(work: (app: App) => Promise<T>) => Promise<T>;

/** What an ask may use while its transaction is open. */
export interface App {
  /** The moment the transaction began, by the injected clock; the same for everything it records. */
  readonly now: Date;
  readonly config: Configuration;
  /** A fresh id: sortable, unguessable, fit for button values. */
  readonly newId: () => string;
  /** The bot's own Slack user id, and how a message is linked to. */
  readonly workspace: {
    readonly botUserId: string;
    readonly teamId: string;
    readonly permalink: (channelId: string, ts: string, threadTs?: string | null) => string;
    /** Whether the bot is in a channel and so can post there; null where it does not know. */
    readonly isIn?: (channelId: string) => boolean | null;
  };
  /** Names of people seen so far; an id nobody saw yet is left out. */
  readonly names: (userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly incidents: IncidentRecords;
  readonly timeline: TimelineRecords;
  readonly reactions: ReactionRecords;
  readonly postmortems: PostmortemRecords;
  readonly actionItems: ActionItemRecords;
  readonly operations: OperationRecords;
  readonly locks: LockRecords;
  readonly looks: LookRecords;
  readonly audit: {
    readonly add: (entry: NewAuditEntry) => Promise<void>;
    readonly recent: (limit: number) => Promise<readonly AuditEntry[]>;
  };
  readonly outbox: Outbox;
  readonly jobs: Jobs;
}

export interface IncidentFilter {
  /** Only those still needing people (true) or resolved and closed (false); null for all. */
  readonly open: boolean | null;
  readonly severity?: string;
  readonly affected?: string;
  readonly limit: number;
}

export interface IncidentRecords {
  /** Takes the next number. Throws nothing of ours: the caller has checked the facts. */
  readonly insert: (incident: Omit<Incident, "number" | "version">) => Promise<Incident>;
  /** Writes the changed facts if the version still is the one read, else throws Refusal "stale". */
  readonly update: (
    incident: Incident,
    changes: Partial<Omit<Incident, "id" | "number" | "version">>,
  ) => Promise<Incident>;
  readonly byId: (id: string) => Promise<Incident | null>;
  /** As byId, and keeps others from changing it until the transaction ends: read with this before a change. */
  readonly lock: (id: string) => Promise<Incident | null>;
  readonly byNumber: (number: number) => Promise<Incident | null>;
  readonly byChannel: (channelId: string) => Promise<Incident | null>;
  /** Newest first. Private ones are included: the caller decides who may see them. */
  readonly list: (filter: IncidentFilter) => Promise<readonly Incident[]>;
  /** Who joined by button or was invited; used to show and to keep private incidents private. */
  readonly members: (id: string) => Promise<readonly string[]>;
  readonly addMembers: (id: string, userIds: readonly string[]) => Promise<void>;
  readonly removeMember: (id: string, userId: string) => Promise<void>;
}

export interface TimelineRecords {
  readonly add: (entry: NewTimelineEntry) => Promise<TimelineEntry>;
  /** Oldest first, hidden ones left out unless asked for. */
  readonly list: (
    incidentId: string,
    options?: { readonly hidden?: boolean; readonly limit?: number; readonly before?: Date },
  ) => Promise<readonly TimelineEntry[]>;
  readonly byId: (id: string) => Promise<TimelineEntry | null>;
  /** A message stands on one timeline at most; hidden entries are found too. */
  readonly bySource: (channelId: string, ts: string) => Promise<TimelineEntry | null>;
  /**
   * With `editedTs` (Slack's time of a message's edit) the text is taken only if that edit is newer than the one
   * known: events come in any order.
   */
  readonly change: (
    id: string,
    changes: { readonly text?: string; readonly at?: Date; readonly hidden?: boolean; readonly editedTs?: string },
    by: string | null,
  ) => Promise<void>;
}

/**
 * Reactions and pins as Slack last said, whatever order its events came in: the newest event time for each item,
 * person and name wins.
 */
export interface ReactionRecords {
  /** Answers whether this event is newer than what was known and changed it. */
  readonly note: (mark: {
    readonly channelId: string;
    readonly ts: string;
    readonly userId: string;
    readonly name: string;
    readonly on: boolean;
    readonly eventTs: string;
  }) => Promise<boolean>;
  /** Who holds that mark on the message now. */
  readonly holders: (channelId: string, ts: string, name: string) => Promise<readonly string[]>;
}

export interface PostmortemRecords {
  readonly insert: (postmortem: Omit<Postmortem, "version">) => Promise<Postmortem>;
  readonly update: (
    postmortem: Postmortem,
    changes: Partial<Omit<Postmortem, "id" | "incidentId" | "version">>,
  ) => Promise<Postmortem>;
  readonly byId: (id: string) => Promise<Postmortem | null>;
  readonly byIncident: (incidentId: string) => Promise<Postmortem | null>;
  /** Newest revision of every section that has one. */
  readonly sections: (postmortemId: string) => Promise<readonly SectionRevision[]>;
  readonly revisions: (postmortemId: string, section: string) => Promise<readonly SectionRevision[]>;
  /** Writes the next revision if `after` is still the newest (0 for none), else throws Refusal "stale". */
  readonly write: (revision: Omit<SectionRevision, "revision">, after: number) => Promise<SectionRevision>;
}

export interface ActionItemRecords {
  readonly insert: (item: Omit<ActionItem, "version">) => Promise<ActionItem>;
  readonly update: (
    item: ActionItem,
    changes: Partial<Omit<ActionItem, "id" | "incidentId" | "version">>,
  ) => Promise<ActionItem>;
  readonly byId: (id: string) => Promise<ActionItem | null>;
  readonly bySource: (channelId: string, ts: string) => Promise<ActionItem | null>;
  readonly remove: (id: string) => Promise<void>;
  readonly list: (filter: {
    readonly incidentId?: string;
    readonly ownerId?: string;
    readonly open?: boolean;
  }) => Promise<readonly ActionItem[]>;
}

export interface OperationRecords {
  readonly insert: (operation: Omit<OperationRecord, "version">) => Promise<OperationRecord>;
  /** Writes the changed facts if the version still is the one read, else throws Refusal "stale". */
  readonly update: (
    operation: OperationRecord,
    changes: Partial<Omit<OperationRecord, "id" | "version">>,
  ) => Promise<OperationRecord>;
  readonly byId: (id: string) => Promise<OperationRecord | null>;
  /** By the code people say, in any case: op-7F3K. */
  readonly byCode: (code: string) => Promise<OperationRecord | null>;
  /** Newest first. */
  readonly list: (filter: {
    readonly incidentId?: string;
    readonly target?: { readonly environment: string; readonly name: string };
    readonly open?: boolean;
    readonly limit: number;
  }) => Promise<readonly OperationRecord[]>;
}

/** One holder for each target at a time, while its operation runs. */
export interface LockRecords {
  /** Takes the lock, or answers who holds it. */
  readonly take: (
    target: string,
    operationId: string,
  ) => Promise<{ readonly taken: true } | { readonly taken: false; readonly operationId: string }>;
  readonly release: (target: string, operationId: string) => Promise<void>;
  readonly holder: (target: string) => Promise<string | null>;
}

/** Looks at services that people asked for, and what was seen: the message is drawn from here. */
export interface LookRecords {
  readonly insert: (look: Look) => Promise<void>;
  readonly byId: (id: string) => Promise<Look | null>;
  readonly found: (id: string, found: NonNullable<Look["found"]>) => Promise<void>;
}

/** Where something is shown: a known channel, an incident's own (which may not exist yet), a configured one, or a person. */
export type Place =
  | { readonly channel: string }
  | { readonly incident: string }
  | { readonly configured: "incidents" | "alerts" | "operations" | "deployments" | "monitoring" }
  | { readonly user: string };

/**
 * Something Slack should show. It names what to draw, not how: the newest state is drawn when it is sent. Each is
 * carried out once, in order for one message, retried while Slack is away, and looked up when in doubt.
 */
export type Intent =
  /** A living message: posted the first time, edited after that; one for each view, subject and place. */
  | {
      readonly kind: "card";
      readonly view: string;
      readonly subject: string;
      readonly place: Place;
      readonly pin?: boolean;
    }
  /** A message posted once. `once` makes it unique: a second intent with the same word is the same message. */
  | {
      readonly kind: "message";
      readonly view: string;
      readonly subject: string;
      readonly place: Place;
      readonly once: string;
      readonly thread?: { readonly ts: string } | { readonly card: string; readonly subject: string };
    }
  | { readonly kind: "channel"; readonly incident: string }
  | { readonly kind: "topic"; readonly incident: string }
  /** Slack user ids, e-mail addresses or @usergroups; looked up when it is sent. */
  | { readonly kind: "invite"; readonly incident: string; readonly userIds: readonly PersonReference[] }
  | { readonly kind: "bookmark"; readonly incident: string; readonly title: string; readonly link: string }
  | { readonly kind: "archive"; readonly incident: string }
  /** Files made by a view (documents), uploaded together into the place, once for each `once`; earlier ones stay where people linked them. */
  | {
      readonly kind: "files";
      readonly view: string;
      readonly subject: string;
      readonly place: Place;
      readonly once: string;
    }
  /** A canvas in the place's channel; written anew on each intent. */
  | { readonly kind: "canvas"; readonly view: string; readonly subject: string; readonly place: Place }
  /** The person's App Home. */
  | { readonly kind: "home"; readonly userId: string }
  /** Adds the bot's own emoji to a message, as an acknowledgement people see in place. */
  | { readonly kind: "react"; readonly channel: string; readonly ts: string; readonly name: string };

export type Lane = "page" | "answer" | "declare" | "normal" | "cosmetic";

export interface Outbox {
  readonly add: (intent: Intent, lane?: Lane) => Promise<void>;
  /** What has not reached Slack yet or never will, for one incident, in words for its card. */
  readonly missing: (incidentId: string) => Promise<readonly MissingPiece[]>;
  /** Where a card was posted, once it was. */
  readonly posted: (
    view: string,
    subject: string,
  ) => Promise<{ readonly channelId: string; readonly ts: string } | null>;
}

export interface MissingPiece {
  /** channel, topic, invite, bookmark, card, announcement … */
  readonly piece: string;
  readonly state: "waiting" | "failed";
  /** Slack's own word for why, or null while it is merely waiting. */
  readonly reason: string | null;
  /** For invites: who. */
  readonly userIds: readonly string[];
}

/** Every background task by name, with what it is given. */
export interface JobData {
  readonly "plan-operation": { readonly operationId: string };
  readonly "apply-operation": { readonly operationId: string };
  readonly "watch-operation": { readonly operationId: string };
  readonly "expire-operation": { readonly operationId: string };
  /** Looks at the services a person asked about, and shows them. */
  readonly "look-status": { readonly lookId: string };
  /** Reads a message of Slack's (a thread reply too) and writes it on its incident's timeline. */
  readonly "capture-message": {
    readonly channelId: string;
    readonly ts: string;
    readonly through: "reaction" | "pin" | "shortcut";
    readonly byUserId: string;
    /** For a message that was not written in an incident's channel: whose timeline it goes on. */
    readonly incidentId?: string;
  };
  /** Makes an action item of a message that carries the reaction for it. */
  readonly "capture-action-item": { readonly channelId: string; readonly ts: string; readonly byUserId: string };
  readonly "remind-update": { readonly incidentId: string; readonly since: string };
  readonly "remind-lead": { readonly incidentId: string };
  readonly "remind-postmortem": { readonly postmortemId: string };
  /** Posts the audit chain's head; once a day. */
  readonly "post-audit-head": Readonly<Record<never, never>>;
}
export type JobName = keyof JobData;

export interface Jobs {
  /**
   * Enqueued in the transaction. With a key at most one is waiting for that key; a job is handed over at least
   * once, so its handler re-reads what it is about. `after` is a moment by the injected clock.
   */
  readonly add: <N extends JobName>(
    name: N,
    data: JobData[N],
    options?: { readonly key?: string; readonly after?: Date },
  ) => Promise<void>;
}

/** A message as Slack has it now. */
export interface SlackMessage {
  readonly userId: string | null;
  /** Slack's mrkdwn. */
  readonly text: string;
  readonly threadTs: string | null;
  /** Time of its last edit, as Slack writes it; null when it was never edited. */
  readonly editedTs: string | null;
  readonly files: readonly { readonly name: string; readonly permalink: string | null }[];
}

/** Reads one message, a thread reply too; null when it is gone or the bot may not see it. */
export interface MessageReader {
  readonly read: (channelId: string, ts: string) => Promise<SlackMessage | null>;
}

/** What an ask may use, with what only the Slack side works with. */
export interface SlackApp extends App {
  readonly intake: IntakeRecords;
}

/** The same one transaction as Transact's, for the Slack side. */
export type TransactSlack = <T>(work: (app: SlackApp) => Promise<T>) => Promise<T>;

/** Which asks were recorded, so that a repeat gets the first one's answer. */
export interface IntakeRecords {
  /**
   * Claims the key until the transaction ends. A repeat waits for the transaction that has it; once that one is
   * committed the repeat gets its answer, and when it was rolled back the repeat is the first.
   */
  readonly begin: (
    key: string,
    kind: string,
  ) => Promise<{ readonly first: true } | { readonly first: false; readonly answer: Json }>;
  readonly answer: (key: string, answer: Json) => Promise<void>;
}

/** What is counted and measured. Labels never carry names or titles. */
export interface Metrics {
  readonly asked: (kind: string, outcome: string, seconds: number) => void;
  readonly slackCalled: (method: string, outcome: string, seconds: number) => void;
  readonly delivered: (lane: Lane, outcome: string, lagSeconds: number) => void;
  readonly outboxDepth: (
    depth: readonly { readonly lane: Lane; readonly waiting: number; readonly lagSeconds: number }[],
  ) => void;
  readonly jobDone: (name: string, outcome: string) => void;
  readonly operationEnded: (operation: string, outcome: string) => void;
}

/** Lines for operators: a static message, what varies in the fields. */
export interface Log {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

/** Learns who somebody is; the answer may be five minutes old unless `fresh`. */
export type Identify = (userId: string, options?: { readonly fresh?: boolean }) => Promise<Caller>;
