import type { Cloud, CloudApi } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { flag, type Input, integer, list, page, text } from "../input.ts";
import { filterPattern } from "./filter-pattern.ts";
import { type Query, type Row, readQuery } from "./insights.ts";
import { every, type LogLine, linesOf } from "./lines.ts";
import type { LogStream } from "./streams.ts";

const invalid = (message: string) => new CloudError("InvalidParameterException", message);
const noStream = () => new CloudError("ResourceNotFoundException", "The specified log stream does not exist.");
const mostEvents = 10_000;
/** How far one call of FilterLogEvents looks before it answers with what it has, perhaps nothing, and a token. */
const searchedAtOnce = 6 * 60 * 60 * 1000;
const idOf = (line: LogLine) => `${line.at}${String(line.message.length).padStart(8, "0")}`.padEnd(56, "0");

interface QueryRecord {
  readonly id: string;
  readonly groups: string[];
  readonly text: string;
  readonly start: number;
  readonly end: number;
  status: "Scheduled" | "Running" | "Complete" | "Cancelled";
  rows: Row[];
  scanned: number;
}

export function cloudWatchLogs({ world, logs, conditions }: Cloud): CloudApi {
  const { time, random } = world;
  const state = world.part<{ queries: QueryRecord[] }>("log-queries", () => ({ queries: [] }));

  function needGroup(input: Input): string {
    const name = text(input, "logGroupName") ?? text(input, "logGroupIdentifier") ?? "";
    const short = name.replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, "").replace(/:\*$/, "");
    if (!logs.groups().includes(short)) {
      throw new CloudError("ResourceNotFoundException", "The specified log group does not exist.");
    }
    return short;
  }
  const between = (stream: LogStream, start: number, end: number) =>
    linesOf(stream, start, Math.min(end, time.now()), conditions);
  const inOrder = (streams: readonly LogStream[], start: number, end: number) =>
    streams
      .filter((one) => one.from < end && (one.to ?? end) >= start)
      .flatMap((one) => between(one, start, end))
      .sort((one, other) => one.at - other.at);
  const lastOf = (stream: LogStream) =>
    between(stream, Math.min(stream.to ?? time.now(), time.now()) - 60_000, time.now()).at(-1)?.at;
  const millis = (input: Input, field: string) =>
    integer(input, field, { low: 0, high: Number.MAX_SAFE_INTEGER }, invalid);
  const sized = (input: Input, usual: number, high: number) =>
    integer(input, "limit", { low: 1, high }, invalid) ?? usual;
  const groupArn = (name: string) => world.arn("logs", `log-group:${name}:*`);

  const malformed = (sentence: string) => new CloudError("MalformedQueryException", sentence);
  function find(id: string | undefined): QueryRecord {
    const query = state.queries.find((one) => one.id === id);
    if (!query) throw new CloudError("ResourceNotFoundException", "Query not found");
    return query;
  }
  time.on("logs.query-running", (id) => {
    const query = find(id);
    if (query.status === "Scheduled") query.status = "Running";
  });
  time.on("logs.query-done", (id) => {
    const query = find(id);
    if (query.status !== "Running") return;
    const run: Query = readQuery(query.text, malformed);
    const lines = query.groups.flatMap((group) =>
      inOrder(logs.of(group), query.start, query.end).map((line) => ({ ...line, group })),
    );
    query.scanned = lines.length;
    query.rows = [...run(lines.sort((one, other) => one.at - other.at))];
    query.status = "Complete";
  });

  return {
    service: "logs",
    protocol: "json-1.1",
    marker: "Logs_20140328",
    // Requests a second as in the service quotas; bursts are not published.
    buckets: [
      { operations: ["FilterLogEvents"], burst: 25, perSecond: 25 },
      { operations: ["GetLogEvents"], burst: 25, perSecond: 25 },
      { operations: ["DescribeLogStreams"], burst: 25, perSecond: 25 },
      { operations: ["DescribeLogGroups"], burst: 10, perSecond: 10 },
    ],
    operations: {
      DescribeLogGroups: (input) => {
        const prefix = text(input, "logGroupNamePrefix");
        const pattern = text(input, "logGroupNamePattern");
        if (prefix !== undefined && pattern !== undefined) {
          throw invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
        }
        const all = logs
          .groups()
          .filter((name) => prefix === undefined || name.startsWith(prefix))
          .filter((name) => pattern === undefined || name.toLowerCase().includes(pattern.toLowerCase()));
        const { items, nextToken } = page(all, sized(input, 50, 50), text(input, "nextToken"), invalid);
        return {
          logGroups: items.map((name) => ({
            logGroupName: name,
            creationTime: time.now() - (time.now() % 86_400_000) - 300 * 86_400_000,
            retentionInDays: 30,
            metricFilterCount: 0,
            arn: groupArn(name),
            logGroupArn: groupArn(name).slice(0, -2),
            storedBytes: 48_000_000,
            logGroupClass: "STANDARD",
          })),
          nextToken,
        };
      },

      DescribeLogStreams: (input) => {
        const group = needGroup(input);
        const prefix = text(input, "logStreamNamePrefix") ?? "";
        const byTime = text(input, "orderBy") === "LastEventTime";
        if (byTime && prefix !== "") throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
        const found = logs.of(group).filter((one) => one.name.startsWith(prefix));
        const ordered = [...found].sort((one, other) =>
          byTime ? (lastOf(one) ?? 0) - (lastOf(other) ?? 0) : one.name < other.name ? -1 : 1,
        );
        if (flag(input, "descending") ?? false) ordered.reverse();
        const { items, nextToken } = page(ordered, sized(input, 50, 50), text(input, "nextToken"), invalid);
        return {
          logStreams: items.map((one) => ({
            logStreamName: one.name,
            creationTime: Math.floor(one.from),
            firstEventTimestamp: Math.floor(one.from),
            lastEventTimestamp: lastOf(one),
            lastIngestionTime: lastOf(one),
            arn: world.arn("logs", `log-group:${group}:log-stream:${one.name}`),
            storedBytes: 0,
          })),
          nextToken,
        };
      },

      FilterLogEvents: (input) => {
        const group = needGroup(input);
        const names = list(input, "logStreamNames");
        const prefix = text(input, "logStreamNamePrefix");
        if (names && prefix !== undefined)
          throw invalid("logStreamNames and logStreamNamePrefix cannot be used together.");
        const streams = logs
          .of(group)
          .filter((one) => !names || names.includes(one.name))
          .filter((one) => prefix === undefined || one.name.startsWith(prefix));
        if (names && streams.length === 0) throw noStream();
        const matches = filterPattern(text(input, "filterPattern") ?? "", invalid);
        const end = Math.min(millis(input, "endTime") ?? time.now(), time.now());
        const limit = sized(input, mostEvents, mostEvents);
        const earliest = Math.min(...streams.map((one) => one.from), end);
        const asked = Math.max(millis(input, "startTime") ?? 0, Math.floor(earliest));
        const [from, skipped] = position(text(input, "nextToken"), asked);
        const until = Math.min(end, from + searchedAtOnce);
        const found = inOrder(streams, from, until).filter((line) => matches(line.message));
        const events = found.slice(skipped, skipped + limit);
        const more = found.length > skipped + limit;
        const next = more ? token(from, skipped + limit) : until < end ? token(until, 0) : undefined;
        return {
          events: events.map((line) => ({
            logStreamName: line.stream,
            timestamp: line.at,
            message: line.message,
            ingestionTime: line.at + 800,
            eventId: idOf(line),
          })),
          searchedLogStreams: [],
          nextToken: next,
        };
      },

      GetLogEvents: (input) => {
        const group = needGroup(input);
        const name = text(input, "logStreamName");
        const stream = logs.of(group).find((one) => one.name === name);
        if (!stream) throw noStream();
        const limit = sized(input, mostEvents, mostEvents);
        const given = /^([fb])\/(\d+)$/.exec(text(input, "nextToken") ?? "");
        const head = given ? given[1] === "f" : (flag(input, "startFromHead") ?? false);
        const end = Math.min(
          given?.[1] === "b" ? Number(given[2]) : (millis(input, "endTime") ?? time.now()),
          time.now(),
        );
        const start = given?.[1] === "f" ? Number(given[2]) : (millis(input, "startTime") ?? Math.floor(stream.from));
        // No more is made than can be answered: a stream says something every five seconds.
        const reach = (limit + 10) * every;
        const lines = head
          ? between(stream, start, Math.min(end, start + reach)).slice(0, limit)
          : between(stream, Math.max(start, end - reach), end).slice(-limit);
        return {
          events: lines.map((line) => ({ timestamp: line.at, message: line.message, ingestionTime: line.at + 800 })),
          nextForwardToken: `f/${(lines.at(-1)?.at ?? start - 1) + 1}`,
          nextBackwardToken: `b/${lines[0]?.at ?? start}`,
        };
      },

      StartQuery: (input) => {
        const names = list(input, "logGroupNames") ?? list(input, "logGroupIdentifiers");
        const groups = (names ?? [text(input, "logGroupName") ?? ""]).map((logGroupName) =>
          needGroup({ logGroupName }),
        );
        const start = millis(input, "startTime");
        const end = millis(input, "endTime");
        if (start === undefined || end === undefined || start > end) throw invalid("startTime must be before endTime.");
        const query = text(input, "queryString") ?? "";
        readQuery(query, malformed);
        if (state.queries.filter((one) => one.status === "Running" || one.status === "Scheduled").length >= 30) {
          throw new CloudError("LimitExceededException", "Account maximum query concurrency limit of [30] reached.");
        }
        const id = [random.hex(8), random.hex(4), random.hex(4), random.hex(4), random.hex(12)].join("-");
        state.queries.push({
          id,
          groups,
          text: query,
          start: start * 1000,
          end: end * 1000 + 999,
          status: "Scheduled",
          rows: [],
          scanned: 0,
        });
        if (state.queries.length > 50) state.queries.shift();
        time.after(300, "logs.query-running", id);
        time.after(random.between(1500, 3500), "logs.query-done", id);
        return { queryId: id };
      },

      GetQueryResults: (input) => {
        const query = find(text(input, "queryId"));
        return {
          status: query.status,
          results: query.rows,
          statistics: {
            recordsMatched: query.rows.length,
            recordsScanned: query.scanned,
            bytesScanned: query.scanned * 90,
          },
        };
      },

      StopQuery: (input) => {
        const query = find(text(input, "queryId"));
        if (query.status === "Complete" || query.status === "Cancelled") throw invalid("Query has already ended.");
        query.status = "Cancelled";
        return { success: true };
      },
    },
  };
}

const token = (from: number, skipped: number) => Buffer.from(`at-${from}-${skipped}`).toString("base64url");

function position(given: string | undefined, start: number): readonly [from: number, skipped: number] {
  if (given === undefined) return [start, 0];
  const [, from, skipped] = /^at-(\d+)-(\d+)$/.exec(Buffer.from(given, "base64url").toString()) ?? [];
  if (from === undefined) throw invalid("The specified nextToken is invalid.");
  return [Number(from), Number(skipped)];
}
