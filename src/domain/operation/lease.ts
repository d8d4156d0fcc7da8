import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import type { Place } from "../intent.ts";
import type { App } from "../ports.ts";
import type { Held, OperationRecord, OperationRequest } from "./operation.ts";

/** A count that holds for a while: what was before is kept from before it was touched, and comes back by itself. */
export interface Lease {
  readonly id: string;
  /** The operation that set it up. */
  readonly operationId: string;
  readonly target: { readonly environment: string; readonly name: string };
  readonly requesterId: string;
  readonly place: Place;
  /** What it holds, by which it is known whether somebody changed it since. */
  readonly held: Held;
  /** How what was before comes back. */
  readonly restore: OperationRequest;
  /** For how long it was asked; null until somebody ends it, as for a service that is stopped. */
  readonly seconds: number | null;
  readonly startedAt: Date;
  readonly untilAt: Date | null;
  /** held, being ended by another operation, or over. */
  readonly state: "held" | "ending" | "over";
  readonly endedBy: string | null;
  /** Why it is over, or why it could not be ended, in words. */
  readonly detail: string | null;
  /** How often its end failed in a way that may pass. */
  readonly tries: number;
}

export interface LeaseRecords {
  readonly insert: (lease: Lease) => Promise<void>;
  readonly byId: (id: string) => Promise<Lease | null>;
  readonly byOperation: (operationId: string) => Promise<Lease | null>;
  /** Keeps others from changing it until the transaction ends. */
  readonly lock: (id: string) => Promise<Lease | null>;
  readonly update: (lease: Lease, changes: Partial<Omit<Lease, "id">>) => Promise<Lease>;
  /** Those that are not over, the soonest to end first, open ends last; of one target where it is named. */
  readonly open: (target?: { readonly environment: string; readonly name: string }) => Promise<readonly Lease[]>;
}

/** Whether it keeps a service out of its load balancer. That stands beside a lease on its count or size. */
export function isIsolation({ held }: Pick<Lease, "held">): boolean {
  return held.routes !== undefined;
}

/** What is held, in words: 6, or 2048 CPU and 4096 MiB. */
export function heldInWords({ count, size, routes }: Held): string {
  if (routes !== undefined) return "0 requests";
  return size === undefined ? `${count}` : `${size.cpu} CPU and ${size.memory} MiB`;
}

/** How long one lasts: shorter is not worth it, longer is a change of its own. In seconds. */
export const leaseLimits = { shortest: 300, longest: 86_400 } as const;

/** So long before it ends people are told, in minutes. */
export const noticeMinutes = 10;

/** Writes down what comes back, before the first change is made. Null where another lease holds the target. */
export async function beginLease(app: App, record: OperationRecord): Promise<Lease | null> {
  const { plan } = record;
  if (!plan?.lease || plan.undo === null) return null;
  const { seconds, held } = plan.lease;
  const open = await app.leases.open(record.request.target);
  if (open.some((one) => isIsolation(one) === isIsolation({ held }))) return null;
  const lease: Lease = {
    id: app.newId(),
    operationId: record.id,
    target: record.request.target,
    requesterId: record.requesterId,
    place: record.place,
    held,
    restore: plan.undo,
    seconds,
    startedAt: app.now,
    untilAt: seconds === null ? null : addSeconds(app.now, seconds),
    state: "held",
    endedBy: null,
    detail: null,
    tries: 0,
  };
  await app.leases.insert(lease);
  await armLease(app, lease);
  return lease;
}

/** Arms the notice and the end. Timers set for an earlier end find that it was moved, and do nothing. */
export async function armLease(app: App, lease: Lease): Promise<void> {
  if (lease.untilAt === null) return;
  const at = lease.untilAt.toISOString();
  const notice = addMinutes(lease.untilAt, -noticeMinutes);
  if (notice > app.now) {
    await app.jobs.add(
      "tend-lease",
      { leaseId: lease.id, what: "notice", at },
      { key: `${lease.id} notice`, after: notice },
    );
  }
  await app.jobs.add(
    "tend-lease",
    { leaseId: lease.id, what: "end", at },
    { key: `${lease.id} end`, after: lease.untilAt },
  );
}

