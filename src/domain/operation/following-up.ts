import { addDays } from "date-fns/addDays";
import { addMinutes } from "date-fns/addMinutes";
import type { App } from "../ports.ts";
import type { OperationRecord, Sighting } from "./operation.ts";
import { itself, leaveMarks } from "./record.ts";

/** What a platform began at its hour is looked at so often until it is over. */
const againMinutes = 5;
/** Windows come once a week, and platforms keep their events for 14 days. */
const windowDays = 7;
const longestDays = 13;

/** Has an operation that is over looked at again, when the window is over in which the platform goes on by itself. */
async function lookWhenOver(app: App, id: string, at: Date): Promise<void> {
  await app.jobs.add("follow-operation", { operationId: id }, { key: id, after: addMinutes(at, 1) });
}

/** What waits for its platform until then is marked so, and looked at again when that is over. */
export async function waitsFor(app: App, record: OperationRecord, until: string): Promise<OperationRecord> {
  await lookWhenOver(app, record.id, new Date(until));
  return app.operations.update(record, { facts: { ...record.facts, waitsUntil: until } });
}

/** Looks again soon: it is under way, or could not be seen. */
export async function followAgain(app: App, id: string): Promise<void> {
  await lookWhenOver(app, id, addMinutes(app.now, againMinutes - 1));
}

/** The operation that is to be looked at again; null where nothing of it waits any more. */
export async function toFollow(app: App, id: string): Promise<OperationRecord | null> {
  const record = await app.operations.byId(id);
  return record?.outcome === "verified" && record.plan !== null && record.facts?.waitsUntil ? record : null;
}

/** What waited for a window, and was changed by an operation that has come before it, is called off. */
export async function callOffWaiting(app: App, by: OperationRecord): Promise<void> {
  const changes = by.plan?.changes.map(({ label }) => label) ?? [];
  const others = await app.operations.list({ target: by.request.target, limit: 20 });
  for (const other of others) {
    const isWaiting = other.outcome === "verified" && other.facts?.waitsUntil !== undefined;
    const isSame =
      other.request.operation === by.request.operation &&
      other.plan?.changes.some(({ label }) => changes.includes(label)) === true;
    if (other.id === by.id || !isWaiting || !isSame) continue;
    const detail = `${by.code} changed the same before its window came.`;
    const facts = withoutWaiting(other.facts);
    const updated = await app.operations.update(other, { detail, facts, outcome: "cancelled" });
    await leaveMarks(app, updated, {
      by: itself,
      action: "operation.cancelled",
      details: { by: by.code, detail },
      timeline: detail,
    });
  }
}

function withoutWaiting(facts: OperationRecord["facts"]): NonNullable<OperationRecord["facts"]> {
  const { waitsUntil: _over, ...rest } = facts ?? {};
  return rest;
}

/**
 * What became of a change that waited for its window: told once it is settled, in the thread of its card. One that was
 * not made in its window is told too, and looked at again after the next; after 13 days nobody looks any more.
 */
export async function recordFollowed(app: App, id: string, seen: Sighting): Promise<void> {
  const record = await toFollow(app, id);
  if (record === null || record.endedAt === null) return;
  const isLast = app.now >= addDays(record.endedAt, longestDays);
  if (seen.verdict === "on-the-way") {
    if (!isLast) return followAgain(app, id);
    return tell(app, record, seen, "It is not as asked yet, and is not looked at any more");
  }
  if (seen.againAt === undefined) {
    return tell(app, record, seen, seen.verdict === "as-asked" ? "Done in its window" : "Not done in its window");
  }
  const next = addDays(app.now, windowDays);
  await tell(app, record, seen, "The window is over, and it waits still");
  if (!isLast && next < addDays(record.endedAt, longestDays)) await lookWhenOver(app, id, next);
}

async function tell(app: App, record: OperationRecord, seen: Sighting, head: string): Promise<void> {
  const why = app.redact(seen.reason ?? seen.progress);
  const detail = seen.againAt === undefined ? `${head}: ${why}.` : `${head}.`;
  const events = seen.events.map(({ at, text }) => ({ at, text: app.redact(text) })).slice(-20);
  const outcome =
    seen.verdict === "reverted" ? "applied-then-reverted" : seen.verdict === "failed" ? "failed-partial" : "verified";
  const facts = withoutWaiting(record.facts);
  const waiting = seen.againAt === undefined ? facts : { ...facts, waitsUntil: seen.againAt };
  const updated = await app.operations.update(record, { detail, events, outcome, facts: waiting });
  await leaveMarks(app, updated, {
    by: itself,
    action: "operation.followed",
    details: { verdict: seen.verdict, detail },
    timeline: detail,
  });
  await app.outbox.add({
    kind: "message",
    view: "ops.operation.followed",
    subject: record.id,
    place: record.place,
    once: `followed ${record.id} ${app.now.toISOString()}`,
    thread: { card: "ops.operation", subject: record.id },
  });
}
