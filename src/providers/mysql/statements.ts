import type { DatabaseSight, ExplainedStatement, Statement } from "../../domain/platform/databases.ts";
import { withoutLiterals } from "../../domain/platform/without-literals.ts";
import { errno } from "./provider-error.ts";
import type { Client, Row } from "./session.ts";
import { orNothing } from "./views.ts";

type Slow = Pick<Extract<DatabaseSight, { view: "slow" }>, "statements" | "why" | "source">;

const picosecondsPerMillisecond = 1_000_000_000;
/** What reads the server's own schemas is the bot, or another one who watches. */
const notWatching =
  "digest_text not like '%`information_schema` .%' and digest_text not like '%`performance_schema` .%'";

/** Statements that took most time in all, else those its slow log names; a reason where the server keeps neither. */
export async function slowStatements(client: Client): Promise<Slow> {
  const why = await whyNoDigests(client);
  if (why !== null) return (await fromSlowLog(client)) ?? { statements: null, why };
  const sample = keepsSamples(client) ? "query_sample_text" : "null";
  const rows = await client.ask(
    `select digest as id, left(digest_text, 2000) as digest, count_star as calls, sum_timer_wait as total,
       avg_timer_wait as mean, sum_rows_sent + sum_rows_affected as affected, ${sample} as sample
     from performance_schema.events_statements_summary_by_digest
     where schema_name = database() and digest_text is not null and ${notWatching} order by sum_timer_wait desc limit 15`,
  );
  return {
    why: null,
    statements: rows.map((row) => ({
      id: row.sample === null || notExplained(String(row.sample)) !== null ? null : String(row.id),
      statement: withoutLiterals(String(row.digest), "mysql"),
      calls: Number(row.calls),
      totalMilliseconds: Math.round(Number(row.total) / picosecondsPerMillisecond),
      meanMilliseconds: Math.round((Number(row.mean) / picosecondsPerMillisecond) * 10) / 10,
      rows: Number(row.affected),
    })),
  };
}

async function whyNoDigests(client: Client): Promise<string | null> {
  if (client.server.noFigures !== null) return client.server.noFigures;
  const [digests] = await client.ask(
    "select enabled from performance_schema.setup_consumers where name = 'statements_digest'",
  );
  return digests?.enabled === "YES" ? null : "the consumer statements_digest of performance_schema is off";
}

const logRows = 5000;

/** The last day of a slow log that the server keeps as a table; null where it keeps none or the bot may not read it. */
async function fromSlowLog(client: Client): Promise<Slow | null> {
  const [kept] = await client.ask(
    "select @@global.slow_query_log as is_on, @@log_output as kept, @@global.long_query_time as seconds",
  );
  if (Number(kept?.is_on) !== 1 || !String(kept?.kept).includes("TABLE")) return null;
  // 1142: may not be read. 1969, 3024: so long that it is not read in time, since the table has no index.
  const rows = await orNothing(
    client.ask(
      `select convert(left(sql_text, 2000) using utf8mb4) as text, rows_sent as affected,
         floor(time_to_sec(query_time)) * 1000 + microsecond(query_time) / 1000 as milliseconds
       from mysql.slow_log where db = database() and start_time > now() - interval 1 day
       order by start_time desc limit ${logRows}`,
    ),
    [1142, 1143, 1969, 3024],
  );
  if (rows.length === 0) return null;
  const most = rows.length === logRows ? `, the last ${logRows}` : "";
  return {
    statements: byShape(rows),
    why: null,
    source: `The server's slow log of the last day${most}: only what took longer than ${Number(kept?.seconds)} s.`,
  };
}

