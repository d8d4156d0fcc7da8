import type pg from "pg";
import type { ExplainedStatement, Statement } from "../../domain/platform/databases.ts";
import { withoutLiterals } from "../../domain/platform/without-literals.ts";

interface Kept {
  /** Where the extension's view is, quoted. */
  readonly schema: string;
  /** server_version_num: 180004 */
  readonly version: number;
}

/** Null where this database keeps no figures of statements. */
async function keptStatements(client: pg.Client): Promise<Kept | null> {
  const { rows } = await client.query<Kept>(
    `select quote_ident(n.nspname) as schema, current_setting('server_version_num')::int as version
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'`,
  );
  return rows[0] ?? null;
}

const notInstalled = "the extension pg_stat_statements is not installed in this database";
const notLoaded = "pg_stat_statements is installed but not in shared_preload_libraries";
const hidden = "<insufficient privilege>";
const ours = "dbid = (select oid from pg_database where datname = current_database())";

/** Statements that took most time in all; a reason where the server keeps no figures. */
export async function slowStatements(
  client: pg.Client,
): Promise<{ readonly statements: readonly Statement[] | null; readonly why: string | null }> {
  const kept = await keptStatements(client);
  if (!kept) return { statements: null, why: notInstalled };
  // The columns were renamed in version 13. Source: postgresql.org/docs/13/pgstatstatements.html
  const time = kept.version >= 130000 ? "exec_time" : "time";
  const rows = await rowsKept<{ id: string; query: string; calls: string; total: number; mean: number; rows: string }>(
    client,
    `select queryid::text as id, left(query, 2000) as query, calls, total_${time} as total, mean_${time} as mean, rows
     from ${kept.schema}.pg_stat_statements where ${ours} order by total_${time} desc limit 15`,
  );
  if (rows === null) return { statements: null, why: notLoaded };
  return {
    why: null,
    statements: rows
      .filter((row) => row.query !== hidden)
      .map((row) => ({ ...row, statement: withoutLiterals(row.query, "postgres") }))
      .map(({ statement, ...row }) => ({
        id: kept.version >= genericSince && planned.test(statement) ? row.id : null,
        statement,
        calls: Number(row.calls),
        totalMilliseconds: Math.round(row.total),
        meanMilliseconds: Math.round(row.mean * 10) / 10,
        rows: Number(row.rows),
      })),
  };
}

const linesShown = 300;
/** What reads or changes rows has a plan. A semicolon outside of literals would be another statement's beginning. */
const planned = /^[\s(]*(?:select|with|insert|update|delete|merge|values|table)\b[^;]*$/i;
/** Source: postgresql.org/docs/16/sql-explain.html (GENERIC_PLAN, since 16) */
const genericSince = 160000;

/** How the server would carry out a statement that it keeps, without values and without doing it. */
export async function explained(client: pg.Client, id: string): Promise<ExplainedStatement> {
  const kept = await keptStatements(client);
  if (!kept) return { statement: null, plan: null, why: notInstalled };
  const rows = await rowsKept<{ query: string }>(
    client,
    `select query from ${kept.schema}.pg_stat_statements where ${ours} and queryid = $1 limit 1`,
    [id],
  );
  if (rows === null) return { statement: null, plan: null, why: notLoaded };
  const query = rows[0]?.query;
  if (query === undefined) return { statement: null, plan: null, why: "the server does not keep it any more" };
  if (query === hidden) return { statement: null, plan: null, why: "the bot's user may not read it" };
  const statement = withoutLiterals(query, "postgres");
  if (kept.version < genericSince) {
    return { statement, plan: null, why: "before version 16 PostgreSQL has no plan without values" };
  }
  if (!planned.test(statement)) return { statement, plan: null, why: "only what reads or changes rows has a plan" };
  await client.query("savepoint explaining");
  try {
    const { rows: lines } = await client.query<{ "QUERY PLAN": string }>(`explain (generic_plan) ${query}`);
    // What the statement's views and rules hold of text may be somebody's data.
    const plan = lines.map((line) => line["QUERY PLAN"].replaceAll(/'(?:[^']|'')*'/g, "?"));
    return { statement, plan: plan.slice(0, linesShown), why: null };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (typeof code !== "string" || !/^(?:42|0A|22)/.test(code)) throw error;
    await client.query("rollback to savepoint explaining");
    return { statement, plan: null, why: whyNot(code) };
  }
}

/** Source: postgresql.org/docs/current/errcodes-appendix.html */
function whyNot(code: string): string {
  if (code === "42501") return "the bot's user has no right to its tables";
  if (code === "42P01" || code === "3F000") return "its tables are not on the bot's search path, or gone";
  return `the server does not explain it without values (${code})`;
}

/** The rows of an answer; null where the extension is there and its library is not, and the transaction goes on. */
async function rowsKept<R extends pg.QueryResultRow>(
  client: pg.Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly R[] | null> {
  await client.query("savepoint kept");
  try {
    return (await client.query<R>(text, [...values])).rows;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "55000")) throw error;
    await client.query("rollback to savepoint kept");
    return null;
  }
}
