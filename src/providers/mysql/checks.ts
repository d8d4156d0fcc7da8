import type { ValidationQuery } from "../../domain/backup/settings.ts";
import type { CheckedQuery } from "../../domain/platform/snapshots.ts";
import { ProviderError } from "../../errors.ts";
import { quoted } from "./dump-server.ts";
import { providerError } from "./provider-error.ts";
import type { Client } from "./session.ts";

const longestResult = 100;

/**
 * Runs validation queries in a database, each in a read-only transaction of its own; what a query says of itself begins
 * with "the query", what kept it from being run with anything else.
 */
export async function runChecks(
  { ask }: Client,
  database: string,
  queries: readonly ValidationQuery[],
): Promise<readonly CheckedQuery[]> {
  if (queries.length === 0) return [];
  const checked: CheckedQuery[] = [];
  await ask(`use ${quoted(database)}`);
  for (const { name, sql } of queries) {
    try {
      await ask("start transaction read only");
      const rows = await ask(sql);
      const [value] = Object.values(rows[0] ?? {});
      const result = rows.length === 0 ? "no row" : String(value ?? "nothing").slice(0, longestResult);
      checked.push({ name, result, why: null });
    } catch (error) {
      const told = providerError(`validation ${name}`, error);
      if (!(told instanceof ProviderError)) throw error;
      const isQuery = told.fault !== "unreachable" && told.fault !== "denied";
      const why = isQuery ? `the query ended with ${told.code}: ${told.message}` : told.message;
      checked.push({ name, result: null, why });
      if (told.fault === "unreachable") return checked;
    }
    await ask("rollback");
  }
  return checked;
}
