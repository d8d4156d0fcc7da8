import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Placement } from "../../domain/configuration.ts";
import { mostErrorsCounted } from "../../domain/logs/error-lines.ts";
import type { LogLine, LogsRead } from "../../domain/logs/logs.ts";
import { isError } from "../../domain/logs/patterns.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { Clients } from "./clients.ts";

/** The limits of one reading: what is newest is read first, and what lies beyond them is left out. */
const mostLines = 20_000;
const mostPages = 40;
const mostMilliseconds = 10_000;
/** What a diagnosis waits for has less time: it is one of its rows. */
const countingMilliseconds = 4000;
/** Somewhat below the quota of an account. Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const callsPerSecond = 20;
/** Parts of the time asked for, from its end on backwards. */
const parts = [1 / 32, 1 / 8, 1 / 2, 1];

/** Log groups of CloudWatch Logs. Source: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export function cloudwatchLogs(clients: Clients): LogsRead {
  return {
    perSecond: callsPerSecond,
    read: async (at, { from, until, holds, errors }) => {
      const end = performance.now() + mostMilliseconds;
      const pattern = patternFor(holds, errors);
      const fits = (text: string) => (holds === null || text.includes(holds)) && (!errors || isError(text));
      const length = until.getTime() - from.getTime();
      let lines: readonly LogLine[] = [];
      let [begin, pages] = [until.getTime(), 0];
      for (const part of parts) {
        const start = part === 1 ? from.getTime() : until.getTime() - Math.round(length * part);
        const found: FilteredLogEvent[] = [];
        let next: string | undefined;
        do {
          const answer = await page(clients, at, { start, end: begin, pattern, next });
          pages += 1;
          next = answer.nextToken;
          found.push(...(answer.events ?? []).filter(({ message = "" }) => fits(message)));
          // A page may be empty and yet not be the last.
        } while (
          next !== undefined &&
          pages < mostPages &&
          found.length + lines.length < mostLines &&
          performance.now() < end
        );
        const older = found.map(lineOf).toSorted((one, other) => one.at.getTime() - other.at.getTime());
        if (next !== undefined) {
          // What was read of this part is its oldest, with a gap up to what came before: left out, where there is more.
          return lines.length > 0 ? { lines, from: new Date(begin) } : { lines: older, from: new Date(start) };
        }
        lines = [...older, ...lines];
        begin = start;
      }
      return { lines, from };
    },
    errors: async (at, { from, until }) => {
      const end = performance.now() + countingMilliseconds;
      const pattern = patternFor(null, true);
      const found: Date[] = [];
      let next: string | undefined;
      do {
        const answer = await page(clients, at, { start: from.getTime(), end: until.getTime(), pattern, next });
        next = answer.nextToken;
        for (const { timestamp = 0, message = "" } of answer.events ?? [])
          if (isError(message)) found.push(new Date(timestamp));
      } while (next !== undefined && found.length < mostErrorsCounted && performance.now() < end);
      const sorted = found.toSorted((one, other) => one.getTime() - other.getTime());
      return { at: sorted.slice(0, mostErrorsCounted), whole: next === undefined && found.length <= mostErrorsCounted };
    },
  };
}

async function page(
  clients: Clients,
  { at }: Placement,
  wanted: {
    readonly start: number;
    readonly end: number;
    readonly pattern: string | null;
    readonly next: string | undefined;
  },
) {
  if (!at.group)
    throw new ProviderError({
      provider: "AWS",
      operation: "FilterLogEvents",
      fault: "not_found",
      code: "NoGroup",
      message: "The configuration names no log group.",
    });
  return calling("FilterLogEvents", async (call) => {
    const { sdk, client } = await clients.logs(at.region);
    return client.send(
      new sdk.FilterLogEventsCommand({
        logGroupName: at.group,
        startTime: wanted.start,
        // Both ends belong to it.
        endTime: wanted.end - 1,
        ...(at.streams ? { logStreamNamePrefix: at.streams } : {}),
        ...(wanted.pattern === null ? {} : { filterPattern: wanted.pattern }),
        ...(wanted.next === undefined ? {} : { nextToken: wanted.next }),
      }),
      call,
    );
  });
}

const errorTerms = [
  "ERROR",
  "Error",
  "error",
  "FATAL",
  "CRITICAL",
  "PANIC",
  "panic",
  "SEVERE",
  "Exception",
  "Traceback",
  "fatal",
  "critical",
  // Levels as numbers, as pino writes them: a term may hold no quotation mark.
  ...["50", "60"].flatMap((level) => [`:${level},`, `:${level}}`, `: ${level}`, `=${level}`]),
];

/** What CloudWatch can sort out before it sends: terms of which one must be there do not go together with one that must. */
function patternFor(holds: string | null, errors: boolean): string | null {
  if (holds !== null) return holds.includes('"') ? null : `"${holds}"`;
  return errors ? errorTerms.map((term) => `?"${term}"`).join(" ") : null;
}

/** Streams of ECS end with the task's id. */
function lineOf({ timestamp = 0, logStreamName = "", message = "" }: FilteredLogEvent): LogLine {
  const source = logStreamName.slice(logStreamName.lastIndexOf("/") + 1).slice(0, 8);
  return { at: new Date(timestamp), source, text: message.trimEnd() };
}
