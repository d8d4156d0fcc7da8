import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";

// int8 comes as a string by default; every one of ours (ids of log rows, counts) fits a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Tables are declared by the file that owns them, with `withTables`; nobody sees them all. */
export type Database = Kysely<Record<never, never>>;

/** A statement as it is sent: its text and what stands for $1, $2 … */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What a record file works with: one open transaction and the moment it began. */
export interface RecordContext {
  readonly db: Database;
  readonly now: Date;
  readonly newId: () => string;
  /** Has something done once the transaction is committed; not at all when it is rolled back. */
  readonly afterCommit?: (work: () => void) => void;
  /** Sends a statement at once, in the order of the calls; the transaction waits for it before it commits. */
  readonly send?: (statement: Statement) => Promise<{ readonly rowCount: number | null; readonly rows: unknown[] }>;
  /** The claim of the ask's key: whether it is the first of it. What a repeat must leave alone waits for the answer. */
  readonly claim?: { first: Promise<boolean> };
  /** Has the transaction wait for this before it commits, and fail with it. */
  readonly watch?: (work: Promise<unknown>) => void;
}

/** Writes what nobody waits for: trouble with it fails the transaction when it commits. */
export async function write(context: RecordContext, { sql, parameters }: Statement): Promise<void> {
  if (context.send) void context.send({ sql, parameters });
  else await context.db.executeQuery(CompiledQuery.raw(sql, [...parameters]));
}

/** The rows of a statement. */
export async function read(context: RecordContext, { sql, parameters }: Statement): Promise<readonly unknown[]> {
  if (context.send) return (await context.send({ sql, parameters })).rows;
  return (await context.db.executeQuery(CompiledQuery.raw(sql, [...parameters]))).rows;
}

/** How many rows the statement added, changed or removed. */
export async function changed(context: RecordContext, { sql, parameters }: Statement): Promise<number> {
  if (context.send) return (await context.send({ sql, parameters })).rowCount ?? 0;
  return Number((await context.db.executeQuery(CompiledQuery.raw(sql, [...parameters]))).numAffectedRows ?? 0);
}

const inserts = new Map<string, { readonly columns: readonly string[]; readonly sql: string }>();

/**
 * The statement that adds a row. Its text is put together once for a table and its columns: for what every ask writes
 * a query builder costs more than the sending.
 */
export function insertion(table: string, row: Readonly<Record<string, unknown>>, onConflict = ""): Statement {
  const columns = Object.keys(row);
  const parameters = Object.values(row);
  const about = `${table} ${onConflict}`;
  const known = inserts.get(about);
  const isKnown = known?.columns.length === columns.length && columns.every((name, at) => name === known.columns[at]);
  if (known && isKnown) return { sql: known.sql, parameters };
  const names = columns.map((column) => `"${column}"`).join(", ");
  const places = columns.map((_, index) => `$${index + 1}`).join(", ");
  const sql = `insert into "${table}" (${names}) values (${places}) ${onConflict}`.trimEnd();
  inserts.set(about, { columns, sql });
  return { sql, parameters };
}

/**
 * The pool that records what people ask. Waiting for a connection is bounded by 500 ms and a statement by 1.5 s, so
 * that a person is told within Slack's three seconds that the database is away.
 */
export function openPool(
  connectionString: string,
  options: {
    readonly max?: number;
    readonly name?: string /** 0 for no limit. */;
    readonly statementMilliseconds?: number;
  } = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: options.max ?? 8,
    // Where statements have no limit nobody waits for an answer, and a busy server gets its time.
    connectionTimeoutMillis: options.statementMilliseconds === 0 ? 10_000 : 500,
    idleTimeoutMillis: 30_000,
    application_name: options.name ?? "tocsin",
    statement_timeout: options.statementMilliseconds ?? 1500,
    idle_in_transaction_session_timeout: 5000,
  });
  // An idle connection that the server drops raises here; without a listener it would end the process. The next
  // query opens another one.
  pool.on("error", () => {});
  // So does one that breaks while it is in use; its query is told as well.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

export function openDatabase(pool: pg.Pool): Database {
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}
