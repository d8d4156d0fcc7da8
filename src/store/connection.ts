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
import { sendOn } from "./batch.ts";
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

async function answered<R>(client: pg.PoolClient, query: CompiledQuery): Promise<QueryResult<R>> {
  const { command, rowCount, rows } = await sendOn(client, query);
  const counts = ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(command);
  return { rows: rows as R[], ...(counts ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}) };
}
