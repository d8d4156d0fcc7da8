import type { Placement } from "../configuration.ts";
import { withoutLiterals } from "../platform/without-literals.ts";

/** Statements that differ in their values alone, as a server's slow log has them; moments are ISO 8601, since it is stored. */
export interface SlowShape {
  /** Its values replaced by question marks. */
  readonly statement: string;
  readonly calls: number;
  readonly totalMilliseconds: number;
  readonly longestMilliseconds: number;
  /** Rows that were looked at in all; null where the server does not write that down. */
  readonly rowsExamined: number | null;
  readonly last: string;
}

/** What a server wrote down as slow. */
export interface SlowLog {
  /** Name and version: postgres 16.4. */
  readonly engine: string;
  /** Those that took most time in all first; the first 200. */
  readonly shapes: readonly SlowShape[];
  /** How many statements and shapes there are in all. */
  readonly statements: number;
  readonly differing: number;
  /** From when on everything was read: later than asked where there was too much. */
  readonly from: string;
  readonly whole: boolean;
  /** How it would write something down, where it did not: a sentence. */
  readonly how: string;
}

export interface SlowLogRead {
  /**
   * What a server wrote down as slow between two moments; reads at most 8 MiB, the newest, and ends within 25 s. Values
   * never leave it. Throws ProviderError where it cannot be read.
   */
  readonly read: (at: Placement, within: { readonly from: Date; readonly until: Date }) => Promise<SlowLog>;
}

/** One statement as it was written down. */
export interface SlowEntry {
  readonly at: Date;
  readonly milliseconds: number;
  readonly rowsExamined: number | null;
  readonly statement: string;
}

export type SlowDialect = "postgres" | "mysql";

const shapesKept = 200;
/** Of a longer statement the beginning tells the shape. */
const statementCharacters = 4000;
const shapeCharacters = 1000;

const logLine = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (?:UTC|GMT)\b/;
const postgresDuration =
  /\bLOG: {1,2}duration: ([\d.]+) ms {1,2}(?:statement|execute [^:]*|parse [^:]*|bind [^:]*): ([\s\S]*)$/;

/**
 * The slow statements in a log of PostgreSQL, as `log_min_duration_statement` has them written; what lies before the
 * first whole entry is left out. Source: postgresql.org/docs/current/runtime-config-logging.html; RDS writes in UTC.
 */
export function postgresSlow(text: string): readonly SlowEntry[] {
  return entriesOf(text, (line) => logLine.test(line)).flatMap((entry) => {
    const [, milliseconds = "", statement = ""] = postgresDuration.exec(entry) ?? [];
    if (milliseconds === "") return [];
    const [, at = ""] = logLine.exec(entry) ?? [];
    return [
      { at: new Date(`${at.replace(" ", "T")}Z`), milliseconds: Number(milliseconds), rowsExamined: null, statement },
    ];
  });
}

/** The statements in a slow log of MySQL or MariaDB. Source: dev.mysql.com/doc/refman/8.4/en/slow-query-log.html */
export function mysqlSlow(text: string): readonly SlowEntry[] {
  const lines = text.split("\n");
  const entries: SlowEntry[] = [];
  let head: { seconds: number; rows: number | null } | null = null;
  let time: Date | null = null;
  let statement: string[] = [];
  const end = () => {
    const words = statement.join("\n").trim();
    if (head !== null && time !== null && words !== "") {
      entries.push({ at: time, milliseconds: head.seconds * 1000, rowsExamined: head.rows, statement: words });
    }
    [head, statement] = [null, []];
  };
  for (const line of lines) {
    const [, stamp] = /^# Time: (\d{4}-\d\d-\d\dT[\d:.]+Z)/.exec(line) ?? [];
    const [, seconds] = /^# Query_time: ([\d.]+)/.exec(line) ?? [];
    const [, epoch] = /^SET timestamp=(\d+)/i.exec(line) ?? [];
    if (line.startsWith("# Time:") || line.startsWith("# User@Host:")) end();
    if (stamp !== undefined) time = new Date(stamp);
    else if (seconds !== undefined) {
      const rows = /Rows_examined: (\d+)/.exec(line)?.[1];
      head = { seconds: Number(seconds), rows: rows === undefined ? null : Number(rows) };
    } else if (epoch !== undefined && head !== null && statement.length === 0) time = new Date(Number(epoch) * 1000);
    else if (!line.startsWith("#") && !/^use \S+;$/i.test(line) && head !== null) statement.push(line);
  }
  end();
  return entries;
}

/** Lines that go on with what the one before began belong to it. */
function entriesOf(text: string, begins: (line: string) => boolean): readonly string[] {
  const entries: string[][] = [];
  for (const line of text.split("\n")) {
    if (begins(line)) entries.push([line]);
    else entries.at(-1)?.push(line);
  }
  return entries.map((lines) => lines.join("\n"));
}

/** Statements by their shape, those that took most time in all first. */
export function slowShapes(entries: readonly SlowEntry[], dialect: SlowDialect): readonly SlowShape[] {
  const shapes = new Map<string, SlowShape>();
  const alike = new Map<string, string>();
  for (const { at, milliseconds, rowsExamined, statement } of entries) {
    // Reading a statement takes its time, and thousands are as good as the same: one of them is read.
    const rough = statement.slice(0, statementCharacters).replaceAll(/'[^']*'|\d+/g, "?");
    const shape = alike.get(rough) ?? shapeOf(statement, dialect);
    alike.set(rough, shape);
    const known = shapes.get(shape);
    shapes.set(shape, {
      statement: shape,
      calls: (known?.calls ?? 0) + 1,
      totalMilliseconds: Math.round((known?.totalMilliseconds ?? 0) + milliseconds),
      longestMilliseconds: Math.round(Math.max(known?.longestMilliseconds ?? 0, milliseconds)),
      rowsExamined: rowsExamined === null ? (known?.rowsExamined ?? null) : (known?.rowsExamined ?? 0) + rowsExamined,
      last: known !== undefined && known.last > at.toISOString() ? known.last : at.toISOString(),
    });
  }
  return [...shapes.values()].toSorted((one, other) => other.totalMilliseconds - one.totalMilliseconds);
}

/** The first shapes, with how many there are. */
export function slowLogOf(
  entries: readonly SlowEntry[],
  dialect: SlowDialect,
  facts: Pick<SlowLog, "engine" | "from" | "whole">,
): SlowLog {
  const shapes = slowShapes(entries, dialect);
  return {
    ...facts,
    shapes: shapes.slice(0, shapesKept),
    statements: entries.length,
    differing: shapes.length,
    how: hows[dialect],
  };
}

const hows: Readonly<Record<SlowDialect, string>> = {
  postgres:
    "PostgreSQL writes down statements that take longer than log_min_duration_statement, in milliseconds; -1 is none.",
  mysql:
    "MySQL and MariaDB write down what takes longer than long_query_time where slow_query_log is on and log_output is FILE.",
};

function shapeOf(statement: string, dialect: SlowDialect): string {
  const plain = withoutLiterals(statement.slice(0, statementCharacters), dialect).replace(/;$/, "");
  // Lists of any length are of one shape, and so are inserts of any number of rows.
  const lists = plain
    .replaceAll(/\((?:\s*(?:\?|\$\d+)\s*,)+\s*(?:\?|\$\d+)\s*\)/g, "(?, …)")
    .replaceAll(/\b(in) ?\((?:\?|\$\d+)\)/gi, "$1 (?, …)");
  return lists.replaceAll(/(\(\?, …\))(?:\s*,\s*\(\?, …\))+/g, "$1, …").slice(0, shapeCharacters);
}
