import type pg from "pg";
import type { ValidationQuery } from "../../domain/backup/settings.ts";
import type { Placement } from "../../domain/configuration.ts";
import type { CheckedQuery, SnapshotsRead } from "../../domain/platform/snapshots.ts";
import { ProviderError } from "../../errors.ts";
import { type Connections, inSession, providerError } from "./session.ts";

const longestResult = 100;

/**
 * Runs validation queries one by one, each in a read-only transaction of its own; what a query says of itself begins
 * with "the query", what kept it from being run with anything else.
 */
export async function runChecks(
  client: pg.Client,
  queries: readonly ValidationQuery[],
): Promise<readonly CheckedQuery[]> {
  const checked: CheckedQuery[] = [];
  for (const { name, sql } of queries) {
    await client.query("rollback; begin read only; set local statement_timeout = '20s'");
    try {
      const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array", values: [] });
      const value = rows[0]?.[0];
      const result = rows.length === 0 ? "no row" : String(value ?? "nothing").slice(0, longestResult);
      checked.push({ name, result, why: null });
    } catch (error) {
      const told = providerError(`validation ${name}`, error);
      if (!(told instanceof ProviderError)) throw error;
      const isQuery = told.fault !== "unreachable" && told.fault !== "denied";
      checked.push({
        name,
        result: null,
        why: isQuery ? `the query ended with ${told.code}: ${told.message}` : told.message,
      });
      if (told.fault === "unreachable") break;
    }
  }
  await client.query("rollback").catch(() => {});
  return checked;
}

/** Whether a fresh connection gets in, and whether it may write there. */
export function reachablePostgres(connections: Connections): SnapshotsRead["reachable"] {
  return async (at) => {
    const inside = at.inside;
    if (inside?.provider !== "postgres" || !connections.has(inside.at.connection ?? "")) return null;
    try {
      return await inSession(connections, inside, { operation: "connect" }, async (client) => {
        const { rows } = await client.query<{ replica: boolean; version: string }>(
          "select pg_is_in_recovery() as replica, split_part(current_setting('server_version'), ' ', 1) as version",
        );
        const isReplica = rows[0]?.replica === true;
        const text = `PostgreSQL ${rows[0]?.version ?? "?"}, ${isReplica ? "a replica, which takes no writes" : "a primary"}`;
        return { reached: !isReplica, text };
      });
    } catch (error) {
      if (error instanceof ProviderError) return { reached: false, text: error.message };
      throw error;
    }
  };
}

/** Runs queries on another server, with the user and database of the address that is configured. */
export function checkElsewhere(connections: Connections) {
  return async (
    at: Placement,
    endpoint: string,
    queries: readonly ValidationQuery[],
  ): Promise<readonly CheckedQuery[]> => {
    if (queries.length === 0) return [];
    const notRun = (why: string) => queries.map(({ name }) => ({ name, result: null, why }));
    const inside = at.inside;
    const known = connections.get(inside?.at.connection ?? "");
    if (inside?.provider !== "postgres" || known === undefined) {
      return notRun("the configuration names no address, so no user to connect with");
    }
    const url = new URL(known);
    url.searchParams.delete("host");
    const [host = "", port = ""] = endpoint.split(":");
    url.hostname = host;
    url.port = port;
    try {
      const there = new Map([[inside.at.connection ?? "", url.href]]);
      return await inSession(there, inside, { operation: "validate", milliseconds: 20_000 }, (client) =>
        runChecks(client, queries),
      );
    } catch (error) {
      if (error instanceof ProviderError) return notRun(error.message);
      throw error;
    }
  };
}