/** The lease a timer is about, when it still means that moment; with its notice posted where that is what is due. */
export async function dueLease(app: App, id: string, what: "notice" | "end", at: string): Promise<Lease | null> {
  const lease = await app.leases.byId(id);
  if (lease === null || lease.state !== "held" || lease.untilAt?.toISOString() !== at) return null;
  if (what === "notice") await drawLease(app, lease);
  return lease;
}

/** Draws its card where it was asked: posted the first time, edited after that. */
export async function drawLease(app: App, lease: Lease): Promise<void> {
  await app.outbox.add({ kind: "card", view: "ops.lease", subject: lease.id, place: lease.place }, "answer");
}

/** Ends it without another operation, and says why. */
export async function closeLease(app: App, lease: Lease, detail: string, by: string): Promise<void> {
  const over = await app.leases.update(lease, { state: "over", detail });
  await app.audit.add({
    actor: by,
    action: "lease.over",
    subject: `${lease.target.environment}/${lease.target.name}`,
    details: { why: detail },
  });
  if (await wasShown(app, over)) await drawLease(app, over);
}

async function wasShown(app: App, lease: Lease): Promise<boolean> {
  return lease.endedBy !== null || (lease.untilAt !== null && app.now >= addMinutes(lease.untilAt, -noticeMinutes));
}

const mostTries = 12;
const retryMinutes = 5;

/**
 * An operation that ends a lease, or that set it up, is over: the lease is too, or its end is tried again later. What
 * somebody changed since is left alone, and said.
 */
export async function settleLease(app: App, record: OperationRecord): Promise<void> {
  const lease = await leaseOf(app, record);
  if (lease === null || lease.state === "over") return;
  if (lease.operationId === record.id) {
    const untouched =
      record.outcome === "failed-no-change" || (record.outcome === null && record.stepsDone.length === 0);
    if (untouched) await closeLease(app, lease, "Nothing was changed, so nothing comes back.", "tocsin");
    return;
  }
  const ended = { endedBy: record.id };
  // A service is out of its load balancer until it was seen back behind it, however the attempt ended.
  const isStillOut = isIsolation(lease) && record.outcome !== "verified" && record.outcome !== "nothing-to-do";
  const mayPass = record.outcome === "failed-no-change" || record.state === "stale" || record.state === "expired";
  if (mayPass && record.restores !== undefined && lease.seconds !== null && lease.tries < mostTries) {
    const again = await app.leases.update(lease, {
      ...ended,
      state: "held",
      detail: `${record.code} could not end it: ${record.detail ?? "not known why"} It is tried again every ${retryMinutes} min.`,
      tries: lease.tries + 1,
    });
    const at = again.untilAt?.toISOString() ?? "";
    await app.jobs.add(
      "tend-lease",
      { leaseId: again.id, what: "end", at },
      { key: `${again.id} end`, after: addMinutes(app.now, retryMinutes) },
    );
    await drawLease(app, again);
    return;
  }
  if (mayPass || isStillOut || record.outcome === "cancelled" || record.state === "refused") {
    const held = await app.leases.update(lease, {
      ...ended,
      state: "held",
      detail: `${record.code} did not ${isIsolation(lease) ? "bring it back" : "end it"}: ${record.detail ?? "not known why"}`,
    });
    await drawLease(app, held);
    return;
  }
  const detail = record.detail ?? "not known how";
  const why =
    record.outcome === "verified"
      ? `${record.code} brought back what was before.`
      : record.outcome === "nothing-to-do"
        ? detail
        : `${record.code} ended it, and not as planned: ${detail}`;
  await closeLease(app, { ...lease, ...ended }, why, "tocsin");
}

/** The lease that an operation ends, takes back, or set up. */
async function leaseOf(app: App, record: OperationRecord): Promise<Lease | null> {
  if (record.restores !== undefined) return app.leases.lock(record.restores.leaseId);
  const setUp = record.undoOf ?? (record.plan?.lease ? record.id : null);
  const found = setUp === null ? null : await app.leases.byOperation(setUp);
  if (found === null || (record.undoOf !== null && record.outcome !== "verified")) return null;
  return app.leases.lock(found.id);
}
