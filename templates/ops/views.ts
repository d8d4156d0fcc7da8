import { ticked } from "../../src/domain/checklist/checklist.ts";
import { costAccount } from "../../src/domain/cost/costs.ts";
import { whyNotNow } from "../../src/domain/guard/standing.ts";
import { linksOf } from "../../src/domain/health/diagnosis.ts";
import type { Status } from "../../src/domain/health/status.ts";
import { subjectOf } from "../../src/domain/health/subjects.ts";
import { isIsolation, type Lease } from "../../src/domain/operation/lease.ts";
import { hasBegun, isRunning } from "../../src/domain/operation/lifecycle.ts";
import { lockName, type OperationRecord } from "../../src/domain/operation/operation.ts";
import { actionOf } from "../../src/domain/operation/rights.ts";
import { undoOf } from "../../src/domain/operation/undo.ts";
import type { App } from "../../src/domain/ports.ts";
import { announcedOf } from "../../src/domain/release-care/announcement.ts";
import { checklistStanding } from "../../src/domain/release-care/checklist.ts";
import { type ReleaseWatch, sharesOf } from "../../src/domain/release-care/watch.ts";
import { reviewList, reviewsOf } from "../../src/domain/review/reviews.ts";
import { upkeepTask } from "../../src/domain/upkeep/task.ts";
import { turnList } from "../../src/domain/upkeep/turns.ts";
import { figureBlocks } from "../incident/review.ts";
import type { View } from "../views.ts";
import { deploymentBegun, deploymentJudged, deploymentOver, deploymentSeen } from "./announcement.ts";
import { archiveTrouble, auditExportView, auditVerifiedView } from "./audit.ts";
import { auditHead } from "./audit-head.ts";
import { breakGlassCard, breakGlassDue } from "./break-glass.ts";
import { certificatesCard } from "./certificates.ts";
import { costsCard, costsTold } from "./costs.ts";
import { deploymentsCard } from "./deployments.ts";
import { diagnosisCard, diagnosisPicture } from "./diagnosis.ts";
import { evidenceCard, evidenceFile } from "./evidence.ts";
import { holdCard, holdNotice } from "./hold.ts";
import type { IsolationFacts } from "./isolation.ts";
import { type LeaseFacts, leaseCard } from "./leases.ts";
import { logsCard, logsFile } from "./logs.ts";
import { type OperationFacts, operationCard, operationFollowed } from "./operation-card.ts";
import { releaseCard, releaseGate, releaseVerdictLine } from "./release.ts";
import { reportReply } from "./report.ts";
import { reviewCard } from "./review.ts";
import { taskCard, taskOverdue } from "./schedule.ts";
import type { StepFacts } from "./sequence.ts";
import { statusCard } from "./status.ts";
import { storeCard, storeFile } from "./store.ts";

