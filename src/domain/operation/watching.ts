import { addMinutes } from "date-fns/addMinutes";
import { addSeconds } from "date-fns/addSeconds";
import { ProviderError } from "../../errors.ts";
import type { App } from "../ports.ts";
import type { OperationRecord, Sighting } from "./operation.ts";
import { end, itself, redraw } from "./record.ts";
import { providerTroubleInWords } from "./trouble.ts";

/** How often a running operation is looked at. */
export const watchSeconds = 5;

const eventsKept = 20;

/** For so long after a change a platform may still show the state before it: reads trail behind writes. */
const settleSeconds = 10;

/** Records one look at the world and ends the operation when that settles it; otherwise the next look is arranged. */
export async function recordSighting(app: App, id: string, sighting: Sighting): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "verifying") return;
  const asAsked = sighting.verdict === "as-asked";
  const seen = await app.operations.update(record, {
    progress: sighting.progress,
    share: sighting.share,
    events: sighting.events.slice(-eventsKept),
    steadySince: asAsked ? (record.steadySince ?? app.now) : null,
  });
  const why = sighting.reason ?? sighting.progress;
  if (sighting.verdict === "reverted" && hasSettled(app, seen)) {
    await end(app, seen, "applied-then-reverted", why, itself, `applied, then reverted: ${why}`);
  } else if (sighting.verdict === "failed") {
    await end(app, seen, "failed-partial", why, itself, `the change was made and failed: ${why}`);
  } else if (asAsked && (sighting.final === true || isSteady(app, seen))) {
    const steady = sighting.final === true ? "" : `, steady for ${app.config.operations.steadySeconds} s`;
    const detail = `${sighting.progress}${steady}.`;
    await end(app, seen, "verified", detail, itself, `verified: ${detail}`);
  } else if (sighting.working !== true && isOverdue(app, seen)) {
    const detail = `Not as asked after ${app.config.operations.verifyMinutes} min: ${why}.`;
    await end(app, seen, "applied-not-verified", detail, itself, detail);
  } else {
    if (hasMoved(record, seen)) await redraw(app, seen, "normal");
    await lookAgain(app, id);
  }
}

/** A look that saw nothing, because the platform or we failed: goes on until the deadline, and says so. */
export async function recordBlindLook(app: App, id: string, error: unknown): Promise<void> {
  const record = await app.operations.byId(id);
  if (record?.state !== "verifying") return;
  const why =
    error instanceof ProviderError ? providerTroubleInWords(error) : "something broke on our side while looking";
  const blind = await app.operations.update(record, { progress: `cannot see it: ${why}`, steadySince: null });
  if (isOverdue(app, blind)) {
    const detail = `The change is made, but could not be seen for ${app.config.operations.verifyMinutes} min: ${why}`;
    await end(app, blind, "applied-not-verified", detail, itself, detail);
    return;
  }
  if (hasMoved(record, blind)) await redraw(app, blind, "normal");
  await lookAgain(app, id);
}

function hasSettled(app: App, record: OperationRecord): boolean {
  return app.now >= addSeconds(record.appliedAt ?? record.requestedAt, settleSeconds);
}

function isSteady(app: App, record: OperationRecord): boolean {
  return record.steadySince !== null && app.now >= addSeconds(record.steadySince, app.config.operations.steadySeconds);
}

function isOverdue(app: App, record: OperationRecord): boolean {
  const deadline = addMinutes(record.appliedAt ?? record.requestedAt, app.config.operations.verifyMinutes);
  // One that is as asked gets the time to be seen steady.
  return (
    app.now >= (record.steadySince === null ? deadline : addSeconds(deadline, app.config.operations.steadySeconds))
  );
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
