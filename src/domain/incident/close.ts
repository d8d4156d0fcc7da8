import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { App } from "../ports.ts";
import { redrawPostmortem } from "../postmortem/checklist.ts";
import { cleanText, escapeMrkdwn, quoteTyped } from "../text.ts";
import { inUtc, requirePast } from "../time/typed-moment.ts";
import { openForChange } from "./access.ts";
import { affectedTitles, requireAffected } from "./affected.ts";
import { recordChange } from "./change.ts";
import type { CloseField } from "./close-fields.ts";
import { inWords, missingToClose, writtenFields } from "./closing.ts";
import type { Incident } from "./incident.ts";
import { moveTo, stepOf } from "./phases.ts";
import { requireServing } from "./serving.ts";
import { postUpdate } from "./update.ts";

/** What people fill in so that an incident can be closed, as it was typed; null for what was not asked. */
export interface Closing {
  readonly summary: string | null;
  readonly affected: readonly string[] | null;
  readonly commander: string | null;
  readonly cause: string | null;
  readonly impact: string | null;
  readonly resolution: string | null;
  readonly mitigated: Date | null;
}

/**
 * Puts a resolved incident away; its channel stays until its days are over, since a post-mortem may still be written
 * there. Refused while something is missing that its severity asks for.
 */
export function closeIncident(app: App, caller: Caller, incidentId: string): Promise<Incident> {
  return postUpdate(app, caller, incidentId, { step: stepOf(app.config.phases, "closed") });
}

/** What is missing before it can be closed; refuses one that cannot be closed at all. */
export async function requireClosable(app: App, incident: Incident): Promise<readonly CloseField[]> {
  moveTo(app.config.phases, incident, stepOf(app.config.phases, "closed"), app.now);
  return missingToClose(app, incident);
}

/**
 * Writes what was missing and closes the incident. Where only the post-mortem is left to publish, what was filled in
 * is kept and the incident stays resolved; `missing` says so.
 */
export async function fillAndClose(
  app: App,
  caller: Caller,
  incidentId: string,
  typed: Closing,
): Promise<{ readonly incident: Incident; readonly missing: readonly CloseField[] }> {
  const incident = await openForChange(app, caller, incidentId);
  const missing = await requireClosable(app, incident);
  const filled = await read(app, caller, incident, typed, missing);
  const changed = filled.said.length > 0 ? await write(app, caller, incident, filled) : incident;
  const left = await missingToClose(app, changed);
  const open = left.find((field) => field !== "postmortem");
  if (open) {
    throw new Refusal("missing_argument", `It is closed only with ${inWords([open])}.`, "Fill it in.", open);
  }
  if (left.length > 0) return { incident: changed, missing: left };
  return { incident: await closeIncident(app, caller, incidentId), missing: [] };
}

interface Filled {
  readonly changes: Partial<Pick<Incident, "summary" | "affected" | "roles" | "fields" | "times">>;
  readonly said: readonly string[];
  readonly fields: readonly CloseField[];
}

async function read(
  app: App,
  caller: Caller,
  incident: Incident,
  typed: Closing,
  missing: readonly CloseField[],
): Promise<Filled> {
  const said: string[] = [];
  const fields: CloseField[] = [];
  let changes: Filled["changes"] = {};
  const take = (field: CloseField, words: string, change: Filled["changes"]): void => {
    // Two people may have the form open: what the first wrote is not written over unseen.
    if (!missing.includes(field)) {
      throw new Refusal("stale", `Somebody filled in ${inWords([field])} meanwhile.`, "Close it again.", field);
    }
    fields.push(field);
    said.push(words);
    changes = { ...changes, ...change };
  };
  const summary = app.redact(cleanText(typed.summary ?? ""));
  if (summary) take("summary", `Summary: ${quoteTyped(summary)}`, { summary });
  const affected = requireAffected(app.config, typed.affected ?? []);
  if (affected.length > 0) {
    take("affected", `Affected: ${escapeMrkdwn(affectedTitles(app.config, affected).join(", "))}`, { affected });
  }
  const userId = typed.commander;
  if (userId === app.workspace.botUserId) {
    throw new Refusal("unknown_person", "I cannot lead an incident.", "Name a person.", "commander");
  }
  if (userId) {
    if (userId !== caller.userId) await requireServing(app, userId, "commander");
    const roles = [...incident.roles, { role: "commander", userId, since: app.now }];
    take("commander", `Commander: <@${userId}>`, { roles });
  }
  for (const field of writtenFields) {
    const text = app.redact(cleanText(typed[field] ?? ""));
    if (!text) continue;
    const title = `${field[0]?.toUpperCase()}${field.slice(1)}`;
    take(field, `${title}: ${quoteTyped(text)}`, { fields: { ...incident.fields, ...changes.fields, [field]: text } });
  }
  const { mitigated } = typed;
  if (mitigated) {
    requirePast(mitigated, app.now, "mitigated");
    requireWithin(incident, mitigated);
    const times = { ...incident.times, mitigatedAt: mitigated };
    take("mitigated", `Mitigated at ${inUtc(mitigated, app.now)}`, { times });
  }
  return { changes, said, fields };
}

function requireWithin({ times }: Incident, mitigated: Date): void {
  // A form knows minutes; a difference below one is none.
  const early = times.startedAt.getTime() - mitigated.getTime() >= 60_000;
  const late = times.resolvedAt !== null && mitigated.getTime() - times.resolvedAt.getTime() >= 60_000;
  if (!early && !late) return;
  throw new Refusal(
    "bad_argument",
    `It cannot have been mitigated ${early ? "before it was started" : "after it was resolved"}.`,
    "Correct the other times first with /incident times.",
    "mitigated",
  );
}

async function write(app: App, caller: Caller, incident: Incident, filled: Filled): Promise<Incident> {
  const changed = await recordChange(app, incident, caller.userId, {
    changes: filled.changes,
    entry: { kind: "update", text: `Filled in before closing\n${filled.said.join("\n")}` },
    audit: { action: "incident.closing-filled-in", details: { fields: filled.fields } },
    tell: true,
  });
  if (filled.changes.times) await redrawPostmortem(app, incident.id);
  return changed;
}
