import type pg from "pg";
import library from "pg/lib/utils";
import type { Statement } from "./database.ts";

/** What came of one statement. */
export interface Outcome {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: Record<string, unknown>[];
}

interface Sent {
  readonly text: string;
  readonly name: string;
  readonly values: (string | Buffer | null)[];
  readonly rows: Record<string, unknown>[];
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** What the rows of a statement look like; a statement that has been parsed keeps that for good. */
interface Shape {
  readonly names: readonly string[];
  readonly parsers: readonly ((value: string) => unknown)[];
}

const noRows: Shape = { names: [], parsers: [] };

/** One connection: what waits to be sent, and what the server knows already. */
interface Line {
  waiting: Sent[];
  isBusy: boolean;
  /** By text. */
  readonly names: Map<string, string>;
  readonly parsed: Set<string>;
  readonly shapes: Map<string, Shape>;
}

const lines = new WeakMap<pg.PoolClient, Line>();

/** Statements that hold a list of values differ in text with its length: so many texts are prepared, the rest is not. */
const mostPrepared = 500;

function nameOf({ names }: Line, text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= mostPrepared) return "";
  const name = `tocsin_${names.size}`;
  names.set(text, name);
  return name;
}

/**
 * Sends a statement in the order of the calls. Those of one go of the event loop, and those that come while others are
 * under way, leave together and are answered together: for either side each answer by itself costs more than the
 * statement. Where one fails those behind it in its batch are not carried out and fail with the same error.
 */
export async function sendOn(client: pg.PoolClient, statement: Statement): Promise<Outcome> {
  const values = statement.parameters.map((value) => library.prepareValue(value));
  const line = lineOf(client);
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  if (line.waiting.length === 0 && !line.isBusy) process.nextTick(() => sendWaiting(client, line));
  line.waiting.push({ text: statement.sql, name: nameOf(line, statement.sql), values, rows: [], resolve, reject });
  return promise;
}

function lineOf(client: pg.PoolClient): Line {
  const known = lines.get(client);
  if (known) return known;
  const line: Line = { waiting: [], isBusy: false, names: new Map(), parsed: new Set(), shapes: new Map() };
  lines.set(client, line);
  return line;
}

function sendWaiting(client: pg.PoolClient, line: Line): void {
  const statements = line.waiting;
  line.waiting = [];
  line.isBusy = statements.length > 0;
  if (line.isBusy) client.query(batch(client, line, statements));
}

/** What the driver calls for what the server answers; @types/pg leaves it out. Source: pg 8, lib/client.js. */
interface Answering extends pg.Submittable {
  readonly handleRowDescription: (message: { readonly fields: readonly pg.FieldDef[] }) => void;
  readonly handleDataRow: (message: { readonly fields: readonly (string | null)[] }) => void;
  readonly handleCommandComplete: (message: { readonly text: string }) => void;
  readonly handleEmptyQuery: () => void;
  readonly handleReadyForQuery: () => void;
  readonly handleError: (error: unknown) => void;
}

/** Several statements as one query of the driver. */
function batch(client: pg.PoolClient, line: Line, statements: readonly Sent[]): Answering {
  let at = 0;
  /** Answers the statement the server is at, and goes on to the next. */
  const done = (command: string, rowCount: number | null): void => {
    const statement = statements[at];
    at += 1;
    if (!statement) return;
    if (statement.name && !line.shapes.has(statement.name)) line.shapes.set(statement.name, noRows);
    statement.resolve({ command, rowCount, rows: statement.rows });
  };
  return {
    submit: (connection: pg.Connection) => {
      connection.stream.cork();
      for (const statement of statements) sendStatement(connection, line, statement);
      connection.sync();
      connection.stream.uncork();
    },
    handleRowDescription: ({ fields }) => {
      const statement = statements[at];
      if (statement) line.shapes.set(statement.name, shapeOf(client, fields));
    },
    handleDataRow: ({ fields }) => {
      const statement = statements[at];
      if (statement) statement.rows.push(rowOf(line.shapes.get(statement.name) ?? noRows, fields));
    },
    handleCommandComplete: ({ text }) => {
      const [command = "", ...counts] = text.split(" ");
      done(command, counts.length > 0 ? Number(counts.at(-1)) : null);
    },
    handleEmptyQuery: () => done("", null),
    handleReadyForQuery: () => sendWaiting(client, line),
    handleError: (error) => {
      for (const { name, reject } of statements.slice(at)) {
        // Whether it was parsed is not known: the server skips what stands behind the failure.
        if (!line.shapes.has(name)) line.parsed.delete(name);
        reject(error);
      }
      at = statements.length;
      sendWaiting(client, line);
    },
  };
}

function sendStatement(connection: pg.Connection, line: Line, { text, name, values }: Sent): void {
  const isParsed = name !== "" && line.parsed.has(name);
  if (!isParsed) {
    // Closing what is not there is no error; a batch that failed may have left it.
    if (name) connection.close({ type: "S", name }, true);
    connection.parse({ name, text, types: [] }, true);
    if (name) line.parsed.add(name);
  }
  connection.bind({ statement: name, values }, true);
  if (!isParsed || !line.shapes.has(name)) connection.describe({ type: "P", name: "" }, true);
  connection.execute({}, true);
}

function shapeOf(client: pg.PoolClient, fields: readonly pg.FieldDef[]): Shape {
  return {
    names: fields.map(({ name }) => name),
    parsers: fields.map(({ dataTypeID }) => client.getTypeParser(dataTypeID, "text")),
  };
}

function rowOf({ names, parsers }: Shape, values: readonly (string | null)[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let index = 0; index < names.length; index += 1) {
    const value = values[index] ?? null;
    row[names[index] as string] = value === null ? null : parsers[index]?.(value);
  }
  return row;
}
