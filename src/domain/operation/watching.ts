import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import { ProviderError } from "../../errors.ts";
import type { App } from "../ports.ts";
import { callOffWaiting, waitsFor } from "./following-up.ts";
import type { AnyOperation, OperationRecord, Sighting } from "./operation.ts";
import { end, itself, redraw } from "./record.ts";
import { providerTroubleInWords } from "./trouble.ts";

/** How often a running operation is looked at. */
export const watchSeconds = 5;

const eventsKept = 20;

/** For so long after a change a platform may still show the state before it: reads trail behind writes. */
const settleSeconds = 10;

/**
 * Records one look at the world and ends the operation when that settles it, with `keep` writing what is to be known of
 * it later; otherwise the next look is arranged.
 */
export async function recordSighting(app: App, id: string, seen: Sighting, keep?: AnyOperation["keep"]): Promise<void> {
  const sighting = withoutSecrets(app, seen);
  const record = await app.operations.byId(id);
  if (record?.state !== "verifying") return;
  const asAsked = sighting.verdict === "as-asked";
  const updated = await app.operations.update(record, {
    progress: sighting.progress,
    share: sighting.share,
    events: sighting.events.slice(-eventsKept),
    steadySince: asAsked ? (record.steadySince ?? app.now) : null,
  });
  const why = sighting.reason ?? sighting.progress;
  if (sighting.verdict === "reverted" && hasSettled(app, updated)) {
    await end(app, updated, "applied-then-reverted", why, itself, `applied, then reverted: ${why}`);
  } else if (sighting.verdict === "failed") {
    await keep?.(app, updated, sighting);
    await end(app, updated, "failed-partial", why, itself, `the change was made and failed: ${why}`);
  } else if (asAsked && (sighting.final === true || isSteady(app, updated, sighting))) {
    const steady = sighting.final === true ? "" : `, steady for ${secondsSteady(app, sighting)} s`;
    const detail = `${sighting.progress}${steady}.`;
    await keep?.(app, updated, sighting);
    const settled = sighting.againAt === undefined ? updated : await waitsFor(app, updated, sighting.againAt);
    await callOffWaiting(app, await end(app, settled, "verified", detail, itself, `verified: ${detail}`));
  } else if (sighting.working !== true && isOverdue(app, updated, secondsSteady(app, sighting))) {
    const detail = `Not as asked after ${app.config.operations.verifyMinutes} min: ${why}.`;
    await end(app, updated, "applied-not-verified", detail, itself, detail);
  } else {
    if (hasMoved(record, updated)) await redraw(app, updated, "normal");
    await lookAgain(app, id);
  }
}

/** A look that saw nothing, because the platform or we failed: goes on until the deadline, and says so. */
export async function recordBlindLook(app: App, id: string, error: unknown): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "verifying") return;
  const why =
    error instanceof ProviderError
      ? app.redact(providerTroubleInWords(error))
      : "something broke on our side while looking";
  const blind = await app.operations.update(record, { progress: `cannot see it: ${why}`, steadySince: null });
  if (isOverdue(app, blind, app.config.operations.steadySeconds)) {
    const detail = `The change is made, but could not be seen for ${app.config.operations.verifyMinutes} min: ${why}`;
    await end(app, blind, "applied-not-verified", detail, itself, detail);
    return;
  }
  if (hasMoved(record, blind)) await redraw(app, blind, "normal");
  await lookAgain(app, id);
}

/** Platforms repeat in their events what they were given, a registry's password in an image's address for one. */
function withoutSecrets(app: App, { progress, reason, events, ...rest }: Sighting): Sighting {
  return {
    ...rest,
    progress: app.redact(progress),
    reason: reason && app.redact(reason),
    events: events.map(({ at, text }) => ({ at, text: app.redact(text) })),
  };
}

function hasSettled(app: App, record: OperationRecord): boolean {
  return app.now >= addSeconds(sentAt(record), settleSeconds);
}

/** What took its time while it was carried out takes nothing of the time to be seen. */
function sentAt(record: OperationRecord): Date {
  return record.verifyingAt ?? record.appliedAt ?? record.requestedAt;
}

function secondsSteady(app: App, sighting: Sighting): number {
  return Math.max(app.config.operations.steadySeconds, sighting.steadySeconds ?? 0);
}

function isSteady(app: App, record: OperationRecord, sighting: Sighting): boolean {
  return record.steadySince !== null && app.now >= addSeconds(record.steadySince, secondsSteady(app, sighting));
}

function isOverdue(app: App, record: OperationRecord, steady: number): boolean {
  const deadline = addMinutes(sentAt(record), app.config.operations.verifyMinutes);
  // One that is as asked gets the time to be seen steady.
  return app.now >= (record.steadySince === null ? deadline : addSeconds(deadline, steady));
}

function hasMoved(before: OperationRecord, after: OperationRecord): boolean {
  return (
    before.progress !== after.progress ||
    before.share !== after.share ||
    before.events.length !== after.events.length ||
    before.events.at(-1)?.at !== after.events.at(-1)?.at ||
    (before.steadySince === null) !== (after.steadySince === null)
  );
}

async function lookAgain(app: App, id: string): Promise<void> {
  // Where less than that is steady enough, it is looked at as often.
  const seconds = Math.min(watchSeconds, Math.max(1, app.config.operations.steadySeconds));
  await app.jobs.add("watch-operation", { operationId: id }, { key: id, after: addSeconds(app.now, seconds) });
}
