import { Refusal } from "../../errors.ts";
import type { Placement } from "../configuration.ts";
import type { Inquiry } from "../inquiry/inquiry.ts";
import { inquiryById, recordInquiry } from "../inquiry/inquiry.ts";
import type { App } from "../ports.ts";
import type { CountedErrors } from "./error-lines.ts";
import { hidden } from "./hidden.ts";
import { type ErrorGroup, errorGroups } from "./patterns.ts";

/** Which lines of a service's log somebody wants to see. */
export interface LogsQuestion {
  readonly target: { readonly name: string; readonly environment: string };
  readonly sinceSeconds: number;
  /** The newest so many. */
  readonly lines: number;
  readonly errors: boolean;
  /** They hold this, in exactly these letters. */
  readonly grep: string | null;
  /** Only what this task or machine wrote: its name, shortened as the lines' is. */
  readonly source?: string;
  /** Looked at again and again until then; null for once. */
  readonly followUntil: Date | null;
}

export interface LogsFound {
  /** Why it could not be read; null where it was. */
  readonly trouble: string | null;
  /** Oldest first; without secrets. */
  readonly lines: readonly LogLine[];
  /** Lines that tell of an error, alike ones together, most first. */
  readonly groups: readonly ErrorGroup[];
  /** How many lines fitted in all. */
  readonly total: number;
  /** From when on everything was read: later than asked where there was too much. */
  readonly from: Date;
}

export interface LogLine {
  readonly at: Date;
  /** The task or machine that wrote it, shortened. */
  readonly source: string;
  readonly text: string;
}

/** What a platform gave of a log. */
export interface LogRead {
  /** Oldest first, everything that fits since `from`. */
  readonly lines: readonly LogLine[];
  readonly from: Date;
}

export interface LogsRead {
  /** How many of these questions a second it takes. */
  readonly perSecond: number;
  /** Lines between two moments, newest kept where there are too many; ends within 12 s. Throws ProviderError where it cannot. */
  readonly read: (
    at: Placement,
    wanted: { readonly from: Date; readonly until: Date; readonly holds: string | null; readonly errors: boolean },
  ) => Promise<LogRead>;
  /** When lines between two moments told of an error, at most 10,000 of them; ends within 4 s. Throws ProviderError where it cannot. */
  readonly errors: (at: Placement, within: { readonly from: Date; readonly until: Date }) => Promise<CountedErrors>;
}

export const most = { lines: 1000, sinceSeconds: 7 * 86_400, followSeconds: 30 * 60 } as const;
/** How often a log that is followed is read. */
const followEverySeconds = 10;
const mostCharacters = 600;

/** Refuses what cannot be read: the limits, and a service whose logs nobody said where to find. */
export function mustBeReadable(app: App, question: LogsQuestion): void {
  const range = (what: string, value: number, low: number, high: number, inWords: string) => {
    if (Number.isFinite(value) && value >= low && value <= high) return;
    throw new Refusal(
      "bad_argument",
      `${what} must be ${inWords}.`,
      "Such as `/ops logs backend --since 30m --lines 100`.",
    );
  };
  range("`--since`", question.sinceSeconds, 60, most.sinceSeconds, "from 1m to 7d back");
  range("`--lines`", question.lines, 1, most.lines, `a whole number from 1 to ${most.lines}`);
  if (logPlacement(app.config, question.target) !== null) return;
  const { name, environment } = question.target;
  throw new Refusal(
    "not_possible",
    `The configuration does not say where the logs of ${environment}/${name} are.`,
    "Add `logs` to its environment, such as `logs: { cloudwatch: { group: /ecs/backend } }`; see docs/configuration.md.",
  );
}

/** Where a service's log is in an environment; null where nobody said. */
export function logPlacement(config: App["config"], target: LogsQuestion["target"]): Placement | null {
  const service = config.services.find((one) => one.name === target.name);
  return service?.logs?.find((one) => one.environment === target.environment) ?? null;
}

/**
 * What was read is kept and shown, without what is known to be secret and what looks like it; the newest lines of it,
 * and its errors by pattern. A log that is followed is read again soon, until its time is over.
 */
export async function recordLogs(
  app: App,
  id: string,
  read: { readonly trouble: string } | LogRead,
  secrets: readonly string[],
): Promise<void> {
  const inquiry = await app.inquiries.byId("logs", id);
  if (inquiry === null) return;
  const { question } = inquiry;
  const clean = hidden(app.redact, secrets);
  const all = ("lines" in read ? read.lines : [])
    .filter(({ source }) => question.source === undefined || source === question.source)
    .map((line) => ({ ...line, text: clean(line.text) }));
  const shown = all.slice(-question.lines).map((line) => ({ ...line, text: line.text.slice(0, mostCharacters) }));
  await recordInquiry(app, inquiry, {
    trouble: "trouble" in read ? clean(read.trouble) : null,
    lines: shown,
    groups: errorGroups(all),
    total: all.length,
    from: "lines" in read ? read.from : app.now,
  });
  if (question.followUntil === null || question.followUntil <= app.now) return;
  const next = new Date(app.now.getTime() + followEverySeconds * 1000);
  await app.jobs.add("inquire", { inquiryId: id, kind: "logs" }, { key: id, after: next });
}

/** Ends the following of a log; the message keeps what was seen last. */
export async function stopFollowing(app: App, id: string): Promise<Inquiry<"logs">> {
  const inquiry = await inquiryById(app, "logs", id);
  await app.inquiries.ask<"logs">(id, { ...inquiry.question, followUntil: null });
  await app.outbox.add({ kind: "card", view: "ops.logs", subject: id, place: inquiry.place }, "answer");
  return inquiry;
}
