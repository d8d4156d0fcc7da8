import type { ClockName } from "./incident/clocks.ts";

/** Every background task by name, with what it is given. */
export interface JobData {
  readonly "plan-operation": { readonly operationId: string };
  readonly "apply-operation": { readonly operationId: string };
  readonly "watch-operation": { readonly operationId: string };
  readonly "expire-operation": { readonly operationId: string };
  /** Looks at the services a person asked about, and shows them. */
  readonly "look-status": { readonly lookId: string };
  /** Reads all there is on a service a person asked about, and shows what is wrong. */
  readonly diagnose: { readonly diagnosisId: string };
  /** Looks into a data store a person asked about, and shows what goes on there. */
  readonly "look-store": { readonly lookId: string };
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
  /** Tells PagerDuty how a page stands, and asks how it stands there. */
  readonly "page-outside": { readonly pageId: string };
  /** Looks up who is on call, and brings user groups in step. */
  /** Reads the schedules that PagerDuty keeps. */
  readonly "read-schedules": Readonly<Record<never, never>>;
  readonly "sync-oncall": Readonly<Record<never, never>>;
  /** Looks at the health of what a resolved incident affected, counted from 1. */
  readonly "watch-health": { readonly watchId: string; readonly look: number };
  /** Tells that a clock of an incident ran out; `due` is the moment it was set for. */
  readonly "clock-ran-out": { readonly incidentId: string; readonly clock: ClockName; readonly due: string };
  readonly "remind-update": { readonly incidentId: string; readonly since: string };
  /** Tells that an ended incident's channel is put away, and does so; `at` is the moment it was set for. */
  readonly "archive-channel": { readonly incidentId: string; readonly at: string };
  /** Posts the review of the time before that day, yyyy-MM-dd. */
  readonly "post-review": { readonly period: "weekly" | "monthly"; readonly day: string };
  readonly "remind-lead": { readonly incidentId: string; readonly round?: number; readonly snoozed?: string };
  readonly "remind-handoff": { readonly handoffId: string; readonly round: number };
  /** Reminds of an action item; `at` is the moment it was set for, by which a stale one is known. */
  readonly "remind-action-item": { readonly itemId: string; readonly at: string };
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
