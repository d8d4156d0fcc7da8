import type { DescribeDBLogFilesDetails } from "@aws-sdk/client-rds";
import type { Placement } from "../../domain/configuration.ts";
import {
  mysqlSlow,
  postgresSlow,
  type SlowDialect,
  type SlowEntry,
  type SlowLogRead,
  slowLogOf,
} from "../../domain/logs/slow-log.ts";
import { calling, refusedBy } from "../aws.ts";
import type { RdsClients } from "./clients.ts";
import { rdsPlace } from "./place.ts";
import { rawInstance } from "./read.ts";

/** The limits of one reading; what is newest is read first. */
const usualBytes = 8 * 1024 * 1024;
const mostMilliseconds = 10_000;
/** A portion of more than 1 MB is cut in the middle of a line: with so many lines one is far from that. */
const portionLines = 2000;
const tailLines = 5000;
/** A server that changes its file by size may have written hundreds of them. */
const mostPages = 5;

interface LogFile {
  readonly name: string;
  readonly written: number;
  readonly bytes: number;
}

/** The files in which servers of RDS write slow statements down. Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.html */
const logs: Readonly<
  Record<SlowDialect, { readonly named: string; readonly read: (text: string) => readonly SlowEntry[] }>
> = {
  postgres: { named: "postgresql.log", read: postgresSlow },
  mysql: { named: "mysql-slowquery.log", read: mysqlSlow },
};

/** Slow statements out of the log files of RDS. */
export function rdsSlowLog(clients: RdsClients, mostBytes = usualBytes): SlowLogRead {
  return {
    read: async (at, { from, until }) => {
      const { instance, region } = rdsPlace(at);
      const end = performance.now() + mostMilliseconds;
      const found = await rawInstance(clients, region, instance);
      const dialect = dialectOf(found.Engine ?? "");
      const files = await filesSince(clients, at, logs[dialect].named, from);
      let entries: readonly SlowEntry[] = [];
      let [left, whole] = [mostBytes, true];
      for (const file of files) {
        const isLarge = file.bytes > left;
        const text = isLarge
          ? await portion(clients, at, file.name, null).then((one) => one.text)
          : await wholeFile(clients, at, file.name, end);
        left -= Math.min(left, file.bytes);
        // What was read of it is its beginning, with a gap up to what came after.
        const isCut = text === null;
        if (!isCut) entries = [...logs[dialect].read(text), ...entries];
        whole = !isLarge && !isCut;
        if (!whole || performance.now() > end) break;
      }
      const wanted = entries.filter((entry) => entry.at >= from && entry.at < until);
      const oldest = entries[0]?.at ?? until;
      return slowLogOf(wanted, dialect, {
        engine: `${found.Engine ?? "?"} ${found.EngineVersion ?? "?"}`,
        from: (whole || oldest < from ? from : oldest).toISOString(),
        whole: whole || oldest < from,
      });
    },
  };
}

function dialectOf(engine: string): SlowDialect {
  if (engine.includes("postgres")) return "postgres";
  if (/mysql|mariadb|^aurora$/.test(engine)) return "mysql";
  throw refusedBy("DescribeDBLogFiles", "NotKnown", `The slow log of ${engine} is not read from here.`);
}

/** Files that were written to since a moment, newest first. */
async function filesSince(clients: RdsClients, at: Placement, named: string, from: Date): Promise<readonly LogFile[]> {
  const { instance, region } = rdsPlace(at);
  const { client, sdk } = await clients(region);
  const found: DescribeDBLogFilesDetails[] = [];
  let Marker: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const input = {
      DBInstanceIdentifier: instance,
      FilenameContains: named,
      FileLastWritten: from.getTime(),
      MaxRecords: 100,
      ...(Marker === undefined ? {} : { Marker }),
    };
    const answer = await calling("DescribeDBLogFiles", (options) =>
      client.send(new sdk.DescribeDBLogFilesCommand(input), options),
    );
    found.push(...(answer.DescribeDBLogFiles ?? []));
    Marker = answer.Marker;
    if (!Marker) break;
  }
  return found
    .flatMap(({ LogFileName: name, LastWritten: written = 0, Size: bytes = 0 }) =>
      name === undefined || name.endsWith(".csv") || name.endsWith(".gz") ? [] : [{ name, written, bytes }],
    )
    .toSorted((one, other) => other.written - one.written);
}

/** All of a file; null where the time is over before its end. */
async function wholeFile(clients: RdsClients, at: Placement, name: string, end: number): Promise<string | null> {
  const parts: string[] = [];
  let marker: string | null = "0";
  while (marker !== null) {
    if (performance.now() > end) return null;
    const one: Portion = await portion(clients, at, name, marker);
    parts.push(one.text);
    marker = one.next;
  }
  return parts.join("");
}

interface Portion {
  readonly text: string;
  readonly next: string | null;
}

/** Lines of a file from a marker on; its last ones for null. */
async function portion(clients: RdsClients, at: Placement, name: string, marker: string | null): Promise<Portion> {
  const { instance, region } = rdsPlace(at);
  const { client, sdk } = await clients(region);
  const input = {
    DBInstanceIdentifier: instance,
    LogFileName: name,
    NumberOfLines: marker === null ? tailLines : portionLines,
    ...(marker === null ? {} : { Marker: marker }),
  };
  const answer = await calling("DownloadDBLogFilePortion", (options) =>
    client.send(new sdk.DownloadDBLogFilePortionCommand(input), options),
  );
  const isMore = answer.AdditionalDataPending === true && answer.Marker !== undefined && answer.Marker !== marker;
  return { text: answer.LogFileData ?? "", next: isMore ? (answer.Marker ?? null) : null };
}
