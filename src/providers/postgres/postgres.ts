import type { Placement } from "../../domain/configuration.ts";
import type { DumpKeeping } from "../../domain/platform/dump-keeping.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { postgresDumps } from "./dumps.ts";
import { dropLeftovers, type Runs, startMaintenance } from "./maintenance.ts";
import { postgresRead } from "./read.ts";
import { type Connections, inSession } from "./session.ts";

/** PostgreSQL servers anywhere, by the addresses of the configuration. Nothing is opened before the first use. */
export function postgresProvider(connections: Connections, dumps?: DumpKeeping): Provider {
  const runs: Runs = new Map();
  const read = postgresRead(connections, runs);
  return {
    id: "postgres",
    check: (placements) => Promise.all(placements.map((at) => check(connections, at))),
    ...(dumps === undefined ? {} : { dumps: postgresDumps(connections, dumps) }),
    databases: {
      read,
      write: {
        end: (at, session, how) =>
          inSession(connections, at, { operation: how, write: true }, async (client) => {
            const sameStatement =
              how === "cancel"
                ? `and to_char(query_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') = $3 and state = 'active'`
                : "and $3::text is not distinct from $3::text";
            // The server compares and signals in one statement, so that a number given to somebody else is not hit.
            const { rows } = await client.query<{ told: boolean }>(
              `select pg_${how}_backend(pid) as told from pg_stat_activity
               where pid = $1 and to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') = $2
                 and backend_type = 'client backend' and application_name not like 'tocsin%'
                 and not exists (select 1 from pg_roles r where r.oid = usesysid and r.rolsuper) ${sameStatement}`,
              [Number(session.id), session.since, session.statementSince],
            );
            return rows[0]?.told ? "told" : "gone";
          }),
        maintain: (at, work) => startMaintenance(connections, at, runs, work),
        dropLeftovers: (at, relation) =>
          inSession(connections, at, { operation: "drop index", write: true, milliseconds: 25_000 }, (client) =>
            dropLeftovers(client, relation),
          ),
      },
    },
  };
}

async function check(connections: Connections, at: Placement): Promise<CheckResult> {
  const what = `PostgreSQL ${at.at.connection ?? "?"}`;
  try {
    return await inSession(connections, at, { operation: "check" }, async (client) => {
      const { rows } = await client.query<{ version: string; monitor: boolean; signal: boolean; superuser: boolean }>(
        `select split_part(current_setting('server_version'), ' ', 1) as version,
           pg_has_role('pg_monitor', 'member') as monitor, pg_has_role('pg_signal_backend', 'member') as signal,
           (select rolsuper from pg_roles where rolname = current_user) as superuser`,
      );
      const [row] = rows;
      const missing = [row?.monitor ? null : "pg_monitor", row?.signal ? null : "pg_signal_backend"].filter(Boolean);
      const found = `version ${row?.version ?? "unknown"}${row?.superuser ? ", as a superuser" : ""}`;
      if (missing.length === 0) return { what, ok: true, found, fix: null };
      return {
        what,
        ok: false,
        found: `${found}; the bot's user is not in ${missing.join(" and ")}`,
        fix: `grant ${missing.join(", ")} to the bot's user; see docs/providers/postgres.md.`,
      };
    });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return {
      what,
      ok: false,
      found: `${error.code}: ${error.message}`,
      fix: "Put the address, the user or the network right; see docs/providers/postgres.md.",
    };
  }
}
