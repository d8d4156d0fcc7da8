import { CompiledQuery } from "kysely";
import type { Database } from "./database.ts";

/** Lets the job queue write in the same transaction: what its `db` option wants. */
export function executorOf(db: Database): {
  readonly executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;
} {
  return {
    executeSql: async (text, values) => {
      const { rows } = await db.executeQuery(CompiledQuery.raw(text, values ?? []));
      return { rows: [...rows] };
    },
  };
}
