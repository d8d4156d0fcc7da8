import { newestGood } from "../domain/backup/backup.ts";
import { hidden, passwordsIn } from "../domain/logs/hidden.ts";
import { type LogLine, logPlacement } from "../domain/logs/logs.ts";
import type { App } from "../domain/ports.ts";
import { type EvidenceFound, type EvidenceQuestion, recordEvidence } from "../domain/security/evidence.ts";
import type { EvidencePart, TrailPart } from "../domain/security/parts.ts";
import { trailFound } from "../domain/security/trail.ts";
import { Refusal } from "../errors.ts";
import { askSource } from "./ask-source.ts";
import type { OperationContext } from "./operation-context.ts";
import { seeBackups } from "./see-backups.ts";

/** A trail is read slowly, page by page. */
const trailMilliseconds = 24_000;
const logMilliseconds = 15_000;
const mostLines = 3000;
const mostOperations = 500;

type LogPart = Extract<EvidencePart, { readonly kind: "access-log" }>;
type BackupPart = Extract<EvidencePart, { readonly kind: "backup" }>;

/** Reads one piece of evidence and posts it; what cannot be read is posted as unknown. */
export async function gatherEvidenceJob(context: OperationContext, id: string): Promise<void> {
  const asked = await context.transact((app) => app.inquiries.byId("evidence", id));
  if (!asked || asked.found !== null) return;
  const found = await read(context, asked.question);
  await context.transact((app) => recordEvidence(app, id, found));
}

function read(context: OperationContext, question: EvidenceQuestion): Promise<EvidenceFound> {
  const { part } = question;
  if (part.kind === "access-log") return readLog(context, part, question);
  if (part.kind === "backup") return readBackups(context, part, question);
  return readTrail(context, part, question);
}

function unknown(trouble: string): EvidenceFound {
  return { trouble: `not known: ${trouble}`, said: "", gaps: [], counts: {}, header: [], rows: [] };
}

async function readTrail(
  context: OperationContext,
  part: TrailPart,
  { from, until }: EvidenceQuestion,
): Promise<EvidenceFound> {
  const trail = context.providers.find((one) => one.trail)?.trail;
  if (!trail) return unknown("nothing here reads who did what");
  const place = { environment: part.environment, region: part.region };
  const about = { source: "trail", of: part };
  const answer = await askSource(
    context,
    about,
    () => trail.read(place, { what: part.kind, from, until }),
    trailMilliseconds,
  );
  if (!("value" in answer)) return unknown(answer.trouble);
  const here = await context.transact((app) => fromHere(app, part.environment));
  return trailFound(part.kind, answer.value, { ...here, own: answer.value.own });
}

async function fromHere(app: App, environment: string) {
  const access = app.config.environments.find(({ name }) => name === environment)?.access ?? null;
  return { environment, access, operations: await app.operations.list({ limit: mostOperations }) };
}

