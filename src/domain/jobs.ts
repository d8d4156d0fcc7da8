import type { CounterpartService } from "./counterpart/counterpart.ts";
import type { PictureAsk } from "./health/picture.ts";
import type { ClockName } from "./incident/clocks.ts";
import type { InquiryKind } from "./inquiry/inquiry.ts";

/** Every background task by name, with what it is given. */
export interface JobData {
  readonly "plan-operation": { readonly operationId: string };
  readonly "apply-operation": { readonly operationId: string };
  readonly "watch-operation": { readonly operationId: string };
  /** Looks at what a platform was to do in its own window for an operation that is over. */
  readonly "follow-operation": { readonly operationId: string };
  readonly "expire-operation": { readonly operationId: string };
  /** Looks again at what an operation's checklist rests on. */
  readonly "check-operation": { readonly operationId: string };
  /** Reminds that a broken glass is to be reviewed; `day` is the one it was set for, yyyy-MM-dd. */
  readonly "remind-review": { readonly operationId: string; readonly day: string };
  /** Tells that a lock or freeze is about to end, and ends it. */
  readonly "tend-hold": { readonly holdId: string };
  /** Tells that a lease ends soon, or ends it; `at` is the end it was set for, by which a stale one is known. */
  readonly "tend-lease": { readonly leaseId: string; readonly what: "notice" | "end"; readonly at: string };
  /** Reads what an inquiry asks for, and shows what was found. */
  readonly inquire: { readonly inquiryId: string; readonly kind: InquiryKind };
  /** Draws the picture that goes with a diagnosis. */
  readonly "draw-diagnosis": { readonly inquiryId: string; readonly ask: PictureAsk };
  /** Looks into a data store a person asked about, and shows what goes on there. */
  readonly "look-store": { readonly lookId: string };
  /** Reads what a report is about, and shows it. */
  readonly "make-report": { readonly reportId: string };
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
  /** Fetches the bytes of a file of an incident's channel and keeps them. */
  readonly "copy-file": { readonly channelId: string; readonly ts: string; readonly fileId: string };
  /** Compares the channels that wait for it with Slack, a few calls at a time; one for all processes. */
  readonly "reconcile-channels": Readonly<Record<never, never>>;
  /** Pages the people of one step of a page's path. */
  readonly "page-step": { readonly pageId: string; readonly step: number };
  /** Pages for an incident that is unresolved after so many minutes; `due` is the moment it was set for. */
  readonly "page-unresolved": { readonly incidentId: string; readonly minutes: number; readonly due: string };
  /** Tells PagerDuty how a page stands, and asks how it stands there. */
  readonly "page-outside": { readonly pageId: string };
  /** Reads the schedules that PagerDuty keeps. */
  readonly "read-schedules": Readonly<Record<never, never>>;
  /** Looks up who is on call, and brings user groups in step. */
  readonly "sync-oncall": Readonly<Record<never, never>>;
  /** Brings what a web service holds of ours in step. */
  readonly "keep-counterpart": { readonly service: CounterpartService; readonly subject: string };
  /** Mails an update to one address. */
  readonly "send-mail": { readonly incidentId: string; readonly entryId: string; readonly to: string };
  /** Looks at the open tickets of action items. */
  readonly "look-at-tickets": Readonly<Record<never, never>>;
  /** Looks at the health of what a resolved incident affected, counted from 1. */
  readonly "watch-health": { readonly watchId: string; readonly look: number };
  /** Tells that a clock of an incident ran out; `due` is the moment it was set for. */
  readonly "clock-ran-out": { readonly incidentId: string; readonly clock: ClockName; readonly due: string };
  readonly "remind-update": { readonly incidentId: string; readonly since: string };
  /** Tells that an ended incident's channel is put away, and does so; `at` is the moment it was set for. */
  readonly "archive-channel": { readonly incidentId: string; readonly at: string };
  /** Posts a review, by its name; `day` is the one it was set for, yyyy-MM-dd. */
  readonly "post-review": { readonly period: string; readonly day: string };
  /** Posts a task of the maintenance that came round, by its title. */
  readonly "task-due": { readonly task: string };
  /** Reminds of one that is overdue; rounds are counted from 1. */
  readonly "remind-task": { readonly turnId: string; readonly round: number };
  /** Looks once at a service whose deployment is watched. */
  readonly "watch-release": { readonly watchId: string };
  /** Looks at what is deployed. */
  readonly "see-deployments": Readonly<Record<never, never>>;
  /** Reminds somebody new of what is left; `since` is the welcome it was set for. */
  readonly "remind-newcomer": { readonly userId: string; readonly since: string; readonly round: number };
  /** Looks at what an environment costs. */
  readonly "check-costs": { readonly environment: string };
  /** Holds what is in the catalog against its thresholds. */
  readonly "watch-thresholds": Readonly<Record<never, never>>;
  /** Declares the incident that alerts open by themselves. */
  readonly "declare-from-alert": { readonly groupId: string };
  /** Forgets alerts that are long over. */
  readonly "forget-alerts": Readonly<Record<never, never>>;
  readonly "remind-lead": { readonly incidentId: string; readonly round?: number; readonly snoozed?: string };
  readonly "remind-handoff": { readonly handoffId: string; readonly round: number };
  /** Reminds of an action item; `at` is the moment it was set for, by which a stale one is known. */
  readonly "remind-action-item": { readonly itemId: string; readonly at: string };
  /** Reminds of the post-mortem that a change owes. */
  readonly "remind-change": { readonly changeId: string };
  readonly "remind-postmortem": { readonly postmortemId: string };
  /** Writes the next run of the audit log to the archive. */
  readonly "archive-audit": Readonly<Record<never, never>>;
  /** Checks the whole audit chain for a person. */
  readonly "verify-audit": { readonly userId: string; readonly id: string };
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
