import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type pg from "pg";
import type { Database } from "./database.ts";

const databases = new WeakMap<pg.PoolClient, Database>();

/**
 * One client of the pool as kysely sees it. Statements go out as they come and do not wait for the answers to the
 * ones before (kysely's own driver has each wait); the server carries them out in that order. Transactions are not
 * kysely's business here.
 */
export function databaseOn(client: pg.PoolClient): Database {
  const known = databases.get(client);
  if (known) return known;
  const connection: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery) => answered<R>(client, query),
    // biome-ignore lint/correctness/useYield: there is nothing to stream; kysely asks for the function.
    streamQuery: async function* () {
      throw new Error("Nothing is streamed in a recording transaction.");
    },
  };
  const refused = async () => {
    throw new Error("A recording transaction is begun and ended in transact.ts only.");
  };
  const database: Database = new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createDriver: () => ({
        init: async () => {},
        acquireConnection: async () => connection,
        releaseConnection: async () => {},
        beginTransaction: refused,
        commitTransaction: refused,
        rollbackTransaction: refused,
        destroy: async () => {},
      }),
    },
  });
  databases.set(client, database);
  return database;
}

/** Statements that hold a list of values differ in text with its length: so many texts are prepared, the rest is not. */
const mostPrepared = 500;
const prepared = new Map<string, string>();

/**
 * Sends a statement now; statements sent in one go of the event loop leave in one write, which is what costs. The server
 * parses and plans each text once for a connection, which costs it more than carrying it out.
 */
export function sendOn(client: pg.PoolClient, query: CompiledQuery): Promise<pg.QueryResult> {
  const { stream } = client.connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
  // One message is enough for what has no values.
  if (query.parameters.length === 0) return client.query(query.sql);
  return client.query({ text: query.sql, values: query.parameters as unknown[], ...nameOf(query.sql) });
}

function nameOf(text: string): { readonly name?: string } {
  const known = prepared.get(text);
  if (known) return { name: known };
  if (prepared.size >= mostPrepared) return {};
  const name = `tocsin_${prepared.size}`;
  prepared.set(text, name);
  return { name };
}

async function answered<R>(client: pg.PoolClient, query: CompiledQuery): Promise<QueryResult<R>> {
  const { command, rowCount, rows } = await sendOn(client, query);
  const counts = ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(command);
  return { rows, ...(counts ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}) };
}
