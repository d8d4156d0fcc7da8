import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import { openForChange } from "../incident/access.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import { tell } from "../incident/notices.ts";
import type { App } from "../ports.ts";
import { cleanText, quoteTyped } from "../text.ts";
import type { Hypothesis, HypothesisState } from "./records.ts";

/** What people call a hypothesis: H2. */
export function hypothesisName(one: Pick<Hypothesis, "number">): string {
  return `H${one.number}`;
}

const longest = 1000;

/** Writes down what somebody thinks is the cause. */
export async function addHypothesis(app: App, caller: Caller, incidentId: string, text: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const written = wordsOf(app, text, "/incident hypothesis add the cache is cold");
  const one = await app.beliefs.addHypothesis({ incidentId, text: written, byId: caller.userId });
  await record(app, caller, incident, `Hypothesis ${hypothesisName(one)}: ${written}`, "hypothesis.added", one.id);
  return incident;
}

/** Writes down what was decided. */
export async function decide(app: App, caller: Caller, incidentId: string, text: string): Promise<Incident> {
  const incident = await openForChange(app, caller, incidentId);
  const written = wordsOf(app, text, "/incident decide we stay on version 41 until Monday");
  const one = await app.beliefs.addDecision({ incidentId, text: written, byId: caller.userId });
  await record(app, caller, incident, `Decided: ${written}`, "decision.added", one.id);
  return incident;
}

export interface Verdict {
  readonly state: Exclude<HypothesisState, "open">;
  readonly reason: string | null;
  /** Links and codes of operations, anywhere in the text. */
  readonly evidence: string;
}

/** Says that a hypothesis holds or does not, and why; whoever saw an older one is told. */
export async function settleHypothesis(
  app: App,
  caller: Caller,
  hypothesisId: string,
  verdict: Verdict,
  seen: number | null,
): Promise<Incident> {
  const found = await app.beliefs.byId(hypothesisId);
  if (!found) throw new Refusal("not_found", "That hypothesis is gone.");
  const incident = await openForChange(app, caller, found.incidentId);
  const one = (await app.beliefs.byId(hypothesisId)) ?? found;
  const name = hypothesisName(one);
  if (seen !== null && one.version !== seen) {
    throw new Refusal("stale", `${name} is ${inWords(one.state)} since.`, "Look at its card again.");
  }
  if (one.state === verdict.state) throw new Refusal("already_done", `${name} is ${inWords(one.state)} already.`);
  const typed = app.redact(cleanText(verdict.reason ?? "")).slice(0, longest);
  const reason = typed === "" ? null : quoteTyped(typed);
  await app.beliefs.settle(one, { state: verdict.state, reason, byId: caller.userId });
  const unknown = await addEvidence(app, caller, one, `${verdict.evidence} ${verdict.reason ?? ""}`);
  const tail = reason ? `: ${reason}` : "";
  const lost = unknown.length > 0 ? ` (no operation ${unknown.join(", ")})` : "";
  const text = `${name} ${inWords(verdict.state)}${tail}${lost}\n> ${one.text}`;
  await record(app, caller, incident, text, `hypothesis.${verdict.state}`, one.id);
  return incident;
}

/** The hypothesis a line names first, H2 or 2, and what it says after it. */
export async function namedHypothesis(
  app: App,
  incidentId: string,
  line: string,
): Promise<{ readonly hypothesis: Hypothesis; readonly rest: string }> {
  const [, number, rest = ""] = /^\s*h?#?(\d{1,6})\b[\s:,–-]*([\s\S]*)$/i.exec(line) ?? [];
  const { hypotheses } = await app.beliefs.of(incidentId);
  const hypothesis = hypotheses.find((one) => one.number === Number(number));
  if (hypothesis) return { hypothesis, rest: rest.trim() };
  const open = hypotheses.filter((one) => one.state === "open").map(hypothesisName);
  throw new Refusal(
    "bad_argument",
    number ? `There is no H${number}.` : "Say which hypothesis, such as H1.",
    open.length > 0 ? `Open are ${open.join(", ")}.` : "None is open: /incident hypothesis add <what you think>.",
  );
}

export function inWords(state: HypothesisState): string {
  return { open: "open", confirmed: "confirmed", "ruled-out": "ruled out" }[state];
}

/** Notes links and operations; answers what looks like a code and is none. */
async function addEvidence(app: App, caller: Caller, one: Hypothesis, text: string): Promise<readonly string[]> {
  const byId = caller.userId;
  const clean = app.redact(text);
  for (const [link = ""] of clean.matchAll(/https?:\/\/[^\s<>|"]+/g)) {
    const title = /\/archives\//.test(link) ? "message" : URL.canParse(link) ? new URL(link).hostname : "link";
    await app.beliefs.addEvidence(one.id, { kind: "link", reference: link.slice(0, 1500), title, byId });
  }
  const unknown: string[] = [];
  for (const [code = ""] of clean.replace(/https?:\/\/[^\s<>|"]+/g, " ").matchAll(/\bop-[a-z0-9]{2,12}\b/gi)) {
    const operation = (await app.operations.byCode(code)) ?? (await app.operations.byCode(code.toLowerCase()));
    if (!operation || operation.incidentId !== one.incidentId) unknown.push(code);
    else
      await app.beliefs.addEvidence(one.id, {
        kind: "operation",
        reference: operation.code,
        title: operation.code,
        byId,
      });
  }
  return unknown;
}

function wordsOf(app: App, typed: string, example: string): string {
  const written = app.redact(cleanText(typed));
  if (written === "") throw new Refusal("missing_argument", "Nothing is written.", `Such as ${example}.`, "text");
  if (written.length > longest) {
    throw new Refusal("over_limit", `That is longer than ${longest} characters.`, "Write a note for the rest.", "text");
  }
  return quoteTyped(written);
}

/** On the timeline, in the audit log, in the channel, and on the card that shows all of them. */
async function record(
  app: App,
  caller: Caller,
  incident: Incident,
  text: string,
  action: string,
  id: string,
): Promise<void> {
  const kind = action.startsWith("decision") ? "decision" : "hypothesis";
  const entry = await app.timeline.add({ incidentId: incident.id, at: app.now, kind, actorId: caller.userId, text });
  await app.audit.add({ actor: caller.userId, action, subject: incidentName(incident), details: { id } });
  await tell(app, incident, entry);
  await app.outbox.add({
    kind: "card",
    view: "incident.beliefs",
    subject: incident.id,
    place: { incident: incident.id },
  });
}
