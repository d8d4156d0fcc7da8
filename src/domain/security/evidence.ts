import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import { type Inquiry, inquire, inquiryById, recordInquiry } from "../inquiry/inquiry.ts";
import { trailDays } from "../platform/trail.ts";
import type { App } from "../ports.ts";
import { escapeMrkdwn } from "../text.ts";
import { type EvidencePart, evidenceParts, partTitle } from "./parts.ts";
import { usualSecurity } from "./settings.ts";

/** One piece of evidence somebody asked for. */
export interface EvidenceQuestion {
  readonly part: EvidencePart;
  readonly from: Date;
  readonly until: Date;
  /** When the incident began: what is clean is from before that. */
  readonly startedAt: Date;
  /** What lines of a log hold. */
  readonly words: readonly string[];
}

export interface EvidenceFound {
  /** Why nothing could be read; null where something was. */
  readonly trouble: string | null;
  /** What was found, as a sentence with its counts. */
  readonly said: string;
  /** What of it is not known, each as a clause. */
  readonly gaps: readonly string[];
  /** How many of each, for the audit log. */
  readonly counts: Readonly<Record<string, number>>;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Older logs than this are not looked through. */
const logSeconds = 7 * 86_400;
const maySayAgainSeconds = 60;

/**
 * Has everything gathered that can be for a private incident, from some time before its start until now; each piece is
 * posted in its channel as soon as it was read. Answers how many pieces that are.
 */
export async function gatherEvidence(
  app: App,
  caller: Caller,
  incidentId: string,
): Promise<{ readonly incident: Incident; readonly pieces: number }> {
  const incident = await openForChange(app, caller, incidentId);
  const name = incidentName(incident);
  if (!incident.isPrivate) {
    throw new Refusal(
      "not_possible",
      `${name} is open to every member of the workspace; who did what from where is not posted there.`,
      "Make it private first: /incident private.",
    );
  }
  const parts = evidenceParts(app.config, incident);
  if (parts.length === 0) {
    throw new Refusal(
      "not_possible",
      "Nothing that can be gathered from here is in the configuration for what is affected.",
      "Name what is affected with /incident details, or gather by hand.",
    );
  }
  const [last] = await app.inquiries.ofIncident("evidence", incident.id);
  if (last && app.now.getTime() - last.askedAt.getTime() < maySayAgainSeconds * 1000)
    throw new Refusal("already_done", "It is being gathered.", "Each piece is posted in the incident's channel.");
  const { lookbackSeconds, logWords } = app.config.security ?? usualSecurity;
  const until = app.now;
  const { startedAt } = incident.times;
  const since = (seconds: number) => new Date(until.getTime() - seconds * 1000);
  const wanted = new Date(startedAt.getTime() - lookbackSeconds * 1000);
  for (const part of parts) {
    const earliest = since(part.kind === "access-log" ? logSeconds : trailDays * 86_400);
    const from = wanted > earliest ? wanted : earliest;
    const question = { part, from, until, startedAt, words: part.kind === "access-log" ? logWords : [] };
    await inquire(app, "evidence", { userId: caller.userId, question, forIncident: incident.id });
  }
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "check",
    actorId: caller.userId,
    text: `Had evidence gathered: ${parts.map(partTitle).map(escapeMrkdwn).join("; ")}`,
  });
  await app.audit.add({
    actor: caller.userId,
    action: "security.evidence-asked",
    subject: name,
    details: { parts: parts.map(partTitle), from: wanted.toISOString(), until: until.toISOString() },
  });
  return { incident, pieces: parts.length };
}

/** Keeps and shows a piece that was read: a message with its counts, a file, a line of the timeline, an audit entry. */
export async function recordEvidence(app: App, id: string, found: EvidenceFound): Promise<void> {
  const inquiry = await inquiryById(app, "evidence", id);
  const incident = inquiry.incidentId && (await app.incidents.lock(inquiry.incidentId));
  if (!incident || inquiry.found !== null) return;
  await recordInquiry(app, inquiry, found);
  const { part, from, until } = inquiry.question;
  if (found.rows.length > 0) {
    await app.outbox.add({
      kind: "files",
      view: "ops.evidence.file",
      subject: id,
      place: inquiry.place,
      once: id,
      under: { card: "ops.evidence", subject: id },
    });
  }
  const unknown = found.gaps.length > 0 ? `. Not known: ${found.gaps.join("; ")}` : "";
  await app.timeline.add({
    incidentId: incident.id,
    at: app.now,
    kind: "check",
    actorId: null,
    text: escapeMrkdwn(app.redact(`${partTitle(part)}: ${found.trouble ?? found.said}${unknown}`)),
  });
  await app.audit.add({
    actor: inquiry.askedBy,
    action: "security.evidence-gathered",
    subject: incidentName(incident),
    details: {
      part: partTitle(part),
      from: from.toISOString(),
      until: until.toISOString(),
      counts: found.counts,
      gaps: found.gaps,
      trouble: found.trouble,
    },
  });
  await app.outbox.add({
    kind: "card",
    view: "incident.security",
    subject: incident.id,
    place: { incident: incident.id },
    pin: true,
  });
}

/** The newest piece of each part, of an incident. */
export async function evidenceOf(app: App, incidentId: string): Promise<readonly Inquiry<"evidence">[]> {
  const all = await app.inquiries.ofIncident("evidence", incidentId);
  const seen = new Set<string>();
  return all.filter(({ question }) => {
    const title = partTitle(question.part);
    return !seen.has(title) && seen.add(title);
  });
}
