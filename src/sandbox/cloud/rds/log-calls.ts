import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { has, wobble } from "../cloudwatch/model.ts";
import { text } from "../input.ts";
import { formNumber, formPage, required } from "../query-input.ts";
import { needInstance } from "./databases.ts";
import { invalidValue } from "./refusals.ts";
import type { InstanceRecord } from "./state.ts";

const minute = 60 * 1000;
const hour = 60 * minute;
const day = 24 * hour;
/** A line is written about so often. */
const every = 5000;
const mostBytes = 1024 * 1024;

// Planted: none of these values may ever reach Slack.
const person = "jane.roe@example.com";

/** The log files of PostgreSQL: one an hour, of the last day, made when they are asked for and the same each time. */
export function logCalls({ world, databases, conditions }: Cloud): Readonly<Record<string, Operation>> {
  /** What a file holds by now. */
  function linesOf(of: InstanceRecord, begins: number): readonly string[] {
    const lines: string[] = [];
    const until = Math.min(begins + hour, world.time.now());
    for (let at = begins; at < until; at += every) {
      const chance = (wobble(of.id, Math.floor(at / every) * minute) + 1) / 2;
      const stamp = new Date(at).toISOString().slice(0, 19).replace("T", " ");
      const client = `${stamp} UTC:10.0.1.${10 + Math.floor(chance * 4)}(4${Math.floor(chance * 9000)}):${of.masterUsername}@${of.databaseName}:[${2000 + Math.floor(chance * 50)}]:`;
      if (at % (5 * minute) === 0)
        lines.push(`${stamp} UTC::@:[412]:LOG:  checkpoint complete: wrote ${Math.floor(chance * 900)} buffers`);
      if (has(conditions.at(at), "slow-query", of.id)) {
        const took = (3000 + chance * 6000).toFixed(3);
        lines.push(
          `${client}LOG:  duration: ${took} ms  statement: SELECT id, total FROM orders`,
          `\tWHERE customer_email = '${person}' AND total > ${Math.floor(chance * 1000)} ORDER BY created_at`,
        );
      } else if (chance > 0.985) {
        lines.push(
          `${client}LOG:  duration: ${(1000 + chance * 400).toFixed(3)} ms  execute <unnamed>: UPDATE sessions SET seen_at = $1 WHERE id = $2`,
          `${client}DETAIL:  parameters: $1 = '${stamp}', $2 = '${person}'`,
        );
      }
    }
    return lines;
  }

  const nameOf = (begins: number) =>
    `error/postgresql.log.${new Date(begins).toISOString().slice(0, 13).replace("T", "-")}`;
  const last = () => Math.floor(world.time.now() / hour) * hour;
  const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

  return {
    DescribeDBLogFiles: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      const wanted = text(input, "FilenameContains") ?? "";
      const since = formNumber(input, "FileLastWritten") ?? 0;
      const files = Array.from({ length: 24 }, (_, index) => last() - (23 - index) * hour)
        .map((begins) => ({
          begins,
          LogFileName: nameOf(begins),
          LastWritten: Math.min(begins + hour - 1000, world.time.now()),
        }))
        .filter((file) => file.LogFileName.includes(wanted) && file.LastWritten >= since)
        .map(({ begins, ...file }) => ({ ...file, Size: Buffer.byteLength(textOf(linesOf(of, begins))) }));
      const { items, Marker } = formPage(input, files);
      return { DescribeDBLogFiles: items, Marker };
    },

    DownloadDBLogFilePortion: (input) => {
      const of = needInstance(databases, required(input, "DBInstanceIdentifier"));
      const name = required(input, "LogFileName");
      const [, date = "", at = ""] = /^error\/postgresql\.log\.(\d{4}-\d\d-\d\d)-(\d\d)$/.exec(name) ?? [];
      const begins = date === "" ? Number.NaN : Date.parse(`${date}T${at}:00:00Z`);
      if (Number.isNaN(begins) || begins > last() || begins <= last() - day) {
        throw new CloudError("DBLogFileNotFoundFault", `DBLog File: ${name}, is not found on the DB instance`, 404);
      }
      const most = formNumber(input, "NumberOfLines");
      if (most !== undefined && (!Number.isInteger(most) || most < 1))
        throw invalidValue(`Invalid number of lines: ${most}`);
      const lines = linesOf(of, begins);
      const marker = text(input, "Marker");
      const from =
        marker === undefined ? Math.max(0, lines.length - (most ?? 10_000)) : Number(marker.split(":").at(-1));
      if (!Number.isInteger(from) || from < 0) throw invalidValue("The marker is not valid.");
      const until = Math.min(lines.length, from + (most ?? 10_000));
      const whole = textOf(lines.slice(from, until));
      const isCut = Buffer.byteLength(whole) > mostBytes;
      return {
        LogFileData: isCut ? `${whole.slice(0, mostBytes)} [Your log message was truncated]` : whole,
        Marker: `1:${until}`,
        AdditionalDataPending: until < lines.length,
      };
    },
  };
}
