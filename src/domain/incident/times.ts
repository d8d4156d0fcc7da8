import { createHash } from "node:crypto";
import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { redrawPostmortem } from "../postmortem/checklist.ts";
import { openPostmortem } from "../postmortem/write.ts";
import { inUtc, requirePast } from "../time/typed-moment.ts";
import { openForChange } from "./access.ts";
import { recordChange } from "./change.ts";
import { type Incident, type IncidentTimes, incidentName, isOpen } from "./incident.ts";

/** The moments people may put right afterwards, in the order they must have. */
export const keyTimes = [
  { key: "startedAt", name: "started", title: "Started", words: ["start", "began", "begin"] },
  { key: "detectedAt", name: "detected", title: "Detected", words: ["noticed", "detect"] },
  { key: "acknowledgedAt", name: "acknowledged", title: "Acknowledged", words: ["ack", "acked", "acknowledge"] },
  { key: "mitigatedAt", name: "mitigated", title: "Mitigated", words: ["mitigate", "stopped"] },
  { key: "resolvedAt", name: "resolved", title: "Resolved", words: ["resolve", "fixed", "over", "ended"] },
] as const;
export type KeyTime = (typeof keyTimes)[number];
export type KeyTimes = Pick<IncidentTimes, KeyTime["key"]>;

/** The key time a word means. */
export function findKeyTime(word: string): KeyTime | null {
  const said = word.toLowerCase();
  return keyTimes.find(({ name, words }) => name === said || (words as readonly string[]).includes(said)) ?? null;
}

/** Changes with the key times alone, so that a form is stale only when what it shows has changed. */
export function timesVersion(incident: Incident): number {
  const shown = keyTimes.map(({ key }) => incident.times[key]?.toISOString() ?? null);
  return createHash("sha256").update(JSON.stringify(shown)).digest().readUIntBE(0, 6);
}

/**
 * Puts key times right; the old ones stay in the audit log, and durations follow. Refuses times ahead and an order
 * that cannot be. With `seen`, an incident whose times somebody else changed since is answered and nothing written.
 */
export async function correctTimes(
  app: App,
  caller: Caller,
  incidentId: string,
  typed: Partial<KeyTimes>,
  seen?: number,
): Promise<{ readonly changed: Incident } | { readonly newer: Incident }> {
  const incident = await openForChange(app, caller, incidentId);
  if (seen !== undefined && timesVersion(incident) !== seen) return { newer: incident };
  const moved = keyTimes.filter(({ key }) => key in typed && differs(incident.times[key], typed[key] ?? null));
  if (moved.length === 0) {
    throw new Refusal(
      "already_done",
      "These are the times already.",
      "Change one of them.",
      moved[0]?.name ?? "started",
    );
  }
  const times = { ...incident.times, ...Object.fromEntries(moved.map(({ key }) => [key, typed[key] ?? null])) };
  for (const { key, name } of moved) if (times[key]) requirePast(times[key], app.now, name);
  requireWhole(incident, times);
  requireOrder(app, times, moved);
  const said = moved.map(
    ({ key, name }) => `${name} ${saidAs(app, times[key])}, was ${saidAs(app, incident.times[key])}`,
  );
  const changed = await recordChange(app, incident, caller.userId, {
    changes: { times },
    entry: { kind: "system", text: `Corrected the times: ${said.join("; ")}` },
    audit: {
      action: "incident.times-corrected",
      details: Object.fromEntries(
        moved.map(({ key, name }) => [
          name,
          { from: incident.times[key]?.toISOString() ?? null, to: times[key]?.toISOString() ?? null },
        ]),
      ),
    },
    tell: true,
  });
  if (moved.some(({ key }) => key === "resolvedAt") && (await app.postmortems.byIncident(incident.id))) {
    await openPostmortem(app, changed, caller.userId);
  } else await redrawPostmortem(app, incident.id);
  return { changed };
}

// Forms and people know minutes; a difference below one is none.
function differs(before: Date | null, after: Date | null): boolean {
  if (!before || !after) return before !== after;
  return Math.abs(before.getTime() - after.getTime()) >= 60_000;
}

function requireWhole(incident: Incident, times: KeyTimes): void {
  if (!times.startedAt || !times.detectedAt) {
    const field = times.startedAt ? "detected" : "started";
    throw new Refusal("missing_argument", `Every incident has ${field} at some time.`, "Name when.", field);
  }
  if (!isOpen(incident) && !times.resolvedAt) {
    throw new Refusal(
      "not_possible",
      `${incidentName(incident)} is resolved, so it was resolved at some time.`,
      `If it is not over, reopen it: /incident reopen ${incidentName(incident)}.`,
      "resolved",
    );
  }
  if (isOpen(incident) && times.resolvedAt) {
    throw new Refusal(
      "not_possible",
      `${incidentName(incident)} is not resolved yet.`,
      `Resolve it first: /incident resolve ${incidentName(incident)}.`,
      "resolved",
    );
  }
}

const order = [
  ["startedAt", "detectedAt"],
  ["detectedAt", "acknowledgedAt"],
  ["startedAt", "mitigatedAt"],
  ["mitigatedAt", "resolvedAt"],
  ["acknowledgedAt", "resolvedAt"],
  ["detectedAt", "resolvedAt"],
] as const;

function requireOrder(app: App, times: KeyTimes, moved: readonly KeyTime[]): void {
  for (const [earlier, later] of order) {
    const [before, after] = [times[earlier], times[later]];
    if (!before || !after || before.getTime() - after.getTime() < 60_000) continue;
    const [first, second] = [timeOf(earlier), timeOf(later)];
    // The refusal stands at what was changed; where both were, at the later.
    const field = moved.includes(second) ? second : first;
    throw new Refusal(
      "bad_argument",
      `It cannot have been ${second.name} (${inUtc(after, app.now)}) before it was ${first.name} (${inUtc(before, app.now)}).`,
      "Correct both at once with /incident times, in the form.",
      field.name,
    );
  }
}

function timeOf(key: KeyTime["key"]): KeyTime {
  const found = keyTimes.find((one) => one.key === key);
  if (!found) throw new Error(`No such time: ${key}`);
  return found;
}

function saidAs(app: App, at: Date | null): string {
  return at ? inUtc(at, app.now) : "not known";
}