function byShape(rows: readonly Row[]): readonly Statement[] {
  const found = new Map<string, { calls: number; milliseconds: number; rows: number }>();
  for (const row of rows) {
    const shape = withoutLiterals(String(row.text), "mysql");
    const sum = found.get(shape) ?? { calls: 0, milliseconds: 0, rows: 0 };
    found.set(shape, {
      calls: sum.calls + 1,
      milliseconds: sum.milliseconds + Number(row.milliseconds),
      rows: sum.rows + Number(row.affected),
    });
  }
  return [...found]
    .map(([statement, { calls, milliseconds, rows }]) => ({
      ...{ id: null, statement, calls, rows },
      totalMilliseconds: Math.round(milliseconds),
      meanMilliseconds: Math.round((milliseconds / calls) * 10) / 10,
    }))
    .toSorted((left, right) => right.totalMilliseconds - left.totalMilliseconds)
    .slice(0, 15);
}

/** Source: dev.mysql.com/doc/refman/8.4/en/performance-schema-statement-summary-tables.html (QUERY_SAMPLE_TEXT, since 8.0) */
function keepsSamples({ server }: Client): boolean {
  return server.flavour === "mysql" && Number(/(\d+)\./.exec(server.engine)?.[1] ?? 0) >= 8;
}

/**
 * How the server would carry out a statement that it keeps an example of, without doing it: the session's transaction
 * is read-only, and statements of any other kind than reading are not asked about.
 */
export async function explained(client: Client, digest: string): Promise<ExplainedStatement> {
  if (!keepsSamples(client)) {
    return { statement: null, plan: null, why: "the server keeps statements without the values that a plan needs" };
  }
  const why = await whyNoDigests(client);
  if (why !== null) return { statement: null, plan: null, why };
  const [row] = await client.ask(
    `select query_sample_text as sample from performance_schema.events_statements_summary_by_digest
     where schema_name = database() and digest = ?`,
    [digest],
  );
  if (row?.sample === undefined || row.sample === null) {
    return { statement: null, plan: null, why: "the server does not keep it any more" };
  }
  const sample = String(row.sample);
  const statement = withoutLiterals(sample, "mysql");
  const no = notExplained(sample);
  if (no !== null) return { statement, plan: null, why: no };
  try {
    const [told] = await client.ask(`explain format=tree ${sample}`);
    const plan = planWithoutLiterals(String(Object.values(told ?? {})[0] ?? ""));
    return { statement, plan, why: null, values: "sample" };
  } catch (error) {
    const number = errno(error);
    if (number === null || number === 1053) throw error;
    return { statement, plan: null, why: whyNot(number) };
  }
}

/** Why a statement is not asked about; null where it only reads and is there whole. */
export function notExplained(sample: string): string | null {
  const shape = withoutLiterals(sample, "mysql");
  // What such a comment holds is carried out, and withoutLiterals takes it for a comment.
  if (sample.includes("/*!")) return "it has a comment that the server carries out";
  if (!/^[\s(]*(?:select|with|table|values)\b[^;]*$/i.test(shape)) return "only what reads rows is explained here";
  if (/\b(?:into|for update|for share|lock in share mode)\b/i.test(shape)) return "it does more than read";
  if (sample.endsWith("...")) return "the server keeps only its beginning";
  return null;
}

/** What is kept of a plan: names, costs and rows, numbers of its selects. What else it finds are strings and numbers. */
const planTokens =
  /(`(?:[^`]|``)*`|\((?:cost|rows)=[\d.e+ =rows-]*\)|\bselect #\d+|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*)|'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.|"")*"?|\d[\w.]*/gis;
const linesShown = 300;

/** The lines of a plan in the form of a tree; of its conditions the values are taken out, costs and rows stay. */
export function planWithoutLiterals(tree: string): readonly string[] {
  return tree
    .replaceAll(planTokens, (_, kept: string | undefined) => kept ?? "?")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(0, linesShown);
}

/** Source: dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
function whyNot(number: number): string {
  if ([1044, 1142, 1143, 1227, 1345, 1356, 1370].includes(number)) return "the bot's user has no right to its tables";
  if ([1046, 1049, 1054, 1146].includes(number)) return "its tables are gone, or changed";
  // A statement that was prepared is kept with question marks.
  if (number === 1064) return "the server keeps it without its values";
  if (number === 1792) return "only what reads rows is explained here";
  if (number === 3024) return "the server did not find a plan in time";
  return `the server does not explain it (${number})`;
}
