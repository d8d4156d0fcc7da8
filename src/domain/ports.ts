/**
 * What the domain asks of the outside, in the operator's words. main.ts hands in what implements it; the domain
 * never imports a store, a queue or a platform.
 */
import type { Caller } from "./access/caller.ts";
import type { GroupBindingRecords } from "./access/group-binding.ts";
import type { ActionItemRecords } from "./action-item/records.ts";
import type { AlertRecords } from "./alert/alert.ts";
import type { ArmingRecords } from "./arming.ts";
import type { ArchiveRecords } from "./audit/archive.ts";
import type { AuditEntry, NewAuditEntry } from "./audit/entry.ts";
import type { AuditLogRecords } from "./audit/reading.ts";
import type { BackupRecords } from "./backup/backup.ts";
import type { BeliefRecords, VisitRecords } from "./belief/records.ts";
import type { CapturedFileRecords, CaptureRecords, ReconciliationRecords } from "./capture/records.ts";
import type { Redact } from "./capture/redact.ts";
import type { ChangeRecords } from "./change/change.ts";
import type { TickRecords } from "./checklist/checklist.ts";
import type { Configuration } from "./configuration.ts";
import type { CostRecords } from "./cost/costs.ts";
import type { CounterpartRecords } from "./counterpart/counterpart.ts";
import type { Authenticator, FactorRecords } from "./factor/factor.ts";
import type { HoldRecords } from "./guard/hold.ts";
import type { SampleRecords } from "./health/samples.ts";
import type { ArchivingRecords } from "./incident/archiving.ts";
import type { ClockRecords } from "./incident/clocks.ts";
import type { FigureRecords } from "./incident/figures.ts";
import type { FollowerRecords } from "./incident/following.ts";
import type { HandoffRecords } from "./incident/handoff.ts";
import type { IncidentLinkRecords } from "./incident/links.ts";
import type { IncidentRecords } from "./incident/records.ts";
import type { IncidentSearch } from "./incident/search.ts";
import type { WatchRecords } from "./incident/watch-records.ts";
import type { InquiryRecords } from "./inquiry/inquiry.ts";
import type { Lane, Outbox } from "./intent.ts";
import type { Jobs } from "./jobs.ts";
import type { NewcomerRecords } from "./newcomer/newcomer.ts";
import type { PageRecords } from "./oncall/page.ts";
import type { OutsideShiftRecords } from "./oncall/records.ts";
import type { OverrideRecords } from "./oncall/team.ts";
import type { LeaseRecords } from "./operation/lease.ts";
import type { LockRecords, OperationRecords } from "./operation/records.ts";
import type { StoreLookRecords } from "./operation/store-look.ts";
import type { PeopleRecords } from "./people/records.ts";
import type { PostmortemRecords, PostmortemWorkRecords } from "./postmortem/records.ts";
import type { ReleaseWatchRecords } from "./release-care/watch.ts";
import type { ReportRecords } from "./report/report.ts";
import type { SecurityStepRecords } from "./security/checklist.ts";
import type { PublicRecords } from "./status-page/page.ts";
import type { TicketRequestRecords } from "./ticket/request.ts";
import type { CurationRecords } from "./timeline/curation.ts";
import type { ReactionRecords, TimelineRecords } from "./timeline/records.ts";
import type { TurnRecords } from "./upkeep/turns.ts";

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
  /** Takes secrets out of what people wrote, before it is kept. */
  readonly redact: Redact;
  /** A fresh id: sortable, unguessable, fit for button values. */
  readonly newId: () => string;
  /** The bot's own Slack user id, and how a message is linked to. */
  readonly workspace: {
    readonly botUserId: string;
    readonly teamId: string;
    readonly permalink: (channelId: string, ts: string, threadTs?: string | null) => string;
    readonly channelLink: (channelId: string) => string;
    /** Whether the bot is in a channel and so can post there; null where it does not know. */
    readonly isIn?: (channelId: string) => boolean | null;
  };
  /** Names of people seen so far; an id nobody saw yet is left out. */
  readonly names: (userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly people: PeopleRecords;
  readonly overrides: OverrideRecords;
  readonly pages: PageRecords;
  readonly handoffs: HandoffRecords;
  readonly outsideShifts: OutsideShiftRecords;
  readonly incidents: IncidentRecords;
  readonly watches: WatchRecords;
  readonly clocks: ClockRecords;
  readonly search: IncidentSearch;
  readonly links: IncidentLinkRecords;
  readonly figures: FigureRecords;
  readonly archiving: ArchivingRecords;
  readonly followers: FollowerRecords;
  readonly publicPage: PublicRecords;
  readonly securitySteps: SecurityStepRecords;
  readonly timeline: TimelineRecords;
  readonly curation: CurationRecords;
  readonly reactions: ReactionRecords;
  readonly captures: CaptureRecords;
  readonly beliefs: BeliefRecords;
  readonly visits: VisitRecords;
  readonly capturedFiles: CapturedFileRecords;
  readonly reconciliations: ReconciliationRecords;
  readonly postmortems: PostmortemRecords;
  readonly postmortemWork: PostmortemWorkRecords;
  readonly actionItems: ActionItemRecords;
  readonly counterparts: CounterpartRecords;
  readonly ticketRequests: TicketRequestRecords;
  readonly operations: OperationRecords;
  readonly locks: LockRecords;
  readonly holds: HoldRecords;
  readonly factors: FactorRecords;
  readonly groupBindings: GroupBindingRecords;
  /** Null where the installation has no key for second factors: what asks for one is refused. */
  readonly authenticator: Authenticator | null;
  readonly leases: LeaseRecords;
  readonly storeLooks: StoreLookRecords;
  readonly backups: BackupRecords;
  readonly reports: ReportRecords;
  readonly changes: ChangeRecords;
  readonly inquiries: InquiryRecords;
  readonly samples: SampleRecords;
  readonly costs: CostRecords;
  readonly ticks: TickRecords;
  readonly turns: TurnRecords;
  readonly newcomers: NewcomerRecords;
  readonly releaseWatches: ReleaseWatchRecords;
  readonly armings: ArmingRecords;
  readonly alerts: AlertRecords;
  readonly audit: {
    readonly add: (entry: NewAuditEntry) => Promise<void>;
    readonly recent: (limit: number) => Promise<readonly AuditEntry[]>;
  };
  readonly auditLog: AuditLogRecords;
  readonly archive: ArchiveRecords;
  readonly outbox: Outbox;
  readonly jobs: Jobs;
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

/**
 * Learns who somebody is; the answer may be five minutes old unless `fresh`. Who is not known after `patienceSeconds`
 * (1 when left out: somebody is waiting) is of kind "unknown".
 */
export type Identify = (
  userId: string,
  options?: { readonly fresh?: boolean; readonly patienceSeconds?: number },
) => Promise<Caller>;
