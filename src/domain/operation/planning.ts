import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import { ProviderError, Refusal } from "../../errors.ts";
import type { App } from "../ports.ts";
import { checklistStanding, holdingUp, type Measured } from "../release-care/checklist.ts";
import { itemsFor } from "../release-care/settings.ts";
import { isIsolation } from "./lease.ts";
import type { AnyOperation, OperationRecord, Plan } from "./operation.ts";
import { planHash } from "./plan-hash.ts";
import { advance, end, itself } from "./record.ts";
import { rule } from "./rights.ts";
import { wordsGiven } from "./sequence.ts";
import { providerTroubleInWords } from "./trouble.ts";

/** Takes up planning; null when there is nothing (more) to plan. A second call after a crash goes on. */
export async function beginPlanning(app: App, id: string): Promise<OperationRecord | null> {
  const record = await app.operations.byId(id);
  if (record === null) return null;
  if (record.state === "planning") return record;
  if (record.state !== "requested") return null;
  const expiresAt = addMinutes(app.now, app.config.operations.expireMinutes);
  const planning = await advance(app, record, "planning", {
    by: itself,
    action: "operation.planning",
    timeline: null,
    changes: { expiresAt },
    lane: "cosmetic",
  });
  await expireAt(app, id, expiresAt);
  return planning;
}

/**
 * Records the plan and what the policy says of it: it waits for a click, for approval, starts, or is refused. While its
 * checklist is open it waits for the click, whoever else has to approve.
 */
export async function recordPlan(
  app: App,
  operation: AnyOperation,
  id: string,
  made: Plan,
  measured: Measured | null = null,
): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "planning") return;
  const items = operation.checklist === true && !record.partOf ? itemsFor(app.config, record) : [];
  const listed = items.length === 0 ? made : { ...made, checklist: items };
  const plan = await withLease(app, record, await withDrift(app, record, withoutSecrets(app, listed)));
  const planned = {
    plan,
    planHash: planHash(record.request, record.target, plan),
    plannedAt: app.now,
    ...(measured === null ? {} : { measured }),
  };
  if (plan.nothingToDo !== null) {
    await end(
      app,
      await app.operations.update(record, planned),
      "nothing-to-do",
      plan.nothingToDo,
      itself,
      plan.nothingToDo,
    );
    return;
  }
  try {
    const ruling = await rule(app, operation, {
      target: record.target,
      caller: record.caller,
      incidentId: record.incidentId,
      count: plan.count,
      confirm: plan.confirm,
      approvals: plan.approvals,
      breakGlass: record.breakGlass,
      changeId: record.changeId,
      granted: record.restores?.granted,
      sequence: plan.sequence,
    });
    const whole = record.partOf === undefined ? null : await app.operations.byId(record.partOf.id);
    if (whole !== null) {
      // Confirmed and approved with the whole; whether that is enough for it is seen when it takes its target.
      await advance(app, record, "approved", {
        by: itself,
        action: "operation.planned",
        details: { summary: plan.summary, rule: ruling.rule, planHash: planned.planHash, partOf: whole.code },
        timeline: null,
        changes: { ...planned, ruling, ...wordsGiven(whole, planned.planHash) },
      });
      await app.jobs.add("apply-operation", { operationId: id }, { key: id });
      return;
    }
    const expiresAt = addMinutes(app.now, app.config.operations.expireMinutes);
    const mark = {
      by: itself,
      details: { summary: plan.summary, rule: ruling.rule, planHash: planned.planHash },
      changes: { ...planned, ruling, expiresAt },
    };
    await expireAt(app, id, expiresAt);
    const open = holdingUp(record, await checklistStanding(app, { ...record, ...planned }));
    const isChecked = open.length === 0;
    const isConfirmed = isChecked && ruling.confirm !== "type" && (ruling.secondFactor ?? null) === null;
    if (isConfirmed && ruling.approvals > 0) {
      await advance(app, record, "awaiting-approval", {
        ...mark,
        action: "operation.planned",
        timeline: `planned: ${plan.summary}; waiting for approval`,
      });
    } else if (isChecked && ruling.confirm === "none" && ruling.approvals === 0 && record.skipConfirm) {
      await advance(app, record, "approved", {
        ...mark,
        action: "operation.planned",
        timeline: `planned: ${plan.summary}; starts without a click, as asked`,
      });
      await app.jobs.add("apply-operation", { operationId: id }, { key: id });
    } else {
      await advance(app, record, "planned", {
        ...mark,
        action: "operation.planned",
        timeline: `planned: ${plan.summary}; waiting for ${isChecked ? "" : "its checklist and "}confirmation`,
      });
    }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === "stale") throw error;
    await refuse(app, record, error, planned);
  }
}

