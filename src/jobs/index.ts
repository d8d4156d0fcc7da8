/** The explicit list of every background task. A new one is a file beside this one, a line here, and its data in domain/jobs.ts. */

import { armThresholdWatch } from "../domain/alert/watch.ts";
import { type AuditArchive, armArchiveAtStart } from "../domain/audit/archive.ts";
import type { AuditReport } from "../domain/audit/report.ts";
import type { ChannelReader, FileReader } from "../domain/capture/reader.ts";
import { reconcileAll } from "../domain/capture/reconcile.ts";
import { armCosts } from "../domain/cost/costs.ts";
import type { Keeper } from "../domain/counterpart/keep.ts";
import type { PagerDuty } from "../domain/oncall/pagerduty.ts";
import type { LookUpPeople } from "../domain/people/records.ts";
import type { App } from "../domain/ports.ts";
import { armDeploymentLooks } from "../domain/release-care/watch.ts";
import { armReviews } from "../domain/review/reviews.ts";
import type { MessageReader } from "../domain/slack-side.ts";
import type { Mailer } from "../domain/telling/mail.ts";
import { armTicketLooks } from "../domain/ticket/ticket.ts";
import type { Tracker } from "../domain/ticket/tracker.ts";
import { armUpkeep } from "../domain/upkeep/turns.ts";
import { applyOperation } from "./apply-operation.ts";
import { archiveAuditJob } from "./archive-audit.ts";
import { archiveChannel } from "./archive-channel.ts";
import { captureActionItem } from "./capture-action-item.ts";
import { captureMessage } from "./capture-message.ts";
import { checkCosts } from "./check-costs.ts";
import { checkOperation } from "./check-operation.ts";
import { clockRanOutJob } from "./clock-ran-out.ts";
import { copyFile } from "./copy-file.ts";
import { declareFromAlertJob } from "./declare-from-alert.ts";
import { drawDiagnosis } from "./draw-diagnosis.ts";
import { expireOperation } from "./expire-operation.ts";
import { followOperation } from "./follow-operation.ts";
import { forgetAlertsJob } from "./forget-alerts.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { inquire } from "./inquire.ts";
import { keepCounterpartJob } from "./keep-counterpart.ts";
import { lookAtTicketsJob } from "./look-at-tickets.ts";
import { lookStore } from "./look-store.ts";
import { makeReport } from "./make-report.ts";
import type { OperationContext } from "./operation-context.ts";
import { armSchedules, pageOutside, readSchedulesJob } from "./page-outside.ts";
import { pageStep } from "./page-step.ts";
import { pageUnresolvedJob } from "./page-unresolved.ts";
import { planOperation } from "./plan-operation.ts";
import { armAuditHead, postAuditHead } from "./post-audit-head.ts";
import { postReviewJob } from "./post-review.ts";
import { reconcileChannels } from "./reconcile-channels.ts";
import { remindActionItem } from "./remind-action-item.ts";
import { remindChangeJob } from "./remind-change.ts";
import { remindHandoff } from "./remind-handoff.ts";
import { remindLead } from "./remind-lead.ts";
import { remindNewcomerJob } from "./remind-newcomer.ts";
import { remindPostmortem } from "./remind-postmortem.ts";
import { remindReview } from "./remind-review.ts";
import { remindUpdate } from "./remind-update.ts";
import { sendMailJob } from "./send-mail.ts";
import { armOncall, syncOncall } from "./sync-oncall.ts";
import { remindTaskJob, taskDueJob } from "./task-due.ts";
import { tendHold } from "./tend-hold.ts";
import { tendLease } from "./tend-lease.ts";
import { verifyAuditJob } from "./verify-audit.ts";
import { watchHealth } from "./watch-health.ts";
import { watchOperation } from "./watch-operation.ts";
import { seeDeploymentsJob, watchReleaseJob } from "./watch-release.ts";
import { watchThresholds } from "./watch-thresholds.ts";

export interface JobContext extends OperationContext {
  readonly now: () => Date;
  readonly messages: MessageReader;
  readonly channels: ChannelReader;
  readonly files: FileReader;
  readonly lookUp: LookUpPeople;
  readonly pagerDuty: PagerDuty | null;
  readonly trackers: readonly Tracker[];
  /** How things of ours are kept in web services. */
  readonly keepers: readonly Keeper[];
  /** The mail server; null where the configuration names none. */
  readonly mailer: Mailer | null;
  /** The audit chain's head in words; null while there is none. */
  readonly auditHead: () => Promise<string | null>;
  /** Where the audit log is kept beside the database; null for nowhere. */
  readonly archive: AuditArchive | null;
  /** Holds the whole audit log against its seals. */
  readonly verifyAudit: () => Promise<AuditReport>;
}

export function jobHandlers(context: JobContext): readonly JobHandler[] {
  return [
    planOperation(context),
    applyOperation(context),
    watchOperation(context),
    checkOperation(context),
    followOperation(context),
    watchHealth(context),
    expireOperation(context),
    tendHold(context),
    remindReview(context),
    jobHandler(tendLease(context)),
    lookStore(context),
    makeReport(context),
    inquire(context),
    drawDiagnosis(context),
    jobHandler(captureMessage(context)),
    jobHandler(captureActionItem(context)),
    jobHandler(copyFile(context)),
    jobHandler(reconcileChannels(context)),
    jobHandler(pageStep(context)),
    jobHandler(pageUnresolvedJob(context)),
    jobHandler(declareFromAlertJob(context)),
    jobHandler(forgetAlertsJob(context)),
    jobHandler(watchThresholds(context)),
    jobHandler(pageOutside(context)),
    jobHandler(readSchedulesJob(context)),
    jobHandler(syncOncall(context)),
    jobHandler(keepCounterpartJob(context)),
    jobHandler(sendMailJob(context)),
    jobHandler(lookAtTicketsJob(context)),
    jobHandler(clockRanOutJob(context)),
    jobHandler(remindUpdate(context)),
    jobHandler(remindLead(context)),
    jobHandler(remindHandoff(context)),
    jobHandler(remindActionItem(context)),
    jobHandler(postReviewJob(context)),
    jobHandler(checkCosts(context)),
    jobHandler(remindNewcomerJob(context)),
    jobHandler(watchReleaseJob(context)),
    jobHandler(seeDeploymentsJob(context)),
    jobHandler(taskDueJob(context)),
    jobHandler(remindTaskJob(context)),
    jobHandler(archiveChannel(context)),
    jobHandler(remindPostmortem(context)),
    jobHandler(remindChangeJob(context)),
    verifyAuditJob(context),
    archiveAuditJob(context),
    postAuditHead(context),
  ];
}

/** What runs by the clock is armed at each start, in one transaction; each job arms its next run itself. */
export async function armJobs(app: App): Promise<void> {
  await armAuditHead(app);
  await armArchiveAtStart(app);
  await armReviews(app);
  await armCosts(app);
  await armUpkeep(app);
  await armDeploymentLooks(app);
  await reconcileAll(app, "start");
  await armOncall(app);
  await armSchedules(app);
  await armTicketLooks(app);
  await armThresholdWatch(app);
}
