import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { isOneOf } from "../access/principal.ts";
import { isOwnAccount } from "../access/same-person.ts";
import type { App } from "../ports.ts";
import { operationNamed } from "./decision.ts";
import { armLease, closeLease, drawLease, heldInWords, isIsolation, type Lease, leaseLimits } from "./lease.ts";
import { isRunning } from "./lifecycle.ts";
import type { AnyOperation, Json, OperationRecord } from "./operation.ts";
import type { Asked } from "./place.ts";
import { requestOperation } from "./request.ts";
import { rolesFor, rule } from "./rights.ts";

/** The open lease by that id; Refusal where it is over or not known. */
export async function openLease(app: App, id: string): Promise<Lease> {
  const lease = await app.leases.lock(id);
  if (lease === null) throw new Refusal("not_found", "This lease is not known here any more.");
  if (lease.state === "over") throw new Refusal("already_done", `It is over. ${lease.detail ?? ""}`.trim());
  if (lease.state === "ending") {
    const by = lease.endedBy === null ? null : await app.operations.byId(lease.endedBy);
    throw new Refusal("already_done", `${by?.code ?? "An operation"} is ending it.`);
  }
  return lease;
}

/**
 * Asks for what was before, through the same door as any other ask: rights are checked anew, the world is read again,
 * and what somebody changed since is left alone. What was approved with the lease needs no second approval; a service
 * that was stopped is started by a plan of its own.
 */
export async function endLease(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
  asked?: Asked,
): Promise<OperationRecord> {
  const lease = await openLease(app, id);
  const setUp = await app.operations.byId(lease.operationId);
  if (setUp === null) throw new Refusal("not_found", "The operation that set it up is not known here any more.");
  if (isRunning(setUp)) {
    throw new Refusal("locked", `${setUp.code}, which sets it up, is still running.`, "Stop it first, or wait.");
  }
  const record = await requestOperation(app, {
    operation: operationNamed(operations, lease.restore.operation),
    target: setUp.target,
    input: { ...(lease.restore.input as { readonly [key: string]: Json }), held: lease.held as unknown as Json },
    reason: lease.seconds === null ? null : `the lease of ${setUp.code} ends`,
    caller,
    asked: asked ?? { channelId: setUp.channelId, channelName: null },
    skipConfirm: lease.seconds !== null,
    undoOf: setUp.id,
    restores: { leaseId: lease.id, granted: lease.seconds !== null },
  });
  const ending = await app.leases.update(lease, { state: "ending", endedBy: record.id });
  if (lease.seconds !== null) await drawLease(app, ending);
  return record;
}

/** Its time is up. Whoever asked for it asks for its end; where they may not any more it stays, and that is said. */
export async function leaseRanOut(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  at: string,
  caller: Caller,
): Promise<void> {
  const lease = await app.leases.lock(id);
  if (lease === null || lease.state !== "held" || lease.untilAt?.toISOString() !== at) return;
  const setUp = await app.operations.byId(lease.operationId);
  if (setUp !== null && isRunning(setUp)) {
    const after = addMinutes(app.now, 1);
    await app.jobs.add("tend-lease", { leaseId: id, what: "end", at }, { key: `${id} end`, after });
    return;
  }
  try {
    await endLease(app, operations, id, caller);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === "stale" || error.code === "try_again") throw error;
    const stays = await app.leases.update(lease, {
      detail: `Its time is up, and <@${lease.requesterId}> could not end it: ${error.message} Somebody who may has to press End now.`,
    });
    await app.audit.add({
      actor: "tocsin",
      action: "lease.stays",
      subject: `${lease.target.environment}/${lease.target.name}`,
      details: { code: error.code, why: error.message },
    });
    await drawLease(app, stays);
  }
}

/** Lets it last as long again. Where the policy wants approval, the press must be another approver's. */
export async function extendLease(
  app: App,
  operations: readonly AnyOperation[],
  id: string,
  caller: Caller,
): Promise<Lease> {
  const lease = await openLease(app, id);
  const setUp = await app.operations.byId(lease.operationId);
  if (lease.seconds === null || lease.untilAt === null || setUp === null) {
    throw new Refusal("not_possible", "It has no end that could be moved.");
  }
  const from = lease.untilAt < app.now ? app.now : lease.untilAt;
  const untilAt = addSeconds(from, lease.seconds);
  if (untilAt > addSeconds(lease.startedAt, leaseLimits.longest)) {
    throw new Refusal(
      "over_limit",
      "A lease lasts 24 hours at most, extensions included.",
      "Let it end, or scale without `--for`.",
    );
  }
  const ruling = await rule(app, operationNamed(operations, setUp.request.operation), {
    target: setUp.target,
    caller,
    incidentId: setUp.incidentId,
    count: lease.held.size === undefined ? { from: lease.held.count, to: lease.held.count } : null,
  });
  if (ruling.approvals > 0) {
    const mayApprove = isOneOf(caller, ruling.approvers, await rolesFor(app, setUp, caller.userId));
    if (!mayApprove || (await isOwnAccount(app, caller, lease.requesterId))) {
      throw new Refusal(
        "not_allowed",
        `Denied: “${ruling.rule}” wants approval, so somebody else who may approve must extend it.`,
        "Ask one of them to press Extend.",
      );
    }
  }
  const extended = await app.leases.update(lease, { untilAt, detail: null, tries: 0 });
  await app.audit.add({
    actor: caller.userId,
    action: "lease.extended",
    subject: `${lease.target.environment}/${lease.target.name}`,
    details: { operation: setUp.code, until: untilAt.toISOString() },
  });
  await armLease(app, extended);
  await drawLease(app, extended);
  return extended;
}

/** Refuses another lease on a target that one holds already; what keeps it out of its load balancer is one of its own kind. */
export async function refuseSecondLease(
  app: App,
  target: { readonly environment: string; readonly name: string },
  kind: "count" | "isolation" = "count",
): Promise<void> {
  const lease = (await app.leases.open(target)).find((one) => isIsolation(one) === (kind === "isolation"));
  if (lease === undefined) return;
  const setUp = await app.operations.byId(lease.operationId);
  if (setUp !== null && !isRunning(setUp) && setUp.stepsDone.length === 0) {
    await closeLease(app, lease, "Nothing was changed, so nothing comes back.", "tocsin");
    return;
  }
  if (kind === "isolation") {
    const { name, environment } = lease.target;
    const why = `${setUp?.code ?? "An operation"} has taken ${name} in ${environment} out of its load balancer already.`;
    throw new Refusal("locked", why, `Bring it back with \`/ops reconnect ${name}\` first.`);
  }
  throw new Refusal(
    "locked",
    `${setUp?.code ?? "A lease"} holds ${lease.target.name} in ${lease.target.environment} at ${heldInWords(lease.held)} already.`,
    lease.seconds === null
      ? `Start it with \`/ops start ${lease.target.name}\` first.`
      : "End or extend that one: `/ops leases`.",
  );
}