/** What people read of a plan, without secrets that platforms repeat; what it expects and does stays as it is. */
function withoutSecrets(app: App, { sequence, ...plan }: Plan): Plan {
  const { redact } = app;
  const steps = sequence?.map((step) => ({ ...step, plan: step.plan && withoutSecrets(app, step.plan) }));
  return {
    ...plan,
    ...(steps === undefined ? {} : { sequence: steps }),
    summary: redact(plan.summary),
    changes: plan.changes.map(({ label, from, to }) => ({ label: redact(label), from: redact(from), to: redact(to) })),
    risks: plan.risks.map(redact),
    observed: plan.observed.map(redact),
    nothingToDo: plan.nothingToDo && redact(plan.nothingToDo),
  };
}

/** A way back that finds another count than was left behind says so: somebody meant something by it. */
async function withDrift(app: App, record: OperationRecord, plan: Plan): Promise<Plan> {
  const undone = record.undoOf === null ? null : await app.operations.byId(record.undoOf);
  const left = undone?.plan?.count?.to;
  if (!undone || left === undefined || plan.count === null || plan.count.from === left) return plan;
  const drift = `The count is ${plan.count.from} now, and ${undone.code} had left it at ${left}: somebody changed it since.`;
  return { ...plan, risks: [drift, ...plan.risks] };
}

/** A change to what a lease holds says so: the lease then has nothing to bring back. */
async function withLease(app: App, record: OperationRecord, plan: Plan): Promise<Plan> {
  if (plan.count === null || plan.count.counted || plan.nothingToDo !== null || record.restores !== undefined)
    return plan;
  const lease = (await app.leases.open(record.request.target)).find((one) => !isIsolation(one));
  if (lease === undefined || lease.operationId === record.undoOf) return plan;
  const setUp = await app.operations.byId(lease.operationId);
  const holds = `${setUp?.code ?? "A lease"} holds it at ${lease.held.count}`;
  const risk =
    lease.seconds === null
      ? `${holds}, stopped: after this change \`/ops start\` brings nothing back.`
      : `${holds} for a while: after this change what was before does not come back by itself.`;
  return { ...plan, risks: [risk, ...plan.risks] };
}

/** Records that no plan could be made, and why. */
export async function recordPlanTrouble(app: App, id: string, error: unknown, reference: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "planning") return;
  if (error instanceof Refusal) {
    await refuse(app, record, error, {});
    return;
  }
  const why =
    error instanceof ProviderError
      ? app.redact(`No plan could be made: ${providerTroubleInWords(error)}`)
      : `No plan could be made: something broke on our side (reference ${reference}).`;
  await end(app, record, "failed-no-change", why, itself, "no plan could be made");
}

/** Ends a plan that nobody acted on in time, and one whose making got lost. */
export async function expireOperation(app: App, id: string): Promise<void> {
  const record = await app.operations.byId(id);
  if (record === null || record.expiresAt === null || record.expiresAt > app.now) return;
  if (record.state === "planning") {
    await end(app, record, "failed-no-change", "No plan was made in time.", itself, "no plan was made in time");
  } else if (record.state === "planned" || record.state === "awaiting-approval") {
    const waited = record.state === "planned" ? "confirmed" : "approved";
    await advance(app, record, "expired", {
      by: itself,
      action: "operation.expired",
      timeline: `expired: nobody ${waited} it in time`,
      changes: { detail: `Nobody ${waited} it in time; nothing was changed.`, endedAt: app.now },
    });
  }
}

/** Ends an operation because the person, the rule or the target does not allow it. */
export async function refuse(
  app: App,
  record: OperationRecord,
  refusal: Refusal,
  changes: Partial<Omit<OperationRecord, "id" | "version" | "state">>,
): Promise<void> {
  await advance(app, record, "refused", {
    by: itself,
    action: "operation.refused",
    details: { code: refusal.code, why: refusal.message },
    timeline: `refused: ${refusal.message}`,
    changes: {
      ...changes,
      detail: [refusal.message, refusal.next].filter((part) => part !== null).join(" "),
      refusedFor: refusal.code,
      endedAt: app.now,
    },
  });
}

// One second late, so that the job never finds the moment not quite reached.
async function expireAt(app: App, id: string, expiresAt: Date): Promise<void> {
  await app.jobs.add("expire-operation", { operationId: id }, { key: id, after: addSeconds(expiresAt, 1) });
}