async function readLog(
  context: OperationContext,
  part: LogPart,
  { from, until, words }: EvidenceQuestion,
): Promise<EvidenceFound> {
  const asked = await context.transact(async (app) => ({
    placement: logPlacement(app.config, part),
    hide: hidden(app.redact, passwordsIn(app.config.connections.values())),
  }));
  const { placement, hide } = asked;
  const logs = context.providers.find(({ id }) => id === placement?.provider)?.logs;
  if (!placement || !logs) return unknown("nothing here reads its log");
  const answers = await Promise.all(
    words.map(async (word) => ({
      word,
      answer: await askSource(
        context,
        { source: `logs of ${placement.provider}`, of: part, perSecond: logs.perSecond },
        () => logs.read(placement, { from, until, holds: word, errors: false }),
        logMilliseconds,
      ),
    })),
  );
  const gaps = answers.flatMap(({ word, answer }) => {
    if (!("value" in answer)) return [`lines with “${word.trim()}”: ${answer.trouble}`];
    const isWhole = answer.value.from.getTime() <= from.getTime() + 1000;
    return isWhole ? [] : [`lines with “${word.trim()}” from before ${answer.value.from.toISOString()}`];
  });
  if (answers.every(({ answer }) => !("value" in answer))) return { ...unknown(gaps.join("; ")), gaps: [] };
  const lines = new Map<string, { readonly line: LogLine; readonly words: string[] }>();
  for (const { word, answer } of answers) {
    for (const line of "value" in answer ? answer.value.lines : []) {
      const key = `${line.at.getTime()} ${line.source} ${line.text}`;
      const known = lines.get(key);
      if (known) known.words.push(word.trim());
      else lines.set(key, { line, words: [word.trim()] });
    }
  }
  const sorted = [...lines.values()].toSorted((one, other) => other.line.at.getTime() - one.line.at.getTime());
  const byWord = words.map((word) => {
    const number = sorted.filter((one) => one.words.includes(word.trim())).length;
    return [word.trim(), number] as const;
  });
  const told = byWord.filter(([, number]) => number > 0).map(([word, number]) => `${number} with “${word}”`);
  return {
    trouble: null,
    said: `${sorted.length} ${sorted.length === 1 ? "line" : "lines"}${told.length > 0 ? `: ${told.join(", ")}` : ""}`,
    gaps: [...gaps, ...(sorted.length > mostLines ? [`the file holds the newest ${mostLines} lines`] : [])],
    counts: { lines: sorted.length, ...Object.fromEntries(byWord) },
    header: ["time (UTC)", "written by", "holds", "line"],
    rows: sorted
      .slice(0, mostLines)
      .map(({ line, words: held }) => [line.at.toISOString(), line.source, held.join(", "), hide(line.text)]),
  };
}

async function readBackups(
  context: OperationContext,
  part: BackupPart,
  { startedAt }: EvidenceQuestion,
): Promise<EvidenceFound> {
  const target = await context.transact(async (app) => {
    const database = app.config.resources.find(({ name, kind }) => name === part.name && kind === "database");
    const placement = database?.runs.find(({ environment }) => environment === part.environment);
    const production = app.config.environments.find(({ name }) => name === part.environment)?.production ?? true;
    return database && placement
      ? { kind: "database" as const, name: part.name, environment: part.environment, production, placement }
      : null;
  });
  if (!target) return unknown("the configuration no longer says where it is");
  const sight = await seeBackups(context, target).catch((error: unknown) => {
    if (error instanceof Refusal) return error.message;
    throw error;
  });
  if (typeof sight === "string") return unknown(sight);
  const rows = sight.rows.map((row) => ({ ...row, at: new Date(row.at) }));
  const clean = newestGood(rows, startedAt);
  const proof = clean?.provedAt
    ? `restored and looked at on ${clean.provedAt.slice(0, 10)}`
    : "never restored from here";
  const moment = startedAt.toISOString().slice(0, 16).replace("T", " ");
  const { restorable } = sight;
  const toMoment =
    restorable && (restorable.from === null || new Date(restorable.from) < startedAt)
      ? "; it can also be restored to a moment before that"
      : "";
  const said = clean
    ? `the newest good one from before the incident's start (${moment} UTC) is ${clean.name} (${clean.kind} of ${clean.at.toISOString().slice(0, 16).replace("T", " ")} UTC), ${proof}${toMoment}`
    : `no good one from before the incident's start (${moment} UTC) is known${toMoment}`;
  return {
    trouble: null,
    said,
    gaps: [...sight.unseen, "whether the way in was open before the start that is written down"],
    counts: { backups: rows.length, good: rows.filter(({ good }) => good).length },
    header: ["time (UTC)", "name", "kind", "status", "before the start", "restored and looked at"],
    rows: rows.map(({ at, name, kind, status, provedAt }) => [
      at.toISOString(),
      name,
      kind,
      status,
      at < startedAt ? "yes" : "no",
      provedAt ?? "never",
    ]),
  };
}