/** The views of operations; the subject is the operation's, or the look's, id. */
export const operationViews = {
  "ops.operation": async (app, subject) => {
    const operation = await app.operations.byId(subject);
    return operation === null ? null : { reply: operationCard(await operationFacts(app, operation)) };
  },
  "ops.operation.followed": async (app, subject) => {
    const operation = await app.operations.byId(subject);
    return operation === null ? null : { reply: operationFollowed(operation) };
  },
  "ops.deployment.begun": async (app, subject) => {
    const operation = await app.operations.byId(subject);
    return operation === null ? null : { reply: deploymentBegun(operation, announcedOf(app, operation)) };
  },
  "ops.deployment.over": async (app, subject) => {
    const operation = await app.operations.byId(subject);
    return operation === null ? null : { reply: deploymentOver(operation, announcedOf(app, operation)) };
  },
  "ops.hold": async (app, subject) => {
    const hold = await app.holds.byId(subject);
    return hold === null ? null : { reply: holdCard({ hold, now: app.now }) };
  },
  "ops.hold.notice": async (app, subject) => {
    const hold = await app.holds.byId(subject);
    return hold === null ? null : { reply: holdNotice({ hold, now: app.now }) };
  },
  "ops.break-glass": async (app, subject) => {
    const operation = await app.operations.byId(subject);
    const card = operation === null ? null : breakGlassCard(operation);
    return card === null ? null : { reply: card };
  },
  "ops.break-glass.due": async (app, subject) => {
    const operation = await app.operations.byId(subject);
    const due = operation === null ? null : breakGlassDue(operation);
    return due === null ? null : { reply: due };
  },
  "audit.export": auditExportView,
  "audit.verified": auditVerifiedView,
  "audit.archive-trouble": async (_app, subject) => ({ reply: archiveTrouble(subject) }),
  "audit.head": async (_app, subject) => ({ reply: auditHead(subject) }),
  "ops.status": async (app, subject) => {
    const status = await app.inquiries.byId("status", subject);
    if (status === null) return null;
    return {
      reply: statusCard(status, await lastOperationsOn(app, status), await isolations(app, status.question.target)),
    };
  },
  "ops.deployments": async (app, subject) => {
    const deployments = await app.inquiries.byId("deployments", subject);
    return deployments === null ? null : { reply: deploymentsCard(deployments) };
  },
  "ops.diagnosis": async (app, subject) => {
    const diagnosis = await app.inquiries.byId("diagnosis", subject);
    if (diagnosis === null) return null;
    const { target } = diagnosis.question;
    const title = subjectOf(app.config, target)?.title ?? target.name;
    const [isolation] = await isolations(app, target);
    return { reply: diagnosisCard(diagnosis, { title, links: linksOf(app.config, target.name), isolation }) };
  },
  "ops.diagnosis.picture": async (app, subject) => {
    const picture = await app.inquiries.picture(subject);
    return picture === null ? null : diagnosisPicture(picture);
  },
  "ops.logs": async (app, subject) => {
    const inquiry = await app.inquiries.byId("logs", subject);
    return inquiry === null ? null : { reply: logsCard(inquiry) };
  },
  "ops.logs.file": async (app, subject) => {
    const inquiry = await app.inquiries.byId("logs", subject);
    return inquiry === null ? null : logsFile(inquiry);
  },
  "ops.evidence": async (app, subject) => {
    const inquiry = await app.inquiries.byId("evidence", subject);
    return inquiry === null ? null : { reply: evidenceCard(inquiry) };
  },
  "ops.evidence.file": async (app, subject) => {
    const inquiry = await app.inquiries.byId("evidence", subject);
    return inquiry === null ? null : evidenceFile(inquiry);
  },
  "ops.certificates": async (app, subject) => {
    const inquiry = await app.inquiries.byId("certificates", subject);
    return inquiry === null ? null : { reply: certificatesCard(inquiry) };
  },
  "ops.review": async (app, subject) => {
    const inquiry = await app.inquiries.byId("review", subject);
    if (inquiry === null) return null;
    const { review: name, day } = inquiry.question;
    const review = reviewsOf(app).find((one) => one.name === name);
    if (!review) return null;
    return {
      reply: reviewCard(inquiry, {
        title: review.title,
        ask: await ticked(app, reviewList(subject), review.ask),
        figures: review.items.includes("figures") ? await figureBlocks(app, review, day) : [],
      }),
    };
  },
  "ops.task": async (app, subject) => {
    const turn = await app.turns.byId(subject);
    const task = turn && upkeepTask(app.config, turn.task);
    if (!turn || !task) return null;
    const operation = turn.operationId === null ? null : await app.operations.byId(turn.operationId);
    const items = await ticked(app, turnList(subject), task.checklist);
    return { reply: taskCard(turn, task, { items, code: operation?.code ?? null, now: app.now }) };
  },
  "ops.task.overdue": async (app, subject) => {
    const turn = await app.turns.byId(subject);
    const task = turn && upkeepTask(app.config, turn.task);
    return turn && task ? { reply: taskOverdue(turn, task) } : null;
  },
  "ops.release": async (app, subject) => {
    const watch = await app.releaseWatches.byId(subject);
    if (watch === null) return null;
    return { reply: releaseCard(watch, titleOf(app, watch), sharesOf(app.config, watch)) };
  },
  "ops.release.begun": async (app, subject) => {
    const watch = await app.releaseWatches.byId(subject);
    return watch && { reply: deploymentSeen(watch, titleOf(app, watch)) };
  },
  "ops.release.over": async (app, subject) => {
    const watch = await app.releaseWatches.byId(subject);
    return watch && { reply: deploymentJudged(watch, titleOf(app, watch)) };
  },
  "ops.release.gate": async (app, subject) => {
    const watch = await app.releaseWatches.byId(subject);
    return watch && { reply: releaseGate(watch) };
  },
  "ops.release.verdict": async (app, subject) => {
    const watch = await app.releaseWatches.byId(subject);
    return watch && { reply: releaseVerdictLine(watch) };
  },
  "ops.costs": async (app, subject) => {
    const inquiry = await app.inquiries.byId("costs", subject);
    if (inquiry === null) return null;
    return { reply: costsCard(inquiry, costAccount(app.config, inquiry.question.environment)) };
  },
  "ops.costs.told": async (app, subject) => {
    const inquiry = await app.inquiries.byId("costs", subject);
    const told = inquiry && costsTold(inquiry);
    return told && { reply: told };
  },
  "ops.lease": async (app, subject) => {
    const lease = await app.leases.byId(subject);
    return lease === null ? null : { reply: leaseCard(await leaseFacts(app, lease)) };
  },
  "ops.store": async (app, subject) => {
    const look = await app.storeLooks.byId(subject);
    return look === null ? null : { reply: storeCard(look) };
  },
  "ops.report": async (app, subject) => {
    const report = await app.reports.byId(subject);
    return report === null ? null : { reply: reportReply(report) };
  },
  "ops.store.file": async (app, subject) => {
    const look = await app.storeLooks.byId(subject);
    return look === null ? null : storeFile(look);
  },
} satisfies Readonly<Record<string, View>>;

