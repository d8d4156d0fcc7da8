/** The explicit list of every background task. A new one is a file beside this one, a line here, and its data in domain/jobs.ts. */
import type { ChannelReader, FileReader } from "../domain/capture/reader.ts";
import { reconcileAll } from "../domain/capture/reconcile.ts";
import { armReviews } from "../domain/incident/review.ts";

import type { PagerDuty } from "../domain/oncall/pagerduty.ts";
import type { LookUpPeople } from "../domain/people/records.ts";
import type { App } from "../domain/ports.ts";
import type { MessageReader } from "../domain/slack-side.ts";
import { applyOperation } from "./apply-operation.ts";
import { archiveChannel } from "./archive-channel.ts";
import { captureActionItem } from "./capture-action-item.ts";
import { captureMessage } from "./capture-message.ts";
import { clockRanOutJob } from "./clock-ran-out.ts";
import { copyFile } from "./copy-file.ts";
import { diagnose } from "./diagnose.ts";
import { expireOperation } from "./expire-operation.ts";
import { type JobHandler, jobHandler } from "./handler.ts";
import { lookStatus } from "./look-status.ts";
import { lookStore } from "./look-store.ts";
import type { OperationContext } from "./operation-context.ts";
import { armSchedules, pageOutside, readSchedulesJob } from "./page-outside.ts";
import { pageStep } from "./page-step.ts";
import { planOperation } from "./plan-operation.ts";
import { armAuditHead, postAuditHead } from "./post-audit-head.ts";
import { postReviewJob } from "./post-review.ts";
import { reconcileChannels } from "./reconcile-channels.ts";
import { remindActionItem } from "./remind-action-item.ts";
import { remindHandoff } from "./remind-handoff.ts";
import { remindLead } from "./remind-lead.ts";
import { remindPostmortem } from "./remind-postmortem.ts";
import { remindUpdate } from "./remind-update.ts";
import { armOncall, syncOncall } from "./sync-oncall.ts";
import { watchHealth } from "./watch-health.ts";
import { watchOperation } from "./watch-operation.ts";

export interface JobContext extends OperationContext {
  readonly now: () => Date;
  readonly messages: MessageReader;
  readonly channels: ChannelReader;
  readonly files: FileReader;
  readonly lookUp: LookUpPeople;
  readonly pagerDuty: PagerDuty | null;
  /** The audit chain's head in words; null while there is none. */
  readonly auditHead: () => Promise<string | null>;
}

export function jobHandlers(context: JobContext): readonly JobHandler[] {
  return [
    planOperation(context),
    applyOperation(context),
    watchOperation(context),
    watchHealth(context),
    expireOperation(context),
    lookStatus(context),
    lookStore(context),
    diagnose(context),
    jobHandler(captureMessage(context)),
    jobHandler(captureActionItem(context)),
    jobHandler(copyFile(context)),
    jobHandler(reconcileChannels(context)),
    jobHandler(pageStep(context)),
    jobHandler(pageOutside(context)),
    jobHandler(readSchedulesJob(context)),
    jobHandler(syncOncall(context)),
    jobHandler(clockRanOutJob(context)),
    jobHandler(remindUpdate(context)),
    jobHandler(remindLead(context)),
    jobHandler(remindHandoff(context)),
    jobHandler(remindActionItem(context)),
    jobHandler(postReviewJob(context)),
    jobHandler(archiveChannel(context)),
    jobHandler(remindPostmortem(context)),
    postAuditHead(context),
  ];
}

/** What runs by the clock is armed at each start, in one transaction; each job arms its next run itself. */
export async function armJobs(app: App): Promise<void> {
  await armAuditHead(app);
  await armReviews(app);
  await reconcileAll(app, "start");
  await armOncall(app);
  await armSchedules(app);
}