const operationsShown = 3;

/** What was done last to the one thing a status is about; what belongs to a private incident is not told. */
async function lastOperationsOn(app: App, { question: { target } }: Status): Promise<readonly OperationRecord[]> {
  if (target === null) return [];
  const { name, environment } = target;
  const newest = await app.operations.list({ target: { name, environment }, limit: operationsShown });
  const told = await Promise.all(newest.map((one) => isTold(app, one)));
  return newest.filter((_, index) => told[index]);
}

async function isTold(app: App, { incidentId }: OperationRecord): Promise<boolean> {
  return incidentId === null ? true : (await app.incidents.byId(incidentId))?.isPrivate === false;
}

/** What is out of its load balancer: everything, or one service; who did it is not told where it belongs to a private incident. */
async function isolations(app: App, target: Status["question"]["target"]): Promise<readonly IsolationFacts[]> {
  const open = (await app.leases.open(target ?? undefined)).filter(isIsolation);
  return Promise.all(
    open.map(async (lease) => {
      const setUp = await app.operations.byId(lease.operationId);
      return { lease, setUp: setUp !== null && (await isTold(app, setUp)) ? setUp : null };
    }),
  );
}

/** What the card of a lease says beside the lease itself. */
export async function leaseFacts(app: App, lease: Lease): Promise<LeaseFacts> {
  const endedBy = lease.endedBy === null ? null : await app.operations.byId(lease.endedBy);
  return { lease, setUp: await app.operations.byId(lease.operationId), endedBy: endedBy?.code ?? null };
}

/** What the card of an operation says beside the record itself. */
export async function operationFacts(app: App, operation: OperationRecord): Promise<OperationFacts> {
  const holderId = await app.locks.holder(lockName(operation));
  const holder = holderId === null || holderId === operation.id ? null : await app.operations.byId(holderId);
  const takesBack = operation.undoOf === null ? null : await app.operations.byId(operation.undoOf);
  return {
    operation,
    now: app.now,
    undo: await undoOf(app, operation),
    takenBy: holder?.code ?? null,
    held: isRunning(operation) && !hasBegun(operation) ? await heldBy(app, operation) : null,
    glass: app.config.policy.some((rule) => rule.breakGlass !== null),
    takesBack: takesBack?.code ?? null,
    checklist: await checklistStanding(app, operation),
    ...(await stepsOf(app, operation)),
    lease: operation.plan?.lease ? await app.leases.byOperation(operation.id) : null,
  };
}

/** The steps of an operation with how each stands, and once it is over whether each can be taken back. */
async function stepsOf(app: App, operation: OperationRecord): Promise<Pick<OperationFacts, "steps">> {
  const sequence = operation.plan?.sequence;
  if (sequence === undefined) return {};
  const steps = await Promise.all(
    sequence.map(async (step, index): Promise<StepFacts> => {
      const id = operation.parts?.[index];
      const part = id === undefined ? null : await app.operations.byId(id);
      const canGoBack = part !== null && !isRunning(operation) && (await undoOf(app, part)).possible;
      return { step, part, canGoBack };
    }),
  );
  return { steps };
}

async function heldBy(app: App, operation: OperationRecord): Promise<string | null> {
  const refusal = await whyNotNow(app, {
    action: actionOf(operation.request.operation),
    target: operation.target,
    callerId: operation.requesterId,
    incidentId: operation.incidentId,
    lifted: operation.breakGlass?.lifts ?? [],
  });
  return refusal?.message.replace(/^Denied: /, "") ?? null;
}

function titleOf({ config }: App, { service }: ReleaseWatch): string {
  return config.services.find(({ name }) => name === service)?.title ?? service;
}
